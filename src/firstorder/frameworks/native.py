"""Between the book's optimizers and the frameworks' own, where settings mean the same."""

from __future__ import annotations

from typing import Any

from firstorder.frameworks import from_native, to_native
from firstorder.frameworks.meaning import NoTranslation
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import check_optimizer


def translate(optimizer: Optimizer, framework: str, params: Any = None) -> Any:
    """Return a framework's own optimizer with settings that mean the same.

    Parameters
    ----------
    optimizer : Optimizer
        A reference, or a dialect of one.
    framework : {"keras", "optax", "torch"}
        Whose optimizer to return.
    params : iterable of tensors
        What a PyTorch optimizer is to optimize; for the others, none.

    Raises
    ------
    NoTranslation
        If no settings mean the same; the message says why. ``as_keras``, ``as_optax`` and
        ``as_torch`` carry the optimizer over all the same.
    ValueError
        If ``optimizer`` is none of the book's, the framework unknown, ``params`` missing or
        superfluous or, but for Optax, a setting an array.
    ImportError
        If the framework is not installed.

    Notes
    -----
    Equal in exact arithmetic, wherever the reference is finite: for ``epsilon = 0`` and a gradient
    that has always been 0, Optax's AdaGrad defines 0/0 as 0.

    Examples
    --------
    .. code-block:: python

        translate(Adam(0.001, epsilon=1e-8), "optax")
        translate(Adam(0.001, epsilon=1e-8), "keras")  # NoTranslation: ... epsilon must be 0 ...
    """
    check_optimizer(optimizer)
    if framework not in ("keras", "optax", "torch"):
        raise ValueError(f"framework must be 'keras', 'optax' or 'torch', got {framework!r}")
    if (framework == "torch") != (params is not None):
        raise ValueError(f"params must be given for PyTorch and for it alone, got {params!r}")
    if framework == "keras":
        return to_native.to_keras(optimizer)
    if framework == "optax":
        return to_native.to_optax(optimizer)
    return to_native.to_torch(optimizer, params)


def recognise(optimizer: Any) -> Optimizer:
    """Return the reference, or the dialect of one, that a framework's own optimizer means.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer or torch.optim.Optimizer
        One of the five methods. (An Optax transformation does not tell its settings.)

    Raises
    ------
    NoTranslation
        If it is another method, or has an option that the five do not have.

    Examples
    --------
    .. code-block:: python

        recognise(keras.optimizers.Adam(0.5))
        # KerasAdam(learning_rate=0.5, beta_1=0.9, beta_2=0.999, epsilon=1e-07)
    """
    package = type(optimizer).__module__.partition(".")[0]
    if package not in ("keras", "torch"):
        raise NoTranslation(f"optimizer must be Keras's or PyTorch's own, got {optimizer!r}")
    if package == "keras":
        return from_native.from_keras(optimizer)
    return from_native.from_torch(optimizer)
