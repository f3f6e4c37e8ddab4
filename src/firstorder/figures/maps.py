"""Pictures of a plane that all chapters share: the ways of optimizers over contours, and maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from firstorder.figures.common import Series, draw_curves, label_axes, panels
from firstorder.figures.style import figure, line_style
from firstorder.objectives import Objective
from firstorder.trajectories import Trajectory


@figure
def trajectories(
    objective: Objective,
    paths: Mapping[str, Trajectory],
    *,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    height: float = 4.0,
    equal: bool = False,
    levels: int = 14,
) -> Figure:
    """Show the contours of a function of two variables and the ways that optimizers took."""
    picture, (axes,) = panels(height=height)
    draw_contours(axes, objective, xlim, ylim, levels)
    draw_paths(axes, paths)
    axes.legend(loc="best", frameon=True, framealpha=0.9, edgecolor="none")
    if equal:
        axes.set_aspect("equal")
    return picture


@figure
def trajectory_panels(
    objective: Objective,
    paths: Mapping[str, Trajectory],
    *,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    equal: bool = False,
    levels: int = 9,
) -> Figure:
    """Show the ways of optimizers on the same contours, one panel each, below one another."""
    picture, all_axes = panels(height=1.95 * len(paths), rows=len(paths), sharex=True)
    for axes, (label, path) in zip(all_axes, paths.items(), strict=True):
        draw_contours(axes, objective, xlim, ylim, levels)
        draw_paths(axes, {label: path}, linestyle="-")
        axes.set(title=f"{label}, {path.steps} steps", aspect="equal" if equal else "auto")
        axes.label_outer()
    return picture


def draw_paths(axes: Axes, paths: Mapping[str, Trajectory], **style: Any) -> None:
    """Draw the ways that optimizers took in the plane, and the place where they started."""
    for index, (label, path) in enumerate(paths.items()):
        line = line_style(label, index) | style
        axes.plot(*path.points.T, marker="o", markersize=2.5, linewidth=1.4, **line)
    start = next(iter(paths.values())).points[0]
    axes.plot(*start, marker="s", color="black", markersize=6, linestyle="none", label="start")


def draw_contours(
    axes: Axes,
    objective: Objective,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    levels: int = 14,
) -> None:
    """Draw level lines at equal steps of the square root, which shows both valley and slope."""
    x, y = np.meshgrid(np.linspace(*xlim, 201), np.linspace(*ylim, 201))
    height = objective.value(np.stack([x, y], axis=-1))
    floor = objective.minimum if np.isfinite(objective.minimum) else height.min()
    steps = np.linspace(0, np.sqrt(height.max() - floor), levels + 1)[1:] ** 2 + floor
    axes.contour(x, y, height, levels=steps, colors="#A8A8A8", linewidths=0.6)
    for minimizer in objective.minimizers:
        axes.plot(*minimizer, marker="*", color="black", markersize=10, zorder=4)
    axes.grid(False)
    label_axes(axes, r"$\theta_1$", r"$\theta_2$", xlim=xlim, ylim=ylim)


@figure
def heatmap(
    x: Any,
    y: Any,
    z: Any,
    *,
    xlabel: str,
    ylabel: str,
    zlabel: str,
    levels: Any = 20,
    lines: Series | None = None,
    height: float = 3.8,
    **settings: Any,
) -> Figure:
    """Show z of shape (len(y), len(x)) as a map in a colour scale of even lightness."""
    picture, (axes,) = panels(height=height)
    shading = axes.contourf(x, y, z, levels=levels, cmap="cividis", extend="both")
    picture.colorbar(shading, ax=axes, label=zlabel)
    draw_curves(axes, {}, lines)
    axes.grid(False)
    label_axes(axes, xlabel, ylabel, **settings)
    return picture
