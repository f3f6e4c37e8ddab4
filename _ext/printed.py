"""The role ``printed``: a line that a chapter's cell printed, taken over when the book is built.

``{printed}`05-rmsprop: first step / α``` stands for what follows that label in the stored outputs
of ``chapters/05-rmsprop.ipynb``; with ``...`` at its end, for the whole line. So a table of results
holds no number that was copied by hand; a label that no cell prints, or that several do, is an
error, and the strict build fails.

``{measured}`06-adam: neither: first step / α``` stands for the measured number alone, where that
line came from ``firstorder.book.check``: a sentence reads better with one number than with two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole


@cache
def printed_lines(notebook: Path) -> list[str]:
    """Return every line that the cells of a notebook printed."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        line.strip()
        for cell in cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stdout"
        for line in "".join(output["text"]).splitlines()
    ]


def find_printed(notebook: Path, label: str) -> str:
    """Return what follows ``label`` in the one line that starts with it; all of it for ``...``.

    Raises
    ------
    LookupError
        If no line or more than one starts with the label.
    """
    whole, label = label.endswith("..."), label.removesuffix("...")
    found = [line for line in printed_lines(notebook) if line.startswith(label)]
    if len(found) != 1:
        raise LookupError(f"{len(found)} lines printed in {notebook.name} start with {label!r}")
    return found[0].removeprefix("" if whole else label).lstrip(" :")


def find_measured(notebook: Path, label: str) -> str:
    """Return the measured number of the one line of a check that starts with ``label``.

    Raises
    ------
    LookupError
        If no line or more than one starts with the label, or the line holds no measured number.
    """
    text = find_printed(notebook, label)
    found = re.fullmatch(r"(\S+) measured, \S+ predicted", text)
    if not found:
        raise LookupError(f"{text!r}, printed in {notebook.name}, is no number that was checked")
    return found[1].replace("-", "\N{MINUS SIGN}", 1) if found[1].startswith("-") else found[1]


class Printed(SphinxRole):
    """Put the line that a chapter printed, or the number that it measured, into the text."""

    def __init__(self, find: Callable[[Path, str], str]) -> None:
        super().__init__()
        self.find = find

    def run(self) -> tuple[list[nodes.Node], list[Any]]:
        """Return the text, or an error that says why there is none."""
        chapter, _, label = self.text.partition(": ")
        notebook = Path(self.env.srcdir) / "chapters" / f"{chapter}.ipynb"
        self.env.note_dependency(str(notebook))
        try:
            text = self.find(notebook, label)
        except (LookupError, OSError) as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [nodes.inline(self.rawtext, text, classes=["printed"])], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the roles."""
    app.add_role("printed", Printed(find_printed))
    app.add_role("measured", Printed(find_measured))
    app.connect("builder-inited", lambda app: printed_lines.cache_clear())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
