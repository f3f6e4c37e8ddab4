"""The reference optimizers inside Keras, Optax and PyTorch, and the frameworks' dialects of them.

``as_keras``, ``as_optax`` and ``as_torch`` carry the book's own ``step`` into a framework;
``translate`` and ``recognise`` go between the book's optimizers and the framework's own, where
settings exist that mean the same. Nothing here imports a framework until it is needed.
"""

from __future__ import annotations

from firstorder.frameworks.carry import as_keras, as_optax, as_torch
from firstorder.frameworks.dialects import KerasAdam, KerasMomentum, TorchAdaGrad, TorchRMSprop
from firstorder.frameworks.meaning import NoTranslation
from firstorder.frameworks.native import recognise, translate
from firstorder.frameworks.quiet import quiet_tensorflow
from firstorder.frameworks.settings import settings_like

__all__ = [
    "KerasAdam",
    "KerasMomentum",
    "NoTranslation",
    "TorchAdaGrad",
    "TorchRMSprop",
    "as_keras",
    "as_optax",
    "as_torch",
    "quiet_tensorflow",
    "recognise",
    "settings_like",
    "translate",
]
