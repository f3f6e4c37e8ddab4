"""Settings of optimizers and schedules: frozen, comparable, and bound to other values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from firstorder.checks import check_floating

Setting = float | np.ndarray
Rate = float | np.ndarray | Callable[[Any], Any]  # a function is called with t = 1, 2, ...


class Settings:
    """A frozen dataclass of settings, any of which may be a read-only array.

    Two of them are equal when they are of one class and all their settings are equal.

    Examples
    --------
    >>> from firstorder import GradientDescent
    >>> GradientDescent(np.array([0.1, 0.2])) == GradientDescent([0.1, 0.2])
    True
    """

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "__slots__" in vars(cls):
            raise TypeError(f"{cls.__name__} must be a dataclass without slots")
        # A dataclass would compare tuples of its settings, and arrays in them have no one truth.
        if "__eq__" not in vars(cls):
            cls.__eq__, cls.__hash__ = cls.__eq__, cls.__hash__  # type: ignore[method-assign]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return _comparable(self) == _comparable(other)

    def __setstate__(self, settings: dict[str, Any]) -> None:
        """Take over the settings of a pickle or a deep copy, whose arrays can be written to."""
        vars(self).update(settings)
        for value in settings.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def __hash__(self) -> int:
        return hash((type(self), _comparable(self)))


def _comparable(owner: Any) -> tuple[Any, ...]:
    """Return the settings with their arrays as shapes and tuples of numbers."""
    return tuple(
        (value.shape, tuple(value.ravel().tolist())) if isinstance(value, np.ndarray) else value
        for value in settings_of(owner).values()
    )


Owner = TypeVar("Owner")


def settings_of(owner: Any) -> dict[str, Any]:
    """Return the settings of an optimizer or a schedule by name."""
    return dict(vars(owner))


def bound(owner: Owner, **settings: Any) -> Owner:
    """Return a copy with other settings, which may be tensors.

    ``dataclasses.replace`` would check their range, and a tensor has no value while it is traced.
    """
    twin: Owner = object.__new__(type(owner))
    vars(twin).update(vars(owner), **settings)
    return twin


def settings_like(owner: Owner, theta: Any) -> Owner:
    """Return a copy whose array-valued settings are of the kind and type of ``theta``.

    NumPy's float64 settings would turn float32 parameters into float64, and PyTorch multiplies no
    tensor by a NumPy array. TensorFlow and JAX convert by themselves; here they may stay.

    Raises
    ------
    ValueError
        If ``theta`` does not hold floating-point numbers: of whole numbers the settings would
        become 0.

    Examples
    --------
    >>> from firstorder import GradientDescent
    >>> optimizer = GradientDescent(np.array([0.1, 0.2]))
    >>> settings_like(optimizer, np.float32([1, 1])).learning_rate.dtype.name
    'float32'
    """
    arrays = {k: v for k, v in settings_of(owner).items() if isinstance(v, np.ndarray)}
    if not arrays:
        return owner
    check_floating("theta", theta)
    if isinstance(theta, np.ndarray):
        arrays = {name: value.astype(theta.dtype) for name, value in arrays.items()}
    elif type(theta).__module__.partition(".")[0] == "torch":
        arrays = {name: theta.new_tensor(value) for name, value in arrays.items()}
    return bound(owner, **arrays)
