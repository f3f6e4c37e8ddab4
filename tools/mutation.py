"""What ``make mutants`` needs beside mutmut: a plugin for its runs of pytest, and the results.

mutmut runs a mutant against the tests that were seen to call the mutated function. Tables of cases
call functions while a test file is imported, which it does not see: the plugin credits such calls
to all tests of the file, and leaves the import to the process that tests the mutant. It also
chooses tests by file and function, since a mutant may change the name of a case.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from importlib.machinery import PathFinder
from pathlib import Path

import numpy as np  # noqa: F401  # here, so that it is imported once for all mutants
import pytest

# Too slow to import for each mutant; and Numba would compile mutmut's text.
HIDDEN = ("tensorflow", "keras", "torch", "jax", "optax", "numba")
# How pytest ended. A mutant that runs out of time, -24, is noticed; all but these are errors.
MEANING = {1: "killed", -24: "killed", 0: "survived", 33: "untested", None: "unknown"}
NOT_KILLED = ("survived", "untested", "error")
LEAST = 0.95  # share of the mutants that must be killed

CALLS: dict[Path, set[str]] = {}  # of the package, while a test file was imported


def pytest_configure(config):
    """Take whole files instead of names of tests, and examples that are the same every time."""
    import hypothesis.extra.numpy  # noqa: F401
    from hypothesis import Phase, settings
    from mutmut.mutation.trampoline import get_mutant_under_test

    find = PathFinder.find_spec
    hide = lambda name, *rest: None if name in HIDDEN else find(name, *rest)  # noqa: E731
    PathFinder.find_spec = hide  # type: ignore[method-assign]
    phases = [Phase.explicit, Phase.generate]
    settings.register_profile("mutants", derandomize=True, database=None, phases=phases)
    settings.load_profile("mutants")
    config.mutant = get_mutant_under_test()
    if "__mutmut_" in config.mutant:
        config.durations = json.loads(Path("mutmut-stats.json").read_text())["duration_by_test"]
        config.wanted = set(config.args)
        seconds: dict[str, float] = defaultdict(float)
        for name in config.wanted:
            seconds[name.partition("::")[0]] += config.durations[name]
        config.args = sorted(seconds, key=lambda file: seconds[file])


def pytest_ignore_collect(config):
    """Import no test file in the process that all others start from: it knows no mutant yet."""
    return True if config.option.collectonly and config.mutant != "list_all_tests" else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Note the calls that a test file makes while it is imported, by itself or its helpers."""
    from mutmut.state import state

    if collector.config.mutant != "stats" or not isinstance(collector, pytest.Module):
        return (yield)
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).parent == collector.path.parent and "." not in name:
            del sys.modules[name]  # a helper that another file has imported
    state()._stats.clear()
    report = yield
    CALLS[collector.path] = set(state()._stats)
    state()._stats.clear()
    return report


def pytest_collection_modifyitems(config, items):
    """Keep the tests that are wanted, under the names too that only this mutant gives them."""
    if "__mutmut_" in config.mutant:
        functions = {name.partition("[")[0] for name in config.wanted}
        new = {item.nodeid for item in items} - config.durations.keys()
        names = config.wanted | {name for name in new if name.partition("[")[0] in functions}
        items[:] = [item for item in items if item.nodeid in names]


def pytest_runtest_setup(item):
    """Credit a test with the calls that its file made while it was imported."""
    from mutmut.state import state

    if item.config.mutant == "stats":
        state()._stats |= CALLS[item.path]


def pytest_sessionfinish(session, exitstatus):
    """Count a file that a mutant keeps from being imported as a test that fails."""
    if exitstatus == pytest.ExitCode.INTERRUPTED and session.testsfailed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def main():
    """Print what became of the mutants of each file, and fail where too few were killed."""
    total: Counter[str] = Counter()
    left: list[str] = []
    for file in sorted(Path("mutants/src").rglob("*.meta")):
        ends = json.loads(file.read_text())["exit_code_by_key"]
        words = {name: MEANING.get(end, "error") for name, end in ends.items()}
        left += [f"{name} {word}" for name, word in words.items() if word in NOT_KILLED]
        found = Counter(words.values())
        total += found
        if found:
            print(f"{file.stem:24}", *(f"{number:5} {word}" for word, number in found.items()))
    tested = total.total() - total["unknown"]
    share = total["killed"] / max(1, tested)
    print(*left, f"{share:.1%} of {tested} mutants killed, {total['unknown']} not run", sep="\n")
    return int(share < LEAST or total["unknown"] > 0)


if __name__ == "__main__":
    raise SystemExit(main())
