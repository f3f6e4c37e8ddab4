"""A study runs its variants once, takes up where it stopped, and says which choice turns it."""

import json

import pytest

from firstorder.experiments import studies
from firstorder.experiments.multiverse import Study, share, shares, verdicts
from firstorder.experiments.studies import run_study


def study(calls, name="toy"):
    def measure(steps, noise):
        calls.append((steps, noise))
        return {"score": steps * {"low": 1, "high": 2}[noise]}

    return Study(
        name=name,
        question="Is it small?",
        choices={"steps": [1, 2, 3], "noise": ["low", "high"]},
        readings={"limit": [1, 10]},
        measure=measure,
        conclusions={"small": lambda record, limit: record["score"] <= limit},
    )


def test_every_variant_is_run_and_read_in_every_way():
    calls = []
    found = verdicts(study(calls), run_study(study(calls)))
    assert calls == [(steps, noise) for steps in (1, 2, 3) for noise in ("low", "high")]
    assert len(found) == 12 and share(found, "small") == 7 / 12
    assert found[-1].choices == {"steps": 3, "noise": "high", "limit": 10}
    # The choice with the largest range stands first.
    assert shares(found, "small") == {
        "limit": {1: 1 / 6, 10: 1.0},
        "steps": {1: 0.75, 2: 0.5, 3: 0.5},
        "noise": {"low": 4 / 6, "high": 0.5},
    }
    assert list(shares(found, "small")) == ["limit", "steps", "noise"]


def test_a_stopped_run_is_taken_up(tmp_path):
    calls, path = [], tmp_path / "new" / "toy.json"
    run_study(study(calls), path, only=4)
    assert len(calls) == 4
    stored = json.loads(path.read_text())
    assert len(stored["variants"]) == 4
    assert set(stored["versions"]) == {"python", "numpy", "firstorder"}
    assert not list(path.parent.glob("*.part"))
    whole = run_study(study(calls), path)
    assert len(calls) == 6 and whole == json.loads(path.read_text()) == run_study(study([]))
    run_study(study(calls), path)
    assert len(calls) == 6


def test_the_results_of_another_study_are_not_overwritten(tmp_path):
    run_study(study([]), tmp_path / "toy.json")
    with pytest.raises(ValueError, match="path must hold the study other, got toy"):
        run_study(study([], name="other"), tmp_path / "toy.json")


def test_the_command_line_prints_the_shares(tmp_path, capsys):
    calls = []
    studies.main(study(calls), tmp_path, ["--only", "2"])
    assert "small: in 3 of 4 variants" in capsys.readouterr().out
    studies.main(study(calls), tmp_path, ["--progress"])
    printed = capsys.readouterr()
    assert "small: in 7 of 12 variants" in printed.out
    assert "    limit: 1 17%, 10 100%" in printed.out and "6 of 6" in printed.err
    studies.main(study(calls), tmp_path, ["--fresh", "--out", str(tmp_path / "toy.json")])
    assert len(calls) == 6 + 6


def test_a_script_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="script must be in the folder experiments .* got 'no.py'"):
        studies.load("no.py")
