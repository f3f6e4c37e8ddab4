"""What every function to minimize is made of, and two ways to make it harder: noise and turning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

Array = Any
Random = np.random.Generator


@dataclass(frozen=True, eq=False)
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
        The least value; ``-inf`` where there is none, ``nan`` where it is not known.
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


def noisy(objective: Objective, sigma: float) -> Objective:
    r"""Return the objective with Gaussian noise on its gradients: :math:`g = \nabla f + \sigma z`.

    Parameters
    ----------
    objective : Objective
        Its gradient is the mean of the noisy ones. One that is stochastic keeps its own noise
        beneath this.
    sigma : float or array, non-negative
        Standard deviation of the noise in every coordinate; an array broadcasts against points.

    Raises
    ------
    ValueError
        If ``sigma`` is negative or not finite.

    Examples
    --------
    >>> from firstorder.objectives import linear
    >>> gradients = noisy(linear(), 2.0).sample(np.zeros(100_000), np.random.default_rng(0))
    >>> print(f"{gradients.mean():.1f} {gradients.std():.1f}")
    1.0 2.0
    """
    deviation = np.asarray(sigma)
    if deviation.dtype.kind not in "fiu" or not (
        np.all(deviation >= 0) and np.all(np.isfinite(deviation))
    ):
        raise ValueError(f"sigma must be non-negative and finite, got {sigma!r}")
    estimate = objective.sample or (lambda theta, random: objective.gradient(theta))
    return replace(
        objective,
        name=f"noisy {objective.name}",
        sample=lambda theta, random: (
            estimate(theta, random) + deviation * random.standard_normal(np.shape(theta))
        ),
    )
