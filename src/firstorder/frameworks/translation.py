"""From the book's optimizers to the frameworks' own, where settings exist that mean the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, overload

from firstorder.checks import check_numbers
from firstorder.frameworks.dialects import KerasAdam, KerasMomentum, TorchAdaGrad, TorchRMSprop
from firstorder.optimizers import AdaGrad, Adam, GradientDescent, Momentum, Optimizer, RMSprop
from firstorder.optimizers.base import check_optimizer
from firstorder.settings import settings_of

if TYPE_CHECKING:
    import keras
    import optax
    import torch


class NoTranslation(ValueError):
    """Two dialects have no settings that mean the same; the message says why."""


# A reference and its dialect: when the two are equal, and why they differ otherwise.
PAIRS: list[tuple[type, type, Callable[[Any], bool], str]] = [
    (
        Momentum,
        KerasMomentum,
        lambda o: not callable(o.learning_rate) or o.momentum == 0,
        "the learning rate must not change with t: inside the sum (Keras) each gradient keeps the "
        "rate of its own step, outside it (PyTorch, Optax) the whole sum takes the newest rate",
    ),
    (
        Adam,
        KerasAdam,
        lambda o: o.epsilon == 0,
        "epsilon must be 0: Keras adds it to the root of the uncorrected mean square, the paper, "
        "PyTorch and Optax to that of the corrected one, so that one is sqrt(1 - beta_2**t) times "
        "the other, which changes with t",
    ),
    (
        RMSprop,
        TorchRMSprop,
        lambda o: o.epsilon == 0,
        "epsilon must be 0: PyTorch adds it to the root, Keras and Optax under it, and the two "
        "differ by more the smaller the gradient",
    ),
    (
        AdaGrad,
        TorchAdaGrad,
        lambda o: o.epsilon == 0,
        "epsilon must be 0: PyTorch adds it to the root, Keras and Optax under it, and the two "
        "differ by more the smaller the sum of the squares",
    ),
]


def express(optimizer: Optimizer, kinds: Iterable[type]) -> Optimizer:
    """Return an equal optimizer that is exactly one of ``kinds``, or raise ``NoTranslation``."""
    kinds = list(kinds)
    if type(optimizer) in kinds:
        return optimizer
    for reference, dialect, equal, reason in PAIRS:
        if type(optimizer) in (reference, dialect):
            other = dialect if type(optimizer) is reference else reference
            if other in kinds:
                if equal(optimizer):
                    return other(**settings_of(optimizer))
                raise NoTranslation(f"{optimizer!r} has no translation: {reason}")
    raise NoTranslation(f"{optimizer!r} has no translation: {type(optimizer).__name__} is unknown")


@overload
def translate(optimizer: Optimizer, framework: Literal["keras"]) -> keras.optimizers.Optimizer: ...
@overload
def translate(
    optimizer: Optimizer, framework: Literal["optax"]
) -> optax.GradientTransformation: ...
@overload
def translate(
    optimizer: Optimizer, framework: Literal["torch"], params: Any
) -> torch.optim.Optimizer: ...
def translate(optimizer: Optimizer, framework: str, params: Any = None) -> Any:
    """Return a framework's own optimizer with settings that mean the same.

    Parameters
    ----------
    optimizer : Optimizer
        A reference, or a dialect of one. But for Optax its settings are numbers.
    framework : {"keras", "optax", "torch"}
        Whose optimizer to return.
    params : iterable of tensors
        What a PyTorch optimizer is to optimize; the others are made without.

    Raises
    ------
    NoTranslation
        If no settings mean the same; the message says why. ``as_keras``, ``as_optax`` and
        ``as_torch`` carry the optimizer over all the same.
    ValueError
        If an argument is not as described.
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
        return _to_keras(optimizer)
    return _to_optax(optimizer) if framework == "optax" else _to_torch(optimizer, params)


def _to_keras(optimizer: Optimizer) -> keras.optimizers.Optimizer:
    from firstorder.frameworks.keras_bridge import keras, keras_rate

    own: dict[type, Callable[..., Any]] = {
        GradientDescent: keras.optimizers.SGD,
        KerasMomentum: keras.optimizers.SGD,
        AdaGrad: keras.optimizers.Adagrad,
        RMSprop: keras.optimizers.RMSprop,
        KerasAdam: keras.optimizers.Adam,
    }
    check_numbers(settings_of(optimizer), "Keras")
    optimizer = express(optimizer, own)
    settings = {**settings_of(optimizer), "learning_rate": keras_rate(optimizer.learning_rate)}
    return own[type(optimizer)](**settings)


def _to_optax(optimizer: Optimizer) -> optax.GradientTransformation:
    import optax

    own: dict[type, Callable[..., Any]] = {
        GradientDescent: optax.sgd,
        Momentum: optax.sgd,
        KerasMomentum: lambda rate, momentum, nesterov: optax.chain(
            optax.scale_by_learning_rate(rate), optax.trace(momentum, nesterov)
        ),
        AdaGrad: lambda rate, epsilon, start: optax.adagrad(rate, start, epsilon),
        RMSprop: lambda *settings: optax.rmsprop(*settings, eps_in_sqrt=True),
        TorchRMSprop: lambda *settings: optax.rmsprop(*settings, eps_in_sqrt=False),
        Adam: optax.adam,
    }
    optimizer = express(optimizer, own)
    rate, *others = settings_of(optimizer).values()
    # Optax calls a schedule with the number of steps taken, the book with that of the step.
    schedule = (lambda count: rate(count + 1)) if callable(rate) else rate
    return own[type(optimizer)](schedule, *others)


def _to_torch(optimizer: Optimizer, params: Any) -> torch.optim.Optimizer:
    import torch

    if callable(optimizer.learning_rate):
        raise NoTranslation(
            f"learning_rate must be a number, got {optimizer.learning_rate!r}: PyTorch's "
            "optimizers take no schedule; step a torch.optim.lr_scheduler beside them, or use "
            "as_torch"
        )
    own: dict[type, Callable[..., Any]] = {
        GradientDescent: lambda lr: torch.optim.SGD(params, lr),
        Momentum: lambda lr, momentum, nesterov: torch.optim.SGD(
            # PyTorch forbids nesterov without momentum, where the two are gradient descent.
            params, lr, momentum, nesterov=nesterov and momentum > 0
        ),
        TorchAdaGrad: lambda lr, epsilon, start: torch.optim.Adagrad(
            params, lr, initial_accumulator_value=start, eps=epsilon
        ),
        TorchRMSprop: lambda *settings: torch.optim.RMSprop(params, *settings),
        Adam: lambda lr, beta_1, beta_2, epsilon: torch.optim.Adam(
            params, lr, (beta_1, beta_2), epsilon
        ),
    }  # fmt: skip
    check_numbers(settings_of(optimizer), "PyTorch")
    optimizer = express(optimizer, own)
    return own[type(optimizer)](*settings_of(optimizer).values())
