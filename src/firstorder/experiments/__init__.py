"""Fair comparisons: the same search, schedules, starts, noise and score for every method.

``compare`` searches several hyper-parameters of every method at once and ``report`` says what
came out and whether it was fair (page *The protocol of fair comparison*). ``sweep`` and ``race``
are for one learning rate on one grid.
"""

from firstorder.experiments.comparing import compare
from firstorder.experiments.methods import SCHEDULES, Method, Trials, epsilon_inside, inside_root
from firstorder.experiments.reports import report
from firstorder.experiments.results import Result
from firstorder.experiments.scores import StaysBelow, TailMean, lucky, share_below
from firstorder.experiments.spaces import Choice, LogUniform, NearOne, Uniform, draw
from firstorder.experiments.sweeps import Sweep, decades, race, sweep
from firstorder.experiments.unfairness import UnfairComparison, exceeds_spread, unfair

__all__ = [
    "SCHEDULES", "Choice", "LogUniform", "Method", "NearOne", "Result", "StaysBelow", "Sweep",
    "TailMean", "Trials", "UnfairComparison", "Uniform", "compare", "decades", "draw",
    "epsilon_inside", "exceeds_spread", "inside_root", "lucky", "race",
    "report", "share_below", "sweep", "unfair",
]  # fmt: skip
