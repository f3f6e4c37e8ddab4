r"""Losses of linear models: convex, with a Hessian, a minimizer and minibatches.

The data are n examples: ``X`` of shape (n, features), one example per row, and n targets or labels.
For an intercept give ``X`` a column of ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from firstorder.checks import check_array, check_whole
from firstorder.objectives.base import Array, Objective, Random
from firstorder.objectives.losses import Loss, SquaredError


@dataclass(frozen=True, eq=False, kw_only=True)
class Regression(Objective):
    """The mean loss of a linear model over n examples, plus ``l2 / 2`` times the squared norm.

    Attributes
    ----------
    X, y : array (n, features), array (n,)
        The examples.
    l2 : float, non-negative
        Weight of the penalty.
    hessian : function of one point
        The matrix of second derivatives by the numbers of the flattened point.
    smoothness : float
        :math:`L`: no curvature of the loss anywhere exceeds it. Gradient descent descends with
        steps below 2 / L.
    """

    X: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)
    l2: float
    hessian: Callable[[Array], Array] = field(repr=False)
    smoothness: float = field(repr=False)
    batch_gradient: Callable[[Array, Array, Array], Array] = field(repr=False)

    @property
    def eigenvalues(self) -> np.ndarray:
        """Eigenvalues of the Hessian at the minimizer, ascending: they set every local rate."""
        return np.linalg.eigvalsh(self.hessian(self.minimizers[0]))

    def minibatches(self, batch_size: int, replace: bool = True) -> Objective:
        r"""Return the same objective, whose ``sample`` is the gradient of a random minibatch.

        The estimate is unbiased: :math:`E[g] = \nabla f`. With replacement its variance is that
        of one example over ``batch_size``; without, times :math:`(n - b)/(n - 1)` besides.
        Independent runs, in the leading axes of the points, draw independent minibatches.

        Parameters
        ----------
        batch_size : int, positive
            Examples in a minibatch, at most n without replacement.
        replace : bool
            Whether one minibatch may hold an example twice.

        Raises
        ------
        ValueError
            If noise was added before: take minibatches first, then `noisy`.
        """
        if self.sample is not None:
            raise ValueError(
                f"minibatches must be taken of exact gradients, got {self.name}: "
                f"write noisy(regression.minibatches({batch_size!r}), sigma)"
            )
        batch_size = check_whole("batch_size", batch_size, most=None if replace else len(self.y))
        return Objective(
            f"{self.name}, minibatches of {batch_size}",
            self.shape,
            self.value,
            self.gradient,
            self.minimizers,
            self.minimum,
            partial(_minibatch_gradient, self, batch_size, replace),
        )


def _minibatch_gradient(
    regression: Regression, batch_size: int, replace: bool, theta: Array, random: Random
) -> Array:
    batch = np.shape(theta)[: -regression.ndim]
    n = len(regression.y)
    if replace:
        rows = random.integers(n, size=(*batch, batch_size))
    else:  # the batch_size least of n random keys are a random subset
        rows = random.random((*batch, n)).argpartition(batch_size - 1)[..., :batch_size]
    return regression.batch_gradient(theta, regression.X[rows], regression.y[rows])


def linear_regression(X: npt.ArrayLike, y: npt.ArrayLike) -> Regression:
    r"""Return half the mean squared error, :math:`f(\theta) = \frac{1}{2n} \|X\theta - y\|^2`.

    Its gradient is :math:`X^\top (X\theta - y)/n` and its Hessian :math:`X^\top X/n`. The
    minimizer is the solution of least squares, the shortest where there are many.

    Parameters
    ----------
    X : array (n, features)
        One example per row.
    y : array (n,)
        Targets.

    Examples
    --------
    >>> line = linear_regression([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 3.0, 5.0])
    >>> line.minimizers.round(6)           # intercept 1, slope 2
    array([[1., 2.]])
    """
    X, y = examples(X, y)
    minimizer = np.linalg.lstsq(X, y, rcond=None)[0]
    loss = SquaredError(X, y, l2=0.0)
    return from_loss("linear regression", loss, minimizer[np.newaxis], 1.0)


def from_loss(name: str, loss: Loss, minimizers: Array, steepest: float) -> Regression:
    """Return the objective; ``steepest`` times the curvature of ``X^T X / n`` bounds the loss's."""
    second = loss.X.T @ loss.X / len(loss.X)
    return Regression(
        name,
        minimizers.shape[1:],
        loss.value,
        loss.gradient,
        minimizers,
        float(loss.value(minimizers[0])) if len(minimizers) else np.nan,
        X=loss.X,
        y=loss.y,
        l2=loss.l2,
        hessian=loss.hessian,
        smoothness=float(steepest * np.linalg.eigvalsh(second)[-1] + loss.l2),
        batch_gradient=loss.batch_gradient,
    )


def examples(X: npt.ArrayLike, y: npt.ArrayLike, name: str = "y") -> tuple[Array, Array]:
    """Return data as checked arrays of floats: ``X`` (n, features) and ``y`` (n,)."""
    X = check_array("X", X, axes=("n", "features")).astype(float)
    y = check_array(name, y, axes=("n",)).astype(float)
    if len(y) != len(X):
        raise ValueError(
            f"{name} must have a number per row of X, shape {X.shape[:1]}, got {y.shape}"
        )
    return X, y
