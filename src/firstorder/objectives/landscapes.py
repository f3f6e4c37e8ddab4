r"""The test functions of the book: small landscapes, each with one kind of trouble.

Points of two variables are written :math:`(x, y)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from firstorder._checks import is_number
from firstorder.objectives.base import Array, Objective


def linear(slope: float = 1.0) -> Objective:
    r"""Return :math:`f(\theta) = a\,\theta`, whose gradient is the same everywhere.

    Parameters
    ----------
    slope : float, not 0
        The gradient :math:`a`.

    Raises
    ------
    ValueError
        If ``slope`` is 0 or not a finite number.

    Examples
    --------
    >>> linear(slope=3.0).gradient(np.zeros(2))
    array([3., 3.])
    """
    if not is_number(slope) or slope == 0:
        raise ValueError(f"slope must be a finite number other than 0, got {slope!r}")
    return Objective(
        f"linear({slope:g})",
        (),
        lambda theta: slope * theta,
        lambda theta: slope + 0 * theta,
        np.empty(0),
        -np.inf,
    )


def quadratic(eigenvalues: Any = (1.0, 100.0), rotation: float = 0.0) -> Objective:
    r"""Return :math:`f(\theta) = \tfrac12\,\theta^\top A\,\theta`, least at 0.

    Parameters
    ----------
    eigenvalues : sequence of float, non-negative
        Curvatures :math:`\lambda_i` along the axes: :math:`A = \operatorname{diag}(\lambda)`.
    rotation : float
        Angle in radians by which the first two axes are turned, counter-clockwise.

    Raises
    ------
    ValueError
        If there is no eigenvalue, one is negative or no number, or ``rotation`` is not a finite
        number, and 0 in one dimension.

    Examples
    --------
    >>> bowl = quadratic([1.0, 4.0])
    >>> float(bowl.value(np.array([1.0, 1.0]))), bowl.gradient(np.array([1.0, 1.0]))
    (2.5, array([1., 4.]))
    """
    try:
        curvatures = np.array(eigenvalues, dtype=float)
    except (TypeError, ValueError):
        curvatures = np.empty(0)
    valid = (curvatures >= 0) & np.isfinite(curvatures)
    if curvatures.ndim != 1 or curvatures.size == 0 or not valid.all():
        raise ValueError(f"eigenvalues must be non-negative numbers, got {eigenvalues!r}")
    if not is_number(rotation) or (rotation and curvatures.size < 2):
        allowed = "a finite number" if curvatures.size > 1 else "0 in one dimension"
        raise ValueError(f"rotation must be {allowed}, got {rotation!r}")
    d = curvatures.size
    if rotation:
        turn = np.eye(d)
        turn[:2, :2] = [
            [np.cos(rotation), -np.sin(rotation)],
            [np.sin(rotation), np.cos(rotation)],
        ]
        A = turn @ np.diag(curvatures) @ turn.T
        gradient: Callable[[Array], Array] = lambda theta: theta @ A  # noqa: E731
    else:
        gradient = lambda theta: curvatures * theta  # noqa: E731
    return Objective(
        "quadratic",
        (d,),
        lambda theta: 0.5 * np.vecdot(theta, gradient(theta)),
        gradient,
        np.zeros((1, d)),
        0.0,
    )


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

    def value(theta: Array) -> Array:
        x, y = theta[..., 0], theta[..., 1]
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    def gradient(theta: Array) -> Array:
        x, y = theta[..., 0], theta[..., 1]
        slope = 200 * (y - x**2)
        return np.stack([-2 * (1 - x) - 2 * x * slope, slope], axis=-1)

    return Objective("Rosenbrock", (2,), value, gradient, np.array([[1.0, 1.0]]), 0.0)


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
    terms = ((1, 1.5), (2, 2.25), (3, 2.625))

    def value(theta: Array) -> Array:
        x, y = theta[..., 0], theta[..., 1]
        return sum((c - x * (1 - y**i)) ** 2 for i, c in terms)

    def gradient(theta: Array) -> Array:
        x, y = theta[..., 0], theta[..., 1]
        along_x = sum(-2 * (c - x * (1 - y**i)) * (1 - y**i) for i, c in terms)
        along_y = sum(2 * (c - x * (1 - y**i)) * x * i * y ** (i - 1) for i, c in terms)
        return np.stack([along_x, along_y], axis=-1)

    return Objective("Beale", (2,), value, gradient, np.array([[3.0, 0.5]]), 0.0)


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

    def value(theta: Array) -> Array:
        x, y = theta[..., 0], theta[..., 1]
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    def gradient(theta: Array) -> Array:
        x, y = theta[..., 0], theta[..., 1]
        first, second = x**2 + y - 11, x + y**2 - 7
        return np.stack([4 * x * first + 2 * second, 2 * first + 4 * y * second], axis=-1)

    minimizers = [
        [3.0, 2.0],
        [-2.805118086952745, 3.131312518250573],
        [-3.779310253377747, -3.283185991286170],
        [3.584428340330492, -1.848126526964404],
    ]
    return Objective("Himmelblau", (2,), value, gradient, np.array(minimizers), 0.0)
