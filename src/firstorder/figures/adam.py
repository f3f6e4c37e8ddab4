"""Pictures that only the chapter *Adam* needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from firstorder.figures.common import Series, draw_curves, label_axes, panels
from firstorder.figures.style import BLACK, BLUE, GREY, METHODS, VERMILION, figure, line_style
from firstorder.trajectories import Trajectory

VALLEYS = ("first valley", "its faint copy")


@figure
def valleys(paths: Mapping[str, Any], limits: tuple[float, float] = (-1.9, 0.9)) -> Figure:
    """Show paths (steps + 1, 4) through two valleys: a column a method, a row a valley."""
    columns = len(paths)
    picture, axes = panels(columns, height=4.2, rows=2, sharex=True, sharey=True)
    x, y = np.meshgrid(np.linspace(*limits, 121), np.linspace(*limits, 121))
    height = np.sqrt(0.25 * (x + y) ** 2 + 12.5 * (x - y) ** 2)
    for index, (name, points) in enumerate(paths.items()):
        for row, valley in enumerate(VALLEYS):
            panel, path = axes[row * columns + index], np.asarray(points)[:, 2 * row : 2 * row + 2]
            panel.contour(x, y, height, levels=5, colors="#A8A8A8", linewidths=0.5)
            style = line_style(name, index) | {"linestyle": "-"}
            panel.plot(*path.T, marker="o", markersize=1.6, linewidth=1.0, **style)
            panel.plot(*path[0], "s", color=BLACK, markersize=5)
            panel.plot(0, 0, "*", color=BLACK, markersize=9, zorder=4)
            panel.grid(False)
            panel.set(xlim=limits, ylim=limits, aspect="equal")
            if row == 0:
                panel.set_title(name, color=style["color"])
            if index == 0:
                panel.set_ylabel(valley)
    return picture


@figure
def finals(results: Mapping[str, Any], xlabel: str) -> Figure:
    """Show what every run came to, a row of dots for each method, and its median as a number.

    The colour is that of the method that the row names between its commas.
    """
    picture, (axes,) = panels(height=0.8 + 0.3 * len(results))
    for row, (name, runs) in enumerate(results.items()):
        middle = float(np.median(runs))
        method = next((part for part in name.split(", ") if part in METHODS), name)
        color = line_style(method, 5)["color"]  # black for what is no method of the book
        axes.plot(runs, np.full(len(runs), row), "o", color=color, alpha=0.45, markersize=5)
        axes.plot(middle, row, "|", color=BLACK, markersize=15, markeredgewidth=2)
        axes.annotate(
            f"{middle:.2f}", (1.02, row), xycoords=("axes fraction", "data"), va="center",
            fontsize=9,
        )  # fmt: skip
    axes.set_yticks(range(len(results)), list(results))
    axes.set_ylim(len(results) - 0.5, -0.5)
    label_axes(axes, xlabel, "")
    return picture


@figure
def step_bound(
    histories: Series, levels: Mapping[str, float], memories: Any, suprema: Series
) -> Figure:
    """Show steps along histories of gradients under their bounds, and the bounds by memory."""
    picture, (left, right) = panels(2, height=3.6, width_ratios=[1.15, 1])
    draw_curves(left, histories)
    transform = left.get_yaxis_transform()
    for (name, level), dash in zip(levels.items(), [":", (0, (1, 3))], strict=True):
        left.axhline(level, color=BLACK, linestyle=dash, linewidth=1.2)
        left.text(0.98, level - 0.1, name, transform=transform, ha="right", va="top", fontsize=8.5)
    left.legend(fontsize=8.5, loc="center right", bbox_to_anchor=(1, 0.7))
    label_axes(left, "step", r"length of the step / $\alpha$", title="four histories")
    draw_curves(right, {name: (memories, values) for name, values in suprema.items()})
    right.legend(fontsize=8.5)
    label_axes(
        right, r"memory $1/(1-\beta_2)$", r"longest step / $\alpha$", title=r"$\beta_1 = 0.9$",
        xscale="log", yscale="log",
    )  # fmt: skip
    return picture


@figure
def annealing(columns: Mapping[str, tuple[Any, Any, Any]]) -> Figure:
    """Show (t, gradients, steps) of each history: gradients above, their steps below."""
    count = len(columns)
    picture, axes = panels(count, height=4.2, rows=2, sharex=True, sharey="row")
    for upper, lower, (title, (time, gradients, moves)) in zip(
        axes[:count], axes[count:], columns.items(), strict=True
    ):
        upper.plot(time, np.abs(gradients), ".", color=BLUE, markersize=2)
        label_axes(upper, "", "", title=title, yscale="log")
        lower.plot(time, np.abs(moves), ".", color=VERMILION, markersize=2)
        label_axes(lower, "step $t$", "", ylim=(0, 1.35))
    axes[0].set_ylabel("size of the gradient")
    axes[count].set_ylabel(r"length of the step / $\alpha$")
    return picture


@figure
def layers(gradients: Any, steps: Series) -> Figure:
    """Show the size of the gradient in each layer of a network, and of the first step there."""
    picture, (left, right) = panels(2, height=3.1)
    number = np.arange(1, len(gradients) + 1)
    left.semilogy(number, gradients, "o-", color=BLACK)
    label_axes(left, "layer, from the input", "gradient, root mean square", title="gradient")
    for index, (name, lengths) in enumerate(steps.items()):
        right.semilogy(number, lengths, marker="o", **line_style(name, index))
    right.legend(fontsize=8.5)
    label_axes(right, "layer, from the input", r"step / $\alpha$", title="first step")
    for axes in (left, right):
        axes.set_xticks(number)
    return picture


@figure
def runs(
    groups: Mapping[str, Mapping[str, Trajectory]], styles: Mapping[str, tuple[str, Any]]
) -> Figure:
    """Show runs of one weight against the step, one panel for each start.

    ``styles`` has the colour and the dash of every run.
    """
    picture, all_axes = panels(len(groups), height=3.1, sharey=True)
    for axes, (title, paths) in zip(all_axes, groups.items(), strict=True):
        axes.axhline(1, color=GREY, linewidth=0.8)
        for name, path in paths.items():
            color, dash = styles[name]
            axes.plot(path.points, color=color, linestyle=dash, label=name)
        axes.legend(fontsize=8.5, loc="lower left" if axes is all_axes[0] else "upper right")
        label_axes(axes, "step $t$", "$w$", title=title, ylim=(-0.05, 2.0))
        axes.set_xscale("symlog", linthresh=10)
        axes.set_xlim(0)
    return picture


@figure
def counter_example(runs: Series, memories: Any, drift: Series, marks: Any) -> Figure:
    """Show runs on the counter-example, and their drift per cycle against the memory."""
    picture, (left, right) = panels(2, height=3.3)
    draw_curves(left, runs)
    left.legend(fontsize=8.5)
    label_axes(left, "step $t$", "$x_t$", title="constant learning rates", ylim=(-1.08, 1.08))
    left.ticklabel_format(axis="x", style="sci", scilimits=(0, 0))
    right.axhline(0, color=GREY, linewidth=0.8)
    draw_curves(right, {name: (memories, values) for name, values in drift.items()})
    right.plot(*marks, "s", color=BLACK, markersize=5, label="measured")
    right.legend(fontsize=8.5)
    label_axes(
        right, r"memory $1/(1-\beta_2)$", r"drift per cycle / $\alpha$", title="which way?",
        xscale="log",
    )  # fmt: skip
    right.set_yscale("symlog", linthresh=0.1)
    return picture


@figure
def sweeps(settings: Mapping[str, tuple[Any, Any]], ylabel: str) -> Figure:
    """Show results (values, runs) over a setting each: every run a dot, the median a line.

    Values that are names have a short line each, the others one line through all.
    """
    rows = -(-len(settings) // 2)
    picture, axes = panels(2, height=2.4 * rows, rows=rows, sharey=True)
    for panel, (name, (values, results)) in zip(axes, settings.items(), strict=False):
        results = np.asarray(results)
        at = np.arange(len(values))
        names = isinstance(values[0], str)
        line = "_" if names else "-"
        panel.plot(at, np.median(results, axis=1), line, color=VERMILION, markersize=16)
        panel.plot(np.repeat(at, results.shape[1]), results.ravel(), ".", color=BLUE, alpha=0.8)
        ticks = [tick(value) for value in values]
        panel.set_xticks(at, ticks, rotation=0 if names else 60, fontsize=8)
        label_axes(panel, name, "", yscale="log")
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_major_formatter("{x:g}")
        panel.yaxis.set_minor_locator(NullLocator())
    for panel in axes[::2]:
        panel.set_ylabel(ylabel)
    return picture


def tick(value: float | str) -> str:
    """Return a short label: 0.9, 0.999, 0.0032, 1e-8; a name in two lines."""
    if isinstance(value, str):
        return value.replace(" ", "\n", 1)
    if 0 < value < 1e-3:
        return f"{value:.0e}".replace("e-0", "e-")
    return f"{value:.6g}" if value > 0.5 else f"{value:.2g}"
