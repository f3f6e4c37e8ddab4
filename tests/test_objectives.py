"""Every objective has the gradient of its value, the minima it claims, and batches in front."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstorder import objectives as o
from firstorder.objectives import Regression, central_differences, gradient_error

RANDOM = np.random.default_rng(0)
X = np.column_stack([np.ones(60), RANDOM.standard_normal((60, 2)) * [1.0, 3.0]])
Y = X @ [1.0, -2.0, 0.5] + RANDOM.standard_normal(60)
TWO = (X[:, 1] + RANDOM.standard_normal(60) > 0).astype(int)
THREE = np.digitize(X[:, 1] + RANDOM.standard_normal(60), [-0.5, 0.5])

REGRESSIONS = [
    o.linear_regression(X, Y),
    o.logistic_regression(X, TWO),
    o.logistic_regression(X, TWO, l2=0.1),
    o.softmax_regression(X, THREE),
    o.softmax_regression(X, THREE, l2=0.1),
]
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
every = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda f: f.name)
every_regression = pytest.mark.parametrize(
    "regression", REGRESSIONS, ids=lambda f: f"{f.name}-{f.l2}"
)


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


def test_himmelblau_has_four_different_minima():
    distances = np.linalg.norm(
        o.himmelblau().minimizers[:, None] - o.himmelblau().minimizers, axis=-1
    )
    assert distances.shape == (4, 4) and distances[~np.eye(4, dtype=bool)].min() > 3


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


def test_the_best_step_is_near_the_cube_root_of_eps():
    """Too small a step drowns in rounding: 1e-12 leaves four digits, where 6e-6 leaves ten."""
    best = gradient_error(o.himmelblau(), np.array([1.0, 1.0]))
    assert best < 1e-9
    for step in (1e-2, 1e-12):
        assert gradient_error(o.himmelblau(), np.array([1.0, 1.0]), step) > 1000 * best


def test_differences_of_a_quadratic_are_exact_for_any_step():
    bowl, point = o.quadratic([1.0, 4.0]), np.array([[1.0, 2.0], [0.5, -1.0]])
    np.testing.assert_allclose(central_differences(bowl, point, 0.5), bowl.gradient(point))


# Noise and minibatches.


def deviations(estimates, exact):
    """Return how many standard errors the mean of the estimates is off, at most."""
    spread = estimates.std(axis=0) / len(estimates) ** 0.5
    return np.max(np.abs(estimates.mean(axis=0) - exact) / spread)


@pytest.mark.parametrize("sigma", [0.5, np.array([0.1, 2.0])])
def test_noise_has_the_gradient_as_its_mean(sigma):
    noisy = o.noisy(o.rosenbrock(), sigma)
    points = np.broadcast_to([0.5, 0.3], (20_000, 2))
    estimates = noisy.sample(points, np.random.default_rng(0))
    assert deviations(estimates, noisy.gradient(points[0])) < 4.5
    np.testing.assert_allclose(estimates.std(axis=0), sigma * np.ones(2), rtol=0.03)


def test_noise_on_minibatches_adds_to_theirs():
    batches = REGRESSIONS[0].minibatches(4)
    points = np.zeros((20_000, 3))
    random = np.random.default_rng(0)
    alone = batches.sample(points, random).var(axis=0)
    both = o.noisy(batches, 3.0).sample(points, random).var(axis=0)
    np.testing.assert_allclose(both, alone + 9, rtol=0.08)


@every_regression
@pytest.mark.parametrize("size, replace", [(1, True), (8, True), (8, False)])
def test_minibatches_are_unbiased_with_the_known_variance(regression, size, replace):
    """Variance of one example over b; without replacement times (n - b)/(n - 1)."""
    point = 0.3 * np.ones(regression.shape)
    points = np.broadcast_to(point, (20_000, *regression.shape))
    batches = regression.minibatches(size, replace)
    estimates = batches.sample(points, np.random.default_rng(0))
    assert deviations(estimates, regression.gradient(point)) < 4.5
    n = len(X)
    single = np.array(
        [regression.batch_gradient(point, X[i : i + 1], regression.y[i : i + 1]) for i in range(n)]
    )
    np.testing.assert_allclose(single.mean(axis=0), regression.gradient(point), rtol=1e-9)
    expected = single.var(axis=0) / size * (1 if replace else (n - size) / (n - 1))
    np.testing.assert_allclose(estimates.var(axis=0), expected, rtol=0.1)
    assert np.array_equal(batches.minimizers, regression.minimizers)
    assert batches.value is regression.value and batches.gradient is regression.gradient


@every_regression
def test_a_minibatch_of_everything_without_replacement_is_the_gradient(regression):
    point = RANDOM.standard_normal((2, *regression.shape))
    everything = regression.minibatches(len(X), replace=False)
    np.testing.assert_allclose(
        everything.sample(point, np.random.default_rng(0)), regression.gradient(point), atol=1e-12
    )


@every_regression
def test_runs_side_by_side_draw_their_own_minibatches(regression):
    points = np.zeros((2, 3, *regression.shape))
    estimates = regression.minibatches(2).sample(points, np.random.default_rng(0))
    assert estimates.shape == points.shape
    assert len({tuple(e.ravel()) for e in estimates.reshape(6, -1)}) == 6


# Regressions.


@every_regression
def test_the_hessian_is_the_derivative_of_the_gradient_and_smoothness_bounds_it(regression):
    size = int(np.prod(regression.shape))
    point = RANDOM.standard_normal(regression.shape)
    hessian = regression.hessian(point)
    h = 1e-6 * np.eye(size).reshape(size, *regression.shape)
    columns = (regression.gradient(point + h) - regression.gradient(point - h)) / 2e-6
    np.testing.assert_allclose(hessian, columns.reshape(size, size), atol=1e-7)
    curvatures = np.linalg.eigvalsh(hessian)
    assert curvatures[-1] <= regression.smoothness * (1 + 1e-12)
    at_minimum = regression.eigenvalues
    assert np.all(np.diff(at_minimum) >= 0)
    assert at_minimum[0] >= regression.l2 - 1e-12
    assert at_minimum[-1] <= regression.smoothness * (1 + 1e-12)


def test_smoothness_is_no_larger_than_it_must_be():
    """Attained at zero, where every probability is one half, and for squares everywhere."""
    for loss in (REGRESSIONS[0], REGRESSIONS[2], o.softmax_regression(X, TWO, l2=0.1)):
        steepest = np.linalg.eigvalsh(loss.hessian(np.zeros(loss.shape)))[-1]
        assert loss.smoothness == pytest.approx(steepest, rel=1e-12)


def test_linear_regression_finds_the_plane_it_was_given():
    exact = o.linear_regression(X, X @ [1.0, 2.0, 3.0])
    np.testing.assert_allclose(exact.minimizers, [[1, 2, 3]], rtol=1e-12)
    assert exact.minimum < 1e-25
    twice = o.linear_regression(np.column_stack([X[:, 1], X[:, 1]]), X[:, 1])
    np.testing.assert_allclose(twice.minimizers, [[0.5, 0.5]])  # the shortest of many


def test_softmax_of_two_classes_is_logistic_regression():
    softmax, logistic = o.softmax_regression(X, TWO), o.logistic_regression(X, TWO)
    between = softmax.minimizers[0][:, 1] - softmax.minimizers[0][:, 0]
    np.testing.assert_allclose(between, logistic.minimizers[0], rtol=1e-8)
    assert softmax.minimum == pytest.approx(logistic.minimum, rel=1e-12)


def test_the_logistic_minimizer_agrees_with_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model")
    model = linear_model.LogisticRegression(
        C=1 / (60 * 0.1), fit_intercept=False, tol=1e-10, max_iter=1000
    )
    ours = o.logistic_regression(X, TWO, l2=0.1).minimizers[0]
    np.testing.assert_allclose(ours, model.fit(X, TWO).coef_[0], rtol=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_the_minimizer_is_found_where_newtons_full_step_leaps_too_far(seed):
    """Outliers of all sizes: on one set in twenty an undamped step climbs from 0.3 to 10."""
    random = np.random.default_rng(seed)
    examples = random.standard_normal((8, 3)) * 10.0 ** random.uniform(-1, 2, (8, 1))
    labels = random.integers(0, 2, 8)
    for loss in (
        o.logistic_regression(examples, labels, l2=1e-4),
        o.softmax_regression(examples, random.permutation([0, 1, 2, 2, 1, 0, 1, 2]), l2=1e-4),
    ):
        assert np.abs(loss.gradient(loss.minimizers[0])).max() < 1e-12


@pytest.mark.parametrize("losses", REGRESSIONS[1:])
def test_far_away_losses_stay_finite(losses):
    far = 1e6 * np.ones(losses.shape)
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(losses.value(far)) and np.isfinite(losses.gradient(far)).all()


def test_a_large_softmax_is_not_solved_but_usable():
    wide = o.softmax_regression(np.ones((4, 600)), [0, 1, 0, 1])
    assert wide.minimizers.shape == (0, 600, 2) and np.isnan(wide.minimum)
    assert wide.gradient(np.zeros((600, 2))).shape == (600, 2)


def test_objectives_are_told_apart_by_identity():
    assert o.rosenbrock() != o.rosenbrock() and len({o.beale(), o.beale()}) == 2
    assert isinstance(REGRESSIONS[0], Regression) and "X=" not in repr(REGRESSIONS[0])


SEPARABLE = np.array([[1.0, -2.0], [1.0, -1.0], [1.0, 1.0], [1.0, 2.0]])
REFUSALS = [
    (lambda: o.linear(0.0), "slope must be a finite number other than 0, got 0.0"),
    (lambda: o.linear(np.nan), "slope must be a finite number other than 0, got nan"),
    (lambda: o.linear("1"), "slope must be a finite number other than 0, got '1'"),
    (lambda: o.quadratic("12"), "eigenvalues must be non-negative numbers, got '12'"),
    (lambda: o.quadratic([1.0, 2.0], np.nan), "rotation must be a finite number, got nan"),
    (lambda: o.quadratic([1.0, 2.0], "1"), "rotation must be a finite number, got '1'"),
    (lambda: o.double_well("0.1"), "tilt must lie between -0.3849 and 0.3849, got '0.1'"),
    (lambda: o.linear_regression([["a"]], [1.0]), "X must be an array of numbers"),
    (lambda: o.logistic_regression([[1.0]], ["a"]), "y must be an array of numbers"),
    (lambda: o.quadratic([]), "eigenvalues must be non-negative numbers, got []"),
    (lambda: o.quadratic([1.0, -1.0]), "eigenvalues must be non-negative numbers, got [1.0, -1.0]"),
    (lambda: o.quadratic([np.nan]), "eigenvalues must be non-negative numbers, got [nan]"),
    (lambda: o.quadratic([np.inf]), "eigenvalues must be non-negative numbers, got [inf]"),
    (lambda: o.quadratic([[1.0]]), "eigenvalues must be non-negative numbers, got [[1.0]]"),
    (lambda: o.quadratic([1.0], rotation=0.1), "rotation must be 0 in one dimension, got 0.1"),
    (lambda: o.noisy(o.linear(), -1.0), "sigma must be non-negative and finite, got -1.0"),
    (lambda: o.noisy(o.linear(), np.nan), "sigma must be non-negative and finite, got nan"),
    (lambda: o.noisy(o.linear(), "1"), "sigma must be non-negative and finite, got '1'"),
    (lambda: o.double_well(0.4), "tilt must lie between -0.3849 and 0.3849, got 0.4"),
    (lambda: o.double_well(np.nan), "tilt must lie between -0.3849 and 0.3849, got nan"),
    (lambda: o.linear_regression([1, 2], [1, 2]), "X must have the shape (n, features), got (2,)"),
    (lambda: o.linear_regression([[1], [2]], [1]), "y must have one number a row of X, shape (2,)"),
    (lambda: o.linear_regression([[1], [np.inf]], [1, 2]), "X must be finite, got inf"),
    (lambda: o.linear_regression([[1], [1]], [1, np.nan]), "y must be finite, got nan"),
    (lambda: o.logistic_regression([[1], [2]], [1, 2]), "y must hold labels 0 and 1, got [1. 2.]"),
    (lambda: o.logistic_regression(X, TWO, -1.0), "l2 must be non-negative and finite, got -1.0"),
    (lambda: o.logistic_regression(X, TWO, np.inf), "l2 must be non-negative and finite, got inf"),
    (lambda: o.softmax_regression(X, TWO, None), "l2 must be non-negative and finite, got None"),
    (lambda: o.softmax_regression([[1], [2]], [0.5, 1]), "labels must be whole numbers from 0"),
    (lambda: o.softmax_regression([[1], [2]], [-1, 1]), "labels must be whole numbers from 0"),
    (lambda: o.logistic_regression(SEPARABLE, [0, 0, 1, 1]), "l2 must be positive where a plane"),
    (lambda: o.logistic_regression(SEPARABLE[[0, 0, 3, 3]], [0, 1, 1, 1]), "l2 must be positive"),
    (lambda: o.softmax_regression(SEPARABLE, [0, 0, 1, 1]), "l2 must be positive where a plane"),
    (lambda: REGRESSIONS[0].minibatches(0), "batch_size must be a positive whole number, got 0"),
    (lambda: REGRESSIONS[0].minibatches(2.0), "batch_size must be a positive whole number, got 2"),
    (lambda: REGRESSIONS[0].minibatches(True), "batch_size must be a positive whole number, got T"),
    (lambda: REGRESSIONS[0].minibatches(61, False), "batch_size must be a whole number from 1 to"),
    (lambda: central_differences(o.beale(), [1.0, 1.0], 0.0), "step must be positive"),
    (lambda: central_differences(o.beale(), [1.0, 1.0], "1"), "step must be positive"),
    (lambda: central_differences(o.beale(), [1.0, 1.0, 1.0]), "theta must end in the axes (2,)"),
]


@pytest.mark.parametrize("call, message", REFUSALS, ids=[message for _, message in REFUSALS])
def test_bad_input_is_refused_by_name_value_and_range(call, message):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).startswith(message)
