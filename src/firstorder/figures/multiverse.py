"""The picture of a conclusion in all its variants: which choice turns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from firstorder.figures.common import label_axes, legend_below, panels
from firstorder.figures.style import BLACK, GREY, PURPLE, SKY, figure

Shares = Mapping[str, Mapping[Any, float]]
# Not the colours of the methods that such sentences are about.
MARKS = [(BLACK, "o"), (PURPLE, "s"), (SKY, "^")]


@figure
def choices_that_turn(conclusions: Mapping[str, tuple[float, Shares]]) -> Figure:
    """Show for each value of each choice in which share of its variants a conclusion holds.

    ``conclusions`` has, for up to three, the share over all variants (a dotted line) and the
    shares by choice and value. The choice that turns the first the most stands at the top.
    """
    first = next(iter(conclusions.values()))[1]
    rows = [(name, value) for name, values in first.items() for value in values]
    heights, at = {}, 0.0
    for index, (name, value) in enumerate(rows):
        if index and name != rows[index - 1][0]:
            at += 0.6  # a gap between two choices
        heights[name, value] = at
        at += 1
    picture, (axes,) = panels(height=0.9 + 0.21 * at)
    for (label, (overall, shares)), (color, marker) in zip(
        conclusions.items(), MARKS, strict=False
    ):
        axes.axvline(overall, color=color, linestyle=":", linewidth=1.2, zorder=1)
        for name, values in shares.items():
            y = [heights[name, value] for value in values]
            axes.plot(list(values.values()), y, color=color, linewidth=1.4, zorder=2)
        x = [shares[name][value] for name, value in rows]
        axes.plot(
            x, list(heights.values()), marker, color=color, linestyle="none", markersize=5,
            label=label, zorder=3,
        )  # fmt: skip
    axes.axvline(0.5, color=GREY, linewidth=0.9, zorder=0)
    axes.set_yticks(list(heights.values()), [f"{name}: {value}" for name, value in rows])
    axes.invert_yaxis()
    axes.grid(False, axis="y")
    label_axes(axes, "share of variants in which it holds", "", xlim=(-0.03, 1.03))
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    legend_below(picture, axes)
    return picture
