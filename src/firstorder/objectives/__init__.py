"""Functions to minimize, each with its gradient and its known minima.

Every function takes points of shape ``(*batch, *shape)`` and returns values of shape ``batch``:
the axes in front are independent points. Where ``shape`` is ``()`` the function is of one
variable and acts on each number by itself.
"""

from firstorder.objectives.base import Objective, noisy
from firstorder.objectives.classification import logistic_regression, softmax_regression
from firstorder.objectives.differences import central_differences, gradient_error
from firstorder.objectives.landscapes import beale, himmelblau, linear, quadratic, rosenbrock
from firstorder.objectives.nonconvex import double_well, double_well_points, plateau, saddle
from firstorder.objectives.regression import Regression, linear_regression

__all__ = [
    "Objective",
    "Regression",
    "beale",
    "central_differences",
    "double_well",
    "double_well_points",
    "gradient_error",
    "himmelblau",
    "linear",
    "linear_regression",
    "logistic_regression",
    "noisy",
    "plateau",
    "quadratic",
    "rosenbrock",
    "saddle",
    "softmax_regression",
]
