"""The role ``minutes``: how long a page takes to read, counted when the book is built.

``{minutes}`06-adam``` stands for "45 minutes". Counted are the words of the page's text without
what folds (proofs, solutions) and without its exercises and further reading, at 130 words a
minute, which leaves time for the formulas and the code; the sum is rounded up to 5 minutes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

WORDS_A_MINUTE = 130
UNREAD = ("exercises", "further reading")


def without_folds(lines: list[str]) -> list[str]:
    """Leave out the blocks that are folded, those that fences hold and those of solutions."""
    kept: list[str] = []
    fences: list[tuple[str, int]] = []  # of each open block: its fence, where it began in `kept`
    in_solution = False
    for line in lines:
        if re.match(r"[`:]{3,}\{solution-start\}", line):
            in_solution = True
        elif re.match(r"[`:]{3,}\{solution-end\}", line):
            in_solution = False
        if in_solution:
            continue
        fence = re.match(r"\s*(`{3,}|:{3,})", line)
        if fence and fences and line.strip() == fences[-1][0]:
            start = fences.pop()[1]
            # A displayed formula or a script is looked at, not read word by word.
            if ":class: dropdown" in kept[start:] or re.search(r"\{(math|raw)\}", kept[start]):
                del kept[start:]
                continue
        elif fence:
            fences.append((fence[1], len(kept)))
        kept.append(line)
    return kept


def words(text: str) -> int:
    """Count the words of a page's text that are read in its main line, a formula as one."""
    count, reading = 0, True
    text = re.sub(r"\$\$.*?\$\$", "", text, flags=re.S)
    text = re.sub(r"\{math\}`[^`]*`|\$[^$]*\$", " formula ", text)
    for line in without_folds(text.splitlines()):
        if line.startswith("## "):
            reading = line.removeprefix("## ").strip().lower() not in UNREAD
        if reading and not re.match(r"\s*:\w+:", line):  # an option of a directive
            line = re.sub(r"^\s*[`:]{3,}(\{[\w:-]+\})?", "", line)  # a directive, but for its title
            count += len(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", line))
    return count


def page_text(page: Path) -> str:
    """Return the text of a page without its code: of a notebook, its Markdown cells."""
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def minutes(page: Path) -> int:
    """Return how many minutes a page takes to read, in fives."""
    return max(5, 5 * -(-words(page_text(page)) // (5 * WORDS_A_MINUTE)))


class Minutes(SphinxRole):
    """Put the reading time of a chapter into the text."""

    def run(self) -> tuple[list[nodes.Node], list[Any]]:
        """Return the time, or an error that says why there is none."""
        page = Path(self.env.srcdir) / "chapters" / f"{self.text}.ipynb"
        self.env.note_dependency(str(page))
        try:
            text = f"{minutes(page)} minutes"
        except OSError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [nodes.inline(self.rawtext, text, classes=["minutes"])], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role."""
    app.add_role("minutes", Minutes())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
