"""Losses of linear classifiers: the logistic loss of two classes, and softmax of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from firstorder._checks import is_number
from firstorder.objectives.base import Array
from firstorder.objectives.regression import Regression, examples, predict, pull_back

LARGEST_SOLVED = 1000  # softmax parameters up to which Newton's method looks for the minimizer


def logistic_regression(X: Array, y: Array, l2: float = 0.0) -> Regression:
    r"""Return the mean logistic loss of labels 0 and 1, with a penalty.

    .. math::
        f(\theta) = \frac1n \sum_{i=1}^n \bigl[\log(1 + e^{z_i}) - y_i z_i\bigr]
        + \frac{\lambda}{2} \|\theta\|^2, \qquad z = X\theta

    Its gradient is :math:`X^\top (p - y)/n + \lambda\theta` with :math:`p = 1/(1 + e^{-z})`, its
    Hessian :math:`X^\top \operatorname{diag}(p(1-p)) X/n + \lambda I`. The minimizer is found by
    Newton's method.

    Parameters
    ----------
    X : array (n, features)
        One example a row.
    y : array (n,)
        Labels, 0 or 1.
    l2 : float, non-negative
        The penalty's weight :math:`\lambda`.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is neither 0 nor 1, ``l2`` is negative, or it is 0 and a
        plane separates the classes: the loss then falls for ever and there is no minimizer.

    Examples
    --------
    >>> model = logistic_regression([[-1.0], [1.0], [2.0], [1.0]], [0, 1, 1, 0])
    >>> model.minimizers.round(3)
    array([[1.046]])
    """
    X, y = examples(X, y)
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"y must hold labels 0 and 1, got {np.unique(y)[:5]}")
    check_l2(l2)
    n, features = X.shape

    def value(theta: Array) -> Array:
        z = theta @ X.T
        losses = np.logaddexp(0, z) - y * z
        return np.mean(losses, axis=-1) + l2 / 2 * np.sum(theta**2, axis=-1)

    def batch_gradient(theta: Array, X: Array, y: Array) -> Array:
        return pull_back(sigmoid(predict(theta, X)) - y, X) + l2 * theta

    def gradient(theta: Array) -> Array:
        return batch_gradient(theta, X, y)

    def hessian(theta: Array) -> Array:
        p = sigmoid(X @ theta)
        return (X.T * (p * (1 - p))) @ X / n + l2 * np.eye(features)

    minimizer = solved(value, gradient, hessian, np.zeros(features), l2)
    return Regression(
        "logistic regression",
        (features,),
        value,
        gradient,
        minimizer[np.newaxis],
        float(value(minimizer)),
        X=X,
        y=y,
        l2=l2,
        hessian=hessian,
        smoothness=float(np.linalg.eigvalsh(X.T @ X / n)[-1] / 4 + l2),
        batch_gradient=batch_gradient,
    )


def softmax_regression(X: Array, labels: Array, l2: float = 0.0) -> Regression:
    r"""Return the mean cross-entropy of softmax over K classes, with a penalty.

    .. math::
        f(\theta) = \frac1n \sum_{i=1}^n \Bigl[\log \sum_{k=1}^K e^{z_{ik}} - z_{i y_i}\Bigr]
        + \frac{\lambda}{2} \|\theta\|^2, \qquad z = X\theta

    Its gradient is :math:`X^\top (p - Y)/n + \lambda\theta`, where :math:`p` are the softmax
    probabilities and :math:`Y` the labels as rows of the identity matrix.

    Parameters
    ----------
    X : array (n, features)
        One example a row.
    labels : array (n,)
        Classes, whole numbers from 0 to K - 1; the largest tells K.
    l2 : float, non-negative
        The penalty's weight :math:`\lambda`.

    Returns
    -------
    Regression
        For points of shape (features, K). Up to 1000 parameters the minimizer is known; beyond,
        ``minimizers`` is empty and ``minimum`` is nan.

    Raises
    ------
    ValueError
        As `logistic_regression`.

    Examples
    --------
    >>> model = softmax_regression(np.ones((4, 1)), [0, 1, 2, 2])
    >>> round(float(np.exp(-model.minimum)), 4)    # the geometric mean of 1/4, 1/4, 1/2, 1/2
    0.3536
    """
    X, labels = examples(X, labels)
    if not np.all((labels >= 0) & (labels == np.floor(labels))):
        raise ValueError(f"labels must be whole numbers from 0, got {np.unique(labels)[:5]}")
    check_l2(l2)
    n, features = X.shape
    classes = int(labels.max()) + 1
    one_hot = np.eye(classes)

    def value(theta: Array) -> Array:
        z = X @ theta
        right = np.sum(z * one_hot[labels.astype(int)], axis=-1)
        penalty = l2 / 2 * np.sum(theta**2, axis=(-2, -1))
        return np.mean(np.logaddexp.reduce(z, axis=-1) - right, axis=-1) + penalty

    def batch_gradient(theta: Array, X: Array, labels: Array) -> Array:
        errors = softmax(X @ theta) - one_hot[labels.astype(int)]
        return np.swapaxes(X, -1, -2) @ errors / X.shape[-2] + l2 * theta

    def gradient(theta: Array) -> Array:
        return batch_gradient(theta, X, labels)

    def hessian(theta: Array) -> Array:
        p = softmax(X @ theta)
        blocks = [
            [(X.T * (p[:, k] * ((k == j) - p[:, j]))) @ X / n for j in range(classes)]
            for k in range(classes)
        ]  # (classes, classes, features, features)
        matrix = np.moveaxis(np.array(blocks), (0, 1), (1, 3)).reshape(2 * (features * classes,))
        return matrix + l2 * np.eye(features * classes)

    minimizers, minimum = np.empty((0, features, classes)), np.nan
    if features * classes <= LARGEST_SOLVED:
        minimizer = solved(value, gradient, hessian, np.zeros((features, classes)), l2)
        minimizers, minimum = minimizer[np.newaxis], float(value(minimizer))
    return Regression(
        "softmax regression",
        (features, classes),
        value,
        gradient,
        minimizers,
        minimum,
        X=X,
        y=labels,
        l2=l2,
        hessian=hessian,
        smoothness=float(np.linalg.eigvalsh(X.T @ X / n)[-1] / 2 + l2),
        batch_gradient=batch_gradient,
    )


def solved(
    value: Callable[[Array], Any],
    gradient: Callable[[Array], Array],
    hessian: Callable[[Array], Array],
    theta: Array,
    l2: float,
) -> np.ndarray:
    """Return the minimizer of a convex loss by Newton's method, or raise if it runs away."""
    curved = None
    for _ in range(50):
        curvatures, axes = np.linalg.eigh(hessian(theta))
        # Without curvature there is no gradient either: along such axes stay put.
        active = curvatures > 1e-12 * curvatures[-1]
        curved = active.sum() if curved is None else curved
        slopes = axes[:, active].T @ gradient(theta).ravel()
        move = -(axes[:, active] @ (slopes / curvatures[active])).reshape(theta.shape)
        while value(theta + move) > value(theta) * (1 + 1e-14):
            move = move / 2
        theta = theta + move
        if np.max(np.abs(move)) <= 1e-9 * max(1.0, np.max(np.abs(theta))):
            if active.sum() == curved:
                return theta
            break  # a direction has gone flat on the way to infinity
    raise ValueError(
        f"l2 must be positive where a plane separates the classes, got {l2!r}: "
        "the loss then has no minimizer"
    )


def check_l2(l2: float) -> None:
    """Raise unless the penalty is a non-negative, finite number."""
    if not is_number(l2) or l2 < 0:
        raise ValueError(f"l2 must be non-negative and finite, got {l2!r}")


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)), without overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


def softmax(z: Array) -> Array:
    """Return exp(z) / sum exp(z) over the last axis, without overflow."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
