"""Every objective has the gradient of its value, the minima it claims, and batches in front."""

import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstorder import objectives as o
from firstorder.objectives import Regression, central_differences, gradient_error
from regressions import RANDOM, REGRESSIONS, TWO, X

OBJECTIVES = [
    o.linear(-2.0),
    o.quadratic([1.0, 100.0]),
    o.quadratic([3.0]),
    o.quadratic([0.0, 2.0]),
    o.quadratic([1.0, 10.0, 3.0], rotation=0.4),
    o.rosenbrock(),
    o.beale(),
    o.himmelblau(),
    o.saddle(),
    o.double_well(),
    o.double_well(0.2),
    o.double_well(-0.38),
    o.plateau(),
    o.noisy(o.himmelblau(), 1.0),
    *REGRESSIONS,
]
NAMES = [
    "linear(-2)", "quadratic", "quadratic", "quadratic", "quadratic", "Rosenbrock", "Beale",
    "Himmelblau", "saddle", "double well(0)", "double well(0.2)", "double well(-0.38)", "plateau",
    "noisy Himmelblau", "linear regression", "logistic regression", "logistic regression",
    "softmax regression", "softmax regression",
]  # fmt: skip
every = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda f: f.name)


def test_every_objective_tells_its_name():
    assert [objective.name for objective in OBJECTIVES] == NAMES
    batches = REGRESSIONS[0].minibatches(4)
    assert batches.name == "linear regression, minibatches of 4"
    assert o.noisy(batches, 1.0).name == "noisy linear regression, minibatches of 4"


def test_every_public_objective_is_in_the_table():
    others = {"central_differences", "gradient_error", "double_well_points"}
    assert {name for name in o.__all__ if name.islower()} - others == {
        "linear", "quadratic", "rosenbrock", "beale", "himmelblau", "saddle", "double_well",
        "plateau", "noisy", "linear_regression", "logistic_regression", "softmax_regression",
    }  # fmt: skip


@every
@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_gradients_are_those_of_the_values(objective, seed):
    points = 2 * np.random.default_rng(seed).standard_normal((3, *objective.shape))
    assert gradient_error(objective, points) < 1e-8


@every
def test_axes_in_front_are_independent_points(objective):
    points = np.random.default_rng(1).standard_normal((4, 5, *objective.shape))
    values, gradients = objective.value(points), objective.gradient(points)
    assert values.shape == (4, 5) and gradients.shape == points.shape
    assert objective.value(points[2, 3]) == pytest.approx(values[2, 3], rel=1e-12)
    np.testing.assert_allclose(objective.gradient(points[2, 3]), gradients[2, 3], rtol=1e-10)
    assert objective.ndim == len(objective.shape)


@every
def test_at_the_minimizers_gradients_vanish_and_values_are_least(objective):
    assert objective.minimizers.shape[1:] == objective.shape
    if not len(objective.minimizers):
        assert objective.minimum == -np.inf
        return
    for minimizer in objective.minimizers:
        assert np.abs(objective.gradient(minimizer)).max() < 1e-12
        assert objective.value(minimizer) == pytest.approx(objective.minimum, abs=1e-14)
        around = minimizer + RANDOM.standard_normal((2000, *objective.shape))
        assert np.all(objective.value(around) >= objective.minimum - 1e-14)


@every
def test_arguments_are_left_as_they_are(objective):
    point = np.ones(objective.shape)
    objective.value(point), objective.gradient(point)
    if objective.sample:
        objective.sample(point, np.random.default_rng(0))
    np.testing.assert_array_equal(point, np.ones(objective.shape))


@every
def test_pickled_it_is_the_same_function(objective):
    objectives = [objective]
    if isinstance(objective, Regression):
        objectives += [objective.minibatches(4), o.noisy(objective.minibatches(4, False), 0.1)]
    for original in objectives:
        twin = pickle.loads(pickle.dumps(original))
        point = RANDOM.standard_normal((3, *original.shape))
        assert (twin.name, twin.shape, twin.minimum) == (
            original.name, original.shape, original.minimum,
        )  # fmt: skip
        np.testing.assert_array_equal(twin.minimizers, original.minimizers)
        np.testing.assert_array_equal(twin.value(point), original.value(point))
        np.testing.assert_array_equal(twin.gradient(point), original.gradient(point))
        if original.sample:
            ours, theirs = (f.sample(point, np.random.default_rng(0)) for f in (original, twin))
            np.testing.assert_array_equal(ours, theirs)
        if isinstance(original, Regression):
            np.testing.assert_array_equal(twin.eigenvalues, original.eigenvalues)


@pytest.mark.parametrize(
    "objective, count, apart", [(o.himmelblau(), 4, 3), (o.saddle(), 2, 1), (o.double_well(), 2, 1)]
)
def test_minima_that_are_counted_are_different(objective, count, apart):
    minima = objective.minimizers.reshape(count, -1)
    distances = np.linalg.norm(minima[:, None] - minima, axis=-1)
    assert distances[~np.eye(count, dtype=bool)].min() > apart


@pytest.mark.parametrize("tilt", [-0.38, -0.1, 0.0, 1e-9, 0.1, 0.38])
def test_a_tilted_double_well_keeps_both_wells_and_the_barrier(tilt):
    well = o.double_well(tilt)
    left, top, right = points = np.array(o.double_well_points(tilt))
    assert np.abs(well.gradient(points)).max() < 1e-12
    assert left < top < right
    assert well.value(top) > max(well.value(left), well.value(right))
    assert (well.value(left) < well.value(right)) == (tilt > 0)
    curvature = 3 * points**2 - 1
    assert curvature[0] > 0 > curvature[1] and curvature[2] > 0


def test_without_a_tilt_the_wells_are_level_at_zero():
    assert o.double_well_points() == o.double_well_points(0.0) == (-1.0, 0.0, 1.0)
    assert o.double_well().minimum == 0 and o.double_well().minimizers.tolist() == [-1.0, 1.0]


def test_the_saddle_is_a_saddle():
    saddle = o.saddle()
    assert np.array_equal(saddle.gradient(np.zeros(2)), [0, 0])
    along_x, along_y = saddle.value(np.array([[0.1, 0.0], [0.0, 0.1]]))
    assert along_y < 0 < along_x


def test_a_turned_quadratic_is_the_quadratic_of_turned_points():
    turned, straight = o.quadratic([1.0, 9.0], rotation=np.pi / 2), o.quadratic([1.0, 9.0])
    points = RANDOM.standard_normal((5, 2))
    back = np.column_stack([points[:, 1], -points[:, 0]])
    np.testing.assert_allclose(turned.value(points), straight.value(back), rtol=1e-12)


# Finite differences.


def test_a_wrong_gradient_is_noticed():
    right = o.rosenbrock()
    for spoil in (lambda g: -g, lambda g: 1.001 * g, lambda g: g[..., ::-1]):
        wrong = dataclasses.replace(right, gradient=lambda x, s=spoil: s(right.gradient(x)))
        assert gradient_error(wrong, np.array([-1.2, 1.0])) > 5e-4


@pytest.mark.parametrize("dtype", [float, np.float32, int])
def test_gradients_are_checked_in_double_precision_whatever_the_points_are(dtype):
    points = np.array([[-1.3, 1.1], [2.7, 5.9], [3.2, -2.6]]).astype(dtype)
    assert gradient_error(o.rosenbrock(), points) < 1e-9


def test_the_best_step_is_near_the_cube_root_of_eps():
    """Too small a step drowns in rounding: 1e-12 leaves four digits, where 6e-6 leaves ten."""
    best = gradient_error(o.himmelblau(), np.array([1.0, 1.0]))
    assert best < 1e-9
    for step in (1e-2, 1e-12):
        assert gradient_error(o.himmelblau(), np.array([1.0, 1.0]), step) > 1000 * best


@pytest.mark.parametrize("step, steps", [(None, [6.06e-6, 6.06e-6, 6.06e-3]), (0.5, 3 * [0.5])])
def test_the_step_is_the_one_given_or_grows_with_the_coordinate_from_one_on(step, steps):
    asked = []
    flat = dataclasses.replace(
        o.quadratic([0.0, 0.0, 0.0]), value=lambda x: asked.append(x) or np.zeros(x.shape[:-1])
    )
    theta = np.array([0.25, -1.0, 1000.0])
    central_differences(flat, theta, step)
    for points, sign in zip(asked, (1, -1), strict=True):
        np.testing.assert_allclose(points - theta, sign * np.diag(steps), rtol=1e-3)


def test_differences_of_a_quadratic_are_exact_for_any_step():
    bowl = o.quadratic([1.0, 4.0])
    for points in (np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([[1, 2], [3, -1]])):
        np.testing.assert_allclose(central_differences(bowl, points, 0.5), bowl.gradient(points))


def test_the_error_of_a_gradient_is_relative_from_one_on_and_absolute_below():
    for slope, error in [(0.5, 0.1), (1.0, 0.1), (1.5, 0.1 / 1.5), (10.0, 0.01)]:
        line = o.linear(slope)
        wrong = dataclasses.replace(line, value=lambda x, s=slope: (s + 0.1) * x)
        assert gradient_error(wrong, 0.0) == pytest.approx(error, rel=1e-6)


def test_objectives_are_told_apart_by_identity():
    assert o.rosenbrock() != o.rosenbrock() and len({o.beale(), o.beale()}) == 2
    assert isinstance(REGRESSIONS[0], Regression) and "X=" not in repr(REGRESSIONS[0])


SEPARABLE = np.array([[1.0, -2.0], [1.0, -1.0], [1.0, 1.0], [1.0, 2.0]])
REFUSALS = [
    (lambda: o.linear(0.0), "slope must be a finite number other than 0, got 0.0"),
    (lambda: o.linear(np.nan), "slope must be a finite number other than 0, got nan"),
    (lambda: o.linear("1"), "slope must be a finite number other than 0, got '1'"),
    (lambda: o.quadratic("12"), "eigenvalues must be an array of real numbers, got '12'"),
    (lambda: o.quadratic([1.0, 2.0], np.nan), "rotation must be a finite number, got nan"),
    (lambda: o.quadratic([1.0, 2.0], "1"), "rotation must be a finite number, got '1'"),
    (lambda: o.double_well("0.1"), "tilt must be between -0.3849 and 0.3849, got '0.1'"),
    (lambda: o.linear_regression([["a"]], [1.0]), "X must be an array of real numbers"),
    (lambda: o.logistic_regression([[1.0]], ["a"]), "y must be an array of real numbers"),
    (lambda: o.quadratic([]), "eigenvalues must hold at least one number, got an empty"),
    (lambda: o.quadratic([1.0, -1.0]), "eigenvalues must be non-negative and finite, got -1.0"),
    (lambda: o.quadratic([np.nan]), "eigenvalues must be non-negative and finite, got nan"),
    (lambda: o.quadratic([np.inf]), "eigenvalues must be non-negative and finite, got inf"),
    (lambda: o.quadratic([[1.0]]), "eigenvalues must have the shape (d,), got (1, 1)"),
    (lambda: o.quadratic([1.0], rotation=0.1), "rotation must be 0 in one dimension, got 0.1"),
    (lambda: o.noisy(o.linear(), -1.0), "sigma must be non-negative and finite, got -1.0"),
    (lambda: o.noisy(o.linear(), np.nan), "sigma must be non-negative and finite, got nan"),
    (lambda: o.noisy(o.linear(), "1"), "sigma must be an array of real numbers, got '1'"),
    (lambda: o.double_well(0.4), "tilt must be between -0.3849 and 0.3849, got 0.4"),
    (lambda: o.double_well(np.nan), "tilt must be between -0.3849 and 0.3849, got nan"),
    (lambda: o.linear_regression([1, 2], [1, 2]), "X must have the shape (n, features), got (2,)"),
    (lambda: o.linear_regression([[1], [2]], [1]), "y must have a number per row of X, shape (2,)"),
    (lambda: o.linear_regression([[1], [np.inf]], [1, 2]), "X must be finite, got inf"),
    (lambda: o.linear_regression([[1], [1]], [1, np.nan]), "y must be finite, got nan"),
    (lambda: o.logistic_regression([[1], [2]], [1, 2]), "y must hold labels 0 and 1, got [1. 2.]"),
    (lambda: o.logistic_regression(np.ones((7, 1)), range(7)),
     "y must hold labels 0 and 1, got [0. 1. 2. 3. 4.]"),
    (lambda: o.logistic_regression(X, TWO, -1.0), "l2 must be non-negative and finite, got -1.0"),
    (lambda: o.logistic_regression(X, TWO, np.inf), "l2 must be non-negative and finite, got inf"),
    (lambda: o.softmax_regression(X, TWO, None), "l2 must be non-negative and finite, got None"),
    (lambda: o.softmax_regression([[1], [2]], [0.5, 1]), "labels must be whole numbers"),
    (lambda: o.softmax_regression([[1], [2]], [-1, 1]), "labels must be whole numbers"),
    (lambda: o.softmax_regression([[1], [2]], ["a", 1]), "labels must be an array of real numbers"),
    (lambda: o.softmax_regression([[1], [2]], [0, 2]),
     "labels must be whole numbers from 0 to K - 1, each of which occurs, got [0. 2.]"),
    (lambda: o.softmax_regression(np.ones((60, 1)), [200_000, *range(59)]), "labels must be whole"),
    (lambda: o.logistic_regression(SEPARABLE, [0, 0, 1, 1]), "l2 must be positive where a plane"),
    (lambda: o.logistic_regression(SEPARABLE[[0, 0, 3, 3]], [0, 1, 1, 1]), "l2 must be positive"),
    (lambda: o.softmax_regression(SEPARABLE, [0, 0, 1, 1]), "l2 must be positive where a plane"),
    (lambda: REGRESSIONS[0].minibatches(0), "batch_size must be a positive whole number, got 0"),
    (lambda: REGRESSIONS[0].minibatches(2.0), "batch_size must be a positive whole number, got 2"),
    (lambda: REGRESSIONS[0].minibatches(True), "batch_size must be a positive whole number, got T"),
    (lambda: REGRESSIONS[0].minibatches(61, False), "batch_size must be a whole number from 1 to"),
    (lambda: o.noisy(REGRESSIONS[0], 0.1).minibatches(8),
     "minibatches must be taken of exact gradients, got noisy linear regression: "
     "write noisy(regression.minibatches(8), sigma)"),
    (lambda: central_differences(o.beale(), [1.0, 1.0], 0.0), "step must be positive"),
    (lambda: central_differences(o.beale(), [1.0, 1.0], "1"), "step must be positive"),
    (lambda: central_differences(o.beale(), [1.0, 1.0, 1.0]),
     "theta must end in the axes (2,) of Beale, got an array of shape (3,)"),
]  # fmt: skip


@pytest.mark.parametrize("call, message", REFUSALS, ids=[message for _, message in REFUSALS])
def test_bad_input_is_refused_by_name_value_and_range(call, message):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(message)
