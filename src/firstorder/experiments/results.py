"""What a comparison keeps of every method: its scores at all settings, and the best of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from firstorder.checks import check_whole
from firstorder.experiments.methods import Method


@dataclass(frozen=True, eq=False)
class Result:
    """How one method did, at all its settings, under every schedule.

    Attributes
    ----------
    method : Method
        What was searched, and in which space.
    settings : dict from names to arrays (k,)
        The settings tried, epsilon outside the root.
    schedules, iterates, seeds : tuples
        What the other axes of the scores stand for. Iterates are "last", the parameters
        themselves, and "averaged", their mean over the last quarter of the run.
    steps : int
        Steps of each run.
    score : str
        What the score is.
    lucky : bool
        Whether a single good step could have won it.
    scores : array (schedules, iterates, k, seeds)
        The scores, lower is better; infinite where a run diverged.
    curves : array (schedules, seeds, steps)
        The losses of the last iterate at each schedule's best settings.
    """

    method: Method
    settings: dict[str, np.ndarray]
    schedules: tuple[str, ...]
    iterates: tuple[str, ...]
    seeds: tuple[int, ...]
    steps: int
    score: str
    lucky: bool
    scores: np.ndarray = field(repr=False)
    curves: np.ndarray = field(repr=False)

    @property
    def medians(self) -> np.ndarray:
        """Median scores over the seeds, of shape (schedules, iterates, k)."""
        return np.median(self.scores, axis=-1)

    @property
    def index(self) -> tuple[int, int, int]:
        """Where the least median is: schedule, iterate, setting."""
        index = np.unravel_index(np.argmin(self.medians), self.medians.shape)
        return (int(index[0]), int(index[1]), int(index[2]))

    @property
    def best(self) -> dict[str, Any]:
        """The settings with the least median, with their schedule and iterate."""
        s, i, k = self.index
        chosen = {name: float(values[k]) for name, values in self.settings.items()}
        return chosen | {"schedule": self.schedules[s], "iterate": self.iterates[i]}

    @property
    def runs(self) -> np.ndarray:
        """The scores at the best settings, of shape (seeds,)."""
        return self.scores[self.index]

    @property
    def median(self) -> float:
        """The median score at the best settings."""
        return float(np.median(self.runs))

    @property
    def budget(self) -> int:
        """The number of settings tried under each schedule."""
        return self.scores.shape[2]

    def after(self, trials: int) -> float:
        """Return what so many random trials find: the median of the best score among them.

        A trial is one setting under one schedule; its score is the median over seeds, of the
        better iterate. (The mean of the best is infinite once a single setting diverges.)
        """
        trials = check_whole("trials", trials)
        found = np.sort(self.medians.min(axis=1).ravel())
        # With k draws the best is among the lowest share p of all in 1 - (1 - p)^k of the cases.
        share = 1 - 0.5 ** (1 / trials)
        return float(found[int(np.ceil(share * len(found))) - 1])

    def only(
        self, schedules: Iterable[str] | None = None, iterates: Iterable[str] | None = None
    ) -> Result:
        """Return the part of the result with these schedules and iterates alone."""
        kept = tuple(schedules) if schedules is not None else self.schedules
        means = tuple(iterates) if iterates is not None else self.iterates
        for name, asked, there in (
            ("schedules", kept, self.schedules),
            ("iterates", means, self.iterates),
        ):
            if not asked or not set(asked) <= set(there):
                raise ValueError(f"{name} must be among {there}, got {asked}")
        rows = [self.schedules.index(name) for name in kept]
        columns = [self.iterates.index(name) for name in means]
        return replace(
            self,
            schedules=kept,
            iterates=means,
            scores=self.scores[np.ix_(rows, columns)],
            curves=self.curves[rows],
        )

    def thinned(self, kept: slice) -> Result:
        """Return the part of the result with some of the settings; its curves stay."""
        settings = {name: values[kept] for name, values in self.settings.items()}
        return replace(self, settings=settings, scores=self.scores[:, :, kept])
