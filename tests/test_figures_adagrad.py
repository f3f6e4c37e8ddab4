"""The pictures of the chapter AdaGrad: each is drawn, with named axes and what its caption says."""

from functools import partial

import numpy as np
import pytest

from drawings import figure_of
from firstorder import AdaGrad, minimize, objectives
from firstorder.figures import adagrad as pictures

X = np.linspace(1, 2, 5)
BOWL = objectives.quadratic([1.0, 4.0])
PATHS = {"AdaGrad": minimize(BOWL, [1.0, 1.0], AdaGrad(0.5), steps=3)}
DRAWINGS = {
    "one_rate": lambda draw: draw(X, {"common": (X - 1.5) ** 2 + 1, "rare": (X - 1.75) ** 2 + 1}),
    "tightness": lambda draw: draw(np.array([-0.2, 0.3, 0.7]), 0.27),
    "two_bowls": lambda draw: draw({"a": (BOWL, PATHS), "b": (BOWL, PATHS)}, limit=2.0),
    "stalls": lambda draw: draw(
        {"AdaGrad": X, "fresh": 2 * X}, {"AdaGrad": 1 / X, "fresh": X}, 2, prediction=(X, X)
    ),
}


def drawn(name):
    return DRAWINGS[name](partial(figure_of, getattr(pictures, name)))


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_picture_is_drawn_with_named_axes(name):
    for axes in drawn(name).axes:
        assert axes.get_xlabel()
    assert drawn(name).axes[0].get_ylabel()


def test_the_dots_are_at_the_least_errors():
    dots = [
        line.get_xydata() for line in drawn("one_rate").axes[0].lines if len(line.get_xdata()) == 1
    ]
    assert np.concatenate(dots).tolist() == [[1.5, 1.0], [1.75, 1.0]]


def test_the_bound_is_marked_at_one_beside_the_mean():
    lines = {line.get_label(): line.get_xdata()[0] for line in drawn("tightness").axes[0].lines}
    assert lines == {"mean": 0.27, "the bound": 1.0}


def test_both_walkers_and_the_border_are_in_both_panels():
    for axes in drawn("stalls").axes:
        labels = [line.get_label() for line in axes.lines]
        assert labels[:2] == ["AdaGrad", "fresh"]
        assert any(list(line.get_xdata()) == [2, 2] for line in axes.lines)
