"""The arrays of an optimizer's state taken out and put back, and what they must be in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from firstorder.optimizers import Optimizer


def leaves(state: Any) -> list[np.ndarray]:
    """Return the arrays of a state in order, however deeply its tuples are nested."""
    found = []
    for part in state:
        if isinstance(part, np.ndarray):
            found.append(part)
        elif isinstance(part, tuple):
            found += leaves(part)
    return found


def packer(state: Any) -> Callable[[Iterator[np.ndarray]], Any]:
    """Return the function that puts arrays, in order, in the places of those of ``state``."""
    make = getattr(type(state), "_make", tuple)

    def place(part: Any) -> Callable[[Iterator[np.ndarray]], Any]:
        if isinstance(part, np.ndarray):
            return next
        return packer(part) if isinstance(part, tuple) else lambda arrays: part

    places = [place(part) for part in state]
    return lambda arrays: make([take(arrays) for take in places])


def check_state(optimizer: Optimizer, state: Any) -> None:
    """Raise unless ``state`` is of the kind that the optimizer's ``init`` returns."""
    kind = type(optimizer.init(0.0))
    if not isinstance(state, kind):
        raise ValueError(
            f"state must be a {kind.__name__}, from init or the step before, "
            f"got a {type(state).__name__}"
        )


def check_settings(optimizer: Optimizer, t: int) -> None:
    """Raise where a hyper-parameter is an array: it would not know the block it meets."""
    for name, value in {**vars(optimizer), "learning_rate": optimizer.rate(t + 1)}.items():
        if np.ndim(value) > 0:
            raise ValueError(
                f"{name} must be one number for all parameters in blockwise stepping, "
                f"got an array of shape {np.shape(value)}; use the plain step for such sweeps"
            )


def check_vector(
    name: str, array: Any, theta: np.ndarray, *, dtype: Any = None, writeable: bool = True
) -> None:
    """Raise unless ``array`` can be stepped with ``theta`` in place, without copies."""
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.ndim == 0:
        allowed = "an array of floats"
    elif array.dtype != (dtype or theta.dtype) or array.shape != theta.shape:
        allowed = f"like theta, {theta.dtype} of shape {theta.shape}"
    elif not array.flags.c_contiguous:
        allowed = "contiguous"
    elif writeable and not array.flags.writeable:
        allowed = "writeable"
    else:
        return
    kind = getattr(array, "dtype", type(array).__name__)
    raise ValueError(f"{name} must be {allowed}, got {kind} of shape {np.shape(array)}")
