"""Losses of linear classifiers: the logistic loss of two classes, and softmax of several."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from firstorder.checks import check_real
from firstorder.objectives.base import Array
from firstorder.objectives.losses import Logistic, Loss, Softmax
from firstorder.objectives.regression import Regression, examples, from_loss

LARGEST_SOLVED = 1000  # softmax parameters up to which Newton's method looks for the minimizer


def logistic_regression(X: npt.ArrayLike, y: npt.ArrayLike, l2: float = 0.0) -> Regression:
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
        One example per row.
    y : array (n,)
        Labels, 0 or 1.
    l2 : float, non-negative
        The penalty's weight :math:`\lambda`.

    Raises
    ------
    ValueError
        If the shapes do not fit or a setting lies outside its range; or if ``l2`` is 0 and a plane
        separates the classes: the loss then falls for ever and there is no minimizer.

    Examples
    --------
    >>> model = logistic_regression([[-1.0], [1.0], [2.0], [1.0]], [0, 1, 1, 0])
    >>> model.minimizers.round(3)
    array([[1.046]])
    """
    X, y = examples(X, y)
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"y must hold labels 0 and 1, got {np.unique(y)[:5]}")
    l2 = check_real("l2", l2, "non-negative and finite", lambda x: x >= 0)
    loss = Logistic(X, y, l2)
    return from_loss("logistic regression", loss, solved(loss, np.zeros(X.shape[1])), 0.25)


def softmax_regression(X: npt.ArrayLike, labels: npt.ArrayLike, l2: float = 0.0) -> Regression:
    r"""Return the mean cross-entropy of softmax over K classes, with a penalty.

    .. math::
        f(\theta) = \frac1n \sum_{i=1}^n \Bigl[\log \sum_{k=1}^K e^{z_{ik}} - z_{i y_i}\Bigr]
        + \frac{\lambda}{2} \|\theta\|^2, \qquad z = X\theta

    Its gradient is :math:`X^\top (p - Y)/n + \lambda\theta`, where :math:`p` are the softmax
    probabilities and :math:`Y` the labels as rows of the identity matrix.

    Parameters
    ----------
    X : array (n, features)
        One example per row.
    labels : array (n,)
        Classes, whole numbers from 0 to K - 1, each of which occurs.
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
    X, labels = examples(X, labels, "labels")
    classes = np.unique(labels)
    if not np.array_equal(classes, np.arange(len(classes))):
        raise ValueError(
            f"labels must be whole numbers from 0 to K - 1, each of which occurs, "
            f"got {classes[:5]} and {classes[-1]:g} as the largest"
        )
    l2 = check_real("l2", l2, "non-negative and finite", lambda x: x >= 0)
    shape = (X.shape[1], len(classes))
    loss = Softmax(X, labels, l2)
    small = math.prod(shape) <= LARGEST_SOLVED
    minimizers = solved(loss, np.zeros(shape)) if small else np.empty((0, *shape))
    return from_loss("softmax regression", loss, minimizers, 0.5)


def solved(loss: Loss, theta: Array) -> Array:
    """Return the minimizer (1, ...) of a convex loss by Newton's method, or raise if there is none.

    ``theta`` is where to begin.
    """
    curved = None
    for _ in range(50):
        curvatures, axes = np.linalg.eigh(loss.hessian(theta))
        # Without curvature there is no gradient either: along such axes stay put.
        active = curvatures > 1e-12 * curvatures[-1]
        curved = active.sum() if curved is None else curved
        slopes = axes[:, active].T @ loss.gradient(theta).ravel()
        move = -(axes[:, active] @ (slopes / curvatures[active])).reshape(theta.shape)
        while loss.value(theta + move) > loss.value(theta) * (1 + 1e-14):
            move = move / 2
        theta = theta + move
        if np.max(np.abs(move)) <= 1e-9 * max(1.0, np.max(np.abs(theta))):
            if active.sum() == curved:
                return theta[np.newaxis]
            break  # a direction has gone flat on the way to infinity
    raise ValueError(
        f"l2 must be positive where a plane separates the classes, got {loss.l2!r}: "
        "the loss then has no minimizer"
    )
