"""Landscapes with a place to get stuck: a saddle, a second well, a plateau."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from firstorder.checks import check_real
from firstorder.objectives.base import Array, Objective, of_two_variables

STEEPEST_TILT = 2 / 27**0.5  # beyond it the double well has one well


def saddle() -> Objective:
    r"""Return :math:`f(x, y) = \tfrac12 x^2 - \tfrac12 y^2 + \tfrac14 y^4`, a saddle at 0.

    At the saddle the curvatures are 1 along x and -1 along y; the minima lie at
    :math:`(0, \pm 1)`, with value :math:`-\tfrac14`. A run that starts with :math:`y = 0` ends in
    the saddle.

    Examples
    --------
    >>> saddle().gradient(np.array([0.5, 0.0]))
    array([0.5, 0. ])
    """
    minimizers = [[0.0, -1.0], [0.0, 1.0]]
    return of_two_variables("saddle", _saddle, _saddle_gradient, minimizers, minimum=-0.25)


def _saddle(x: Array, y: Array) -> Array:
    return x**2 / 2 - y**2 / 2 + y**4 / 4


def _saddle_gradient(x: Array, y: Array) -> tuple[Array, Array]:
    return x, y**3 - y


def double_well(tilt: float = 0.0) -> Objective:
    r"""Return :math:`f(x) = \tfrac14 (x^2 - 1)^2 + c\,x`, two wells with a barrier between.

    Untilted, the wells lie at :math:`\pm 1` with curvature 2, under a barrier of height
    :math:`\tfrac14` at 0. A positive tilt :math:`c` makes the left well the deeper one.

    Parameters
    ----------
    tilt : float
        The slope :math:`c`; two wells need :math:`|c| < 2/\sqrt{27} \approx 0.385`.

    See Also
    --------
    double_well_points : The wells and the top of the barrier.

    Examples
    --------
    >>> double_well().minimizers
    array([-1.,  1.])
    >>> double_well(tilt=0.1).minimizers.round(3)
    array([-1.047])
    """
    left, _, right = double_well_points(tilt)
    value = partial(_double_well, tilt=tilt)
    deepest = {0: [left, right], 1: [left], -1: [right]}[int(np.sign(tilt))]
    return Objective(
        f"double well({tilt:g})",
        (),
        value,
        partial(_double_well_gradient, tilt=tilt),
        np.array(deepest),
        float(value(deepest[0])),
    )


def _double_well(x: Any, tilt: float) -> Any:
    return (x**2 - 1) ** 2 / 4 + tilt * x


def _double_well_gradient(x: Array, tilt: float) -> Array:
    return x**3 - x + tilt


def double_well_points(tilt: float = 0.0) -> tuple[float, float, float]:
    r"""Return the left well, the top of the barrier and the right well of ``double_well(tilt)``.

    They are the roots of :math:`x^3 - x + c`, in Viète's trigonometric form
    :math:`x_k = \tfrac{2}{\sqrt3} \cos\bigl(\tfrac13 \arccos(-\tfrac{\sqrt{27}}{2} c)
    - \tfrac{2 \pi k}{3}\bigr)`.

    Examples
    --------
    >>> [round(x, 3) for x in double_well_points(0.1)]
    [-1.047, 0.101, 0.946]
    """
    check_real("tilt", tilt, "between -0.3849 and 0.3849", lambda c: abs(c) < STEEPEST_TILT)
    if tilt == 0:
        return -1.0, 0.0, 1.0
    angle = np.arccos(-tilt / STEEPEST_TILT) / 3
    roots = 2 / 3**0.5 * np.cos(angle - 2 * np.pi * np.array([2, 1, 0]) / 3)
    roots -= (roots**3 - roots + tilt) / (3 * roots**2 - 1)  # Newton, against rounding
    left, top, right = (float(x) for x in roots)
    return left, top, right


def plateau() -> Objective:
    r"""Return :math:`f(x) = \tfrac12\, x^2 / (1 + x^2)`: a well of curvature 1 in a flat country.

    Far from the well the gradient falls as :math:`x^{-3}`, so that gradient descent needs about
    :math:`x^4 / 4\alpha` steps to cross the plateau.

    Examples
    --------
    >>> print(f"{plateau().gradient(10.0):.1e}")
    9.8e-04
    """
    return Objective("plateau", (), _plateau, _plateau_gradient, np.array([0.0]), 0.0)


def _plateau(x: Array) -> Array:
    return x**2 / (1 + x**2) / 2


def _plateau_gradient(x: Array) -> Array:
    return x / (1 + x**2) ** 2
