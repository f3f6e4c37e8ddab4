"""The pictures of the chapter *Gradient descent* show what they should."""

import numpy as np
import pytest

from drawings import figure_of
from firstorder import GradientDescent, minimize, objectives
from firstorder.figures import gradient_descent as pictures
from firstorder.figures import regressions


def parabola():
    bowl = objectives.quadratic([1.0])
    runs = {"one": minimize(bowl, [1.0], GradientDescent(0.5), 3)}
    return figure_of(pictures.parabola_steps, runs, 1.0)


def unit_balls():
    norms = {"square": lambda d: np.abs(d).max(axis=-1), "diamond": lambda d: np.abs(d).sum(-1)}
    steepest = {"square": [-1.0, -1.0], "diamond": [-1.0, 0.0]}
    return figure_of(pictures.unit_balls, [1.0, 0.5], norms, steepest)


def fits():
    X, y = np.array([[0.0], [1.0], [0.5]]), np.array([0.0, 3.0, 1.0])
    model = objectives.linear_regression(np.column_stack([np.ones(3), X]), y)
    lines = {"run": minimize(model, [0.0, 0.0], GradientDescent(0.5), 5).points}
    return figure_of(regressions.fits, X, y, lines, model)


def promises():
    bound = 1 / np.arange(1, 11)
    series = {"run": (np.arange(1, 11), bound / 2), "worst": ([1, 10], [1.0, 0.1])}
    groups = {
        "a": (series, bound, np.arange(1, 11), "value"),
        "b": ({"run": bound}, bound, None, "y"),
    }
    return figure_of(pictures.promises, groups)


DRAWINGS = {
    "unit balls": unit_balls,
    "parabola": parabola,
    "models": lambda: figure_of(pictures.models, objectives.plateau(), 0.5, 1.0, xlim=(-1.0, 2.0)),
    "fan": lambda: figure_of(pictures.factor_fan, [1.0, 4.0, 10.0]),
    "directions": lambda: figure_of(pictures.eigen_directions, [1.0, 4.0], {"a": 0.1, "b": 0.2}),
    "promises": promises,
    "fits": fits,
}


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_axes_are_named(draw):
    picture = draw()
    assert picture.axes
    assert picture.axes[0].get_ylabel()
    assert picture.axes[-1].get_xlabel()


def test_the_fan_marks_the_best_step_on_the_envelope():
    axes = figure_of(pictures.factor_fan, [1.0, 4.0, 10.0]).axes[0]
    (best,) = (line for line in axes.lines if str(line.get_label()).startswith("best"))
    (envelope,) = (line for line in axes.lines if line.get_label() == "the slowest")
    x, y = best.get_data()
    assert float(y[0]) == pytest.approx(envelope.get_ydata().min(), abs=0.01)
    assert float(x[0]) == pytest.approx(
        envelope.get_xdata()[envelope.get_ydata().argmin()], abs=0.001
    )


def test_the_upper_parabola_touches_at_the_point_and_stays_above():
    picture = figure_of(pictures.models, objectives.plateau(), 0.5, 1.0, xlim=(-1.0, 2.0))
    lines = {str(line.get_label()): line.get_ydata() for line in picture.axes[0].lines}
    room = lines["upper parabola, curvature $L$"] - lines["the function $f$"]
    assert room.min() >= -1e-12
    assert room.min() < 1e-4


def test_digits_draw_every_example_and_the_weights():
    picture = figure_of(regressions.digits, np.zeros((2, 8, 8)), np.ones((8, 8)), ["a", "b"])
    assert [axes.get_title(loc="left") for axes in picture.axes[:3]] == ["a", "b", "weights"]
