"""A conclusion in all its defensible variants: in how many it holds, and which choice turns it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Record = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Study:
    """Conclusions, and the choices on which they might depend.

    Attributes
    ----------
    name : str
        Of its results' file.
    question : str
        What is asked, in a sentence.
    choices : mapping from names to values
        Those that need runs of their own. The values are strings or numbers.
    readings : mapping from names to values
        Those that read the same runs in another way: the score, the schedules that are allowed.
    measure : function of the choices, by name
        Runs one variant and returns what the readings need: numbers, lists and dicts.
    conclusions : mapping from sentences to functions of a record and the readings, by name
        Each returns whether its sentence holds.
    """

    name: str
    question: str
    choices: Mapping[str, Sequence[Any]]
    readings: Mapping[str, Sequence[Any]]
    measure: Callable[..., Record]
    conclusions: Mapping[str, Callable[..., bool]]


@dataclass(frozen=True)
class Verdict:
    """Which conclusions hold in one variant."""

    choices: dict[str, Any]
    holds: dict[str, bool]


def combinations(choices: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return every combination of the values, in the order of a counter.

    Examples
    --------
    >>> combinations({"steps": [200, 800], "noise": ["low", "high"]})[1]
    {'steps': 200, 'noise': 'high'}
    """
    return [
        dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())
    ]


def verdicts(study: Study, results: Mapping[str, Any]) -> list[Verdict]:
    """Return what each variant says: every record, read in every way.

    Parameters
    ----------
    study : Study
        The question.
    results : dict
        What ``studies.run_study`` returned or stored.
    """
    return [
        Verdict(
            entry["choices"] | reading,
            {name: bool(f(entry["record"], **reading)) for name, f in study.conclusions.items()},
        )
        for entry in results["variants"]
        for reading in combinations(study.readings)
    ]


def share(found: Sequence[Verdict], conclusion: str) -> float:
    """Return the share of variants in which a conclusion holds."""
    return float(np.mean([verdict.holds[conclusion] for verdict in found]))


def shares(found: Sequence[Verdict], conclusion: str) -> dict[str, dict[Any, float]]:
    """Return, for every value of every choice, the share of its variants in which one holds.

    The choice with the largest range of shares, which turns the conclusion most, comes first.

    Examples
    --------
    >>> found = [Verdict({"a": a, "b": b}, {"yes": a > 0}) for a in (0, 1) for b in "xy"]
    >>> shares(found, "yes")
    {'a': {0: 0.0, 1: 1.0}, 'b': {'x': 0.5, 'y': 0.5}}
    """
    table: dict[str, dict[Any, float]] = {}
    for name in found[0].choices:
        values = dict.fromkeys(verdict.choices[name] for verdict in found)
        table[name] = {
            value: share([v for v in found if v.choices[name] == value], conclusion)
            for value in values
        }
    return dict(sorted(table.items(), key=lambda row: min(row[1].values()) - max(row[1].values())))
