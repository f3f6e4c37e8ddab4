"""The frameworks' own optimizers, with settings that mean the same as a reference's.

One table a framework says which reference or dialect its optimizers mean.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firstorder.frameworks.dialects import KerasAdam, KerasMomentum, TorchAdaGrad, TorchRMSprop
from firstorder.frameworks.meaning import NoTranslation, express
from firstorder.frameworks.settings import check_scalar, settings_of
from firstorder.optimizers import AdaGrad, Adam, GradientDescent, Momentum, Optimizer, RMSprop


def to_keras(optimizer: Optimizer) -> Any:
    """Return Keras's own optimizer that means the same as ``optimizer``."""
    import keras

    from firstorder.frameworks.keras import keras_rate

    own: dict[type, Callable[..., Any]] = {
        GradientDescent: keras.optimizers.SGD,
        KerasMomentum: keras.optimizers.SGD,
        AdaGrad: keras.optimizers.Adagrad,
        RMSprop: keras.optimizers.RMSprop,
        KerasAdam: keras.optimizers.Adam,
    }
    check_scalar(optimizer, "Keras")
    optimizer = express(optimizer, own)
    settings = {**settings_of(optimizer), "learning_rate": keras_rate(optimizer.learning_rate)}
    return own[type(optimizer)](**settings)


def to_optax(optimizer: Optimizer) -> Any:
    """Return Optax's own transformation that means the same as ``optimizer``."""
    import optax

    own: dict[type, Callable[..., Any]] = {
        GradientDescent: lambda rate: optax.sgd(rate),
        Momentum: lambda rate, momentum, nesterov: optax.sgd(rate, momentum, nesterov),
        KerasMomentum: lambda rate, momentum, nesterov: optax.chain(
            optax.scale_by_learning_rate(rate), optax.trace(momentum, nesterov)
        ),
        AdaGrad: lambda rate, epsilon, start: optax.adagrad(rate, start, epsilon),
        RMSprop: lambda rate, rho, epsilon: optax.rmsprop(rate, rho, epsilon, eps_in_sqrt=True),
        TorchRMSprop: lambda rate, rho, epsilon: optax.rmsprop(
            rate, rho, epsilon, eps_in_sqrt=False
        ),
        Adam: lambda rate, *others: optax.adam(rate, *others),
    }
    optimizer = express(optimizer, own)
    rate, *others = settings_of(optimizer).values()
    # Optax calls a schedule with the number of steps taken, the book with that of the step.
    schedule = (lambda count: rate(count + 1)) if callable(rate) else rate
    return own[type(optimizer)](schedule, *others)


def to_torch(optimizer: Optimizer, params: Any) -> Any:
    """Return PyTorch's own optimizer of ``params`` that means the same as ``optimizer``."""
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
        TorchRMSprop: lambda lr, rho, epsilon: torch.optim.RMSprop(params, lr, rho, epsilon),
        Adam: lambda lr, beta_1, beta_2, epsilon: torch.optim.Adam(
            params, lr, (beta_1, beta_2), epsilon
        ),
    }  # fmt: skip
    check_scalar(optimizer, "PyTorch")
    optimizer = express(optimizer, own)
    return own[type(optimizer)](*settings_of(optimizer).values())
