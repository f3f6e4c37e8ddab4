"""The kinds of picture that all chapters share: curves in one panel or several, and spreads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from firstorder.figures.style import WIDTH, figure, line_style

Series = Mapping[str, Any]


def panels(
    columns: int = 1, height: float = 3.2, rows: int = 1, **kwargs: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure of the text's width, and its panels row by row."""
    picture = Figure(figsize=(WIDTH, height), layout="constrained")
    return picture, list(picture.subplots(rows, columns, squeeze=False, **kwargs).ravel())


def legend_below(picture: Figure, axes: Axes) -> None:
    """Put one legend for all panels, that of the given one, below them."""
    handles, labels = axes.get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 3))


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
    xlabel: str | list[str],
    ylabel: str | list[str],
    theory: Mapping[str, Series] | None = None,
    height: float = 3.0,
    sharey: bool = False,
    one_legend: bool = False,
    **settings: Any,
) -> Figure:
    """Show one panel of lines for each group, its name as title; one legend for all, or each.

    A setting that is a list has one value for each panel.
    """
    picture, all_axes = panels(len(groups), height, sharey=sharey)
    settings |= {"xlabel": xlabel, "ylabel": ylabel}
    for index, (axes, (title, series)) in enumerate(zip(all_axes, groups.items(), strict=True)):
        draw_curves(axes, series, (theory or {}).get(title))
        own = {name: x[index] if isinstance(x, list) else x for name, x in settings.items()}
        axes.set(title=title, **own)
        if sharey:
            axes.label_outer()
        if one_legend and (legend := axes.get_legend()):
            legend.remove()
    if one_legend:
        legend_below(picture, all_axes[0])
    return picture


@figure
def spread(
    series: Series,
    *,
    xlabel: str,
    ylabel: str,
    x: Any = None,
    theory: Series | None = None,
    height: float = 3.2,
    **settings: Any,
) -> Figure:
    """Show the median over runs of each ``{label: array (runs, n)}`` and the band of all runs."""
    picture, (axes,) = panels(height=height)
    for index, (label, runs) in enumerate(series.items()):
        runs = np.asarray(runs, dtype=float)
        at = np.arange(runs.shape[1]) if x is None else np.asarray(x)
        style = line_style(label, index)
        axes.fill_between(
            at, runs.min(axis=0), runs.max(axis=0), color=style["color"], alpha=0.18, linewidth=0
        )
        axes.plot(at, np.median(runs, axis=0), **style)
    draw_curves(axes, {}, theory)
    axes.legend()
    label_axes(axes, xlabel, ylabel, **settings)
    return picture


def _xy(data: Any) -> tuple[np.ndarray, np.ndarray]:
    """Read a pair (x, y), or y alone over 0, 1, 2, ..."""
    if isinstance(data, tuple):
        return np.asarray(data[0]), np.asarray(data[1])
    return np.arange(len(data)), np.asarray(data)
