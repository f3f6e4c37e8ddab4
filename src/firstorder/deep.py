"""Small deep networks, many at once: settings and runs lie in the leading axes of every array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from firstorder.datasets import load_digits
from firstorder.optimizers import Optimizer

Array = np.ndarray
Weights = list[Array]

# Of each unit: its function, and its slope as a function of its value.
UNITS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "sigmoid": (lambda z: 0.5 + 0.5 * np.tanh(z / 2), lambda a: a * (1 - a)),
    "steep sigmoid": (lambda z: 0.5 + 0.5 * np.tanh(2 * z), lambda a: 4 * a * (1 - a)),
    "centred sigmoid": (lambda z: 0.5 * np.tanh(z / 2), lambda a: 0.25 - a**2),
    "tanh": (np.tanh, lambda a: 1 - a**2),
}


class Digits(NamedTuple):
    """A thousand handwritten digits."""

    x: Array  # (1000, 64), from 0 to 1
    y: Array  # (1000, 10), one-hot


def small_digits() -> Digits:
    """Return a thousand of scikit-learn's digits, in their own 8 × 8 pixels."""
    images = load_digits()
    pixels = images.x_train[:1000, 2:26:3, 2:26:3].reshape(1000, 64) / 255
    return Digits(pixels, np.eye(10)[images.y_train[:1000]])


def column(values: Any) -> Array:
    """Return settings as an array that broadcasts against weights (settings, runs, a, b)."""
    return np.asarray(values)[:, None, None, None]


def first_weights(depth: int, runs: int, seed: int = 0, gain: float = 1.0) -> Weights:
    """Return weights, layer by layer, of variance ``gain²`` over the number of inputs.

    Hidden layers have 16 units, and none has biases.
    """
    random, sizes = np.random.default_rng(seed), [64] + [16] * depth + [10]
    return [
        gain * random.standard_normal((runs, a, b)) / a**0.5
        for a, b in zip(sizes[:-1], sizes[1:], strict=True)
    ]


def activations(weights: Weights, x: Array, unit: str = "sigmoid") -> list[Array]:
    """Return the inputs and what every hidden layer makes of them."""
    function, values = UNITS[unit][0], [x]
    for w in weights[:-1]:
        values.append(function(values[-1] @ w))
    return values


def loss_and_gradients(
    weights: Weights, x: Array, y: Array, unit: str = "sigmoid"
) -> tuple[Array, Weights]:
    """Return the mean cross-entropy of examples, and its gradient for every layer's weights."""
    slope, values = UNITS[unit][1], activations(weights, x, unit)
    z = values[-1] @ weights[-1]
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    loss = -np.log(np.sum(p * y, axis=-1) + 1e-300).mean(axis=-1)
    error, gradients = (p - y) / x.shape[-2], []
    for w, a in zip(weights[::-1], values[::-1], strict=True):
        gradients.append(np.swapaxes(a, -1, -2) @ error)
        error = error @ np.swapaxes(w, -1, -2) * slope(a)
    return loss, gradients[::-1]


def train(
    optimizer: Optimizer,
    depth: int,
    unit: str = "sigmoid",
    *,
    steps: int = 400,
    runs: int = 5,
    seed: int = 0,
    gain: float = 1.0,
    batch: int = 32,
) -> Array:
    """Return the minibatch losses (steps, settings, runs) of networks trained side by side.

    Parameters
    ----------
    optimizer : Optimizer
        Its settings may be columns, one value for each of the networks' first axis.
    depth : int
        Number of hidden layers.
    unit : str
        One of ``UNITS``.
    steps, runs, seed, gain
        Number of minibatches; of networks, each with its own first weights and minibatches; where
        their randomness starts; and as in ``first_weights``.
    batch : int
        Examples in a minibatch.
    """
    digits, random, losses = small_digits(), np.random.default_rng(seed + 1), []
    weights = first_weights(depth, runs, seed, gain)
    states = [optimizer.init(w) for w in weights]
    for _ in range(steps):
        rows = random.integers(1000, size=(runs, batch))
        loss, gradients = loss_and_gradients(weights, digits.x[rows], digits.y[rows], unit)
        layers = zip(weights, gradients, states, strict=True)
        stepped = [optimizer.step(*layer) for layer in layers]
        weights, states = [list(part) for part in zip(*stepped, strict=True)]
        losses.append(loss)
    return np.stack(np.broadcast_arrays(*losses))


def final(losses: Array) -> Array:
    """Return the mean loss over the last tenth of the steps; infinite where it is not finite."""
    means = losses[-(len(losses) // 10) :].mean(axis=0)
    return np.where(np.isfinite(means), means, np.inf)


class Tuned(NamedTuple):
    """What a method does at the best of its learning rates."""

    rate: float  # that of the least median of final losses
    at_edge: bool  # whether it is the first or the last of those tried
    losses: Array  # (runs, steps)
    final: Array  # (runs,)

    @property
    def median(self) -> float:
        """The median final loss."""
        return float(np.median(self.final))


def tune(
    method: Callable[[Any], Optimizer], rates: Sequence[float] | Array, depth: int, **kwargs: Any
) -> Tuned:
    """Train at every learning rate, all runs at once, and keep the best; ``kwargs`` as in train."""
    with np.errstate(all="ignore"):  # rates that are too high overflow
        losses = train(method(column(rates)), depth, **kwargs)
        scores = final(losses)
    best = int(np.argmin(np.median(scores, axis=1)))
    return Tuned(float(rates[best]), best in (0, len(rates) - 1), losses[:, best].T, scores[best])
