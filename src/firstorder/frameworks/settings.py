"""Settings of a reference optimizer: bound to tensors, written to and read from plain data."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import check_optimizer

AnyOptimizer = TypeVar("AnyOptimizer", bound=Optimizer)


def bound(optimizer: AnyOptimizer, **settings: Any) -> AnyOptimizer:
    """Return a copy with other settings, which may be tensors.

    ``dataclasses.replace`` would check their range, and a tensor has no value while it is traced.
    """
    twin = copy.copy(optimizer)
    for name, value in settings.items():
        object.__setattr__(twin, name, value)
    return twin


def settings_like(optimizer: AnyOptimizer, theta: Any) -> AnyOptimizer:
    """Return a copy whose array-valued settings are of the kind and type of ``theta``.

    NumPy's float64 settings would turn float32 parameters into float64, and PyTorch multiplies no
    tensor by a NumPy array. TensorFlow and JAX convert by themselves; here they may stay.

    Examples
    --------
    >>> from firstorder import GradientDescent
    >>> optimizer = GradientDescent(np.array([0.1, 0.2]))
    >>> settings_like(optimizer, np.float32([1, 1])).learning_rate.dtype.name
    'float32'
    """
    arrays = {
        name: value
        for name, value in settings_of(optimizer).items()
        if isinstance(value, np.ndarray)
    }
    if isinstance(theta, np.ndarray):
        arrays = {name: value.astype(theta.dtype) for name, value in arrays.items()}
    elif type(theta).__module__.partition(".")[0] == "torch":
        arrays = {name: theta.new_tensor(value) for name, value in arrays.items()}
    return bound(optimizer, **arrays)


def settings_of(owner: Any) -> dict[str, Any]:
    """Return the hyper-parameters, or the settings of a schedule, by name."""
    return {field.name: getattr(owner, field.name) for field in fields(owner)}


def check_scalar(optimizer: Optimizer, framework: str) -> None:
    """Raise if a setting is an array: the frameworks' own optimizers take numbers."""
    check_optimizer(optimizer)
    for name, value in settings_of(optimizer).items():
        if isinstance(value, np.ndarray):
            raise ValueError(
                f"{name} must be a number in {framework}, got an array of shape {value.shape}"
            )


def to_config(value: Any) -> Any:
    """Return an optimizer or a schedule of this package as plain data, ready for JSON.

    Raises
    ------
    ValueError
        If ``value`` is an object of another kind, such as a lambda.
    """
    if is_dataclass(value) and type(value).__module__.startswith("firstorder."):
        settings = {name: to_config(setting) for name, setting in settings_of(value).items()}
        return {"class": f"{type(value).__module__}:{type(value).__qualname__}", **settings}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(
        f"a setting to be saved must be a number or one of firstorder.schedules, got {value!r}"
    )


def from_config(config: Any) -> Any:
    """Return what ``to_config`` was given.

    Raises
    ------
    ValueError
        If the data names anything but a dataclass of this package: they come from a file, which
        must not choose what is called.
    """
    if not isinstance(config, dict):
        return config
    kind = _own_class(config.get("class"))
    settings = {key: from_config(value) for key, value in config.items() if key != "class"}
    return kind(**settings)


def _own_class(path: Any) -> type:
    """Return the dataclass that ``"firstorder.module:Class"`` names."""
    module, _, name = str(path).partition(":")
    if module.startswith("firstorder."):
        with suppress(ImportError):
            kind = getattr(import_module(module), name, None)
            own = is_dataclass(kind) and kind.__module__.startswith("firstorder.")
            if own and isinstance(kind, type):
                return kind
    raise ValueError(f"class must be one of firstorder's, got {path!r}")
