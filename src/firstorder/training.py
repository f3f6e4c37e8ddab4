"""Training: a network, labelled images and any optimizer give parameters and a history."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstorder import blockwise
from firstorder.checks import check_whole
from firstorder.datasets import Images
from firstorder.network import Network
from firstorder.optimizers import Optimizer


@dataclass(frozen=True, eq=False)
class Training:
    """What ``train`` saw.

    Attributes
    ----------
    theta : array (parameter_count,)
        The parameters after the last epoch.
    state : named tuple
        The optimizer's state after the last step.
    history : dict of lists, one number per epoch
        ``loss`` and ``accuracy`` are means over the epoch, with dropout, while the parameters
        change; ``val_loss`` and ``val_accuracy`` are measured on the test set at its end,
        without. These are the names and meanings of Keras's ``fit``.
    losses : array (steps,)
        The loss of every minibatch, before its step.
    diverged : bool
        Whether a loss was not finite; training stopped after that epoch.
    """

    theta: np.ndarray
    state: Any
    history: dict[str, list[float]]
    losses: np.ndarray
    diverged: bool


def train(
    network: Network,
    data: Images,
    optimizer: Optimizer,
    *,
    epochs: int = 5,
    batch_size: int = 32,
    seed: int = 0,
    progress: bool = False,
) -> Training:
    """Train a network on labelled images, epoch by epoch, in shuffled minibatches.

    The same seed gives every optimizer the same start, the same minibatches and the same dropout.

    Parameters
    ----------
    network : Network
        Its inputs are the pixels, its classes the labels.
    data : Images
        Images of ``uint8`` are scaled to [0, 1]; floats are taken as they are.
    optimizer : Optimizer
        The update rule, stepped in place.
    epochs, batch_size : int, positive
        How often to see the data, and how many examples per step; the last may have fewer.
    seed : int
        Makes the run repeatable, on one kind of processor.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Training

    Raises
    ------
    ValueError
        If a number lies outside its range, or images and labels do not fit the network.
    """
    epochs = check_whole("epochs", epochs)
    batch_size = check_whole("batch_size", batch_size)
    random = np.random.default_rng(check_whole("seed", seed, least=0))
    theta = network.init(random)
    gradient = np.empty_like(theta)
    state = blockwise.init(optimizer, theta)
    x, y = _prepare(network, data, "train", theta.dtype)
    x_test, y_test = _prepare(network, data, "test", theta.dtype)
    history: dict[str, list[float]] = {}
    losses: list[float] = []
    diverged = False
    with _one_blas_thread(), np.errstate(all="ignore"):  # overflow is recorded as divergence
        compiled = blockwise.obstacle(optimizer, theta) is None
        for epoch in range(1, epochs + 1):
            loss = hits = 0.0  # sums over the epoch's examples
            order = random.permutation(len(y))
            batches = [order[i : i + batch_size] for i in range(0, len(y), batch_size)]
            for batch in _bar(batches, f"epoch {epoch}/{epochs}") if progress else batches:
                got = network.loss_and_gradient(theta, x[batch], y[batch], random, out=gradient)
                state = blockwise.step(optimizer, theta, gradient, state, compiled=compiled)
                losses.append(got.loss)
                loss += got.loss * len(batch)
                hits += got.correct
            val_loss, val_accuracy = network.evaluate(theta, x_test, y_test)
            for name, number in {
                "loss": loss / len(y),
                "accuracy": hits / len(y),
                "val_loss": val_loss,
                "val_accuracy": val_accuracy,
            }.items():
                history.setdefault(name, []).append(number)
            diverged = not np.isfinite([loss, val_loss]).all()
            if diverged:
                break
    return Training(theta, state, history, np.array(losses), diverged)


def _prepare(
    network: Network, data: Images, part: str, dtype: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return the examples of a part as rows of floats in [0, 1], and its checked labels."""
    x, y = np.asarray(getattr(data, f"x_{part}")), np.asarray(getattr(data, f"y_{part}"))
    inputs, classes = network.sizes[0], network.sizes[-1]
    if x.ndim < 2 or len(x) == 0 or x[0].size != inputs:
        raise ValueError(
            f"x_{part} must hold images of {inputs} pixels, at least one, "
            f"got an array of shape {x.shape}"
        )
    if y.shape != (len(x),) or y.dtype.kind not in "iu":
        raise ValueError(
            f"y_{part} must hold a whole number for each of {len(x)} images, "
            f"got {y.dtype} of shape {y.shape}"
        )
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(
            f"y_{part} must hold labels from 0 to {classes - 1}, got {y.min()} to {y.max()}"
        )
    rows = x.reshape(len(x), inputs).astype(dtype, copy=False)
    return rows / 255 if x.dtype == np.uint8 else rows, y.astype(np.intp)


def _one_blas_thread() -> AbstractContextManager[Any]:
    """Keep matrix products on one thread, where threadpoolctl is installed.

    Those of a small minibatch are too short to share out.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    return threadpool_limits(1, "blas")


def _bar(batches: Iterable[np.ndarray], title: str) -> Iterable[np.ndarray]:
    """Return the batches behind a progress bar."""
    from tqdm.auto import tqdm

    return tqdm(batches, desc=title, unit="step")
