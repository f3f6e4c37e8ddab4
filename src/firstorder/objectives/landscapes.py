r"""The test functions of the book: small landscapes, each with one kind of trouble.

Points of two variables are written :math:`(x, y)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from firstorder.checks import check_array, check_real
from firstorder.objectives.base import Array, Objective, of_two_variables

BEALE = ((1, 1.5), (2, 2.25), (3, 2.625))  # i and c_i


def linear(slope: float = 1.0) -> Objective:
    r"""Return :math:`f(\theta) = a\,\theta`, whose gradient is the same everywhere.

    Parameters
    ----------
    slope : float, not 0
        The gradient :math:`a`.

    Examples
    --------
    >>> linear(slope=3.0).gradient(np.zeros(2))
    array([3., 3.])
    """
    slope = check_real("slope", slope, "a finite number other than 0", lambda a: a != 0)
    return Objective(
        f"linear({slope:g})",
        (),
        partial(np.multiply, slope),
        partial(_same_slope, slope),
        np.empty(0),
        -np.inf,
    )


def _same_slope(slope: float, theta: Array) -> Array:
    return slope + 0 * theta


def quadratic(eigenvalues: npt.ArrayLike = (1.0, 100.0), rotation: float = 0.0) -> Objective:
    r"""Return :math:`f(\theta) = \tfrac12\,\theta^\top A\,\theta`, least at 0.

    Parameters
    ----------
    eigenvalues : sequence of float, non-negative
        Curvatures :math:`\lambda_i` along the axes: :math:`A = \operatorname{diag}(\lambda)`.
    rotation : float
        Angle in radians by which the first two axes are turned, counter-clockwise; 0 in one
        dimension.

    Examples
    --------
    >>> bowl = quadratic([1.0, 4.0])
    >>> float(bowl.value(np.array([1.0, 1.0]))), bowl.gradient(np.array([1.0, 1.0]))
    (2.5, array([1., 4.]))
    """
    curvatures = check_array(
        "eigenvalues", eigenvalues, "non-negative and finite", lambda x: x >= 0, axes=("d",)
    ).astype(float)
    d = curvatures.size
    allowed = "a finite number" if d > 1 else "0 in one dimension"
    rotation = check_real("rotation", rotation, allowed, lambda angle: d > 1 or angle == 0)
    gradient = partial(np.multiply, curvatures)
    if rotation:
        turn = np.eye(d)
        turn[:2, :2] = [
            [np.cos(rotation), -np.sin(rotation)],
            [np.sin(rotation), np.cos(rotation)],
        ]
        gradient = partial(_times, turn @ np.diag(curvatures) @ turn.T)
    return Objective("quadratic", (d,), partial(_form, gradient), gradient, np.zeros((1, d)), 0.0)


def _times(A: Array, theta: Array) -> Array:
    return theta @ A


def _form(gradient: Callable[[Array], Array], theta: Array) -> Array:
    return 0.5 * np.vecdot(theta, gradient(theta))


def rosenbrock() -> Objective:
    r"""Return :math:`f(x, y) = (1 - x)^2 + 100\,(y - x^2)^2`, a curved ravine, least at (1, 1).

    Following the floor of the ravine takes a hundred times longer than falling into it.

    References
    ----------
    Rosenbrock (1960), *An automatic method for finding the greatest or least value of a function*.

    Examples
    --------
    >>> float(rosenbrock().value(np.array([-1.0, 1.0])))
    4.0
    """
    return of_two_variables("Rosenbrock", _rosenbrock, _rosenbrock_gradient, [[1.0, 1.0]])


def _rosenbrock(x: Array, y: Array) -> Array:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_gradient(x: Array, y: Array) -> tuple[Array, Array]:
    slope = 200 * (y - x**2)
    return -2 * (1 - x) - 2 * x * slope, slope


def beale() -> Objective:
    r"""Return :math:`f(x, y) = \sum_{i=1}^3 (c_i - x\,(1 - y^i))^2`, least at (3, 1/2).

    Here :math:`c = (1.5, 2.25, 2.625)`. Flat in the middle, and steep beyond :math:`|y| > 1`.

    References
    ----------
    Beale (1958), *On an iterative method for finding a local minimum of a function of more than
    one variable*.

    Examples
    --------
    >>> float(beale().value(np.array([3.0, 0.5])))
    0.0
    """
    return of_two_variables("Beale", _beale, _beale_gradient, [[3.0, 0.5]])


def _beale(x: Array, y: Array) -> Array:
    return sum((c - x * (1 - y**i)) ** 2 for i, c in BEALE)


def _beale_gradient(x: Array, y: Array) -> tuple[Array, Array]:
    along_x = sum(-2 * (c - x * (1 - y**i)) * (1 - y**i) for i, c in BEALE)
    along_y = sum(2 * (c - x * (1 - y**i)) * x * i * y ** (i - 1) for i, c in BEALE)
    return along_x, along_y


def himmelblau() -> Objective:
    r"""Return :math:`f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2`: four minima, all of value 0.

    References
    ----------
    Himmelblau (1972), *Applied Nonlinear Programming*.

    Examples
    --------
    >>> himmelblau().minimizers.round(2)
    array([[ 3.  ,  2.  ],
           [-2.81,  3.13],
           [-3.78, -3.28],
           [ 3.58, -1.85]])
    """
    minimizers = [
        [3.0, 2.0],
        [-2.805118086952745, 3.131312518250573],
        [-3.779310253377747, -3.283185991286170],
        [3.584428340330492, -1.848126526964404],
    ]
    return of_two_variables("Himmelblau", _himmelblau, _himmelblau_gradient, minimizers)


def _himmelblau(x: Array, y: Array) -> Array:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _himmelblau_gradient(x: Array, y: Array) -> tuple[Array, Array]:
    first, second = x**2 + y - 11, x + y**2 - 7
    return 4 * x * first + 2 * second, 2 * first + 4 * y * second
