"""Every check of an argument: its error names the argument, its value and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def check_instance(name: str, value: Any, kind: type, allowed: str) -> None:
    """Raise unless a value is an instance of a class; the class itself is refused.

    Examples
    --------
    >>> check_instance("number", int, int, "an int, such as 3")
    Traceback (most recent call last):
    ValueError: number must be an int, such as 3, got <class 'int'>
    """
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be {allowed}, got {value!r}")


def check_whole(name: str, value: Any, least: int | None = 1, most: int | None = None) -> int:
    """Return a whole number as a Python int, or raise unless it lies in the range.

    A float is refused, even 2.0, and so is True: each is a slip more often than it is meant.

    Examples
    --------
    >>> check_whole("steps", np.int64(2))
    2
    >>> check_whole("steps", 2.0)
    Traceback (most recent call last):
    ValueError: steps must be a positive whole number, got 2.0
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if whole and (least is None or value >= least) and (most is None or value <= most):
        return int(value)
    if most is not None:
        allowed = f"a whole number from {least} to {most}"
    else:
        names = {None: "a whole number", 0: "a non-negative whole number"}
        allowed = names.get(least, "a positive whole number")
    raise ValueError(f"{name} must be {allowed}, got {value!r}")


def check_real(
    name: str,
    value: Any,
    allowed: str = "a finite number",
    holds: Callable[[Any], Any] = lambda x: True,
) -> float:
    """Return a finite real number, Python's or NumPy's, as a float, or raise unless it holds.

    Examples
    --------
    >>> check_real("slope", np.float32(0.5))
    0.5
    >>> check_real("l2", -1, "non-negative and finite", lambda x: x >= 0)
    Traceback (most recent call last):
    ValueError: l2 must be non-negative and finite, got -1
    """
    real = isinstance(value, int | float | np.integer | np.floating)
    try:
        number = float(value) if real and not isinstance(value, bool) else math.nan
    except OverflowError:  # of a whole number that no float comes near
        number = math.inf
    if not math.isfinite(number) or not holds(number):
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return number


def check_bool(name: str, value: Any) -> bool:
    """Return True or False, Python's or NumPy's, or raise: "no" would count as true.

    Examples
    --------
    >>> check_bool("nesterov", np.True_)
    True
    """
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def check_array(
    name: str,
    value: Any,
    allowed: str = "finite",
    holds: Callable[[np.ndarray], Any] = np.isfinite,
    *,
    axes: tuple[str, ...] | None = None,
) -> np.ndarray:
    """Return a copy as an array of finite floats, of its own floating-point type if it has one.

    ``axes`` names the axes that it must have.

    Examples
    --------
    >>> check_array("sigma", [1.0, -2.0], "non-negative and finite", lambda x: x >= 0)
    Traceback (most recent call last):
    ValueError: sigma must be non-negative and finite, got -2.0
    """
    try:
        array = np.array(value)
    except (ValueError, RuntimeError):  # rows of several lengths, a tensor with a gradient
        array = np.array(None)
    if array.dtype.kind not in "bfiu":
        raise ValueError(f"{name} must be an array of real numbers, got {value!r}")
    if axes is not None and array.ndim != len(axes):
        shape = f"({', '.join(axes)}{',' * (len(axes) == 1)})"
        raise ValueError(f"{name} must have the shape {shape}, got {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must hold at least one number, got an empty array")
    array = array if array.dtype.kind == "f" else array.astype(float)
    right = np.isfinite(array) & holds(array)
    if not right.all():
        raise ValueError(f"{name} must be {allowed}, got {array[~right][0]}")
    return array


def check_points(name: str, value: Any, shape: tuple[int, ...], owner: str) -> np.ndarray:
    """Return points (*batch, *shape) as floats, or raise and name the owner of the axes."""
    points = check_array(name, value)
    if points.shape[max(points.ndim - len(shape), 0) :] != shape:
        raise ValueError(
            f"{name} must end in the axes {shape} of {owner}, got an array of shape {points.shape}"
        )
    return points


def check_floating(name: str, array: Any) -> None:
    """Raise if an array, of whichever library, holds anything but real floating-point numbers.

    Examples
    --------
    >>> check_floating("theta", np.array([1, 2]))
    Traceback (most recent call last):
    ValueError: theta must hold real floating-point numbers, got int64
    """
    dtype = getattr(array, "dtype", type(array))
    if isinstance(array, complex) or (
        hasattr(array, "dtype") and "float" not in getattr(dtype, "name", str(dtype))
    ):
        raise ValueError(
            f"{name} must hold real floating-point numbers, got {getattr(dtype, '__name__', dtype)}"
        )


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
    """Raise unless each setting is True or False, and store it as Python's."""
    for name in names:
        object.__setattr__(owner, name, check_bool(name, getattr(owner, name)))


def check_setting(owner: object, name: str, allowed: str, holds: Callable[[Any], Any]) -> None:
    """Check one setting of a frozen dataclass, and store it as a Python float or array of floats.

    A NumPy float64 scalar in a float32 formula would upcast the whole array; a Python float
    does not. An array is stored as a copy that cannot be written to.
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
    numbers.flags.writeable = False
    object.__setattr__(owner, name, float(numbers) if numbers.ndim == 0 else numbers)


def check_numbers(settings: dict[str, Any], where: str) -> None:
    """Raise if a setting is an array where each must be one number for all parameters."""
    for name, value in settings.items():
        if np.ndim(value) > 0:
            raise ValueError(
                f"{name} must be one number for all parameters in {where}, "
                f"got an array of shape {np.shape(value)}"
            )


def check_vector(name: str, array: Any, theta: np.ndarray, *, writeable: bool = True) -> None:
    """Raise unless ``array`` can be stepped with ``theta`` in place, without copies."""
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.ndim == 0:
        allowed = "an array of floats, with an axis or more"
    elif not array.dtype.isnative:
        allowed = "in this machine's byte order"
    elif array.dtype != theta.dtype or array.shape != theta.shape:
        allowed = f"like theta, {theta.dtype} of shape {theta.shape}"
    elif not array.flags.c_contiguous:
        allowed = "contiguous"
    elif writeable and not array.flags.writeable:
        allowed = "writeable"
    else:
        return
    kind = getattr(array, "dtype", type(array).__name__)
    raise ValueError(f"{name} must be {allowed}, got {kind} of shape {np.shape(array)}")


def _positive(numbers: np.ndarray) -> np.ndarray:
    return (numbers > 0) & np.isfinite(numbers)
