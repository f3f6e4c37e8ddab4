"""Pictures that only the chapter *Gradient descent* needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from firstorder.figures.common import label_axes, panels
from firstorder.figures.style import BLACK, BLUE, GREY, SKY, VERMILION, figure, line_style
from firstorder.objectives import Objective
from firstorder.trajectories import Trajectory

Norm = Callable[[np.ndarray], np.ndarray]


@figure
def unit_balls(gradient: Any, norms: Mapping[str, Norm], steepest: Mapping[str, Any]) -> Figure:
    """Show the steps of length one under several norms, and the steepest of them."""
    gradient = np.asarray(gradient)
    picture, all_axes = panels(-(-len(norms) // 2), height=6.0, rows=2)
    angle = np.linspace(0, 2 * np.pi, 721)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    grid = np.stack(np.meshgrid(*2 * [np.linspace(-1.6, 1.6, 2)]), axis=-1)
    for axes, (name, norm) in zip(all_axes, norms.items(), strict=False):
        ball, best = circle / norm(circle)[:, np.newaxis], np.asarray(steepest[name])
        axes.contour(*np.moveaxis(grid, -1, 0), grid @ gradient, 12, colors="#C8C8C8",
                     linewidths=0.7, linestyles="solid")  # fmt: skip
        axes.fill(*ball.T, color=SKY, alpha=0.35, linewidth=0)
        axes.plot(*ball.T, color=BLUE, linewidth=1.2)
        arrow = {"arrowstyle": "-|>", "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", best, (0, 0), arrowprops=arrow | {"color": VERMILION})
        opposite = -gradient / np.hypot(*gradient)
        axes.plot(*np.stack([0 * opposite, 1.5 * opposite]).T, ":", color=BLACK, linewidth=1.2)
        axes.plot(*best, "o", color=VERMILION, markersize=6)
        axes.set_aspect("equal")
        axes.grid(False)
        label_axes(axes, "$d_1$", "$d_2$", title=name, xlim=(-1.6, 1.6), ylim=(-1.6, 1.6))
    return picture


@figure
def parabola_steps(paths: Mapping[str, Trajectory], curvature: float) -> Figure:
    """Show runs on a parabola, one panel each, as points on its graph joined in their order."""
    picture, all_axes = panels(len(paths), height=2.5, sharey=True)
    reach = 1.6
    x = np.linspace(-reach, reach, 200)
    for axes, (label, path) in zip(all_axes, paths.items(), strict=True):
        at = path.points[:, 0]
        axes.plot(x, curvature * x**2 / 2, color=GREY, linewidth=1.2)
        axes.plot(at, path.values, "o-", color=VERMILION, linewidth=1.0)
        axes.plot(at[0], path.values[0], "s", color=BLACK, markersize=6)
        label_axes(
            axes, r"$\theta$", "", title=label, xlim=(-reach, reach),
            ylim=(-0.06 * curvature, curvature * reach**2 / 2),
        )  # fmt: skip
    all_axes[0].set_ylabel(r"$f(\theta)$")
    return picture


@figure
def models(
    function: Objective, at: float, smoothness: float, *, xlim: tuple[float, float]
) -> Figure:
    """Show a function of one variable with its tangent and the parabolas that enclose it."""
    picture, (axes,) = panels(height=3.4)
    x = np.linspace(*xlim, 300)
    value, slope = function.value(at), function.gradient(at)
    tangent = value + slope * (x - at)
    bend = smoothness / 2 * (x - at) ** 2
    axes.fill_between(x, tangent - bend, tangent + bend, color=SKY, alpha=0.2, linewidth=0)
    axes.plot(x, function.value(x), color=BLACK, label="the function $f$")
    axes.plot(x, tangent, "--", color=BLUE, label="first-order model")
    axes.plot(x, tangent + bend, "-.", color=VERMILION, label="upper parabola, curvature $L$")
    low = at - slope / smoothness
    floor = value - slope**2 / (2 * smoothness)
    axes.plot(at, value, "s", color=BLACK, markersize=7, zorder=4)
    axes.plot(low, floor, "o", color=VERMILION, markersize=7, zorder=4)
    axes.plot([low, low], [floor, function.value(low)], ":", color=GREY)
    axes.plot(low, function.value(low), "o", color=BLACK, markersize=7, zorder=4)
    axes.annotate(r"$\theta - g/L$", (low, floor), xytext=(-8, 7), textcoords="offset points")
    axes.annotate(r"$\theta$", (at, value), xytext=(7, -4), textcoords="offset points")
    heights = function.value(x)
    margin = 0.3 * np.ptp(heights)
    limits = (heights.min() - margin, heights.max() + margin)
    label_axes(axes, r"$\theta$", r"$f(\theta)$", xlim=xlim, ylim=limits)
    axes.legend(loc="lower right")
    return picture


@figure
def factor_fan(eigenvalues: Sequence[float]) -> Figure:
    """Show every eigen-direction's factor against the learning rate, and their upper envelope."""
    picture, (axes,) = panels(height=3.4)
    curvatures = np.asarray(eigenvalues, dtype=float)
    smallest, largest = curvatures.min(), curvatures.max()
    rates = np.linspace(0, 2.4 / largest, 400)
    factors = np.abs(1 - np.multiply.outer(rates, curvatures))
    for curve, curvature in zip(factors.T, curvatures, strict=True):
        axes.plot(rates, curve, color=BLUE, linewidth=1.0, alpha=0.75)
        axes.annotate(
            rf"$\lambda = {curvature:g}$", (rates[-1], curve[-1]), xytext=(4, -3),
            textcoords="offset points", fontsize=8.5, annotation_clip=False,
        )  # fmt: skip
    axes.plot(rates, factors.max(axis=1), color=VERMILION, linewidth=2.6, label="the slowest")
    best = 2 / (largest + smallest)
    rate = (largest - smallest) / (largest + smallest)
    axes.plot(best, rate, "o", color=BLACK, markersize=7, zorder=4, label=r"best: $2/(L+\mu)$")
    axes.axvline(2 / largest, color=BLACK, linestyle=":", linewidth=1.2, label="limit: $2/L$")
    label_axes(
        axes, r"learning rate $\alpha$", r"factor per step $|1 - \alpha\lambda_i|$",
        ylim=(0, 1.45), xlim=(0, rates[-1]),
    )  # fmt: skip
    axes.legend(loc="upper center")
    return picture


@figure
def eigen_directions(eigenvalues: Sequence[float], rates: Mapping[str, float]) -> Figure:
    """Show every eigen-direction's error against the step, one panel for each learning rate."""
    picture, all_axes = panels(len(rates), height=3.0, sharey=True)
    steps = np.arange(31)
    for axes, (title, rate) in zip(all_axes, rates.items(), strict=True):
        for index, curvature in enumerate(eigenvalues):
            style = line_style(rf"$\lambda = {curvature:g}$", index)
            axes.plot(steps, np.abs(1 - rate * curvature) ** steps, **style)
        label_axes(axes, "step $t$", "", title=f"${title}$", yscale="log", ylim=(1e-4, 1.3))
    all_axes[0].set_ylabel(r"$|x_{t,i}|\,/\,|x_{0,i}|$")
    all_axes[-1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return picture


@figure
def promises(groups: Mapping[str, tuple[Mapping[str, Any], Any, Any, str]]) -> Figure:
    """Show measured curves below a bound, one panel each: ``{title: (series, bound, x, label)}``.

    The step axis is logarithmic where ``x`` is given, and counts from 0 where it is None.
    """
    picture, all_axes = panels(len(groups), height=3.0)
    for axes, (title, (series, bound, x, label)) in zip(all_axes, groups.items(), strict=True):
        for index, (name, data) in enumerate(series.items()):
            points = {"linestyle": "none", "marker": "s"} if index else {}
            line = data if isinstance(data, tuple) else (np.arange(len(data)), data)
            axes.plot(*line, color=(BLUE, VERMILION)[index], label=name, **points)
        axes.plot(np.arange(len(bound)) if x is None else x, bound, ":", color=BLACK, label="bound")
        label_axes(axes, "step", label, title=title, yscale="log")
        axes.set_ylim(bottom=0.05 * np.min(bound))  # a run may fall to nothing
        if x is not None:
            axes.set_xscale("log")
        axes.legend(fontsize=8.5, handlelength=1.6)
    return picture
