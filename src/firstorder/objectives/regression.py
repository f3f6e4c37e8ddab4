r"""Losses of linear models: convex, with a Hessian, a minimizer and minibatches.

The data are n examples: ``X`` of shape (n, features), one example a row, and n targets or labels.
For an intercept give ``X`` a column of ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from firstorder._checks import is_count
from firstorder.objectives.base import Array, Objective, Random


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
        The matrix of second derivatives, for the point's numbers in one row.
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
            If ``batch_size`` is not a whole number in that range.
        """
        n = len(self.y)
        if not is_count(batch_size) or (batch_size > n and not replace):
            limit = "a positive whole number" if replace else f"a whole number from 1 to {n}"
            raise ValueError(f"batch_size must be {limit}, got {batch_size!r}")

        def sample(theta: Array, random: Random) -> Array:
            batch = np.shape(theta)[: np.ndim(theta) - self.ndim]
            if replace:
                rows = random.integers(n, size=(*batch, batch_size))
            else:  # the batch_size least of n random keys are a random subset
                rows = random.random((*batch, n)).argpartition(batch_size - 1)[..., :batch_size]
            return self.batch_gradient(theta, self.X[rows], self.y[rows])

        return Objective(
            f"{self.name}, minibatches of {batch_size}",
            self.shape,
            self.value,
            self.gradient,
            self.minimizers,
            self.minimum,
            sample,
        )


def linear_regression(X: Array, y: Array) -> Regression:
    r"""Return half the mean squared error, :math:`f(\theta) = \frac{1}{2n} \|X\theta - y\|^2`.

    Its gradient is :math:`X^\top (X\theta - y)/n` and its Hessian :math:`X^\top X/n`. The
    minimizer is the solution of least squares, the shortest where there are many.

    Parameters
    ----------
    X : array (n, features)
        One example a row.
    y : array (n,)
        Targets.

    Raises
    ------
    ValueError
        If the shapes do not fit or a number is not finite.

    Examples
    --------
    >>> line = linear_regression([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 3.0, 5.0])
    >>> line.minimizers.round(6)           # intercept 1, slope 2
    array([[1., 2.]])
    """
    X, y = examples(X, y)
    n, features = X.shape
    second = X.T @ X / n

    def value(theta: Array) -> Array:
        return np.mean((theta @ X.T - y) ** 2, axis=-1) / 2

    def batch_gradient(theta: Array, X: Array, y: Array) -> Array:
        residuals = predict(theta, X) - y
        return pull_back(residuals, X)

    minimizer = np.linalg.lstsq(X, y, rcond=None)[0]
    return Regression(
        "linear regression",
        (features,),
        value,
        lambda theta: batch_gradient(theta, X, y),
        minimizer[np.newaxis],
        float(value(minimizer)),
        X=X,
        y=y,
        l2=0.0,
        hessian=lambda theta: second,
        smoothness=float(np.linalg.eigvalsh(second)[-1]),
        batch_gradient=batch_gradient,
    )


def examples(X: Array, y: Array) -> tuple[np.ndarray, np.ndarray]:
    """Return data as checked arrays of floats: ``X`` (n, features) and ``y`` (n,)."""
    X, y = as_floats("X", X), as_floats("y", y)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must have the shape (n, features), got {X.shape}")
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must have one number a row of X, shape {X.shape[:1]}, got {y.shape}")
    for name, numbers in (("X", X), ("y", y)):
        if not np.isfinite(numbers).all():
            bad = numbers[~np.isfinite(numbers)][0]
            raise ValueError(f"{name} must be finite, got {bad}")
    return X, y


def as_floats(name: str, data: Array) -> np.ndarray:
    """Return a copy of data as an array of floats, or raise and name them."""
    try:
        return np.array(data, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from error


def predict(theta: Array, X: Array) -> Array:
    """Return ``X theta`` for points (*batch, features): rows are shared, or one set a point."""
    return theta @ X.T if X.ndim == 2 else (X @ theta[..., np.newaxis])[..., 0]


def pull_back(residuals: Array, X: Array) -> Array:
    """Return ``X^T residuals / rows``, the transpose of `predict`, as a mean over the rows."""
    rows = X.shape[-2]
    if X.ndim == 2:
        return residuals @ X / rows
    return (residuals[..., np.newaxis, :] @ X)[..., 0, :] / rows
