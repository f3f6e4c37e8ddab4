"""When a reference optimizer and a framework's dialect of it mean the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from firstorder.frameworks.dialects import KerasAdam, KerasMomentum, TorchAdaGrad, TorchRMSprop
from firstorder.frameworks.settings import settings_of
from firstorder.optimizers import AdaGrad, Adam, Momentum, Optimizer, RMSprop


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
    """Return an equal optimizer that is exactly one of ``kinds``.

    Raises
    ------
    NoTranslation
        If none of them can mean the same.
    """
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
