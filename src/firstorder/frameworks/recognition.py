"""From the frameworks' own optimizers to the book's that mean the same."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from firstorder.frameworks.dialects import KerasAdam, KerasMomentum, TorchAdaGrad, TorchRMSprop
from firstorder.frameworks.translation import PAIRS, NoTranslation, express
from firstorder.optimizers import AdaGrad, Adam, GradientDescent, Momentum, Optimizer, RMSprop

if TYPE_CHECKING:
    import keras
    import torch

# Options that the five methods do not have. None, False and 0 all mean that one is off.
KERAS_OPTIONS = ["amsgrad", "centered", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm",
                 "use_ema", "gradient_accumulation_steps", "loss_scale_factor"]  # fmt: skip
TORCH_OPTIONS = ["amsgrad", "centered", "weight_decay", "maximize", "dampening", "lr_decay",
                 "decoupled_weight_decay"]  # fmt: skip


def recognise(optimizer: keras.optimizers.Optimizer | torch.optim.Optimizer) -> Optimizer:
    """Return the reference, or the dialect of one, that a framework's own optimizer means.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer or torch.optim.Optimizer
        One of the five methods. (An Optax transformation does not tell its settings.)

    Raises
    ------
    NoTranslation
        If it is another method, or has an option that the five do not have.

    Notes
    -----
    Keras rounds a learning rate to float32. The shortest decimal number that is rounded to the
    same is returned: 0.001, not 0.0010000000474974513.

    Examples
    --------
    .. code-block:: python

        recognise(keras.optimizers.Adam(0.001))
        # KerasAdam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07)
    """
    package = type(optimizer).__module__.partition(".")[0]
    if package not in ("keras", "torch"):
        raise NoTranslation(f"optimizer must be Keras's or PyTorch's own, got {optimizer!r}")
    return _from_keras(optimizer) if package == "keras" else _from_torch(optimizer)


def _from_keras(optimizer: Any) -> Optimizer:
    import keras

    own, kind = keras.optimizers, type(optimizer)
    rate = optimizer._learning_rate
    scheduled = isinstance(rate, own.schedules.LearningRateSchedule)
    if callable(rate) and not scheduled:
        raise NoTranslation(f"learning_rate must be a number or a schedule, got {rate!r}")
    config = optimizer.get_config()
    _refuse(kind, config, KERAS_OPTIONS + ["momentum"] * (kind is own.RMSprop))
    # Keras calls a schedule with the number of steps taken, the book with that of the step.
    number = None if scheduled else _decimal(keras.ops.convert_to_numpy(rate))
    config["learning_rate"] = (lambda t: rate(t - 1)) if scheduled else number
    if kind is own.SGD and not config["momentum"]:
        return GradientDescent(config["learning_rate"])
    found = {own.SGD: KerasMomentum, own.Adagrad: AdaGrad, own.RMSprop: RMSprop,
             own.Adam: KerasAdam}  # fmt: skip
    return _made(kind, found, config)


def _from_torch(optimizer: Any) -> Optimizer:
    import torch

    own, kind = torch.optim, type(optimizer)
    if len(optimizer.param_groups) != 1:
        raise NoTranslation(
            f"optimizer must have one parameter group, got {len(optimizer.param_groups)}"
        )
    (group,) = optimizer.param_groups
    _refuse(kind, group, TORCH_OPTIONS + ["momentum"] * (kind is own.RMSprop))
    if kind is own.SGD and not group["momentum"]:
        return GradientDescent(_decimal(group["lr"]))
    names = {"lr": "learning_rate", "eps": "epsilon", "alpha": "rho"}
    config = {names.get(name, name): value for name, value in group.items()}
    config["learning_rate"] = _decimal(config["learning_rate"])
    config["beta_1"], config["beta_2"] = group.get("betas", (None, None))
    config["initial_accumulator_value"] = optimizer.defaults.get("initial_accumulator_value")
    found = {own.SGD: Momentum, own.Adagrad: TorchAdaGrad, own.RMSprop: TorchRMSprop,
             own.Adam: Adam}  # fmt: skip
    return _made(kind, found, config)


def _decimal(rate: Any) -> float:
    """Return the shortest decimal that a number stands for: 0.001, for float32's nearest to it."""
    return float(str(np.asarray(rate)))


def _refuse(kind: type, config: dict[str, Any], options: list[str]) -> None:
    """Raise if an option is on that the five methods do not have."""
    for name in options:
        if config.get(name):
            raise NoTranslation(
                f"{name} must be off, got {config[name]!r}: the book's methods have nothing that "
                f"means the same as this option of {kind.__name__}"
            )


def _made(kind: type, found: dict[Any, type[Optimizer]], config: dict[str, Any]) -> Optimizer:
    """Return the optimizer that a framework's class means, as a reference where one is equal."""
    if kind not in found:
        raise NoTranslation(f"optimizer must be one of {list(found)}, got {kind.__name__}")
    names = [field.name for field in fields(found[kind])]
    dialect = found[kind](**{name: config[name] for name in names})
    try:
        return express(dialect, [reference for reference, *_ in PAIRS])
    except NoTranslation:
        return dialect
