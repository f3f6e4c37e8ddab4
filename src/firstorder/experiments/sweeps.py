"""Sweeps: every method at its own best learning rate of one grid, over the same runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from firstorder.checks import check_array, check_whole
from firstorder.objectives import Objective
from firstorder.optimizers import Optimizer
from firstorder.trajectories import as_points, minimize

# Makes an optimizer of an array of learning rates: ``AdaGrad`` itself, ``partial(Momentum,
# momentum=0.5)``, or ``lambda rate: GradientDescent(InverseSqrt(rate))``.
Maker = Callable[[Any], Optimizer]


@dataclass(frozen=True, eq=False)
class Sweep:
    """How one method did at every learning rate of a grid.

    Attributes
    ----------
    rates : array (k,)
        The learning rates tried.
    scores : array (k, runs)
        The score of every run, lower is better; infinite where it diverged or has no score (nan).
    values : array (steps + 1, k, runs)
        The objective along every run.
    ends : array (k, runs, *shape)
        Where every run ended.
    """

    rates: np.ndarray
    scores: np.ndarray
    values: np.ndarray = field(repr=False)
    ends: np.ndarray = field(repr=False)

    @property
    def medians(self) -> np.ndarray:
        """Median score over the runs at each learning rate."""
        return np.median(self.scores, axis=1)

    @property
    def index(self) -> int:
        """Where in the grid the least median score lies."""
        return int(np.argmin(self.medians))

    @property
    def best(self) -> float:
        """The learning rate with the least median score."""
        return float(self.rates[self.index])

    @property
    def at_edge(self) -> bool:
        """Whether the best rate is the grid's first or last: the search was then too narrow."""
        return self.index in (0, len(self.rates) - 1)

    @property
    def curves(self) -> np.ndarray:
        """The objective along the runs at the best rate, of shape (runs, steps + 1)."""
        return self.values[:, self.index].T


def decades(low: int, high: int, per_decade: int = 4) -> np.ndarray:
    """Return rates from ``10**low`` to ``10**high``, ``per_decade`` for each power of ten.

    All three are whole numbers.

    Examples
    --------
    >>> decades(-1, 1, per_decade=2).round(2)
    array([ 0.1 ,  0.32,  1.  ,  3.16, 10.  ])
    """
    low, high = (check_whole(*pair, least=None) for pair in (("low", low), ("high", high)))
    if not low < high:
        raise ValueError(f"low must be below high, got {low} and {high}")
    per_decade = check_whole("per_decade", per_decade)
    return 10.0 ** (np.arange(low * per_decade, high * per_decade + 1) / per_decade)


def sweep(
    objective: Objective,
    start: Any,
    method: Maker,
    rates: Any,
    steps: int,
    *,
    seed: int | None = None,
    score: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Sweep:
    """Run one method at every learning rate of a grid, all runs at once.

    Parameters
    ----------
    objective : Objective
        What to minimize.
    start : array-like (runs, *objective.shape), or one point of objective.shape
        Where the runs start; runs of a stochastic objective differ in their noise, too.
    method : function of an array of learning rates
        Returns the optimizer.
    rates : array-like (k,)
        The grid.
    steps : int, non-negative
        Steps of each run.
    seed : int, optional
        Seed of the gradients' randomness, needed where they are random.
    score : function, optional
        From values (steps + 1, k, runs) to scores: (k, runs), one per run, or (k, 1), one per
        rate for all its runs. The default is the mean of the last tenth of the values, which
        noise does not decide.

    Raises
    ------
    ValueError
        If an argument or what ``score`` returns is of another shape, or as ``minimize``.

    Examples
    --------
    >>> from firstorder import GradientDescent, objectives
    >>> bowl = objectives.quadratic([1.0, 4.0])
    >>> found = sweep(bowl, [1.0, 1.0], GradientDescent, [0.1, 0.4, 1.0], steps=50)
    >>> found.best, found.at_edge
    (0.4, False)
    """
    grid = check_array("rates", rates, axes=("k",)).astype(float)
    theta = as_points(objective, start)
    runs = theta if theta.ndim > objective.ndim else theta[np.newaxis]
    if runs.ndim != objective.ndim + 1:
        raise ValueError(
            f"start must have the shape (runs, {', '.join(map(str, objective.shape))}) or be one "
            f"point, got an array of shape {theta.shape}"
        )
    optimizer = method(grid.reshape((-1, 1) + (1,) * objective.ndim))
    path = minimize(objective, runs, optimizer, steps, seed=seed, keep_points=False)
    values = np.asarray(path.values)
    with np.errstate(over="ignore"):  # of a run that is about to diverge
        scores = score(values) if score else values[-max(1, steps // 10) :].mean(axis=0)
    if np.shape(scores) not in (values.shape[1:], (len(grid), 1)):
        raise ValueError(
            f"score must return one number per run, of shape {values.shape[1:]}, or one per rate, "
            f"of shape {(len(grid), 1)}, got an array of shape {np.shape(scores)}"
        )
    scores = np.where(path.diverged | np.isnan(scores), np.inf, scores)
    return Sweep(grid, scores, values, path.points[-1])


def race(
    objective: Objective,
    start: Any,
    methods: Mapping[str, Maker],
    rates: Any,
    steps: int,
    *,
    seed: int | None = None,
    score: Callable[[np.ndarray], np.ndarray] | None = None,
) -> dict[str, Sweep]:
    """Run ``sweep`` for several methods: the same starts, grid, steps and seed for all."""
    return {
        name: sweep(objective, start, method, rates, steps, seed=seed, score=score)
        for name, method in methods.items()
    }
