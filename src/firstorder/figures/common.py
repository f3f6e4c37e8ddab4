"""The few kinds of picture that all chapters share: curves, spreads, maps and trajectories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from firstorder.figures.style import WIDTH, figure, line_style
from firstorder.objectives import Objective
from firstorder.trajectories import Trajectory

Series = Mapping[str, Any]


def panels(count: int = 1, height: float = 3.2, **kwargs: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure of the text's width with ``count`` panels side by side."""
    picture = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = picture.subplots(1, count, squeeze=False, **kwargs)
    return picture, list(axes[0])


def label_axes(axes: Axes, xlabel: str, ylabel: str, **settings: Any) -> None:
    """Name both axes and apply further settings (``xscale="log"``, ``ylim=...``, ``title=...``)."""
    axes.set(xlabel=xlabel, ylabel=ylabel, **settings)


def draw_curves(axes: Axes, series: Series, theory: Series | None = None) -> None:
    """Draw labelled lines, each y or (x, y); theory thin and grey above them."""
    for index, (label, data) in enumerate(series.items()):
        x, y = _xy(data)
        axes.plot(x, y, **line_style(label, index))
    for index, (label, data) in enumerate((theory or {}).items()):
        x, y = _xy(data)
        dash = [":", (0, (1, 3)), (0, (6, 3))][index % 3]
        axes.plot(x, y, color="black", linestyle=dash, linewidth=1.2, label=label, zorder=3)
    if len(series) + len(theory or {}) > 1:
        axes.legend()


@figure
def curves(
    series: Series,
    *,
    xlabel: str,
    ylabel: str,
    theory: Series | None = None,
    height: float = 3.2,
    **settings: Any,
) -> Figure:
    """Show labelled lines in one panel, theory dotted: ``{label: y}`` or ``{label: (x, y)}``."""
    picture, (axes,) = panels(height=height)
    draw_curves(axes, series, theory)
    label_axes(axes, xlabel, ylabel, **settings)
    return picture


@figure
def curve_panels(
    groups: Mapping[str, Series],
    *,
    xlabel: str | Sequence[str],
    ylabel: str | Sequence[str],
    theory: Mapping[str, Series] | None = None,
    height: float = 3.0,
    sharey: bool = False,
    **settings: Any,
) -> Figure:
    """Show one panel of lines for each group, the group's name as its title."""
    picture, all_axes = panels(len(groups), height, sharey=sharey)
    for index, (title, series) in enumerate(groups.items()):
        axes = all_axes[index]
        draw_curves(axes, series, (theory or {}).get(title))
        names = [name if isinstance(name, str) else name[index] for name in (xlabel, ylabel)]
        label_axes(axes, *names, title=title, **settings)
    return picture


@figure
def spread(
    series: Series,
    *,
    xlabel: str,
    ylabel: str,
    x: Any = None,
    height: float = 3.2,
    **settings: Any,
) -> Figure:
    """Show the median over runs of each ``{label: array (runs, n)}`` and the band of all runs."""
    picture, (axes,) = panels(height=height)
    draw_spread(axes, series, x)
    label_axes(axes, xlabel, ylabel, **settings)
    return picture


def draw_spread(axes: Axes, series: Series, x: Any = None) -> None:
    """Draw the median over runs of each series, and the band from the least to the greatest."""
    for index, (label, runs) in enumerate(series.items()):
        runs = np.asarray(runs, dtype=float)
        at = np.arange(runs.shape[1]) if x is None else np.asarray(x)
        style = line_style(label, index)
        axes.fill_between(
            at, runs.min(axis=0), runs.max(axis=0), color=style["color"], alpha=0.18, linewidth=0
        )
        axes.plot(at, np.median(runs, axis=0), **style)
    axes.legend()


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
    for index, (label, path) in enumerate(paths.items()):
        style = line_style(label, index)
        axes.plot(*path.points.T, marker="o", markersize=2.5, linewidth=1.4, **style)
    first = next(iter(paths.values())).points[0]
    axes.plot(*first, marker="s", color="black", markersize=6, linestyle="none", label="start")
    axes.legend(loc="best", frameon=True, framealpha=0.9, edgecolor="none")
    if equal:
        axes.set_aspect("equal")
    return picture


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


def _xy(data: Any) -> tuple[np.ndarray, np.ndarray]:
    """Read a pair (x, y), or y alone over 0, 1, 2, ..."""
    if isinstance(data, tuple):
        return np.asarray(data[0]), np.asarray(data[1])
    return np.arange(len(data)), np.asarray(data)
