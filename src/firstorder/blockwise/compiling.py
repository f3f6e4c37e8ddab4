"""An update rule's own ``step``, compiled by Numba into one pass over memory.

The text is compiled as it stands, for one coordinate at a time. Importing this module imports
Numba.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numba
import numpy as np

from firstorder.blockwise.coordinate import coordinate, element
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import arrays_of
from firstorder.settings import settings_of


@cache
def kernel(rule: Callable, state_type: Any, arrays: tuple[str, ...]) -> Callable:
    """Return a function of settings, state, theta and gradient that steps them in place.

    It is compiled for the types of its arguments when they are first met.
    """
    old = [f"coordinate(state.{f}[i])" if f in arrays else f"state.{f}" for f in state_type._fields]
    lines = [
        "def step_all(settings, state, theta, gradient):",
        "    for i in range(theta.size):",
        f"        old = State({', '.join(old)})",
        "        after, new = step(settings, coordinate(theta[i]), coordinate(gradient[i]), old)",
        "        theta[i] = element(after)",
        *(f"        state.{name}[i] = element(new.{name})" for name in arrays),
    ]
    # Division by zero gives infinity or nan, as in NumPy; without this Numba would raise.
    step = numba.njit(rule, error_model="numpy")
    names: dict[str, Any] = {
        "State": state_type,
        "step": step,
        "coordinate": coordinate,
        "element": element,
    }
    exec("\n".join(lines), names)  # Numba has no loop over the fields of a tuple
    return numba.njit(names["step_all"], error_model="numpy", nogil=True)


@cache
def _settings_type(name: str, fields: tuple[str, ...]) -> Any:
    """Return the named tuple that stands for ``self`` in the compiled text."""
    return namedtuple(name, fields)


def _floating(value: Any) -> Any:
    """Return a whole number as a float: Numba's would wrap at 64 bits, and power by a loop."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def walker(
    optimizer: Optimizer, theta: np.ndarray, gradient: np.ndarray, state: Any
) -> Callable[[slice], None]:
    """Return a function that steps a part of the vectors, and of the state's, in place."""
    settings = {name: _floating(value) for name, value in settings_of(optimizer).items()}
    stand_in = _settings_type(type(optimizer).__name__, tuple(settings))(**settings)
    arrays = arrays_of(state)
    rule: Any = type(optimizer).step
    kind: Any = type(state)
    step_all = kernel(rule, kind, tuple(arrays))
    state = type(state)(*map(_floating, state))

    def walk(part: slice) -> None:
        old = state._replace(**{name: array[part] for name, array in arrays.items()})
        step_all(stand_in, old, theta[part], gradient[part])

    return walk


_known: dict[Any, str | None] = {}  # what hindered the compiler, by rule and types


def obstacle(optimizer: Optimizer, dtype: np.dtype) -> str | None:
    """Return why a rule cannot be compiled, or None if it was and agreed with its plain step."""
    kinds = tuple(type(value) for value in settings_of(optimizer).values())
    key = type(optimizer).step, kinds, dtype
    if key not in _known:
        _known[key] = _tried(optimizer, dtype)
    return _known[key]


def _tried(optimizer: Optimizer, dtype: np.dtype) -> str | None:
    """Compile a rule, and step a few coordinates of all sizes with it and with its plain text."""
    if dtype not in (np.float32, np.float64):
        return f"theta is {dtype}, not float32 or float64"
    sizes = np.array([-1e9, -7.3, -1e-9, 0.0, 1e-9, 0.31, 2.0, 1e9], dtype)
    theta, gradient = sizes.copy(), sizes[::-1].copy()
    with np.errstate(all="ignore"):
        state = optimizer.init(theta)
        for _ in range(3):
            expected, after = optimizer.step(theta, gradient, state)
            try:
                walker(optimizer, theta, gradient, state)(slice(None))
            except Exception as error:  # a foreign text can make the compiler raise anything
                told = [x for x in str(error).splitlines() if x and not x.startswith("Failed in")]
                told = told or [repr(error)]
                return (
                    f"Numba cannot compile its step ({told[0]}); the text may "
                    "use + - * / ** and abs, the settings and t"
                )
            found = [theta, *arrays_of(state).values()]
            wanted = [expected, *arrays_of(after).values()]
            # Powers other than squares and roots are not the same to the last place everywhere.
            close = partial(np.allclose, rtol=8 * np.finfo(dtype).eps, atol=0, equal_nan=True)
            if not all(map(close, found, wanted)):
                return "compiled, its step gives other numbers"
            state = after
    return None
