"""The report of a comparison: what came out, how far to trust it, and what is not fair in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from firstorder.experiments.results import Result
from firstorder.experiments.scores import share_below
from firstorder.experiments.sweeps import Sweep
from firstorder.experiments.unfairness import UnfairComparison, exceeds_spread, unfair


def report(
    results: Mapping[str, Any],
    digits: int = 2,
    *,
    ingredients: Mapping[str, Iterable[str]] | None = None,
    trials: Iterable[int] = (1, 5, 20),
    strict: bool = True,
) -> None:
    """Print what a comparison found, and raise if it is not fair.

    Of ``race``: each method's best learning rate and its scores there. Of ``compare``: each
    method's median score at its best settings and the range over seeds, what a few random trials
    would have found, the settings, and which differences exceed the spread over seeds: those of
    which nine tenths of the seeds (or of all pairs, without common seeds) agree on the sign.
    Methods are compared with the best one, controls with the method that they belong to.

    Parameters
    ----------
    results : dict of ``race`` or ``compare``
        The methods and controls.
    digits : int
        Significant digits of the scores.
    ingredients : mapping from names of methods to ingredients, optional
        What a claim names as the cause: each needs a control without it.
    trials : iterable of int
        The numbers of random trials.
    strict : bool
        Whether to raise where the comparison is not fair, or to print what is not.

    Raises
    ------
    UnfairComparison
        If ``strict`` and something is not fair, or a best rate of ``race`` is at the grid's edge.
    """
    sweeps = {name: x for name, x in results.items() if isinstance(x, Sweep)}
    if len(sweeps) == len(results):
        for name, result in sweeps.items():
            _report_sweep(name, result, digits)
        return
    found = unfair(results, ingredients)
    if found and strict:
        raise UnfairComparison("not fair: " + "; ".join(found))
    _report_search(dict(results), digits, list(trials))
    for line in found:
        print("NOT FAIR:", line)


def _report_sweep(name: str, result: Sweep, digits: int) -> None:
    if result.at_edge:
        raise UnfairComparison(f"{name}: the best rate {result.best:g} is at the grid's edge")
    scores = result.scores[result.index]
    low, middle, high = (f"{x:.{digits}g}" for x in np.quantile(scores, [0, 0.5, 1]))
    print(f"{name:16} best rate {result.best:<7.2g} score {middle} (runs: {low} to {high})")


def _report_search(results: dict[str, Result], digits: int, trials: list[int]) -> None:
    first = next(iter(results.values()))
    print(
        f"{_count(first.budget, 'setting')} × {_count(len(first.schedules), 'schedule')}, "
        f"{_count(len(first.seeds), 'seed')}, {first.steps} steps; score: {first.score}"
    )
    width = max(map(len, results))
    tries = ", ".join(map(str, trials))
    print(f"{'':{width}}  median (seeds: least to most) | after {tries} trials | best settings")
    order = sorted(results, key=lambda name: results[name].median)
    for name in order:
        result = results[name]
        low, high = (f"{x:.{digits}g}" for x in (result.runs.min(), result.runs.max()))
        bought = ", ".join(f"{result.after(k):.{digits}g}" for k in trials)
        chosen = ", ".join(
            f"{key} {_setting(value)}" if isinstance(value, float) else value
            for key, value in result.best.items()
        )
        print(f"{name:{width}}  {result.median:.{digits}g} ({low} to {high}) | {bought}")
        print(f"{'':{width}}  {chosen}")
    best = order[0]
    for name in order:
        control_of = results[name].method.control_of
        other = control_of if control_of in results else best
        if name != other:
            print(_difference(results, other, name))


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + "s" * (number != 1)


def _setting(value: float) -> str:
    """Write a setting with two digits, of what one lacks where it is an average's share near one.

    Examples
    --------
    >>> _setting(0.0321), _setting(0.99934)
    ('0.032', '0.99934')
    """
    if not 0.9 < value < 1:
        return f"{value:.2g}"
    return f"{value:.{1 - math.floor(math.log10(1 - value))}f}"


def _difference(results: dict[str, Result], left: str, right: str) -> str:
    """Return a line on whether two methods differ by more than the spread over seeds."""
    paired = results[left].seeds == results[right].seeds
    share = share_below(results[left].runs, results[right].runs, paired)
    if not exceeds_spread(results[left], results[right]):
        verdict = "within the spread"
    else:
        verdict = "exceeds the spread"
    of = "seeds" if paired else "pairs of runs"
    return f"{left} below {right} in {share:.0%} of {of}: {verdict}"
