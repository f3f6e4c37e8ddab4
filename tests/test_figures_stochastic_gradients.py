"""The chapter's own pictures show what they are given."""

import numpy as np

from drawings import figure_of
from firstorder import objectives
from firstorder.figures import stochastic_gradients as pictures


def test_batches_shows_gradients_and_rates_of_each_gap():
    sizes = np.array([1, 2, 4])
    found = {0.1: np.array([[8, 0.1], [4, 0.2], [3, 0.3]])}
    left, right = figure_of(pictures.batches, sizes, found, limit=1.5).axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), [8, 8, 12])
    np.testing.assert_array_equal(right.lines[0].get_ydata(), [0.1, 0.2, 0.3])
    assert [text.get_text() for text in right.get_legend().get_texts()][-1] == "$2/L$"


def test_well_marks_start_and_barrier():
    (axes,) = figure_of(pictures.well, objectives.double_well(), 1.0, 0.0).axes
    assert {text.get_text() for text in axes.texts} == {"start", "barrier"}
    assert axes.get_xlabel() and axes.get_ylabel()


def test_schedules_shows_rates_from_step_one_and_losses_from_step_zero():
    rates, losses = {"a": np.ones(40), "b": np.full(40, 0.5)}, {"a": np.ones(41), "b": np.ones(41)}
    left, right = figure_of(pictures.schedules, rates, losses).axes
    assert left.lines[0].get_xdata()[0] == 1 and right.lines[0].get_xdata()[0] == 0
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["a", "b"]
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in (left, right))
