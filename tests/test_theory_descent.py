"""Gradient descent, exact or noisy, does what its theorems say, to rounding where exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstorder import GradientDescent, Momentum, minimize, objectives

cases = settings(deadline=None, max_examples=30)


@pytest.fixture(scope="module")
def classifier():
    random = np.random.default_rng(0)
    X = random.standard_normal((80, 3)) * [1.0, 2.0, 0.5]
    y = (X[:, 0] + random.standard_normal(80) > 0).astype(int)
    return objectives.logistic_regression(X, y)


# Gradient descent: Nesterov (2018), Lectures on Convex Optimization, sections 1.2.3 and 2.1.5.


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.0198, 0.021])
def test_gradient_descent_contracts_each_eigendirection_by_itself(rate):
    curvatures = np.array([1.0, 10.0, 100.0])
    path = minimize(objectives.quadratic(curvatures), [1.0, 1.0, 1.0], GradientDescent(rate), 40)
    k = np.arange(41)[:, None]
    np.testing.assert_allclose(path.points, (1 - rate * curvatures) ** k, rtol=1e-11)


@pytest.mark.parametrize("condition", [4.0, 100.0, 1000.0])
def test_the_best_rate_of_gradient_descent_is_two_over_the_sum(condition):
    """Both ends of the spectrum shrink by (kappa - 1)/(kappa + 1), and no other rate is better."""
    bowl = objectives.quadratic([1.0, condition])
    best = 2 / (1 + condition)
    rates = best * np.array([[0.99], [1.0], [1.01]])
    path = minimize(bowl, [1.0, 1.0], GradientDescent(rates), steps=50)
    shrunk = np.abs(path.points[-1] / path.points[-2]).max(axis=-1)
    assert shrunk[1] == pytest.approx((condition - 1) / (condition + 1), rel=1e-9)
    assert shrunk[0] > shrunk[1] < shrunk[2]


@pytest.mark.parametrize(
    "step, converges, alternates",
    [(0.99, True, False), (1.01, True, True), (1.99, True, True), (2.01, False, True)],
)
def test_gradient_descent_oscillates_beyond_one_and_diverges_beyond_two(
    step, converges, alternates
):
    path = minimize(objectives.quadratic([4.0]), [1.0], GradientDescent(step / 4), steps=1000)
    assert (abs(path.points[-1, 0]) < 1e-4) == converges
    assert (path.points[1, 0] < 0) == alternates


@cases
@given(share=st.floats(0.01, 1.99), seed=st.integers(0, 10**6))
def test_descent_lemma(classifier, share, seed):
    r"""f falls by at least alpha (1 - alpha L/2) |g|^2 in a step of any alpha below 2/L."""
    start = 3 * np.random.default_rng(seed).standard_normal(3)
    rate = share / classifier.smoothness
    path = minimize(classifier, start, GradientDescent(rate), steps=20)
    promised = rate * (1 - share / 2) * path.gradient_norms[:-1] ** 2
    assert np.all(path.values[:-1] - path.values[1:] >= promised - 1e-14)


@cases
@given(seed=st.integers(0, 10**6))
def test_convex_functions_fall_as_one_over_t(classifier, seed):
    start = 5 * np.random.default_rng(seed).standard_normal(3)
    rate = 1 / classifier.smoothness
    path = minimize(classifier, start, GradientDescent(rate), steps=100)
    distance = np.sum((start - classifier.minimizers[0]) ** 2)
    bound = distance / (2 * rate * np.arange(1, 101))
    assert np.all(path.values[1:] - classifier.minimum <= bound)


def test_least_squares_converge_at_the_rate_of_the_hessians_eigenvalues():
    X = np.column_stack([np.ones(50), np.linspace(0, 1, 50)])
    line = objectives.linear_regression(X, 3 * X[:, 1] + np.sin(np.arange(50)))
    low, high = line.eigenvalues
    path = minimize(line, [0.0, 0.0], GradientDescent(2 / (low + high)), steps=400)
    errors = np.linalg.norm(path.points - line.minimizers[0], axis=-1)
    assert errors[400] / errors[0] == pytest.approx(((high - low) / (high + low)) ** 400, rel=1e-6)


def test_gradient_descent_takes_the_fourth_power_of_the_distance_to_cross_a_plateau():
    """As slow as its flow: the integral of (1 + x^2)^2 / (alpha x) from 1 to the start."""
    path = minimize(objectives.plateau(), 10.0, GradientDescent(0.5), steps=6000)
    expected = (np.log(10) + 10**2 - 1 + (10**4 - 1) / 4) / 0.5
    assert np.argmax(path.points < 1) == pytest.approx(expected, rel=1e-2)


# Noise: a constant rate keeps the iterate at a distance, exactly known on a quadratic.


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("step", [0.1, 0.5, 1.5])
def test_noise_floor(step, momentum):
    r"""Variance alpha sigma^2 / (lambda (2 - alpha lambda)); momentum multiplies it.

    The stationary solution of the linear recursion; the factor of momentum, for the rate reduced
    by 1 - beta, tends to 1 for small rates.
    """
    curvature, sigma, runs = 4.0, 0.5, 20_000
    rate = step / curvature
    bowl = objectives.noisy(objectives.quadratic([curvature]), sigma)
    path = minimize(
        bowl, np.zeros((runs, 1)), Momentum(rate, momentum), 200, seed=1, keep_points=False
    )
    floor = rate * sigma**2 / curvature
    floor *= (1 + momentum) / ((1 - momentum) * (2 * (1 + momentum) - step))
    if momentum == 0:
        assert floor == pytest.approx(rate * sigma**2 / (curvature * (2 - step)))
    assert np.var(path.points[-1]) == pytest.approx(floor, rel=0.05)
