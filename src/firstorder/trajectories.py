"""The loop: an objective, a start and an optimizer give a recorded trajectory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from firstorder.checks import check_instance, check_points, check_whole
from firstorder.objectives import Objective
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import at_step, check_optimizer
from firstorder.settings import settings_of


@dataclass(frozen=True, eq=False)
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
        The optimizer's state after the last step recorded; where some runs of a batch diverged,
        their part of it means nothing.
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
    are those that array-valued hyper-parameters add by broadcasting. A rule that is not
    coordinate-wise would mix such runs: it takes one run at a time. The learning rate is asked
    for once a step.

    Parameters
    ----------
    objective : Objective
        What to minimize. One with a ``sample`` is stochastic and needs a ``seed``.
    start : array-like (*batch, *objective.shape)
        Where to start, at least one point; integers are read as floats. The run keeps the
        floating-point type.
    optimizer : Optimizer
        The update rule.
    steps : int, non-negative
        How many steps to take.
    seed : int, optional
        Seed of the gradients' randomness; without effect where gradients are exact.
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
        If an argument is not as above, ``start`` is not finite, or array-valued hyper-parameters
        do not broadcast against the points.

    Examples
    --------
    >>> from firstorder import GradientDescent, objectives
    >>> bowl = objectives.quadratic([1.0, 4.0])
    >>> minimize(bowl, [1.0, 1.0], GradientDescent(0.25), steps=2).points
    array([[1.    , 1.    ],
           [0.75  , 0.    ],
           [0.5625, 0.    ]])
    >>> minimize(objectives.quadratic([4.0]), [1.0], GradientDescent(0.6), steps=10_000).diverged
    True
    """
    check_optimizer(optimizer)
    theta = as_points(objective, start)
    steps = check_whole("steps", steps, least=0)
    if seed is not None:
        check_whole("seed", seed, least=0)
    elif objective.sample is not None:
        raise ValueError(f"seed must be given, since the gradients of {objective.name} are random")
    random = np.random.default_rng(seed)
    with np.errstate(all="ignore"):  # what overflows is recorded as divergence
        first = at_step(optimizer, 1, theta)
        theta = np.broadcast_to(theta, _full_shape(objective, theta, first))
        state = first.init(theta)
        value, norm, gradient, finite = _evaluate(objective, theta)
        alive = np.broadcast_to(finite, value.shape)
        points, values, norms = [theta], [value], [norm]
        for t in range(1, steps + 1):
            rule = at_step(optimizer, t, theta) if t > 1 else first
            if objective.sample is not None:
                gradient = np.asarray(objective.sample(theta, random), dtype=theta.dtype)
            proposal, new_state = rule.step(theta, gradient, state)
            new_value, new_norm, gradient, finite = _evaluate(objective, proposal)
            alive = alive & finite
            if not alive.any():
                break
            state = new_state
            if alive.all():
                theta, value, norm = proposal, new_value, new_norm
            else:
                kept = alive.reshape(alive.shape + (1,) * objective.ndim)
                theta = np.where(kept, proposal, theta)
                value, norm = np.where(alive, new_value, value), np.where(alive, new_norm, norm)
            values.append(value)
            norms.append(norm)
            if keep_points:
                points.append(theta)
    if not keep_points:
        points.append(theta)
    diverged = bool(~alive) if alive.ndim == 0 else ~alive
    return Trajectory(np.stack(points), np.stack(values), np.stack(norms), diverged, state)


def as_points(objective: Objective, start: Any) -> np.ndarray:
    """Return ``start`` as an array of floats, or raise unless it holds points of the objective."""
    check_instance("objective", objective, Objective, "an Objective")
    return check_points("start", start, objective.shape, objective.name)


def _full_shape(objective: Objective, theta: np.ndarray, rule: Optimizer) -> tuple[int, ...]:
    """Return the shape of the points with the axes that array-valued hyper-parameters add."""
    name = type(rule).__name__
    arrays = [value for value in settings_of(rule).values() if isinstance(value, np.ndarray)]
    hint = (
        f"array-valued hyper-parameters of {name} must broadcast against points of shape "
        f"{theta.shape} and leave the axes {objective.shape} of {objective.name} as they are"
    )
    try:
        shape = np.broadcast_shapes(theta.shape, *(array.shape for array in arrays))
    except ValueError as error:
        raise ValueError(f"{hint}: {error}") from error
    if shape[len(shape) - objective.ndim :] != objective.shape:
        raise ValueError(f"{hint}, got points of shape {shape}")
    if not rule.coordinatewise and shape != objective.shape:
        raise ValueError(
            f"start must be one point, and hyper-parameters numbers, for {name}: it is not "
            f"coordinate-wise and would mix runs, got points of shape {shape}"
        )
    return shape


def _evaluate(objective: Objective, theta: np.ndarray) -> tuple[Any, Any, Any, Any]:
    """Return value, gradient norm and gradient, and where they and the point are finite."""
    gradient = np.asarray(objective.gradient(theta), dtype=theta.dtype)
    value = np.asarray(objective.value(theta))
    if objective.ndim:
        rows = gradient.reshape(*value.shape, -1)
        norm = np.vecdot(rows, rows) ** 0.5
    else:
        norm = np.abs(gradient)
    if all(np.isfinite(numbers).all() for numbers in (theta, value, norm)):
        return value, norm, gradient, True  # in a large sweep ten times as fast as one by one
    axes = tuple(range(-objective.ndim, 0))
    finite = np.isfinite(value) & np.isfinite(norm) & np.all(np.isfinite(theta), axis=axes)
    return value, norm, gradient, finite
