"""Pictures of runs with momentum: the chain, the cycle, the wells and a map of settings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from firstorder.figures.common import Series, draw_curves, label_axes, panels
from firstorder.figures.style import BLACK, ORANGE, SKY, VERMILION, figure, line_style
from firstorder.objectives import Objective
from firstorder.trajectories import Trajectory


@figure
def cycle(objective: Objective, paths: Mapping[str, Trajectory]) -> Figure:
    """Show runs on a function of one variable: on its graph and against the step."""
    picture, (left, right) = panels(2, height=3.0)
    x = np.linspace(-2.4, 3.5, 300)
    left.plot(x, objective.value(x), color=BLACK, linewidth=1.4)
    for index, (label, path) in enumerate(paths.items()):
        style = line_style(label, index)
        last = path.points[-3:]
        left.plot(last, objective.value(last), "o", color=style["color"], markersize=8 - 2 * index)
        right.plot(path.points, marker="o", markersize=2.5, **style | {"linewidth": 1.2})
    label_axes(left, r"$\theta$", r"$f(\theta)$", title="the last three points")
    label_axes(right, "step $t$", r"$\theta_t$", title="the runs", ylim=(-3.8, 5.6))
    right.legend(loc="upper right")
    return picture


@figure
def chain(moved: np.ndarray, curves: Series, theory: Series) -> Figure:
    """Show how far along the chain a run (steps, coordinates) has moved, and its values' bounds."""
    picture, (left, right) = panels(2, height=3.6, width_ratios=[1, 1.5])
    size = np.ma.masked_equal(np.abs(moved.T), 0)
    shading = left.pcolormesh(size, cmap="cividis", norm=LogNorm(1e-6, 1), rasterized=True)
    picture.colorbar(shading, ax=left, location="bottom", label=r"$|\theta_i|$", extend="min")
    left.grid(False)
    label_axes(left, "step $t$", "coordinate $i$", title="how far the pull is felt")
    draw_curves(right, curves, theory)
    right.legend(fontsize=8.5, loc="lower left")
    label_axes(right, "step $t$", r"$f(\theta_t) - f^*$", xscale="log", yscale="log")
    right.set_ylim(bottom=1e-6)
    return picture


@figure
def wells(starts: np.ndarray, betas: np.ndarray, deeper: np.ndarray, borders: Series) -> Figure:
    """Show for each start and β whether the run ended in the deeper well, and the shares.

    ``borders`` are starts to mark with a line; the first is the barrier between the wells.
    """
    picture, (left, right) = panels(2, height=3.6, width_ratios=[1.3, 1])
    colors = ListedColormap([ORANGE, SKY])
    left.pcolormesh(starts, betas, deeper, cmap=colors, vmin=0, vmax=1, rasterized=True)
    for (label, at), dash in zip(borders.items(), ("-", ":"), strict=False):
        for x in np.atleast_1d(at):
            left.axvline(x, color=BLACK, linestyle=dash, linewidth=1.4, label=label)
            label = f"_{label}"
    left.grid(False)
    left.legend(loc="lower left", fontsize=8, frameon=True, framealpha=0.9, edgecolor="none")
    label_axes(left, r"start $\theta_0$", r"$\beta$", title="where the run ends")
    barrier = next(iter(borders.values()))
    sides = {
        "deeper side": deeper[:, starts < barrier].mean(axis=1),
        "all starts": deeper.mean(axis=1),
        "shallower side": deeper[:, starts > barrier].mean(axis=1),
    }
    draw_curves(right, {label: (betas, share) for label, share in sides.items()})
    right.legend(loc="lower right", fontsize=8)
    label_axes(right, r"$\beta$", "share ending in the deeper well", ylim=(-0.03, 1.03))
    return picture


@figure
def settings_map(
    alphas: np.ndarray, betas: np.ndarray, steps: np.ndarray, theory: Series
) -> Figure:
    """Show the number of steps over (α, β), with curves of theory and a star at the fewest."""
    picture, (axes,) = panels(height=3.8)
    shading = axes.contourf(alphas, betas, steps, np.arange(0, 601, 50), cmap="cividis_r")
    picture.colorbar(shading, ax=axes, label="steps", pad=0.01)
    for (label, (x, y)), dash in zip(theory.items(), ("--", "-"), strict=False):
        axes.plot(x, y, color=VERMILION, linestyle=dash, label=label)
    i, j = np.unravel_index(np.argmin(steps), steps.shape)
    axes.plot(alphas[j], betas[i], "*", color="white", markeredgecolor=BLACK, markersize=14)
    if theory:
        axes.legend(loc="lower left")
    axes.grid(False)
    label_axes(axes, r"learning rate $\alpha$", r"momentum $\beta$", xscale="log", ylim=(0, 0.98))
    axes.xaxis.set_minor_formatter(NullFormatter())
    return picture
