"""Long runs of one shape: taken up where they stopped, stored with what they depend on."""

from __future__ import annotations

import argparse
import json
import os
import platform
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import firstorder
from firstorder.experiments.multiverse import Study, combinations, shares, verdicts


def load(script: str | Path) -> tuple[Study, dict[str, Any]]:
    """Return the study of a script of the folder ``experiments``, and its stored results.

    Raises
    ------
    ValueError
        If the script or its results are not there.
    """
    path = Path(script)
    stored = path.parent / "results" / f"{path.stem}.json"
    if not path.exists() or not stored.exists():
        raise ValueError(
            f"script must be in the folder experiments of the book's repository, with its results, "
            f"got {str(script)!r}"
        )
    module = runpy.run_path(str(path))
    return module["STUDY"], json.loads(stored.read_text(encoding="utf-8"))


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
