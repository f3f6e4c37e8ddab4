"""Runs of an objective as a comparison needs them: all settings at once, over the same noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from firstorder.experiments.methods import Trials
from firstorder.objectives import Objective
from firstorder.optimizers import Optimizer
from firstorder.optimizers.base import at_step, zeros_like
from firstorder.trajectories import as_points, minimize

LAST, AVERAGED = "last", "averaged"


class AveragedState(NamedTuple):
    """The time, the rule's own state, and the mean of the iterates so far."""

    t: int
    inner: Any
    mean: Any


@dataclass(frozen=True)
class Averaged(Optimizer):
    """A rule that also keeps the mean of its iterates after step ``begin``."""

    learning_rate: Any
    rule: Optimizer
    begin: int

    def init(self, theta: Any) -> AveragedState:
        """Return the rule's state, and a mean of nothing."""
        return AveragedState(0, self.rule.init(theta), zeros_like(theta))

    def step(self, theta: Any, gradient: Any, state: AveragedState) -> tuple[Any, AveragedState]:
        """Take the rule's step, and bring the mean up to date."""
        t = state.t + 1
        theta, inner = at_step(self.rule, t, theta).step(theta, gradient, state.inner)
        mean = state.mean
        if t > self.begin:
            mean = mean + (theta - mean) / (t - self.begin)
        return theta, AveragedState(t, inner, mean)


def run_objective(
    objective: Objective, start: Any, average: bool
) -> Callable[[Trials, tuple[int, ...]], dict[str, np.ndarray]]:
    """Return the function that runs trials on an objective, for ``compare``.

    ``start`` is one point, or one for each seed.
    """
    points = as_points(objective, start)
    shared = objective
    if objective.sample is not None and not _shares_noise(objective):
        shared = replace(objective, sample=partial(_same_noise, objective.sample))

    def run(trials: Trials, seeds: tuple[int, ...]) -> dict[str, np.ndarray]:
        shape = (len(seeds), *objective.shape)
        if points.shape not in (objective.shape, shape):
            raise ValueError(
                f"start must have the shape {objective.shape} or {shape}, got {points.shape}"
            )
        rule = trials.batch(axes=1 + objective.ndim)
        if not rule.coordinatewise:
            raise ValueError(
                f"problem must be a function that runs one setting at a time for "
                f"{type(rule).__name__}: it is not coordinate-wise and would mix runs"
            )
        path = minimize(
            shared,
            np.broadcast_to(points, (len(trials), *shape)),
            Averaged(1.0, rule, begin=trials.steps - max(1, trials.steps // 4)),
            trials.steps,
            seed=int(np.random.SeedSequence(seeds).generate_state(1)[0]),
            keep_points=False,
        )
        losses = np.full((trials.steps + 1, len(trials), len(seeds)), np.inf)
        losses[: len(path.values)] = path.values
        losses[1:, path.diverged] = np.inf
        if not average:
            return {LAST: losses}
        mean = np.asarray(objective.value(path.state.mean))
        # One number a run: the score of a run that stands there throughout.
        standing = np.where(path.diverged, np.inf, mean) * np.ones((len(losses), 1, 1))
        return {LAST: losses, AVERAGED: standing}

    return run


def _same_noise(
    sample: Callable[[Any, np.random.Generator], Any], theta: Any, random: np.random.Generator
) -> np.ndarray:
    """Return gradients (settings, seeds, *shape), the noise of a seed the same at every setting."""
    state = random.bit_generator.state
    gradients = []
    for points in theta:
        random.bit_generator.state = state
        gradients.append(sample(points, random))
    return np.stack(gradients)


def _shares_noise(objective: Objective) -> bool:
    """Return whether a seed's noise is the same at all settings already, found out by trying."""
    sample = objective.sample
    assert sample is not None
    theta = np.random.default_rng(0).standard_normal((3, 2, *objective.shape))
    together = np.asarray(sample(theta, np.random.default_rng(1)))
    return np.array_equal(together, _same_noise(sample, theta, np.random.default_rng(1)))


def remembered(run: Callable[[Trials, tuple[int, ...]], Any]) -> Callable[..., Any]:
    """Return the function of trials that runs each only once: to score the same runs twice."""
    found: dict[Any, Any] = {}

    def run_once(trials: Trials, seeds: tuple[int, ...]) -> Any:
        settings = tuple(np.concatenate(list(trials.settings.values())).tolist())
        key = (id(trials.method), trials.schedule, trials.steps, settings, seeds)
        if key not in found:
            found[key] = run(trials, seeds)
        return found[key]

    return run_once
