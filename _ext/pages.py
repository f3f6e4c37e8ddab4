"""Make the pages complete in themselves (no request leaves the reader's machine) and sound."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset

# What a page with TeX formulas asks for, of the 24 MB that MathJax is in all.
MATHJAX = ["tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2"]


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Put MathJax beside the pages."""
    if exception or app.builder.format != "html":
        return
    package = distribution("sphinx-mathjax-offline")
    source = Path(str(package.locate_file("sphinx-mathjax-offline/static/mathjax")))
    target = Path(app.outdir) / "_static/mathjax"
    for part in MATHJAX:
        destination = target / part
        copy_asset(source / part, destination if (source / part).is_dir() else destination.parent)


def drop_thebe(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Leave out the theme's live-code script, which would fetch its kernel from a CDN."""
    scripts = context.get("script_files", [])
    context["script_files"] = [
        script for script in scripts if not re.search("thebe", f"{script} {vars(script)}", re.I)
    ]


def mend_proofs(app: Sphinx, document: nodes.document) -> None:
    """Give every proof a title, which its fold needs; sphinx-proof puts it into the sentence."""
    proofs = [
        node for node in document.findall(nodes.admonition) if node["classes"][:1] == ["proof"]
    ]
    for number, proof in enumerate(proofs, 1):
        proof["ids"] = [f"proof-{number}"]
        proof["classes"].append("proof-text")
        text = next(proof.findall(nodes.Text))
        text.parent.replace(text, nodes.Text(text.astext().removeprefix("Proof. ")))
        proof.insert(0, nodes.title("", "Proof"))


def mend_ids(app: Sphinx, document: nodes.document) -> None:
    """Give numbers to the ids that sphinx-proof and sphinx-exercise write again and again."""
    seen: Counter[str] = Counter()
    for node in document.findall(nodes.section):
        for name in {"proof-content", "exercise-content", "solution-content"} & set(node["ids"]):
            seen[name] += 1
            node["ids"] = [f"{name}-{seen[name]}"]


def plain_types(
    app: Sphinx, what: str, name: str, item: Any, options: Any, lines: list[str]
) -> None:
    """Keep the stars of types in prose, as in "array (*batch, *shape)", from being markup."""
    lines[:] = [
        line.replace("*", r"\*") if re.match(r"\w+(, \w+)* : ", line) else line for line in lines
    ]


def plain_properties(
    app: Sphinx, what: str, name: str, item: Any, options: Any, lines: list[str]
) -> None:
    """Undo what napoleon does to a property: what stands before a colon is not its type."""
    if what == "property" and item.__doc__:
        lines[:] = [*inspect.cleandoc(item.__doc__).splitlines(), ""]


def skip_fields(
    app: Sphinx, what: str, name: str, item: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out the fields of named tuples, of which Python has nothing to say but a number."""
    return True if type(item).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect all to Sphinx."""
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.connect("autodoc-process-docstring", plain_types, priority=400)  # napoleon has 500
    app.connect("autodoc-process-docstring", plain_properties, priority=600)
    app.connect("autodoc-skip-member", skip_fields)
    app.connect("doctree-read", mend_proofs)
    app.connect("doctree-read", mend_ids)
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", copy_mathjax)
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}
