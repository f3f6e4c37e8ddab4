"""The pictures of the chapter *Gradient descent* show what they should."""

import numpy as np
import pytest

from firstorder import GradientDescent, minimize, objectives
from firstorder.figures import gradient_descent as pictures
from firstorder.figures import regressions

BOWL = objectives.quadratic([1.0, 10.0])
PATHS = {rate: minimize(BOWL, [5.0, 1.0], GradientDescent(rate), 5) for rate in (0.1, 0.18)}
RUNS = {f"run {rate}": path for rate, path in PATHS.items()}


def parabola():
    bowl = objectives.quadratic([1.0])
    runs = {"one": minimize(bowl, [1.0], GradientDescent(0.5), 3)}
    return pictures.parabola_steps.__wrapped__(runs, 1.0)


def unit_balls():
    norms = {"square": lambda d: np.abs(d).max(axis=-1), "diamond": lambda d: np.abs(d).sum(-1)}
    steepest = {"square": [-1.0, -1.0], "diamond": [-1.0, 0.0]}
    return pictures.unit_balls.__wrapped__([1.0, 0.5], norms, steepest)


def fits():
    X, y = np.array([[0.0], [1.0], [0.5]]), np.array([0.0, 3.0, 1.0])
    model = objectives.linear_regression(np.column_stack([np.ones(3), X]), y)
    lines = {"run": minimize(model, [0.0, 0.0], GradientDescent(0.5), 5).points}
    return regressions.fits.__wrapped__(X, y, lines, model)


def promises():
    bound = 1 / np.arange(1, 11)
    series = {"run": (np.arange(1, 11), bound / 2), "worst": ([1, 10], [1.0, 0.1])}
    groups = {
        "a": (series, bound, np.arange(1, 11), "value"),
        "b": ({"run": bound}, bound, None, "y"),
    }
    return pictures.promises.__wrapped__(groups)


DRAWINGS = {
    "unit balls": unit_balls,
    "parabola": parabola,
    "models": lambda: pictures.models.__wrapped__(objectives.plateau(), 0.5, 1.0, xlim=(-1.0, 2.0)),
    "fan": lambda: pictures.factor_fan.__wrapped__([1.0, 4.0, 10.0]),
    "directions": lambda: pictures.eigen_directions.__wrapped__([1.0, 4.0], {"a": 0.1, "b": 0.2}),
    "ravines": lambda: pictures.ravines.__wrapped__(BOWL, RUNS, xlim=(-1, 6), ylim=(-2, 2)),
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
    axes = pictures.factor_fan.__wrapped__([1.0, 4.0, 10.0]).axes[0]
    (best,) = (line for line in axes.lines if str(line.get_label()).startswith("best"))
    (envelope,) = (line for line in axes.lines if line.get_label() == "the slowest")
    x, y = best.get_data()
    assert float(y[0]) == pytest.approx(envelope.get_ydata().min(), abs=0.01)
    assert float(x[0]) == pytest.approx(
        envelope.get_xdata()[envelope.get_ydata().argmin()], abs=0.001
    )


def test_the_upper_parabola_touches_at_the_point_and_stays_above():
    picture = pictures.models.__wrapped__(objectives.plateau(), 0.5, 1.0, xlim=(-1.0, 2.0))
    lines = {str(line.get_label()): line.get_ydata() for line in picture.axes[0].lines}
    room = lines["upper parabola, curvature $L$"] - lines["the function $f$"]
    assert room.min() >= -1e-12
    assert room.min() < 1e-4


def test_digits_draw_every_example_and_the_weights():
    picture = regressions.digits.__wrapped__(np.zeros((2, 8, 8)), np.ones((8, 8)), ["a", "b"])
    assert [axes.get_title(loc="center") for axes in picture.axes[:3]] == ["a", "b", "weights"]
