"""Where everything is installed nothing is skipped unseen: the rules of the root's conftest.py."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_SKIP = re.findall(r'^    "(test_\w+)":', (ROOT / "conftest.py").read_text(), re.M)

NAMED = f"""
import pytest
@pytest.mark.skip(reason="no such system")
@pytest.mark.parametrize("case", [1])
def {MAY_SKIP[0]}(case): pass
"""
# What a test file holds, and what becomes of its one test without NO_SKIP and with it.
CASES = {
    "passes": ("def test_it(): pass", "passed", "passed"),
    "marked": (
        "import pytest\n@pytest.mark.skip(reason='why')\ndef test_it(): pass",
        "skipped",
        "error",
    ),
    "in-its-midst": ("import pytest\ndef test_it(): pytest.skip('why')", "skipped", "failed"),
    "a-whole-file": (
        "import pytest\npytest.importorskip('nowhere', reason='why')\ndef test_it(): pass",
        "skipped",
        "error",
    ),
    "expected-to-fail": (
        "import pytest\n@pytest.mark.xfail\ndef test_it(): assert 0",
        "xfailed",
        "xfailed",
    ),
    "by-name": (NAMED, "skipped", "skipped"),
}


@pytest.mark.parametrize("no_skip", [False, True], ids=["", "NO_SKIP"])
def test_a_skip_is_a_failure_except_by_name(tmp_path, no_skip):
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    for name, (text, *_) in CASES.items():
        (tmp_path / f"test_{name}.py").write_text(text)
    # With CI set, pytest prints what was said in full once more, in its summary.
    without = ("NO_SKIP", "CI")
    environment = {name: value for name, value in os.environ.items() if name not in without}
    if no_skip:
        environment["NO_SKIP"] = "1"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull]
    command += ["--rootdir", tmp_path, "--continue-on-collection-errors", tmp_path]
    said = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env=environment
    ).stdout
    becomes = [outcomes[no_skip] for _, *outcomes in CASES.values()]
    closing = said.splitlines()[-1]
    counted = dict(reversed(pair) for pair in re.findall(r"(\d+) ([a-z]+?)s?\b", closing))
    expected = {outcome: str(becomes.count(outcome)) for outcome in becomes}
    assert {name: count for name, count in counted.items() if name in expected} == expected, said
    assert said.count("why\nNothing may be skipped here") == (3 if no_skip else 0), said


@pytest.mark.parametrize("name", MAY_SKIP)
def test_what_may_be_skipped_is_there(name):
    assert any(f"def {name}(" in path.read_text() for path in ROOT.glob("tests/*.py"))
