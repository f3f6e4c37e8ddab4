"""Scores of runs that no lucky moment wins, and what counts as a difference between two methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstorder.checks import check_real

Score = Callable[[np.ndarray], Any]  # from losses (steps, settings, seeds) to (settings, seeds)


@dataclass(frozen=True)
class TailMean:
    """The mean loss over the last part of a run.

    Parameters
    ----------
    share : float in (0, 1]
        The part, of all steps.
    above : float
        What is subtracted: the least value, where it is known.

    Examples
    --------
    >>> score = TailMean(share=0.5, above=1.0)
    >>> score(np.array([[[9.0]], [[7.0]], [[2.0]], [[4.0]]])), str(score)
    (array([[2.]]), 'mean of the last 50% of the steps')
    """

    share: float = 0.1
    above: float = 0.0

    def __post_init__(self) -> None:
        check_real("share", self.share, "in (0, 1]", lambda x: 0 < x <= 1)
        check_real("above", self.above)

    def __call__(self, losses: np.ndarray) -> np.ndarray:
        """Return the scores (settings, seeds) of losses (steps, settings, seeds)."""
        return losses[-max(1, round(len(losses) * self.share)) :].mean(axis=0) - self.above

    def __str__(self) -> str:
        return f"mean of the last {self.share:.0%} of the steps"


@dataclass(frozen=True)
class StaysBelow:
    """The number of steps after which the loss stays at or below a target to the end.

    To touch the target once is not enough. A run that is below it during less than the last
    tenth has not shown that it stays there, and scores infinity.

    Parameters
    ----------
    target : float
        The loss to reach.

    Examples
    --------
    >>> losses = np.array([9.0, 1.0, 5.0, 1.0] + 6 * [0.5])[:, None, None]
    >>> StaysBelow(1.0)(losses)                # below at 1, above at 2, below from 3 on
    array([[3.]])
    """

    target: float

    def __post_init__(self) -> None:
        check_real("target", self.target)

    def __call__(self, losses: np.ndarray) -> np.ndarray:
        """Return the scores (settings, seeds) of losses (steps, settings, seeds)."""
        above = ~(losses <= self.target)
        steps = len(losses)
        first = np.where(above.any(axis=0), steps - above[::-1].argmax(axis=0), 0)
        return np.where(first > steps - max(2, steps // 10), np.inf, first)

    def __str__(self) -> str:
        return f"steps until the loss stays below {self.target:g}"


def lucky(score: Score, high: float, low: float, steps: int) -> bool:
    """Return whether a single good step can win a score.

    A run that stands at ``high`` but for one step at ``low`` is scored, for up to 500 places of
    that step, the last among them. The score is lucky if one of them gains more than half of what
    a run gains that is at ``low`` throughout.

    Examples
    --------
    >>> lucky(TailMean(), 1.0, 0.0, 100), lucky(lambda losses: losses[-1], 1.0, 0.0, 100)
    (False, True)
    """
    places = np.unique(np.linspace(0, steps - 1, 500).astype(int))
    losses = np.full((steps, len(places) + 2, 1), high)
    losses[places, np.arange(len(places)), 0] = low
    losses[:, -1] = low
    scores = np.broadcast_to(score(losses), losses.shape[1:])[:, 0]
    never, always = scores[-2:]
    if not always < never:
        return False
    border = (never + always) / 2 if np.isfinite(never) else np.inf
    return bool((scores[:-2] < border).any())


def share_below(scores: np.ndarray, others: np.ndarray, paired: bool) -> float:
    """Return in which share of pairs the first is lower; a tie counts half.

    Pairs are the runs of a seed, or all pairs of runs where the two have no common seeds.

    Examples
    --------
    >>> share_below(np.array([1.0, 2.0]), np.array([1.5, 3.0]), paired=True)
    1.0
    >>> share_below(np.array([1.0, 2.0]), np.array([1.5, 3.0]), paired=False)
    0.75
    """
    left, right = (scores, others) if paired else (scores[:, np.newaxis], others)
    return float(np.mean((left < right) + 0.5 * (left == right)))
