"""Make the book's pages complete in themselves: no request leaves the reader's machine."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

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
        copy_asset(
            source / part, destination if (source / part).is_dir() else destination.parent
        )


def drop_thebe(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Leave out the theme's live-code script, which would fetch its kernel from a CDN."""
    scripts = context.get("script_files", [])
    context["script_files"] = [
        script for script in scripts if not re.search("thebe", f"{script} {vars(script)}", re.I)
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect both to Sphinx."""
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", copy_mathjax)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
