"""What every optimizer shares: a learning rate, ``init``, ``step`` and checked settings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

# A number, a NumPy array, a TensorFlow or PyTorch tensor, a JAX array: whatever has + - * / **.
Array = Any
State = Any
Rate = float | np.ndarray | Callable[[Any], Any]
Setting = float | np.ndarray


@dataclass(frozen=True)
class Optimizer(ABC):
    r"""An update rule: a pure function from parameters, gradient and state to the next ones.

    Subclasses are frozen dataclasses of hyper-parameters. They hold no state: ``init`` makes
    the first one, ``step`` returns the next, and both leave their arguments as they were. Only
    the operators ``+ - * / **`` touch the arrays, so one text of ``step`` runs on NumPy,
    TensorFlow, JAX and PyTorch alike.

    Parameters
    ----------
    learning_rate : float, array or function of t, positive
        Step size :math:`\alpha`. An array broadcasts against the parameters; a function is
        called with the number of the step, :math:`t = 1, 2, \dots`

    Raises
    ------
    ValueError
        If a hyper-parameter lies outside its range; the message names it, its value and the range.
    """

    learning_rate: Rate

    def __post_init__(self) -> None:
        check_rate(self, "learning_rate")

    def rate(self, t: Any) -> Any:
        r"""Return the learning rate :math:`\alpha_t` of step ``t``, counted from 1."""
        return self.learning_rate(t) if callable(self.learning_rate) else self.learning_rate

    @abstractmethod
    def init(self, theta: Array) -> State:
        """Return the state before the first step, for parameters like ``theta``."""

    @abstractmethod
    def step(self, theta: Array, gradient: Array, state: State) -> tuple[Array, State]:
        """Return the parameters and the state after one step along ``gradient``."""


def check_optimizer(optimizer: Any) -> None:
    """Raise unless it is an optimizer: the class ``Adam``, where ``Adam()`` was meant, is none."""
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"optimizer must be an Optimizer, such as Adam(), got {optimizer!r}")


def check_rate(owner: object, *names: str) -> None:
    """Raise unless each setting is a function of t, or positive and finite."""
    for name in names:
        if not callable(getattr(owner, name)):
            check_setting(owner, name, "positive and finite, or a function of t", _positive)


def check_positive(owner: object, *names: str) -> None:
    """Raise unless each setting is positive and finite."""
    for name in names:
        check_setting(owner, name, "positive and finite", _positive)


def check_non_negative(owner: object, *names: str) -> None:
    """Raise unless each setting is non-negative and finite."""
    for name in names:
        check_setting(owner, name, "non-negative and finite", lambda x: (x >= 0) & np.isfinite(x))


def check_fraction(owner: object, *names: str) -> None:
    """Raise unless each setting lies in [0, 1)."""
    for name in names:
        check_setting(owner, name, "in [0, 1)", lambda x: (x >= 0) & (x < 1))


def check_flag(owner: object, *names: str) -> None:
    """Raise unless each setting is True or False: a string such as "no" would count as true.

    NumPy's are stored as Python's, which can be written to a file.
    """
    for name in names:
        value = getattr(owner, name)
        if not isinstance(value, bool | np.bool_):
            raise ValueError(f"{name} must be True or False, got {value!r}")
        object.__setattr__(owner, name, bool(value))


def check_setting(owner: object, name: str, allowed: str, holds: Callable[[Any], Any]) -> None:
    """Check one setting of a frozen dataclass, and store it as a Python float or array of floats.

    A NumPy float64 scalar in a float32 formula would upcast the whole array; a Python float
    does not. An array is copied, so that nobody changes it afterwards.
    """
    value = getattr(owner, name)
    try:
        numbers = np.array(value)
        valid = numbers.dtype.kind in "fiu" and numbers.size > 0 and bool(np.all(holds(numbers)))
    except (TypeError, ValueError, RuntimeError):  # the last of a tensor that wants its gradient
        valid = False
    if not valid:
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    if numbers.dtype.kind != "f":
        numbers = numbers.astype(float)
    object.__setattr__(owner, name, float(numbers) if numbers.ndim == 0 else numbers)


def _positive(numbers: np.ndarray) -> np.ndarray:
    return (numbers > 0) & np.isfinite(numbers)
