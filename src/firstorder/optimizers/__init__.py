"""The update rules, one file a method, in the order of the chapters."""

from firstorder.optimizers.adagrad import AdaGrad, AdaGradState
from firstorder.optimizers.adam import Adam, AdamState
from firstorder.optimizers.base import Optimizer
from firstorder.optimizers.gradient_descent import GradientDescent, GradientDescentState
from firstorder.optimizers.momentum import Momentum, MomentumState
from firstorder.optimizers.rmsprop import RMSprop, RMSpropState

__all__ = [
    "AdaGrad",
    "AdaGradState",
    "Adam",
    "AdamState",
    "GradientDescent",
    "GradientDescentState",
    "Momentum",
    "MomentumState",
    "Optimizer",
    "RMSprop",
    "RMSpropState",
]
