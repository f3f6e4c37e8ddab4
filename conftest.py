"""Where NO_SKIP=1, a skipped test fails, unless it is named here; see .ci/run.

Everything is installed there, so a skip means that something went unnoticed: a framework that no
longer imports, a browser or a data set that is not there.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

# Tests that may be skipped all the same: the name, without parameters, and what they need.
MAY_SKIP = {
    "test_no_memory_is_asked_of_the_system_step_after_step": "glibc",
    "test_a_forked_process_starts_threads_of_its_own": "fork",
}


def pytest_configure(config: pytest.Config) -> None:
    """Count what tests share among our own code, whose deprecation warnings are errors."""
    for path in Path(__file__).parent.glob("tests/*.py"):
        config.addinivalue_line("filterwarnings", rf"error::DeprecationWarning:{path.stem}\b")


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport, name: str) -> None:
    """Turn the report of a skip into one of a failure."""
    if not os.environ.get("NO_SKIP") or not report.skipped or hasattr(report, "wasxfail"):
        return
    if name.partition("[")[0] not in MAY_SKIP:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\nNothing may be skipped here (NO_SKIP): {report.nodeid}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport]:
    """Look at a test."""
    report = yield
    fail_if_skipped(report, item.name)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport]:
    """Look at a file, which may be skipped as a whole."""
    report = yield
    fail_if_skipped(report, collector.name)
    return report
