"""Pictures of the two regressions that the chapter *Gradient descent* fits: a line, and digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from firstorder.figures.common import draw_curves, label_axes, panels
from firstorder.figures.maps import draw_contours
from firstorder.figures.style import BLUE, GREY, ORANGE, VERMILION, figure
from firstorder.objectives import Objective


@figure
def fits(X: np.ndarray, y: np.ndarray, lines: Mapping[str, np.ndarray], model: Objective) -> Figure:
    """Show data with fitted lines (intercept, slope), and their way over the loss's contours."""
    picture, (left, right) = panels(2, height=3.4)
    left.plot(X[:, 0], y, "o", color=GREY, markersize=3, alpha=0.7)
    ends = np.array([0.0, 1.0])
    draw_curves(
        left, {label: (ends, line[-1, 0] + line[-1, 1] * ends) for label, line in lines.items()}
    )
    left.legend(loc="upper left", fontsize=8.5)
    label_axes(left, "$x$", "$y$", ylim=(-0.2, 6.4))
    draw_contours(right, model, (-0.3, 3.2), (-0.3, 4.3), levels=10)
    for (label, line), color in zip(lines.items(), (BLUE, VERMILION, ORANGE), strict=False):
        right.plot(*line.T, ".-", color=color, markersize=3, linewidth=1.0, label=label)
    label_axes(right, r"intercept $\theta_1$", r"slope $\theta_2$")
    return picture


@figure
def digits(examples: np.ndarray, weights: np.ndarray, titles: Sequence[str]) -> Figure:
    """Show images of digits (k, 8, 8) and the weights of the pixels, in one row."""
    picture, all_axes = panels(len(examples) + 1, height=1.7)
    # Few shades each, so that all of them are among the 64 colours of the picture.
    greys, signed = colormaps["gray_r"].resampled(12), colormaps["PuOr"].resampled(15)
    for axes, image, title in zip(all_axes, examples, titles, strict=False):
        axes.imshow(image, cmap=greys)
        axes.set_title(title)
    reach = np.abs(weights).max()
    shading = all_axes[-1].imshow(weights, cmap=signed, vmin=-reach, vmax=reach)
    all_axes[-1].set_title("weights")
    picture.colorbar(shading, ax=all_axes[-1], shrink=0.8)
    for axes in all_axes:
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.grid(False)
    return picture
