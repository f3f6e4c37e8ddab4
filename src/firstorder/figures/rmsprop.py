"""Pictures that only the chapter on RMSprop needs: the window of its memory, and the bounce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from firstorder.figures.common import draw_curves, label_axes, panels
from firstorder.figures.style import BLUE, VERMILION, figure


@figure
def memory(rhos: Sequence[float]) -> Figure:
    """Show the weight of a squared gradient by its age, with mean age and half-life."""
    picture, all_axes = panels(len(rhos), height=2.8)
    for axes, rho in zip(all_axes, rhos, strict=True):
        mean_age, half_life = rho / (1 - rho), np.log(0.5) / np.log(rho)
        ages = np.arange(round(5 * mean_age))
        axes.bar(ages, (1 - rho) * rho**ages, width=0.8, color=BLUE, alpha=0.6)
        axes.axvline(
            half_life, color="black", linestyle=":", label=f"half-life {half_life:.1f} steps"
        )
        axes.plot(
            mean_age, 0, "^", color=VERMILION, markersize=9, clip_on=False, zorder=4,
            linestyle="none", label=f"mean age {mean_age:.0f} steps",
        )  # fmt: skip
        axes.legend()
        label_axes(axes, "age $k$, in steps", "weight", title=rf"$\rho = {rho}$")
    return picture


@figure
def bounce(losses: Mapping[str, np.ndarray], floors: Sequence[float]) -> Figure:
    """Show losses along runs, and dotted the floors on which they come to bounce."""
    picture, (axes,) = panels(height=3.4)
    last = max(len(loss) for loss in losses.values()) - 1
    draw_curves(axes, losses)
    for floor in floors:
        axes.plot([1, last], [floor, floor], color="black", linestyle=":", linewidth=1.2, zorder=3)
    axes.lines[-1].set_label(r"floors $\lambda\alpha^2/8$")
    axes.legend(loc="upper right")
    label_axes(
        axes, "step $t$", "loss", xscale="log", yscale="log", xlim=(1, last), ylim=(1e-9, 30)
    )
    return picture
