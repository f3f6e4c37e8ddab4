"""Noise, minibatches and regressions: means, variances, curvature and minimizers."""

import tracemalloc

import numpy as np
import pytest

from firstorder import objectives as o
from regressions import RANDOM, REGRESSIONS, TWO, X, every_regression

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


def test_noise_is_sigma_times_the_generator_s_normal_numbers():
    points, z = np.ones((3, 2)), np.random.default_rng(7).standard_normal((3, 2))
    estimates = o.noisy(o.beale(), [0.5, 2.0]).sample(points, np.random.default_rng(7))
    np.testing.assert_allclose(estimates - o.beale().gradient(points), [0.5, 2.0] * z, rtol=1e-12)


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
    assert batches.minimum == regression.minimum
    assert batches.value is regression.value and batches.gradient is regression.gradient


@pytest.mark.parametrize("replace", [True, False])
def test_one_example_of_a_thousand_is_any_of_them(replace):
    """Numbers to choose by are sorted in another way where they are many."""
    numbers = o.linear_regression(np.ones((1000, 1)), np.arange(1000))
    drawn = -numbers.minibatches(1, replace).sample(np.zeros((9000, 1)), np.random.default_rng(0))
    assert np.bincount(drawn[:, 0].astype(int), minlength=1000).max() < 30  # 9 each


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


def test_as_many_classes_as_examples_take_no_matrix_of_classes_by_classes():
    """200,000 labels made a program ask for 298 GiB; here one of 3 MB is told from one of 3 GB."""
    tracemalloc.start()
    many = o.softmax_regression(np.ones((20_000, 1)), np.arange(20_000)).minibatches(10)
    many.sample(np.zeros((1, 20_000)), np.random.default_rng(0))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 30e6
