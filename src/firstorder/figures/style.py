"""How every figure of the book looks, and how it reaches the page."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from typing import Any, ParamSpec

import matplotlib as mpl
from matplotlib.figure import Figure

Drawing = ParamSpec("Drawing")

# The palette of Okabe and Ito, told apart by readers with any colour vision. Each method has
# one colour and one dash in the whole book; the dash carries the difference in print.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#767676"
CYCLE = [
    (BLUE, "-"),
    (VERMILION, "--"),
    (GREEN, "-."),
    (PURPLE, (0, (1, 1))),
    (ORANGE, (0, (5, 1, 1, 1, 1, 1))),
    (BLACK, (0, (7, 2))),
    (SKY, (0, (3, 1, 1, 1))),
]
METHODS: dict[str, tuple[str, Any]] = {
    "gradient descent": (GREY, "-"),
    "SGD": (GREY, "-"),
    "momentum": (BLUE, "--"),
    "Nesterov": (SKY, (0, (3, 1, 1, 1))),
    "AdaGrad": (GREEN, "-."),
    "RMSprop": (ORANGE, (0, (5, 1, 1, 1, 1, 1))),
    "Adam": (VERMILION, "-"),
}
WIDTH = 6.2  # inches: narrow enough for its letters to be read on a phone
STYLE = {
    "figure.dpi": 170,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "font.size": 10.0,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.0,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "axes.formatter.use_mathtext": True,
}


def line_style(label: str, index: int) -> dict[str, Any]:
    """Return colour and dash for a line: the method's own, or the next in the cycle."""
    color, dash = METHODS.get(label, CYCLE[index % len(CYCLE)])
    return {"color": color, "linestyle": dash, "label": label}


def figure(draw: Callable[Drawing, Figure]) -> Callable[Drawing, None]:
    """Make a function that draws a figure into one that shows it, and returns nothing."""

    @functools.wraps(draw)
    def show(*args: Drawing.args, **kwargs: Drawing.kwargs) -> None:
        with mpl.rc_context({**mpl.rcParamsDefault, "backend": mpl.get_backend(), **STYLE}):
            show_png(draw(*args, **kwargs))

    return show


def show_png(picture: Figure) -> None:
    """Show the picture in the notebook, in 64 colours: a third of the usual size.

    It stands on an opaque white card, readable on a dark page, and is the same on every run.
    """
    from IPython.display import Image as Shown
    from IPython.display import display
    from PIL import Image

    raw, small = io.BytesIO(), io.BytesIO()
    picture.savefig(raw, format="png", dpi=STYLE["figure.dpi"], metadata={"Software": None})
    image = Image.open(raw).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    image.save(small, format="png", optimize=True)
    display(Shown(data=small.getvalue(), format="png"))
