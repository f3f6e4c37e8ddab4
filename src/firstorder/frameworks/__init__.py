"""The reference optimizers inside Keras, Optax and PyTorch, and the frameworks' dialects of them.

``as_keras``, ``as_optax`` and ``as_torch`` carry the book's own ``step`` into a framework;
``translate`` and ``recognise`` go between the book's optimizers and the framework's own, where
settings exist that mean the same. Nothing here imports a framework until it is needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from firstorder.frameworks.dialects import KerasAdam, KerasMomentum, TorchAdaGrad, TorchRMSprop
from firstorder.frameworks.recognition import recognise
from firstorder.frameworks.tensorflow_import import import_tensorflow
from firstorder.frameworks.translation import NoTranslation, translate

if TYPE_CHECKING:
    from firstorder.frameworks.keras_bridge import as_keras
    from firstorder.frameworks.optax_bridge import as_optax
    from firstorder.frameworks.torch_bridge import as_torch

__all__ = [
    "KerasAdam",
    "KerasMomentum",
    "NoTranslation",
    "TorchAdaGrad",
    "TorchRMSprop",
    "as_keras",
    "as_optax",
    "as_torch",
    "import_tensorflow",
    "recognise",
    "translate",
]


def __getattr__(name: str) -> Any:
    """Import a bridge, and with it the framework, when its function is first asked for."""
    if name in ("as_keras", "as_optax", "as_torch"):
        bridge = import_module(f"{__name__}.{name.removeprefix('as_')}_bridge")
        return getattr(bridge, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
