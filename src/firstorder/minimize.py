"""The loop: an objective, a start and an optimizer give a recorded trajectory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from firstorder.objectives import Objective
from firstorder.optimizers import Optimizer


@dataclass(frozen=True)
class Trajectory:
    """What ``minimize`` saw: index 0 is the start, index k the state after k steps.

    Attributes
    ----------
    points : array (steps + 1, *batch, *shape)
        The parameters; only start and end if they were not all kept.
    values : array (steps + 1, *batch)
        The objective at the points.
    gradient_norms : array (steps + 1, *batch)
        Euclidean norms of the exact gradients at the points.
    diverged : bool or array (*batch) of bool
        Whether a run met a point, value or gradient that is not finite. A run that diverged
        keeps its last finite point, value and gradient norm from there on.
    state : named tuple
        The optimizer's state after the last step.
    """

    points: np.ndarray
    values: np.ndarray
    gradient_norms: np.ndarray
    diverged: Any
    state: Any

    @property
    def steps(self) -> int:
        """Number of steps taken: fewer than asked for where every run had diverged."""
        return len(self.values) - 1


def minimize(
    objective: Objective,
    start: Any,
    optimizer: Optimizer,
    steps: int,
    *,
    seed: int | None = None,
    keep_points: bool = True,
) -> Trajectory:
    r"""Take ``steps`` steps from ``start`` and record the way.

    .. math::
        \theta_t, s_t = \mathtt{step}(\theta_{t-1}, g_t, s_{t-1}), \qquad
        g_t = \nabla f(\theta_{t-1}) \text{ or a random estimate of it}

    Axes of ``start`` in front of the objective's own are independent runs, stepped together: so
    are those that array-valued hyper-parameters add by broadcasting.

    Parameters
    ----------
    objective : Objective
        What to minimize. One with a ``sample`` is stochastic and needs a ``seed``.
    start : array-like (*batch, *objective.shape)
        Where to start; integers are read as floats.
    optimizer : Optimizer
        The update rule.
    steps : int, non-negative
        How many steps to take.
    seed : int, optional
        Seed of the gradients' randomness.
    keep_points : bool
        Whether to record every point, or only the start and the end (for large sweeps).

    Returns
    -------
    Trajectory
        Points, values, gradient norms and whether each run diverged. Divergence is a result: the
        loop stops cleanly once no run is finite, and never raises for it.

    Raises
    ------
    ValueError
        If ``steps`` is negative, ``start`` has the wrong shape or is not finite, or a seed is
        missing or superfluous.

    Examples
    --------
    >>> from firstorder import GradientDescent, objectives
    >>> path = minimize(objectives.quadratic([1.0, 4.0]), [1.0, 1.0], GradientDescent(0.25), steps=2)
    >>> path.points
    array([[1.    , 1.    ],
           [0.75  , 0.    ],
           [0.5625, 0.    ]])
    >>> minimize(objectives.quadratic([4.0]), [1.0], GradientDescent(0.6), steps=10_000).diverged
    True
    """
    theta = _start(objective, start, steps, seed)
    random = np.random.default_rng(seed)
    state = optimizer.init(theta)
    with np.errstate(all="ignore"):  # what overflows is recorded as divergence
        value, norm, gradient = _evaluate(objective, theta)
        # A first step that is thrown away shows the axes that the hyper-parameters add.
        shape = np.shape(optimizer.step(theta, gradient, state)[0])
        theta = np.broadcast_to(theta, shape)
        value, norm, gradient = _evaluate(objective, theta)
        alive = np.isfinite(value)
        points, values, norms = [theta], [value], [norm]
        for _ in range(steps):
            if objective.sample is not None:
                gradient = objective.sample(theta, random)
            proposal, state = optimizer.step(theta, gradient, state)
            new_value, new_norm, gradient = _evaluate(objective, proposal)
            alive = alive & np.isfinite(new_value) & np.isfinite(new_norm)
            if not alive.any():
                break
            theta = np.where(alive.reshape(alive.shape + (1,) * objective.ndim), proposal, theta)
            value, norm = np.where(alive, new_value, value), np.where(alive, new_norm, norm)
            values.append(value)
            norms.append(norm)
            if keep_points:
                points.append(theta)
    if not keep_points:
        points.append(theta)
    diverged = bool(~alive) if alive.ndim == 0 else ~alive
    return Trajectory(np.stack(points), np.stack(values), np.stack(norms), diverged, state)


def _start(objective: Objective, start: Any, steps: int, seed: int | None) -> np.ndarray:
    """Check the arguments of ``minimize`` and return the start as a floating-point array."""
    theta = np.asarray(start)
    theta = theta if theta.dtype.kind == "f" else theta.astype(float)
    if theta.shape[theta.ndim - objective.ndim :] != objective.shape:
        raise ValueError(
            f"start must end in the axes {objective.shape} of {objective.name}, "
            f"got an array of shape {theta.shape}"
        )
    if not np.isfinite(theta).all():
        raise ValueError(f"start must be finite, got {start!r}")
    if steps != int(steps) or steps < 0:
        raise ValueError(f"steps must be a non-negative whole number, got {steps!r}")
    if objective.sample is not None and seed is None:
        raise ValueError(f"seed must be given, since the gradients of {objective.name} are random")
    return theta


def _evaluate(objective: Objective, theta: np.ndarray) -> tuple[Any, Any, Any]:
    """Return value, gradient norm and gradient; a point that is not finite gives such a value."""
    gradient = objective.gradient(theta)
    axes = tuple(range(-objective.ndim, 0))
    norm = np.sqrt(np.sum(gradient**2, axis=axes)) if axes else np.abs(gradient)
    return np.asarray(objective.value(theta)), norm, gradient
