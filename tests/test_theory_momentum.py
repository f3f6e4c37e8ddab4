"""Momentum does what its theorems say, to rounding where exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstorder import GradientDescent, Momentum, minimize, objectives
from firstorder.optimizers import MomentumState

cases = settings(deadline=None, max_examples=30)


# Momentum: Polyak (1964); Goh (2017), Why Momentum Really Works.


def iteration_matrix(optimizer, curvature):
    """Return the linear map of (theta, m) that one step on a parabola is, read off the code."""
    columns = []
    for theta, m in [(1.0, 0.0), (0.0, 1.0)]:
        theta, state = optimizer.step(theta, curvature * theta, MomentumState(0, m))
        columns.append([theta, state.m])
    return np.array(columns).T


def spectral_radius(optimizer, curvature=1.0):
    return np.abs(np.linalg.eigvals(iteration_matrix(optimizer, curvature))).max()


@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.5, 0.9, 0.99])
def test_the_heavy_ball_converges_inside_its_region_and_nowhere_else(momentum):
    limit = 2 * (1 + momentum)
    for step in [1e-6, 0.5 * limit, (1 - 1e-6) * limit]:
        assert spectral_radius(Momentum(step, momentum)) < 1
    assert spectral_radius(Momentum((1 + 1e-6) * limit, momentum)) > 1
    for step, converges in [(0.98 * limit, True), (1.02 * limit, False)]:
        path = minimize(objectives.quadratic([1.0]), [1.0], Momentum(step, momentum), steps=3000)
        assert (path.gradient_norms[-1] < 1e-6) == converges


@cases
@given(momentum=st.floats(0.01, 0.99), place=st.floats(0.01, 0.99))
def test_in_the_complex_region_the_rate_is_the_root_of_momentum(momentum, place):
    """The square root of beta, whatever the rate and the curvature; not twice the root."""
    low, high = (1 - momentum**0.5) ** 2, (1 + momentum**0.5) ** 2
    inside = low + place * (high - low)
    assert spectral_radius(Momentum(inside, momentum)) == pytest.approx(momentum**0.5, rel=1e-9)
    assert spectral_radius(Momentum(0.99 * low, momentum)) > momentum**0.5
    assert spectral_radius(Momentum(1.01 * high, momentum)) > momentum**0.5


@pytest.mark.parametrize("step", [0.01, 0.1, 0.5])
def test_critical_momentum_is_the_fastest(step):
    critical = (1 - step**0.5) ** 2
    radii = [
        spectral_radius(Momentum(step, b)) for b in (0.95 * critical, critical, 1.05 * critical)
    ]
    assert radii[0] > radii[1] < radii[2]
    assert radii[1] == pytest.approx(1 - step**0.5, abs=1e-6)  # a double root: half the digits


def test_the_best_heavy_ball_takes_the_root_of_the_condition():
    """kappa = 100: 9/11 at every eigenvalue, against 99/101 for gradient descent."""
    low, high = 1.0, 100.0
    root = (high / low) ** 0.5
    best = Momentum(4 / (high**0.5 + low**0.5) ** 2, ((root - 1) / (root + 1)) ** 2)
    radii = [spectral_radius(best, curvature) for curvature in np.linspace(low, high, 50)]
    np.testing.assert_allclose(radii, 9 / 11, atol=1e-6)
    path = minimize(objectives.quadratic([low, high]), [1.0, 1.0], best, steps=200)
    assert np.exp(np.log(path.gradient_norms[200] / path.gradient_norms[100]) / 100) == (
        pytest.approx(9 / 11, rel=0.02)  # k (9/11)^k, since the roots at both ends are double
    )
    for other in (
        Momentum(1.02 * best.learning_rate, best.momentum),
        Momentum(best.learning_rate, 0.98 * best.momentum),
    ):
        assert max(spectral_radius(other, c) for c in (low, high)) > 9 / 11 + 1e-3


def test_the_heavy_ball_can_grow_before_it_shrinks():
    path = minimize(objectives.quadratic([1.0]), [1.0], Momentum(3.7, 0.9), steps=300)
    assert path.gradient_norms.max() > 4 and path.gradient_norms[-1] < 1e-4


def test_the_heavy_ball_cycles_for_ever_off_quadratics():
    """Lessard, Recht & Packard (2016), section 4.6: convex, smooth, the best settings, no rest."""

    def gradient(x):
        return np.where(x < 1, 25 * x, np.where(x < 2, x + 24, 25 * x - 24))

    def value(x):
        middle = 12.5 + (x**2 - 1) / 2 + 24 * (x - 1)
        right = 38 + 12.5 * (x**2 - 4) - 24 * (x - 2)
        return np.where(x < 1, 12.5 * x**2, np.where(x < 2, middle, right))

    lessard = objectives.Objective("Lessard", (), value, gradient, np.zeros(1), 0.0)
    assert objectives.gradient_error(lessard, np.array([-1.0, 0.5, 1.5, 3.0])) < 1e-9
    path = minimize(lessard, 3.3, Momentum(1 / 9, 4 / 9), steps=600)
    cycle = np.sort(path.points[-3:])
    assert cycle == pytest.approx([-1.8024, 0.6465, 2.1159], abs=5e-5)
    np.testing.assert_allclose(path.points[-3:], path.points[-6:-3], rtol=1e-12)
    assert minimize(lessard, 3.3, GradientDescent(1 / 25), steps=600).values[-1] < 1e-20


@cases
@given(momentum=st.floats(0, 0.99), seed=st.integers(0, 10**6))
def test_on_quadratics_nesterov_is_the_heavy_ball_with_less_momentum_where_it_is_steep(
    momentum, seed
):
    """Sutskever et al. (2013), Theorem 2.1: mu (1 - eps lambda) in each eigen-direction.

    The step is taken in the frameworks' variable, which looks ahead by mu v = -alpha mu m.
    """
    curvatures = np.array([0.01, 0.1, 0.5, 1.0])
    rate = 0.9
    start = np.random.default_rng(seed).standard_normal(4)
    ahead = Momentum(rate, momentum, nesterov=True)
    plain = Momentum(rate, momentum * (1 - rate * curvatures))
    theta = phi = start
    state, ahead_state = plain.init(theta), ahead.init(phi)
    for _ in range(60):
        theta, state = plain.step(theta, curvatures * theta, state)
        phi, ahead_state = ahead.step(phi, curvatures * phi, ahead_state)
        np.testing.assert_allclose(phi + rate * momentum * ahead_state.m, theta, atol=1e-13)


@cases
@given(
    momentum=st.floats(0, 0.99),
    gradients=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30),
)
def test_the_averaged_form_is_the_heavy_ball_with_a_smaller_rate(momentum, gradients):
    """m <- beta m + (1 - beta) g at rate alpha equals the heavy ball at alpha (1 - beta)."""
    average, averaged, theta = 0.0, 0.0, 0.0
    ball = Momentum(0.1 * (1 - momentum), momentum)
    state = ball.init(theta)
    for gradient in gradients:
        average = momentum * average + (1 - momentum) * gradient
        averaged = averaged - 0.1 * average
        theta, state = ball.step(theta, gradient, state)
        assert theta == pytest.approx(averaged, rel=1e-9, abs=1e-9)


def test_momentum_zero_is_gradient_descent():
    gradients = np.random.default_rng(0).standard_normal(20)
    for nesterov in (False, True):
        ball, descent = Momentum(0.1, 0.0, nesterov), GradientDescent(0.1)
        x = y = 1.0
        state, other = ball.init(x), descent.init(y)
        for gradient in gradients:
            x, state = ball.step(x, gradient, state)
            y, other = descent.step(y, gradient, other)
            assert x == y
