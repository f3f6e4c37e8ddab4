"""The two helpers that keep a chapter true: ``show`` reads code, ``check`` compares numbers."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np


def show(*objects: Callable[..., Any] | type) -> None:
    """Display the source of functions or classes, read from where they are defined.

    Docstrings are left out: the chapter around the code says it at length.
    """
    from IPython.display import Markdown, display

    for item in objects:
        display(Markdown(f"```python\n{_source(item)}\n```"))


def check(
    name: str, measured: Any, predicted: Any, *, rtol: float = 0.0, atol: float = 0.0, digits: int = 4
) -> None:
    """Print a measured number beside its prediction, and raise where they disagree.

    Parameters
    ----------
    name : str
        What is measured, with its unit.
    measured, predicted : float
        The two numbers.
    rtol, atol : float, non-negative
        They agree when ``|measured - predicted| <= atol + rtol |predicted|``.
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
    line = f"{name}: {_format(measured, digits)} measured, {_format(predicted, digits)} predicted"
    difference = abs(float(measured) - float(predicted))
    if not difference <= atol + rtol * abs(float(predicted)):
        raise AssertionError(f"{line}; they differ by {difference:.3g}")
    print(line)


def _format(number: Any, digits: int) -> str:
    """Format to significant digits, keeping trailing zeros off and tiny rounding noise out."""
    return f"{float(np.real(number)):.{digits}g}"


def _source(item: Any) -> str:
    """Return the source of ``item`` without its docstring."""
    source = textwrap.dedent(inspect.getsource(item)).rstrip()
    docstring = inspect.getdoc(item)
    if not docstring:
        return source
    opening = source.index('"""')
    closing = source.index('"""', opening + 3) + 3
    before = source[:opening].rstrip().removesuffix("r").rstrip()
    return before + "\n" + source[closing:].lstrip("\n")
