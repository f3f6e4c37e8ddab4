"""AdaGrad and RMSprop do what their sources say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from firstorder import AdaGrad, GradientDescent, RMSprop, minimize, objectives

# AdaGrad: Duchi, Hazan & Singer (2011).


@pytest.mark.parametrize("slope", [1e-6, 1.0, 1e6])
def test_adagrad_steps_by_one_over_the_root_of_t_whatever_the_slope(slope):
    path = minimize(objectives.linear(slope), 0.0, AdaGrad(0.1, epsilon=0.0), steps=1000)
    np.testing.assert_allclose(-np.diff(path.points), 0.1 / np.sqrt(np.arange(1, 1001)), rtol=1e-9)


def regret_and_bound(choose, rounds, d):
    """Play AdaGrad in the box [-1, 1]^d against linear losses; return its regret and the bound.

    Corollary 6: sqrt(2) D sum_i |g_{1:T,i}| for eta = D / sqrt(2), where D = 2 is
    the box's width, against the best fixed point, the corner opposite the gradients' sum.
    """
    width = 2.0
    player = AdaGrad(width / 2**0.5, epsilon=1e-12)
    x = np.zeros(d)
    state = player.init(x)
    loss, gradients = 0.0, []
    for t in range(rounds):
        g = choose(t, x)
        loss += g @ x
        gradients.append(g)
        x, state = player.step(x, g, state)
        x = np.clip(x, -1, 1)  # the projection, in a diagonal metric
    gradients = np.array(gradients)
    best = -np.abs(gradients.sum(axis=0)).sum()
    bound = 2**0.5 * width * np.sqrt((gradients**2).sum(axis=0)).sum()
    return loss - best, bound


@settings(deadline=None, max_examples=60)
@given(
    arrays(
        float,
        array_shapes(min_dims=2, max_dims=2, max_side=30),
        elements=st.one_of(st.just(0.0), st.floats(-10, 10)),
    )
)
def test_adagrads_regret_bound_holds_for_any_gradients(gradients):
    regret, bound = regret_and_bound(lambda t, x: gradients[t], *gradients.shape)
    assert regret <= bound + 1e-4


@pytest.mark.parametrize("rounds", [10, 1000])
@pytest.mark.parametrize("spite", [1.0, 0.5, 0.0])
def test_adagrads_regret_bound_holds_against_an_adversary(rounds, spite):
    """Who pushes towards the far side half of the time gets regret, but not more than the bound."""
    random = np.random.default_rng(0)

    def choose(t, x):
        random_signs = np.where(random.random(3) < 0.5, 1.0, -1.0)
        return np.where(random.random(3) < spite, np.where(x >= 0, 1.0, -1.0), random_signs)

    regret, bound = regret_and_bound(choose, rounds, 3)
    assert 0 < regret <= bound


def test_adagrad_never_forgets_and_rmsprop_does():
    """After steep country the one goes on with a thousandth of its rate, the other with all."""
    gradients = np.array(1000 * [100.0] + 200 * [1.0])
    last = {}
    for optimizer in (AdaGrad(1.0), RMSprop(1.0)):
        x, state = 0.0, optimizer.init(0.0)
        for gradient in gradients:
            before = x
            x, state = optimizer.step(x, gradient, state)
        last[type(optimizer)] = before - x
    assert last[AdaGrad] == pytest.approx(1 / np.sqrt(1000 * 100**2 + 200), rel=1e-6)
    assert last[RMSprop] == pytest.approx(1.0, rel=1e-4)


def test_one_step_of_adagrad_with_the_first_accumulator_of_some_frameworks():
    """For g = 0.01 the first step is 0.032 of the rate with 0.1, the whole rate with 0."""
    for first, expected in [(0.1, 0.032), (0.0, 1.0)]:
        optimizer = AdaGrad(1.0, initial_accumulator_value=first, epsilon=0.0)
        theta, _ = optimizer.step(0.0, 0.01, optimizer.init(0.0))
        assert -theta == pytest.approx(expected, abs=5e-4)


def test_a_one_under_the_root_is_nearly_gradient_descent():
    """AdaGrad 'dividing by the root of G + 1', with small gradients."""
    bowl = objectives.quadratic([0.1, 0.01])
    start = [0.3, 0.3]
    with_one = minimize(bowl, start, AdaGrad(0.5, epsilon=1.0), steps=50).points
    plain = minimize(bowl, start, GradientDescent(0.5), steps=50).points
    adagrad = minimize(bowl, start, AdaGrad(0.5, epsilon=0.0), steps=50).points
    assert np.abs(with_one - plain).max() < 1e-3 < 0.1 < np.abs(adagrad - plain).max()


# RMSprop: Tieleman & Hinton (2012), lecture 6e.


def weights(rho, steps):
    """Return what each past gradient counts in v, the newest first, read off an impulse."""
    optimizer = RMSprop(1.0, rho=rho)
    state, seen = optimizer.init(0.0), []
    for t in range(steps):
        _, state = optimizer.step(0.0, 1.0 if t == 0 else 0.0, state)
        seen.append(state.v)
    return np.array(seen)


@pytest.mark.parametrize("rho", [0.5, 0.9, 0.99])
def test_the_mean_age_of_the_window_is_not_its_half_life(rho):
    w = weights(rho, 4000)
    assert w.sum() == pytest.approx(1)
    assert w @ np.arange(4000) == pytest.approx(rho / (1 - rho), rel=1e-9)
    half_life = np.log(0.5) / np.log(rho)
    reached = 1 + np.argmax(np.cumsum(w) >= 0.5 - 1e-12)  # how many of the newest hold half
    assert reached == np.ceil(half_life - 1e-12)
    if rho == 0.9:
        assert half_life == pytest.approx(6.58, abs=0.005) and reached == 7


@pytest.mark.parametrize("rho", [0.0, 0.9, 0.99])
@pytest.mark.parametrize("slope", [1e-3, 1e6])
def test_rmsprops_first_step_is_too_long_by_a_known_factor(rho, slope):
    path = minimize(objectives.linear(slope), 0.0, RMSprop(0.01, rho=rho, epsilon=0.0), steps=3000)
    steps = -np.diff(path.points)
    assert steps[0] == pytest.approx(0.01 / np.sqrt(1 - rho))
    assert steps[-1] == pytest.approx(0.01)


def test_signs_drift_where_gradients_cancel():
    """Nine gradients of +0.1 and one of -0.9: SGD stays, rprop (signs, rho = 0) walks away."""
    gradients = 9 * [0.1] + [-0.9]
    moved = {}
    for optimizer in (GradientDescent(1.0), RMSprop(1.0, rho=0.0, epsilon=0.0)):
        x, state = 0.0, optimizer.init(0.0)
        for gradient in gradients:
            x, state = optimizer.step(x, gradient, state)
        moved[type(optimizer)] = x
    assert moved[GradientDescent] == pytest.approx(0, abs=1e-15)
    assert moved[RMSprop] == pytest.approx(-8)


def test_small_gradients_are_damped_by_epsilon_under_the_root():
    """|g| = 1e-4 and 1e-7 under the root: 0.315 of the rate, where 3.162 would be without it."""
    for epsilon, expected in [(1e-7, 0.315), (0.0, 3.162)]:
        optimizer = RMSprop(1.0, epsilon=epsilon)
        theta, _ = optimizer.step(0.0, 1e-4, optimizer.init(0.0))
        assert -theta == pytest.approx(expected, abs=5e-4)


def test_a_constant_rate_ends_in_a_bounce_of_half_its_size():
    """Near a minimum the steps keep their size: RMSprop jumps between -alpha/2 and alpha/2."""
    path = minimize(objectives.quadratic([3.0]), [1.0], RMSprop(0.01, epsilon=0.0), steps=2000)
    assert np.abs(path.points[-2:, 0]) == pytest.approx(0.005, rel=1e-6)
    assert path.points[-1, 0] * path.points[-2, 0] < 0
