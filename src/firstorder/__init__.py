"""First-order optimization, from gradient descent to Adam: one formula, one text."""

from firstorder import objectives, schedules
from firstorder.minimize import Trajectory, minimize
from firstorder.optimizers import (
    AdaGrad,
    Adam,
    GradientDescent,
    Momentum,
    Optimizer,
    RMSprop,
)

__version__ = "0.2.0"

__all__ = [
    "AdaGrad",
    "Adam",
    "GradientDescent",
    "Momentum",
    "Optimizer",
    "RMSprop",
    "Trajectory",
    "minimize",
    "objectives",
    "schedules",
]
