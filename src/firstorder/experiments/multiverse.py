"""A conclusion in all its defensible variants: in how many it holds, and which choice turns it."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import firstorder

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
        What ``run_study`` returned or stored.
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


def run_study(
    study: Study, path: Path | None = None, *, only: int | None = None, progress: bool = False
) -> dict[str, Any]:
    """Run a study's variants, and store the results after each, so that a stop loses nothing.

    Parameters
    ----------
    study : Study
        What to run.
    path : Path, optional
        A JSON file to take up and to write. Variants that it holds are not run again.
    only : int, optional
        Stop after so many new variants.
    progress : bool
        Whether to print a line for each.

    Returns
    -------
    dict
        The question, versions, the class of machine, and the variants: their choices (seeds among
        them) and records.

    Raises
    ------
    ValueError
        If the file holds another study.
    """
    stored = json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else None
    if stored and stored["name"] != study.name:
        raise ValueError(f"path must hold the study {study.name}, got {stored['name']}")
    done = {json.dumps(x["choices"]): x for x in (stored or {}).get("variants", [])}
    every, new = combinations(study.choices), 0
    kept: list[dict[str, Any]] = []
    for choices in every:
        entry = done.get(json.dumps(choices))
        if entry is None:
            if new == only:
                continue
            new += 1
            entry = {"choices": choices, "record": study.measure(**choices)}
            if progress:
                print(f"{len(kept) + 1} of {len(every)}", choices, file=sys.stderr, flush=True)
            if path:
                _write(path, _results(study, [*kept, entry]))
        kept.append(entry)
    return _results(study, kept)


def _results(study: Study, variants: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": study.name,
        "question": study.question,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "firstorder": firstorder.__version__,
        },
        "machine": f"{platform.system()} {platform.machine()}",  # its kind, not its name
        "variants": variants,
    }


def _write(path: Path, results: dict[str, Any]) -> None:
    """Write a file at once or not at all, one variant a line."""
    rows = ",\n".join(json.dumps(x, ensure_ascii=False) for x in results["variants"])
    head = json.dumps({**results, "variants": []}, ensure_ascii=False, indent=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(head[: head.rindex("[")] + "[\n" + rows + "\n]}\n", encoding="utf-8")
    os.replace(draft, path)


def main(study: Study, folder: Path, arguments: Sequence[str] | None = None) -> None:
    """Run a study from the command line, and print in how many variants each conclusion holds."""
    parser = argparse.ArgumentParser(description=study.question)
    parser.add_argument("--out", type=Path, default=folder / f"{study.name}.json")
    parser.add_argument("--only", type=int, help="stop after so many new variants")
    parser.add_argument("--fresh", action="store_true", help="run all again")
    parser.add_argument("--progress", action="store_true", help="a line for each variant")
    asked = parser.parse_args(arguments)
    if asked.fresh:
        asked.out.unlink(missing_ok=True)
    found = verdicts(study, run_study(study, asked.out, only=asked.only, progress=asked.progress))
    for conclusion in study.conclusions:
        held = sum(verdict.holds[conclusion] for verdict in found)
        print(f"{conclusion}: in {held} of {len(found)} variants")
        for name, values in shares(found, conclusion).items():
            told = ", ".join(f"{value} {part:.0%}" for value, part in values.items())
            print(f"    {name}: {told}")
