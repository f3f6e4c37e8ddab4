"""What every function to minimize is made of, and noise on its gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from firstorder.checks import check_array

Array = np.ndarray
Random = np.random.Generator


@dataclass(frozen=True, eq=False)
class Objective:
    """A differentiable function, its gradient, and where it is least.

    It can be pickled, and so sent to other processes, where its functions can: those of this
    package do, a lambda does not.

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
    value: Callable[[Any], Array] = field(repr=False)
    gradient: Callable[[Any], Array] = field(repr=False)
    minimizers: np.ndarray = field(repr=False)
    minimum: float
    sample: Callable[[Any, Random], Array] | None = field(default=None, repr=False)

    @property
    def ndim(self) -> int:
        """Number of axes of one point."""
        return len(self.shape)


def of_two_variables(
    name: str,
    value: Callable[[Array, Array], Array],
    gradient: Callable[[Array, Array], tuple[Array, Array]],
    minimizers: npt.ArrayLike,
    minimum: float = 0.0,
) -> Objective:
    """Return the objective of a function of x and y, the two numbers of a point."""
    return Objective(
        name,
        (2,),
        partial(_value_of_xy, value),
        partial(_gradient_of_xy, gradient),
        np.array(minimizers),
        minimum,
    )


def _value_of_xy(value: Callable[..., Array], theta: Array) -> Array:
    return value(theta[..., 0], theta[..., 1])


def _gradient_of_xy(gradient: Callable[..., tuple[Array, Array]], theta: Array) -> Array:
    return np.stack(gradient(theta[..., 0], theta[..., 1]), axis=-1)


def noisy(objective: Objective, sigma: npt.ArrayLike) -> Objective:
    r"""Return the objective with Gaussian noise on its gradients: :math:`g = \nabla f + \sigma z`.

    Parameters
    ----------
    objective : Objective
        Its gradient is the mean of the noisy ones. One that is stochastic keeps its own noise
        beneath this.
    sigma : float or array, non-negative
        Standard deviation of the noise in every coordinate; an array broadcasts against points.

    Examples
    --------
    >>> from firstorder.objectives import linear
    >>> gradients = noisy(linear(), 2.0).sample(np.zeros(100_000), np.random.default_rng(0))
    >>> print(f"{gradients.mean():.1f} {gradients.std():.1f}")
    1.0 2.0
    """
    deviation = check_array("sigma", sigma, "non-negative and finite", lambda x: x >= 0)
    estimate = objective.sample or partial(_exact, objective.gradient)
    return replace(
        objective,
        name=f"noisy {objective.name}",
        sample=partial(_with_noise, estimate, deviation),
    )


def _exact(gradient: Callable[[Array], Array], theta: Array, random: Random) -> Array:
    return gradient(theta)


def _with_noise(
    estimate: Callable[[Array, Random], Array], sigma: Array, theta: Array, random: Random
) -> Array:
    return estimate(theta, random) + sigma * random.standard_normal(np.shape(theta))
