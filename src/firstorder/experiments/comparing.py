"""The comparison: every method searched alike, under the same schedules, over the same runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from firstorder.checks import check_instance, check_whole
from firstorder.experiments.methods import SCHEDULES, Method, Schedule, Trials
from firstorder.experiments.results import Result
from firstorder.experiments.runs import LAST, run_objective
from firstorder.experiments.scores import Score, StaysBelow, TailMean, lucky
from firstorder.experiments.spaces import draw
from firstorder.objectives import Objective

# Runs trials for the seeds: losses (steps, settings, seeds), or these by name of the iterate.
Run = Callable[[Trials, tuple[int, ...]], Any]


def compare(
    problem: Objective | Run,
    methods: Mapping[str, Method],
    *,
    steps: int,
    start: Any = None,
    budget: int = 40,
    seeds: Sequence[int] = range(20),
    schedules: Mapping[str, Schedule] = SCHEDULES,
    average: bool = True,
    score: Score | None = None,
    how: str = "random",
) -> dict[str, Result]:
    """Search every method alike, and run it under every schedule over the same seeds.

    Parameters
    ----------
    problem : Objective, or function of ``Trials`` and the seeds
        What to minimize. A function returns the losses (steps, settings, seeds), or a dict of
        such arrays by name of the iterate: "last", and others if it likes.
    methods : mapping from names to ``Method``
        Methods and controls.
    steps : int, positive
        Steps of each run; planned schedules end with the last.
    start : array-like (*objective.shape) or (seeds, *objective.shape)
        Where an objective's runs start: all at one point, or each seed at its own.
    budget : int, positive
        How many settings each method gets, under each schedule.
    seeds : sequence of int
        One run each. The noise of a seed is the same for all methods and settings.
    schedules : mapping from names to functions of a learning rate and the number of steps
        Tried for every method: constant, linear to zero, half a cosine, 1/√t.
    average : bool
        Whether to score the mean of an objective's iterates over the last quarter, too. It has
        one loss, that of the end, and so no number of steps: not with ``StaysBelow``.
    score : function, optional
        From losses (steps, settings, seeds) to scores (settings, seeds). The default is
        ``TailMean()``; ``TailMean(above=...)`` takes the least value off.
    how : "random" or "even"
        How the settings are drawn, see ``draw``.

    Raises
    ------
    ValueError
        If an argument is not as above, or the problem returns losses of another shape.

    Examples
    --------
    >>> from firstorder import AdaGrad, GradientDescent, objectives
    >>> from firstorder.experiments import LogUniform
    >>> space = {"learning_rate": LogUniform(1e-3, 10.0)}
    >>> bowl = objectives.noisy(objectives.quadratic([0.01, 1.0]), [0.0, 1.0])
    >>> methods = {"SGD": Method(GradientDescent, space), "AdaGrad": Method(AdaGrad, space)}
    >>> results = compare(bowl, methods, start=[1.0, 1.0], steps=100, budget=10, seeds=range(5))
    >>> results["SGD"].scores.shape        # schedules, iterates, settings, seeds
    (4, 2, 10, 5)
    """
    names = tuple(check_whole("each of seeds", seed, least=0) for seed in seeds)
    steps = check_whole("steps", steps)
    if average and isinstance(score, StaysBelow) and isinstance(problem, Objective):
        raise ValueError("average must be False where the score counts steps, got True")
    if isinstance(problem, Objective):
        run = run_objective(problem, start, average)
    elif callable(problem) and start is None:
        run = problem
    else:
        raise ValueError(
            "problem must be an Objective, or a function and start None, "
            f"got {problem!r} and {start!r}"
        )
    if not names or not schedules or not methods:
        raise ValueError("methods, seeds and schedules must hold at least one each")
    results = {}
    for name, method in methods.items():
        check_instance(f"methods[{name!r}]", method, Method, "a Method")
        settings = draw(method.space, budget, how)
        results[name] = _search(run, method, settings, steps, names, schedules, score or TailMean())
    return results


def _search(
    run: Run,
    method: Method,
    settings: dict[str, np.ndarray],
    steps: int,
    seeds: tuple[int, ...],
    schedules: Mapping[str, Schedule],
    score: Score,
) -> Result:
    """Run one method's settings under every schedule, and score the runs."""
    scores, curves, high, low = [], [], -np.inf, np.inf
    iterates: tuple[str, ...] = ()
    for schedule in schedules.values():
        trials = Trials(method, settings, schedule, steps)
        with np.errstate(all="ignore"):  # what overflows has diverged
            found = run(trials, seeds)
            losses = dict(found) if isinstance(found, Mapping) else {LAST: found}
            losses = {name: _checked(x, len(trials), len(seeds)) for name, x in losses.items()}
            rows = [np.asarray(score(x), dtype=float) for x in losses.values()]
        for row in rows:
            if row.shape != (len(trials), len(seeds)):
                raise ValueError(
                    f"score must return the shape {(len(trials), len(seeds))}, got {row.shape}"
                )
        scores.append(np.where(np.isnan(rows), np.inf, rows))
        iterates, last = tuple(losses), losses[LAST]
        best = np.argmin(np.median(scores[-1][iterates.index(LAST)], axis=-1))
        curves.append(last[:, best].T)
        if np.isfinite(last).any():
            high = max(high, float(np.max(last[0], where=np.isfinite(last[0]), initial=high)))
            low = min(low, float(np.min(last, where=np.isfinite(last), initial=low)))
    # Between what the runs began with and the least that any of them met.
    risky = low < high and lucky(score, high, low, len(curves[0].T))
    what = str(score) if type(score).__module__.startswith("firstorder") else _name(score)
    return Result(
        method, settings, tuple(schedules), iterates, seeds, steps, what, risky,
        np.stack(scores), np.stack(curves),
    )  # fmt: skip


def _checked(losses: Any, settings: int, seeds: int) -> np.ndarray:
    array = np.asarray(losses, dtype=float)
    if array.ndim != 3 or array.shape[1:] != (settings, seeds) or len(array) == 0:
        raise ValueError(
            f"problem must return losses of shape (steps, {settings}, {seeds}), got {array.shape}"
        )
    return np.where(np.isnan(array), np.inf, array)


def _name(score: Score) -> str:
    return getattr(score, "__name__", repr(score))
