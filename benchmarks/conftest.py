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
    """One race's result, in Markdown: all figures, and each as a multiple of ours.

    ``ours`` names the contestants that the others are compared with, a column each.
    ``targets[ours][name]`` is how many times our figure the figure of ``name`` shall at least be;
    a negative number, -1.3 say, allows it to be 1.3 times smaller.
    """

    title: str
    unit: str
    ours: list[str]
    figures: dict
    targets: dict = field(default_factory=dict)
    note: str = ""

    def markdown(self):
        lines = [
            f"### {self.title}",
            "",
            f"| | {self.unit} | {' | '.join(f'/ {name}' for name in self.ours)} | |",
            "|-|-:|" + "-:|" * len(self.ours) + "-|",
        ]
        best = min(self.figures[name] for name in self.ours)
        for name, figure in sorted(self.figures.items(), key=lambda item: item[1]):
            is_peer = not name.startswith(("the book", "limit", "of which"))
            remark = "wins against us" if is_peer and figure < 0.97 * best else ""
            shown = f"**{name}**" if name in self.ours else name
            ratios = " | ".join(self.ratio(name, reference) for reference in self.ours)
            lines.append(f"| {shown} | {figure:.3g} | {ratios} | {remark} |")
        return "\n".join([*lines, "", self.note, ""] if self.note else [*lines, ""])

    def ratio(self, name, reference):
        """The figure over ours, and what it should be."""
        ratio = self.figures[name] / self.figures[reference]
        target = self.targets.get(reference, {}).get(name)
        if target is None:
            return f"{ratio:.3g}"
        least, goal = (target, f"{target:g}") if target > 0 else (-1 / target, f"1/{-target:g}")
        return f"{ratio:.3g} (≥ {goal}, {'met' if ratio >= least else '**missed**'})"


@pytest.fixture
def report(benchmark):
    """Add a table to the end of the run, and its figures to pytest-benchmark's record."""

    def add(title, unit, ours, figures, targets=None, note=""):
        ours = [name for name in ours if name in figures]
        table = Table(title, unit, ours, figures, targets or {}, note)
        benchmark.extra_info.update(unit=unit, **figures)
        TABLES.append(table)
        return table

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
