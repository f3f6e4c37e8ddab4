"""What every optimizer shares: the contract of an update rule, and a learning rate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np

from firstorder.checks import check_floating, check_instance, check_rate
from firstorder.settings import Rate, Settings, bound, settings_like


class Arithmetic(Protocol):
    """A number, a NumPy array, a TensorFlow or PyTorch tensor, a JAX array: what has + - * / **."""

    def __add__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __mul__(self, other: Any, /) -> Any: ...
    def __truediv__(self, other: Any, /) -> Any: ...
    def __rmul__(self, other: Any, /) -> Any: ...
    def __pow__(self, other: Any, /) -> Any: ...


Array = TypeVar("Array", bound=Arithmetic)
State = Any  # a named tuple: t, then arrays like theta and numbers


@dataclass(frozen=True)
class Optimizer(Settings, ABC):
    r"""An update rule: a pure function from parameters, gradient and state to the next ones.

    A rule of your own is a frozen dataclass with ``init`` and ``step`` that keeps this contract.
    Then it works in ``minimize``, ``blockwise`` and ``train``, and inside Keras, Optax and PyTorch.

    - *Pure.* The settings are all that the object holds. ``init`` makes the first state, ``step``
      returns the next one; neither changes its arguments, and both depend on nothing else: on no
      variable of a module, say, that may change.
    - *One text for all libraries.* Only the operators ``+ - * / **`` and ``abs`` touch the arrays.
    - *Coordinate by coordinate.* A coordinate's step depends on that coordinate alone, so that
      parameters may be stepped in pieces. A rule for which this is not so, which divides by the
      length of the whole gradient, say, sets ``coordinatewise = False``; it is then given whole
      arrays: in Keras, Optax and PyTorch one variable at a time.
    - *State.* A named tuple: ``t`` first, the number of steps taken, then arrays like theta and
      plain numbers. A number is one for all the parameters.
    - *Types.* Parameters and state keep their floating-point type and their shape.
    - *Learning rate.* ``step`` asks ``self.rate(t)`` for it, once. Another schedule is another
      function given as ``learning_rate``; ``rate`` is not overridden.

    Parameters
    ----------
    learning_rate : float, array or function of t, positive
        Step size :math:`\alpha`. An array broadcasts against the parameters; a function is
        called with the number of the step, :math:`t = 1, 2, \dots`

    Raises
    ------
    ValueError
        If a setting lies outside its range.

    Examples
    --------
    Steps of one size, against the sign of the gradient:

    >>> from typing import NamedTuple
    >>> class SignState(NamedTuple):
    ...     t: int
    >>> @dataclass(frozen=True)
    ... class SignDescent(Optimizer):
    ...     def init(self, theta):
    ...         return SignState(t=0)
    ...
    ...     def step(self, theta, gradient, state):
    ...         t = state.t + 1
    ...         theta = theta - self.rate(t) * gradient / abs(gradient)
    ...         return theta, SignState(t)
    >>> optimizer = SignDescent(learning_rate=0.5)
    >>> theta = np.array([3.0, -3.0])
    >>> optimizer.step(theta, np.array([8.0, -0.1]), optimizer.init(theta))
    (array([ 2.5, -2.5]), SignState(t=1))
    """

    coordinatewise: ClassVar[bool] = True

    learning_rate: Rate

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "rate" in vars(cls):
            raise TypeError(f"{cls.__name__} must not override rate: give it a learning_rate of t")

    def __post_init__(self) -> None:
        check_rate(self, "learning_rate")

    def rate(self, t: Any) -> Any:
        r"""Return the learning rate :math:`\alpha_t` of step ``t``, counted from 1.

        A NumPy scalar becomes a Python float, which leaves float32 parameters float32.
        """
        rate = self.learning_rate(t) if callable(self.learning_rate) else self.learning_rate
        if rate is None or callable(rate) or isinstance(rate, str):
            raise ValueError(f"learning_rate must return a number of t = {t!r}, got {rate!r}")
        scalar = isinstance(rate, np.generic | np.ndarray) and rate.ndim == 0
        return float(rate) if scalar else rate

    @abstractmethod
    def init(self, theta: Any) -> State:
        """Return the state before the first step, for parameters like ``theta``."""

    @abstractmethod
    def step(self, theta: Array, gradient: Array, state: Any) -> tuple[Array, State]:
        """Return the parameters and the state after one step along ``gradient``."""


def zeros_like(theta: Any) -> Any:
    """Return zeros of the kind, type and shape of ``theta``.

    By operators alone, whichever library made it; ``0 * theta`` is not zero where theta is
    infinite, and a theta that is 1 everywhere is what ``theta**0`` returns.

    Raises
    ------
    ValueError
        If ``theta`` holds whole or complex numbers.

    Examples
    --------
    >>> zeros_like(np.array([2.0, -np.inf]))
    array([0., 0.])
    """
    check_floating("theta", theta)
    return 0 * theta**0


def at_step(optimizer: Optimizer, t: Any, theta: Any) -> Optimizer:
    """Return a copy for step ``t`` alone: its learning rate asked, its arrays of theta's type.

    Whoever steps one array in several pieces or on several threads asks the rate with this, once.
    """
    return settings_like(bound(optimizer, learning_rate=optimizer.rate(t)), theta)


def arrays_of(state: Any) -> dict[str, np.ndarray]:
    """Return the fields of a state that are NumPy arrays; the others are numbers."""
    return {name: x for name, x in state._asdict().items() if isinstance(x, np.ndarray)}


def check_optimizer(optimizer: Any) -> None:
    """Raise unless it is an optimizer; the class ``Adam``, where ``Adam()`` was meant, is not."""
    check_instance("optimizer", optimizer, Optimizer, "an Optimizer, such as Adam()")
