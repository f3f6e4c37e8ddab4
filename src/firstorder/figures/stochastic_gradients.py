"""Pictures that only the chapter on stochastic gradients needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from firstorder.figures.common import draw_curves, label_axes, panels
from firstorder.figures.style import BLACK, BLUE, VERMILION, figure
from firstorder.objectives import Objective


@figure
def batches(sizes: np.ndarray, found: Mapping[float, np.ndarray], limit: float) -> Figure:
    """Show gradients to each gap and best rate against batch size; rows of found: steps, rate."""
    picture, (left, right) = panels(2, height=3.0)
    counts = {f"to a gap of {gap}": (sizes, rows[:, 0] * sizes) for gap, rows in found.items()}
    rates = {f"to a gap of {gap}": (sizes, rows[:, 1]) for gap, rows in found.items()}
    draw_curves(left, counts)
    draw_curves(right, rates, {"$2/L$": (sizes[[0, -1]], [limit, limit])})
    label_axes(left, "batch size $b$", "gradients of single examples", xscale="log", yscale="log")
    label_axes(right, "batch size $b$", r"best learning rate $\alpha$", xscale="log", yscale="log")
    return picture


@figure
def schedules(rates: Mapping[str, np.ndarray], losses: Mapping[str, np.ndarray]) -> Figure:
    """Show learning rates of steps 1, 2, ... and the expected losses after 0, 1, 2, ... steps."""
    picture, (left, right) = panels(2, height=3.2)
    draw_curves(left, {name: (np.arange(1, len(y) + 1), y) for name, y in rates.items()})
    draw_curves(right, losses)
    right.get_legend().remove()
    highest = max(loss[len(loss) // 20] for loss in losses.values())
    lowest = min(loss[-1] for loss in losses.values())
    label_axes(left, "step $t$", r"learning rate $\alpha_t$")
    label_axes(
        right, "step $t$", "expected loss above the minimum", yscale="log",
        ylim=(0.7 * lowest, 1.5 * highest),
    )  # fmt: skip
    return picture


@figure
def well(objective: Objective, start: Any, top: Any) -> Figure:
    """Show a double well, where runs start and the barrier in front of them."""
    picture, (axes,) = panels(height=2.4)
    theta = np.linspace(-1.6, 1.5, 300)
    axes.plot(theta, objective.value(theta), color=BLUE)
    axes.plot(start, objective.value(np.asarray(start)), "o", color=VERMILION, markersize=8)
    axes.annotate(
        "barrier", (top, objective.value(np.asarray(top))), xytext=(0, 10),
        textcoords="offset points", ha="center", color=BLACK,
    )  # fmt: skip
    axes.annotate(
        "start", (start, objective.value(np.asarray(start))), xytext=(0, 12),
        textcoords="offset points", ha="center", color=BLACK,
    )  # fmt: skip
    label_axes(axes, r"$\theta$", r"$f(\theta)$", ylim=(-0.16, 0.6))
    return picture
