"""The pictures of RMSprop's memory and bounce show what they are given."""

import numpy as np
import pytest

from drawings import figure_of
from firstorder.figures import rmsprop


@pytest.mark.parametrize(
    ("rho", "half_life", "mean_age"), [(0.9, "6.6", "9"), (0.99, "69.0", "99"), (0.5, "1.0", "1")]
)
def test_memory_names_half_life_and_mean_age(rho, half_life, mean_age):
    (axes,) = figure_of(rmsprop.memory, [rho]).axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [f"half-life {half_life} steps", f"mean age {mean_age} steps"]
    assert axes.get_xlabel() and axes.get_ylabel()


def test_memory_weights_sum_to_one():
    (axes,) = figure_of(rmsprop.memory, [0.9]).axes
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(1.0, abs=0.01)


def test_bounce_draws_every_floor_across_the_picture_and_names_them_once():
    (axes,) = figure_of(rmsprop.bounce, {"run": np.full(11, 0.5)}, floors=[0.1, 0.2]).axes
    floors = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert [list(line.get_ydata()) for line in floors] == [[0.1, 0.1], [0.2, 0.2]]
    assert all(list(line.get_xdata()) == [1, 10] for line in floors)
    assert len(axes.get_legend().get_texts()) == 2
