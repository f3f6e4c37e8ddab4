"""Functions to minimize, each with its gradient and its known minima.

Every function takes points of shape ``(*batch, *shape)`` and returns values of shape ``batch``:
the axes in front are independent points. Where ``shape`` is ``()`` the function is of one
variable and acts on each number by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

Array = Any
Random = np.random.Generator


@dataclass(frozen=True)
class Objective:
    """A differentiable function, its gradient, and where it is least.

    Attributes
    ----------
    name : str
        What to call it in messages and figures.
    shape : tuple of int
        Shape of one point: ``()`` for one variable, ``(d,)`` for d of them.
    value, gradient : functions of a point
        Both take a batch of points in the leading axes.
    minimizers : array (k, *shape)
        The known global minimizers; k = 0 where there is none.
    minimum : float
        The least value; ``-inf`` where there is none.
    sample : function of a point and a random generator, optional
        An unbiased estimate of the gradient; None where gradients are exact.
    """

    name: str
    shape: tuple[int, ...]
    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]
    minimizers: np.ndarray = field(repr=False)
    minimum: float
    sample: Callable[[Array, Random], Array] | None = None

    @property
    def ndim(self) -> int:
        """Number of axes of one point."""
        return len(self.shape)


def linear(slope: float = 1.0) -> Objective:
    r"""Return :math:`f(\theta) = a\,\theta`, whose gradient is the same everywhere.

    Examples
    --------
    >>> linear(slope=3.0).gradient(np.zeros(2))
    array([3., 3.])
    """
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
        If there is no eigenvalue, one is negative, or one-dimensional axes are to be turned.

    Examples
    --------
    >>> bowl = quadratic([1.0, 4.0])
    >>> float(bowl.value(np.array([1.0, 1.0]))), bowl.gradient(np.array([1.0, 1.0]))
    (2.5, array([1., 4.]))
    """
    curvatures = np.array(eigenvalues, dtype=float)
    if curvatures.ndim != 1 or curvatures.size == 0 or not (curvatures >= 0).all():
        raise ValueError(f"eigenvalues must be non-negative numbers, got {eigenvalues!r}")
    if rotation and curvatures.size < 2:
        raise ValueError(f"rotation must be 0 in one dimension, got {rotation!r}")
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
        lambda theta: 0.5 * np.sum(theta * gradient(theta), axis=-1),
        gradient,
        np.zeros((1, d)),
        0.0,
    )


def noisy(objective: Objective, sigma: float) -> Objective:
    r"""Return the objective with Gaussian noise on its gradients: :math:`g = \nabla f + \sigma z`.

    Parameters
    ----------
    objective : Objective
        Its exact gradient is the mean of the noisy ones.
    sigma : float, non-negative
        Standard deviation of the noise in every coordinate.

    Raises
    ------
    ValueError
        If ``sigma`` is negative.
    """
    if not sigma >= 0:
        raise ValueError(f"sigma must be non-negative, got {sigma!r}")
    return replace(
        objective,
        name=f"noisy {objective.name}",
        sample=lambda theta, random: (
            objective.gradient(theta) + sigma * random.standard_normal(np.shape(theta))
        ),
    )
