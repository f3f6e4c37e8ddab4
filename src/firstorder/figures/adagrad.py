"""The pictures that only the chapter *AdaGrad* needs."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from firstorder.figures.common import Series, draw_curves, label_axes, legend_below, panels
from firstorder.figures.maps import draw_contours, draw_paths
from firstorder.figures.style import BLUE, GREY, VERMILION, figure, line_style
from firstorder.objectives import Objective
from firstorder.trajectories import Trajectory


@figure
def one_rate(rates: Any, errors: Series) -> Figure:
    """Show error against learning rate, one line per feature, a dot at each line's least point."""
    picture, (axes,) = panels()
    draw_curves(axes, {label: (rates, error) for label, error in errors.items()})
    for index, (label, error) in enumerate(errors.items()):
        least = int(np.argmin(error))
        color = line_style(label, index)["color"]
        axes.plot(rates[least], error[least], "o", color=color, markersize=7, zorder=4)
    label_axes(
        axes, r"learning rate $\alpha$", "expected squared error", xscale="log", yscale="log"
    )
    return picture


@figure
def tightness(ratios: Any, mean: float) -> Figure:
    """Show how regret over bound is spread over many sequences, its mean and the limit 1."""
    picture, (axes,) = panels(height=2.8)
    axes.hist(ratios, bins=60, color=BLUE, alpha=0.6, edgecolor="none")
    axes.axvline(mean, color="black", linestyle="--", linewidth=1.4, label="mean")
    axes.axvline(1.0, color=VERMILION, linewidth=2.4, label="the bound")
    axes.legend(loc="upper left")
    axes.grid(False, axis="x")
    label_axes(axes, "regret / bound", "number of sequences")
    return picture


@figure
def two_bowls(
    groups: dict[str, tuple[Objective, dict[str, Trajectory]]], *, limit: float
) -> Figure:
    """Show the ways of several methods in one panel for each objective of two variables."""
    picture, all_axes = panels(len(groups), height=3.9, sharey=True)
    for axes, (title, (objective, paths)) in zip(all_axes, groups.items(), strict=True):
        draw_contours(axes, objective, (-limit, limit), (-limit, limit), levels=10)
        draw_paths(axes, paths)
        axes.set(title=title, aspect="equal")
        axes.label_outer()
    legend_below(picture, all_axes[0])
    return picture


@figure
def stalls(positions: Series, rates: Series, border: int, *, prediction: Any) -> Figure:
    """Show positions and learning rates over steps, and the step at which the country flattens."""
    picture, (left, right) = panels(2)
    draw_curves(left, positions, {"predicted": prediction})
    draw_curves(right, rates)
    for axes in (left, right):
        axes.axvline(border, color=GREY, linewidth=0.9)
        if legend := axes.get_legend():
            legend.remove()
    label_axes(left, "step", "position", title="how far it comes")
    label_axes(right, "step", r"$\alpha / \sqrt{G}$", yscale="log", title="the rate it has left")
    legend_below(picture, left)
    return picture
