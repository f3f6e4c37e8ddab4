"""First-order optimization, from gradient descent to Adam: one formula, one text.

An argument outside the range that its documentation gives raises a ValueError, which names the
argument, its value and what is allowed.
"""

from firstorder import objectives, schedules
from firstorder.optimizers import AdaGrad, Adam, GradientDescent, Momentum, Optimizer, RMSprop
from firstorder.trajectories import Trajectory, minimize

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
