"""Pictures that only the chapter on stochastic gradients needs: batch sizes and the well."""

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
