"""The losses of linear models and their derivatives.

A class each, and not functions within functions, which could not be pickled.
"""
# ruff: noqa: D102  (what each method returns, the base class says)

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from firstorder.objectives.base import Array


@dataclass(frozen=True, eq=False)
class Loss(ABC):
    """A mean loss over examples, with a penalty, and its derivatives.

    ``X`` is of shape (n, features), ``y`` (n,); ``l2`` is the weight of the penalty.
    """

    X: Array
    y: Array
    l2: float

    @abstractmethod
    def value(self, theta: Array) -> Array:
        """Return the loss over all examples."""

    @abstractmethod
    def batch_gradient(self, theta: Array, X: Array, y: Array) -> Array:
        """Return the gradient over some examples, or other ones for each point."""

    @abstractmethod
    def hessian(self, theta: Array) -> Array:
        """Return the matrix of second derivatives at one point."""

    def gradient(self, theta: Array) -> Array:
        """Return the gradient over all examples."""
        return self.batch_gradient(theta, self.X, self.y)


class SquaredError(Loss):
    """Half the mean squared error."""

    def value(self, theta: Array) -> Array:
        return np.mean((theta @ self.X.T - self.y) ** 2, axis=-1) / 2

    def batch_gradient(self, theta: Array, X: Array, y: Array) -> Array:
        return pull_back(predict(theta, X) - y, X)

    def hessian(self, theta: Array) -> Array:
        return self.X.T @ self.X / len(self.X)


class Logistic(Loss):
    """The logistic loss of labels 0 and 1."""

    def value(self, theta: Array) -> Array:
        z = theta @ self.X.T
        losses = np.logaddexp(0, z) - self.y * z
        return np.mean(losses, axis=-1) + self.l2 / 2 * np.sum(theta**2, axis=-1)

    def batch_gradient(self, theta: Array, X: Array, y: Array) -> Array:
        return pull_back(sigmoid(predict(theta, X)) - y, X) + self.l2 * theta

    def hessian(self, theta: Array) -> Array:
        X, p = self.X, sigmoid(self.X @ theta)
        return (X.T * (p * (1 - p))) @ X / len(X) + self.l2 * np.eye(len(theta))


class Softmax(Loss):
    """The cross-entropy of softmax, for points (features, classes)."""

    def value(self, theta: Array) -> Array:
        z = self.X @ theta
        right = np.sum(z * one_hot(self.y, theta.shape[-1]), axis=-1)
        penalty = self.l2 / 2 * np.sum(theta**2, axis=(-2, -1))
        return np.mean(np.logaddexp.reduce(z, axis=-1) - right, axis=-1) + penalty

    def batch_gradient(self, theta: Array, X: Array, y: Array) -> Array:
        errors = softmax(X @ theta) - one_hot(y, theta.shape[-1])
        return np.swapaxes(X, -1, -2) @ errors / X.shape[-2] + self.l2 * theta

    def hessian(self, theta: Array) -> Array:
        X, p, classes = self.X, softmax(self.X @ theta), range(theta.shape[1])
        blocks = [
            [(X.T * (p[:, k] * ((k == j) - p[:, j]))) @ X / len(X) for j in classes]
            for k in classes
        ]  # (classes, classes, features, features)
        matrix = np.moveaxis(np.array(blocks), (0, 1), (1, 3)).reshape(theta.size, theta.size)
        return matrix + self.l2 * np.eye(theta.size)


def predict(theta: Array, X: Array) -> Array:
    """Return ``X theta`` for points (*batch, features): rows are shared, or one set per point."""
    return theta @ X.T if X.ndim == 2 else (X @ theta[..., np.newaxis])[..., 0]


def pull_back(residuals: Array, X: Array) -> Array:
    """Return ``X^T residuals / rows``, the transpose of `predict`, as a mean over the rows."""
    rows = X.shape[-2]
    if X.ndim == 2:
        return residuals @ X / rows
    return (residuals[..., np.newaxis, :] @ X)[..., 0, :] / rows


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)), without overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


def softmax(z: Array) -> Array:
    """Return exp(z) / sum exp(z) over the last axis, without overflow."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def one_hot(labels: Array, classes: int) -> Array:
    """Return the labels as rows of the identity matrix, which is not made."""
    return labels[..., np.newaxis] == np.arange(classes)
