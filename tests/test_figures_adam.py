"""The pictures of Adam's chapter draw what they are given, with every axis named."""

import numpy as np
import pytest

from drawings import figure_of
from firstorder import Adam, minimize, objectives
from firstorder.figures import adam
from firstorder.figures.style import BLACK, VERMILION


def title(axes):
    return axes.get_title() or axes.get_title(loc="left")


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_valleys_have_a_column_for_each_method_and_a_row_for_each_valley():
    paths = {"momentum": np.arange(12.0).reshape(3, 4) / 12, "Adam": np.zeros((3, 4))}
    picture = figure_of(adam.valleys, paths)
    assert [title(axes) for axes in picture.axes] == ["momentum", "Adam", "", ""]
    assert [axes.get_ylabel() for axes in picture.axes[::2]] == list(adam.VALLEYS)
    for axes, columns in zip(picture.axes[::2], (slice(0, 2), slice(2, 4)), strict=True):
        path, start, star = axes.lines
        assert path.get_xydata().tolist() == paths["momentum"][:, columns].tolist()
        assert start.get_xydata().tolist() == [paths["momentum"][0, columns].tolist()]
        assert star.get_xydata().tolist() == [[0, 0]]


def test_finals_have_a_row_for_each_method_from_above_and_name_the_median():
    runs = {"Adam": [1.0, 2.0, 9.0], "ten layers, Adam": [3.0], "sign": [4.0]}
    picture = figure_of(adam.finals, runs, "loss")
    (axes,) = picture.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == list(runs)
    assert axes.lines[0].get_xydata().tolist() == [[1, 0], [2, 0], [9, 0]]
    assert axes.lines[1].get_xydata().tolist() == [[2, 0]]
    assert [text.get_text() for text in axes.texts] == ["2.00", "3.00", "4.00"]
    colors = [line.get_color() for line in axes.lines[::2]]
    assert colors == [VERMILION, VERMILION, BLACK]
    assert axes.get_ylim()[0] > axes.get_ylim()[1] and axes.get_xlabel() == "loss"


def test_step_bound_draws_every_history_under_its_two_levels():
    picture = figure_of(
        adam.step_bound,
        {"constant": np.ones(5), "growing": np.arange(5.0)},
        {"supremum": 7.27, "paper's bound": 3.16},
        np.array([10.0, 100.0]),
        {"true": np.array([1.0, 2.0]), "paper": np.array([1.0, 1.0])},
    )
    left, right = picture.axes
    assert labels(left) == ["constant", "growing"]
    assert sorted(line.get_ydata()[0] for line in left.lines[2:]) == [3.16, 7.27]
    assert labels(right) == ["true", "paper"]
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in picture.axes)


def test_annealing_shows_sizes_without_signs():
    time, gradients = np.arange(1, 4), np.array([1.0, -0.1, 0.01])
    picture = figure_of(adam.annealing, {"fades": (time, gradients, -gradients)})
    upper, lower = picture.axes
    assert upper.lines[0].get_ydata().tolist() == lower.lines[0].get_ydata().tolist()
    assert title(upper) == "fades"
    assert upper.get_ylabel() and lower.get_ylabel() and lower.get_xlabel()


def test_layers_are_counted_from_one():
    picture = figure_of(adam.layers, [1e-8, 1e-2], {"a": [0.3, 1.0], "b": [1.0, 1.0]})
    left, right = picture.axes
    assert left.lines[0].get_xdata().tolist() == [1, 2]
    assert labels(right) == ["a", "b"]
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in picture.axes)


def test_runs_have_a_panel_for_each_start():
    path = minimize(objectives.double_well(), 0.5, Adam(0.1), 3)
    styles = {"a": ("#000000", "-"), "b": ("#0072B2", "--")}
    groups = {"from 0.5": {"a": path, "b": path}, "again": {"a": path}}
    picture = figure_of(adam.runs, groups, styles)
    first, second = picture.axes
    assert (title(first), title(second)) == ("from 0.5", "again")
    assert labels(first) == ["a", "b"]
    assert first.lines[1].get_ydata().tolist() == path.points.tolist()
    assert [(line.get_color(), line.get_linestyle()) for line in first.lines[1:]] == [
        *styles.values()
    ]
    assert second.lines[1].get_color() == first.lines[1].get_color()


def test_counter_example_marks_the_measured_drifts():
    memories = np.array([10.0, 100.0])
    picture = figure_of(
        adam.counter_example,
        {"SGD": np.zeros(3), "Adam": np.ones(3)},
        memories,
        {"predicted": memories},
        ([10], [2.0]),
    )
    left, right = picture.axes
    assert labels(left) == ["SGD", "Adam"]
    assert labels(right) == ["predicted", "measured"]
    assert right.lines[-1].get_ydata() == [2.0]


def test_sweeps_draw_every_run_and_their_median():
    results = [[1.0, 2.0, 9.0], [3.0, 4.0, 5.0]]
    picture = figure_of(adam.sweeps, {"rate": ([1e-4, 0.9], results)}, "loss")
    axes = picture.axes[0]
    line, dots = axes.lines
    assert line.get_ydata().tolist() == [2.0, 4.0]
    assert dots.get_ydata().tolist() == [1.0, 2.0, 9.0, 3.0, 4.0, 5.0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["1e-4", "0.9"]
    assert axes.get_xlabel() == "rate" and axes.get_ylabel() == "loss"


def test_sweeps_join_numbers_and_not_names():
    results = [[1.0], [2.0]]
    picture = figure_of(adam.sweeps, {"a": (["x", "y"], results), "b": ([1, 2], results)}, "loss")
    names, numbers = (axes.lines[0] for axes in picture.axes)
    assert (names.get_linestyle(), names.get_marker()) == ("None", "_")
    assert numbers.get_linestyle() == "-"
    assert [text.get_text() for text in picture.axes[0].get_xticklabels()] == ["x", "y"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("both", "both"),
        ("only the first", "only\nthe first"),
        (0.9, "0.9"),
        (0.99999, "0.99999"),
        (1e-8, "1e-8"),
        (1e-16, "1e-16"),
        (0.0, "0"),
        (1.0, "1"),
        (10**-2.5, "0.0032"),
    ],
)
def test_tick_labels_are_short(value, text):
    assert adam.tick(value) == text
