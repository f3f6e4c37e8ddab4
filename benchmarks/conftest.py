"""Races: contestants take turns, medians are compared, and one honest table ends the run."""

import gc
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the contestants stand in modules beside this one

TABLES = []


@dataclass
class Table:
    """One race's result, in Markdown: all figures, and ours as a multiple of each.

    ``ours`` names the contestants that are compared with all others, a column each.
    ``limits[ours][name]`` is how many times the figure of ``name`` ours may be.
    """

    title: str
    unit: str
    ours: list[str]
    figures: dict
    limits: dict = field(default_factory=dict)
    note: str = ""

    def ratio(self, ours, name):
        return self.figures[ours] / self.figures[name]

    def missed(self):
        """The limits that are exceeded, in words."""
        return [
            f"{ours} / {name} is {self.ratio(ours, name):.3g}, allowed are {limit:.3g}"
            for ours, limits in self.limits.items()
            for name, limit in limits.items()
            if {ours, name} <= set(self.figures) and self.ratio(ours, name) > limit
        ]

    def markdown(self):
        lines = [
            f"### {self.title}",
            "",
            f"| | {self.unit} | {' | '.join(f'{ours} / it' for ours in self.ours)} |",
            "|-|-:|" + "-:|" * len(self.ours),
        ]
        for name, figure in sorted(self.figures.items(), key=lambda item: item[1]):
            shown = f"**{name}**" if name in self.ours else name
            cells = " | ".join(self.cell(ours, name) for ours in self.ours)
            lines.append(f"| {shown} | {figure:.3g} | {cells} |")
        return "\n".join([*lines, "", self.note, ""] if self.note else [*lines, ""])

    def cell(self, ours, name):
        """Our figure over the other, and what it may be."""
        ratio, limit = self.ratio(ours, name), self.limits.get(ours, {}).get(name)
        if limit is None:
            return f"{ratio:.3g}"
        return f"{ratio:.3g} (≤ {limit:.3g}, {'met' if ratio <= limit else '**missed**'})"


@pytest.fixture
def report(benchmark):
    """Add a table to the end of the run, and its figures to pytest-benchmark's record.

    A limit that is exceeded fails the test.
    """

    def add(title, unit, ours, figures, limits=None, note=""):
        ours = [name for name in ours if name in figures]
        table = Table(title, unit, ours, figures, limits or {}, note)
        benchmark.extra_info.update(unit=unit, **figures)
        TABLES.append(table)
        assert not table.missed()

    return add


@pytest.fixture
def race(benchmark, report):
    """Let contestants take turns, so that a busy moment slows all of them, and compare medians.

    A figure is the median time of a call, or with ``own_clock`` what it returns, times ``per`` and
    the contestant's ``scale``. ``times`` says how often to call a quick one in a row.
    """

    def run(title, unit, ours, contestants, *, per, rounds=9, warm=2, times=None, scale=None,
            own_clock=False, **rest):  # fmt: skip
        repeats, factors = times or {}, scale or {}
        seconds = {name: [] for name in contestants}

        turns, shuffled = list(contestants.items()), random.Random(0)

        def one_round():
            shuffled.shuffle(turns)  # nobody always follows one whose threads are still awake
            for name, function in turns:
                count = repeats.get(name, 1)
                start = time.perf_counter()
                for _ in range(count):
                    returned = function()
                passed = (time.perf_counter() - start) / count
                seconds[name].append(returned if own_clock else passed)

        for _ in range(warm):
            one_round()
        for found in seconds.values():
            found.clear()
        gc.collect()
        benchmark.pedantic(one_round, rounds=rounds, iterations=1)
        figures = {
            name: statistics.median(found) * per * factors.get(name, 1.0)
            for name, found in seconds.items()
        }
        return report(title, unit, ours, figures, **rest)

    return run


def pytest_terminal_summary(terminalreporter):
    """Print the tables when all races are over."""
    if TABLES:
        terminalreporter.section("the book's code and its peers")
        terminalreporter.write_line("\n".join(table.markdown() for table in TABLES))
