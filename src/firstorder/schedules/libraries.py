"""The little that schedules need beyond operators, from whichever library made the number."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np


def plain(t: Any) -> Any:
    """Return a NumPy scalar as a Python float, which leaves float32 parameters float32."""
    return float(t) if isinstance(t, np.generic) else t


def _library(t: Any) -> Any:
    """Return the library of mathematics that made ``t``: its own one, or NumPy."""
    name = type(t).__module__.partition(".")[0]
    if name in ("jaxlib", "jax"):
        return sys.modules["jax"].numpy
    return sys.modules[name] if name in ("tensorflow", "torch") else np


def cos(x: Any) -> Any:
    """Return the cosine of a number, array or tensor, as one of the same kind."""
    return math.cos(x) if isinstance(x, int | float) else _library(x).cos(x)


def at_most(x: Any, limit: float) -> Any:
    """Return the lesser of ``x`` and a limit, as a number, array or tensor like ``x``."""
    if isinstance(x, int | float):
        return min(x, limit)
    library = _library(x)
    return x.clamp(max=limit) if library.__name__ == "torch" else library.minimum(x, limit)
