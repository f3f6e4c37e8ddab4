"""The long runs: stored results are whole, and a slice of each, run again, agrees."""

import platform
import runpy
from pathlib import Path

import numpy as np
import pytest

from firstorder.experiments.multiverse import combinations
from firstorder.experiments.studies import load

FOLDER = Path(__file__).parents[1] / "experiments"
SCRIPTS = sorted(FOLDER.glob("*.py"))
# Variants of each study that a test can afford, by their place in the list, and their methods.
SLICES = {"sparse_features": ([0, 8, 24], ("SGD", "momentum", "AdaGrad", "Adam"))}


@pytest.fixture(params=SCRIPTS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_every_script_has_a_slice_that_is_rerun():
    assert set(SLICES) == {path.stem for path in SCRIPTS}


def test_stored_results_are_whole(path):
    study, stored = load(path)
    assert [entry["choices"] for entry in stored["variants"]] == combinations(study.choices)
    assert (stored["name"], stored["question"]) == (study.name, study.question)
    assert set(stored["versions"]) == {"python", "numpy", "firstorder"}


def test_nothing_stored_names_the_machine(path):
    _, stored = load(path)
    assert set(stored) == {"name", "question", "versions", "machine", "variants"}
    assert len(stored["machine"].split()) == 2 and platform.node() not in stored["machine"].split()


def test_a_slice_run_again_agrees(path):
    study, stored = load(path)
    read = runpy.run_path(str(path))["read"]
    places, methods = SLICES[path.stem]
    for place in places:
        before = stored["variants"][place]["record"]
        again = study.measure(**combinations(study.choices)[place])
        for reading in combinations(study.readings):
            for method in methods:
                old, new = (
                    np.median(read(record, method, **reading)) for record in (before, again)
                )
                assert new == pytest.approx(old, rel=0.02), (method, reading)


def test_no_search_of_a_study_was_cut_short(path):
    _, stored = load(path)
    assert not np.any([entry["record"]["at_edge"] for entry in stored["variants"]])
