"""The two helpers that keep a chapter true: ``show`` reads code, ``check`` compares numbers."""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable
from typing import Any


def show(*objects: Callable[..., Any] | type) -> None:
    """Display the source of functions or classes, read from where they are defined.

    Docstrings are left out: the chapter around the code says it at length.
    """
    from IPython.display import Markdown, display

    for item in objects:
        display(Markdown(f"```python\n{_source(item)}\n```"))


def check(
    name: str,
    measured: Any,
    predicted: Any,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    digits: int = 4,
) -> None:
    """Print a measured number beside its prediction, and raise where they disagree.

    Parameters
    ----------
    name : str
        What is measured, with its unit.
    measured, predicted : float
        The two numbers.
    rtol, atol : float, non-negative
        They agree when they are equal or ``|measured - predicted| <= atol + rtol |predicted|``,
        finite. A number within ``atol`` of 0 is printed as 0.
    digits : int
        Significant digits to print: few enough to be the same on every machine.

    Raises
    ------
    AssertionError
        If they disagree, naming both.

    Examples
    --------
    >>> check("first step / α", 3.1622776, 10**0.5, rtol=1e-6)
    first step / α: 3.162 measured, 3.162 predicted
    """
    found, expected = float(measured), float(predicted)
    left, right = (
        "0" if abs(number) <= atol else f"{number:.{digits}g}" for number in (found, expected)
    )
    line = f"{name}: {left} measured, {right} predicted"
    apart, allowed = abs(found - expected), atol + rtol * abs(expected)
    if found != expected and not apart <= allowed < math.inf:
        raise AssertionError(f"{line}; they differ by {apart:.3g}, allowed are {allowed:.3g}")
    print(line)


def _source(item: Any) -> str:
    """Return the source of a function, method, property or class, without docstrings."""
    code: Any = item.fget if isinstance(item, property) else item
    source = textwrap.dedent(inspect.getsource(code))
    lines: list[str | None] = [*source.splitlines()]
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or not ast.get_docstring(node):
            continue
        docstring = node.body[0]
        first, last = docstring.lineno - 1, docstring.end_lineno or docstring.lineno
        if len(node.body) == 1:
            lines[first] = " " * docstring.col_offset + "..."
            first += 1
        elif lines[last] == "":
            last += 1
        lines[first:last] = [None] * (last - first)
    return "\n".join(line for line in lines if line is not None)
