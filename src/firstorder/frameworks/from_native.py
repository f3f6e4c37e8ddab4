"""The reference or dialect that a framework's own optimizer means."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from firstorder.frameworks.dialects import KerasAdam, KerasMomentum, TorchAdaGrad, TorchRMSprop
from firstorder.frameworks.meaning import PAIRS, NoTranslation, express
from firstorder.optimizers import AdaGrad, Adam, GradientDescent, Momentum, Optimizer, RMSprop


def from_keras(optimizer: Any) -> Optimizer:
    """Return the reference or dialect that means the same as a Keras optimizer."""
    import keras

    own = keras.optimizers
    allowed = dict(amsgrad=False, centered=False, weight_decay=None, clipnorm=None, clipvalue=None,
                   global_clipnorm=None, use_ema=False, gradient_accumulation_steps=None,
                   loss_scale_factor=None)  # fmt: skip
    kind = type(optimizer)
    rate = optimizer._learning_rate
    scheduled = isinstance(rate, own.schedules.LearningRateSchedule)
    if callable(rate) and not scheduled:
        raise NoTranslation(f"learning_rate must be a number or a schedule, got {rate!r}")
    config = optimizer.get_config()
    _refuse(kind, config, {**allowed, **({"momentum": 0.0} if kind is own.RMSprop else {})})
    # Keras calls a schedule with the number of steps taken, and rounds a number to float32.
    config["learning_rate"] = (lambda t: rate(t - 1)) if scheduled else float(rate)
    if kind is own.SGD and not config["momentum"]:
        return GradientDescent(config["learning_rate"])
    found = {own.SGD: KerasMomentum, own.Adagrad: AdaGrad, own.RMSprop: RMSprop,
             own.Adam: KerasAdam}  # fmt: skip
    return _made(kind, found, config)


def from_torch(optimizer: Any) -> Optimizer:
    """Return the reference or dialect that means the same as a PyTorch optimizer of one group."""
    import torch

    own = torch.optim
    if len(optimizer.param_groups) != 1:
        raise NoTranslation(
            f"optimizer must have one parameter group, got {len(optimizer.param_groups)}"
        )
    group, kind = optimizer.param_groups[0], type(optimizer)
    allowed = dict(amsgrad=False, centered=False, weight_decay=0, maximize=False, dampening=0,
                   lr_decay=0, decoupled_weight_decay=False)  # fmt: skip
    _refuse(kind, group, {**allowed, **({"momentum": 0} if kind is own.RMSprop else {})})
    if kind is own.SGD and not group["momentum"]:
        return GradientDescent(float(group["lr"]))
    names = {"lr": "learning_rate", "eps": "epsilon", "alpha": "rho"}
    config = {names.get(name, name): value for name, value in group.items()}
    config["learning_rate"] = float(config["learning_rate"])
    config["beta_1"], config["beta_2"] = group.get("betas", (None, None))
    config["initial_accumulator_value"] = optimizer.defaults.get("initial_accumulator_value")
    found = {own.SGD: Momentum, own.Adagrad: TorchAdaGrad, own.RMSprop: TorchRMSprop,
             own.Adam: Adam}  # fmt: skip
    return _made(kind, found, config)


def _refuse(kind: type, config: dict[str, Any], allowed: dict[str, Any]) -> None:
    """Raise if an option is on that the five methods do not have."""
    for name, value in allowed.items():
        if config.get(name, value) != value:
            raise NoTranslation(
                f"{name} must be {value!r}, got {config[name]!r}: the book's methods have nothing "
                f"that means the same as this option of {kind.__name__}"
            )


def _made(kind: type, found: dict[Any, type[Optimizer]], config: dict[str, Any]) -> Optimizer:
    """Return the optimizer that a framework's class means, as a reference where one is equal."""
    if kind not in found:
        raise NoTranslation(f"optimizer must be one of {list(found)}, got a {kind.__name__}")
    names = [field.name for field in fields(found[kind])]
    dialect = found[kind](**{name: config[name] for name in names})
    try:
        return express(dialect, [reference for reference, *_ in PAIRS])
    except NoTranslation:
        return dialect
