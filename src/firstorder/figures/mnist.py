"""Pictures that only the chapter on MNIST needs: digits, and learning curves with their spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from firstorder.figures.common import label_axes, panels
from firstorder.figures.style import BLUE, VERMILION, WIDTH, figure

History = Mapping[str, Any]
# Name in a history, what to call it, colour and dash.
LINES = [
    ("{}", "training, with dropout", BLUE, "--", "o"),
    ("val_{}", "test set", VERMILION, "-", "s"),
]


@figure
def digits(images: Any, titles: Sequence[str], columns: int = 6) -> Figure:
    """Show images of digits in rows, each under its title."""
    rows = -(-len(images) // columns)
    picture, grid = panels(columns, height=rows * (WIDTH / columns + 0.2), rows=rows)
    for axes in grid:
        axes.set_axis_off()
    for axes, image, title in zip(grid, images, titles, strict=False):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
        axes.set_title(title, loc="center", fontsize=12)
    return picture


@figure
def learning_curves(histories: Sequence[History], published: History) -> Figure:
    """Show loss and accuracy by epoch: mean and range of the runs, and the published run."""
    picture, all_axes = panels(2, height=3.4)
    for axes, quantity in zip(all_axes, ("loss", "accuracy"), strict=True):
        for name, label, color, dash, marker in LINES:
            key = name.format(quantity)
            runs = np.array([history[key] for history in histories])
            epochs = np.arange(1, runs.shape[1] + 1)
            axes.fill_between(
                epochs, runs.min(axis=0), runs.max(axis=0), color=color, alpha=0.2, linewidth=0
            )
            axes.plot(epochs, runs.mean(axis=0), color=color, linestyle=dash, label=label)
            axes.plot(
                epochs, published[key], marker, color=color, markerfacecolor="white",
                markersize=5.5, label=f"{label.split(',')[0]}, published",
            )  # fmt: skip
        label_axes(axes, "epoch", quantity, xticks=epochs)
    all_axes[0].legend()
    return picture
