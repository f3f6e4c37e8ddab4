"""What makes a comparison unfair, found in its results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from firstorder.experiments.results import Result
from firstorder.experiments.scores import share_below

AGREEMENT = 0.9  # of the seeds, on which method is ahead
FEWEST_SEEDS = 5


class UnfairComparison(AssertionError):
    """A comparison from which no conclusion may be drawn."""


def unfair(
    results: Mapping[str, Result], ingredients: Mapping[str, Iterable[str]] | None = None
) -> list[str]:
    """Return what is not fair in a comparison, one sentence each; none where it is fair.

    Parameters
    ----------
    results : dict of ``compare``
        Those of several calls may be put together.
    ingredients : mapping from names of methods to ingredients, optional
        What a claim names as the cause.

    Raises
    ------
    ValueError
        If a result is not one of ``compare``, or an ingredient is claimed of a method that is not
        among the results.

    Examples
    --------
    >>> from firstorder import GradientDescent, objectives
    >>> from firstorder.experiments import LogUniform, Method, compare
    >>> slow = Method(GradientDescent, {"learning_rate": LogUniform(1e-4, 1e-3)})
    >>> bowl = objectives.quadratic([1.0, 4.0])
    >>> starts = [[1.0, k] for k in range(5)]
    >>> results = compare(bowl, {"slow": slow}, start=starts, steps=50, budget=5, seeds=range(5))
    >>> print(*unfair(results))
    slow: the best learning_rate 0.00074 is at the high edge of its range
    """
    for name, result in results.items():
        if not isinstance(result, Result):
            raise ValueError(f"{name} must be a result of compare, got {result!r}")
    found = []
    common: dict[str, Any] = {
        "schedules": lambda r: ", ".join(r.schedules),
        "iterates": lambda r: ", ".join(r.iterates),
        "settings tried": lambda r: r.budget,
        "steps": lambda r: r.steps,
        "score": lambda r: r.score,
        "seeds": lambda r: len(r.seeds) if r.seeds == tuple(range(len(r.seeds))) else r.seeds,
    }
    for what, get in common.items():
        values = {name: get(result) for name, result in results.items()}
        if len(set(values.values())) > 1:
            told = "; ".join(f"{name} {value}" for name, value in values.items())
            found.append(f"different {what}: {told}")
    epsilons = {n: e for n, r in results.items() if (e := r.method.epsilon_outside) is not None}
    if len(set(epsilons.values())) > 1:
        told = "; ".join(f"{name} {value}" for name, value in epsilons.items())
        found.append(f"different epsilon, measured outside the root: {told}")
    for name, result in results.items():
        if result.method.own_schedule:
            found.append(f"{name}: has a schedule of its own")
        if result.lucky:
            found.append(f"{name}: one lucky step can win the score ({result.score})")
        if len(result.seeds) < FEWEST_SEEDS:
            found.append(f"{name}: fewer than {FEWEST_SEEDS} seeds show no spread")
        if not np.isfinite(result.median):
            found.append(f"{name}: no setting has a finite median score")
        found += [f"{name}: {edge}" for edge in edges(result)]
    return found + _controls(results, ingredients or {})


def edges(result: Result) -> list[str]:
    """Return at which edges of the space the best settings lie, where that matters.

    It does where settings away from that edge are worse by more than the spread over seeds. A
    hyper-parameter that hardly matters may have its best value anywhere.
    """
    found = []
    s, i, k = result.index
    for name, values in result.method.space.items():
        tried = result.settings[name]
        edge = values.edge(float(tried[k]), tried)
        if not edge:
            continue
        inside = np.array([values.edge(float(x), tried) != edge for x in tried])
        rest = result.medians[:, :, inside]
        if rest.size:
            index = np.unravel_index(np.argmin(rest), rest.shape)
            runs = result.scores[:, :, inside][index]
            if share_below(result.runs, runs, paired=True) < AGREEMENT:
                continue
        found.append(f"the best {name} {tried[k]:.2g} is at the {edge} edge of its range")
    return found


def exceeds_spread(left: Result, right: Result) -> bool:
    """Return whether nine tenths of the seeds agree on which of two methods is ahead.

    Runs are paired by seed where the seeds are common; all pairs are compared otherwise.
    """
    share = share_below(left.runs, right.runs, paired=left.seeds == right.seeds)
    return max(share, 1 - share) >= AGREEMENT


def _controls(results: Mapping[str, Result], ingredients: Mapping[str, Iterable[str]]) -> list[str]:
    """Return which controls are missing, or are searched in another space than their method."""
    found = []
    for name, names in ingredients.items():
        if name not in results:
            raise ValueError(f"ingredients must name methods of {list(results)}, got {name!r}")
        for ingredient in [names] if isinstance(names, str) else names:
            if not any(
                (r.method.control_of, r.method.without) == (name, ingredient)
                for r in results.values()
            ):
                found.append(f"{name}: no control without {ingredient}")
    for name, result in results.items():
        parent = results.get(result.method.control_of)
        if parent is not None:
            mine, theirs = result.method.space, parent.method.space
            for key in sorted(mine.keys() & theirs.keys()):
                if mine[key] != theirs[key]:
                    found.append(f"{name}: searches {key} in another range than its method")
        elif result.method.control_of:
            found.append(f"{name}: a control of {result.method.control_of}, which is not here")
    return found
