"""What a step in place demands of its arrays, and of the rule, before anything is overwritten."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from firstorder.checks import check_vector
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import arrays_of


def checked_arrays(
    optimizer: Optimizer, theta: np.ndarray, gradient: np.ndarray, state: Any
) -> dict[str, np.ndarray]:
    """Return the arrays of the state, or raise unless all can be stepped in place."""
    kind = type(optimizer.init(1.0))
    if not isinstance(state, kind):
        raise ValueError(
            f"state must be the {kind.__name__} that init or the step before returned, "
            f"got a {type(state).__name__}"
        )
    arrays = arrays_of(state)
    check_vector("theta", theta, theta)
    check_vector("gradient", gradient, theta, writeable=False)
    for name, array in arrays.items():
        check_vector(f"state.{name}", array, theta)
    vectors = [theta, gradient, *arrays.values()]
    if any(np.may_share_memory(a, b) for a, b in combinations(vectors, 2)):
        raise ValueError(
            "theta, gradient and state must be arrays of their own, "
            "got some that share their memory"
        )
    return arrays


def check_kept(optimizer: Optimizer, theta: np.ndarray, old: Any, after: Any, new: Any) -> None:
    """Raise unless a step has kept the kind of state, and the arrays' type and shape."""
    if not isinstance(new, type(old)):
        raise ValueError(
            f"optimizer must return a {type(old).__name__} from its step, got a "
            f"{type(new).__name__} from {optimizer!r}"
        )
    before, found = {"theta": theta, **old._asdict()}, {"theta": after, **new._asdict()}
    for name, value in before.items():
        if _kind(value) != _kind(found[name]):
            raise ValueError(
                f"optimizer must keep the type and shape of {name} in its step, {_kind(value)}, "
                f"got {_kind(found[name])} from {optimizer!r}"
            )


def _kind(value: Any) -> str:
    """Return what is kept of a part of the state, in words."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} of shape {value.shape}"
    return "a number"


def check_numbers_agree(optimizer: Optimizer, first: Any, last: Any) -> None:
    """Raise unless the plain numbers of the state are the same for two parts of the parameters."""
    for name, value in first._asdict().items():
        other = getattr(last, name)
        # Two nan agree, though they are not equal.
        if not isinstance(value, np.ndarray) and value != other and value == value:
            raise ValueError(
                f"optimizer must set coordinatewise = False where its state's {name} depends on "
                f"the coordinates, got {value!r} from some and {other!r} from others of "
                f"{optimizer!r}"
            )
