"""Adam does what Kingma & Ba (2015) say, except where they are wrong: then what is true instead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstorder import AdaGrad, Adam, GradientDescent, RMSprop
from firstorder.optimizers import AdamState
from firstorder.schedules import InverseSqrt

BETAS = [(0.9, 0.999), (0.9, 0.99), (0.0, 0.9), (0.5, 0.5), (0.99, 0.999)]


def steps_and_states(optimizer, gradients):
    """Return the steps along a history of gradients (T, *shape), and the state after each."""
    theta = np.zeros(np.shape(gradients)[1:])
    state, moves, states = optimizer.init(theta), [], []
    for gradient in gradients:
        new, state = optimizer.step(theta, gradient, state)
        moves.append(new - theta)
        states.append(state)
        theta = new
    return np.array(moves), states


@pytest.mark.parametrize("beta_1, beta_2", BETAS)
def test_the_first_step_is_the_rate_against_the_sign(beta_1, beta_2):
    """Claim C1, section 2.1: in every coordinate, from 1e-100 to 1e100."""
    gradient = np.array([1e-100, -1e-3, 1.0, -1e100])
    moves, _ = steps_and_states(Adam(0.1, beta_1, beta_2, epsilon=0.0), gradient[None])
    np.testing.assert_allclose(moves[0], -0.1 * np.sign(gradient), rtol=1e-12)


# The step bound. Section 2.1 states 1 - beta_1 over the root of 1 - beta_2, or 1 where that is
# below 1. Cauchy-Schwarz gives the supremum, which is larger.


def supremum(beta_1, beta_2, t=np.inf):
    """Return the largest step t over all histories of gradients, in units of the rate.

    With weights a_k = (1 - b1) b1^k on the gradients and c_k = (1 - b2) b2^k on their squares,
    |sum a_k g_k| <= sqrt(sum a_k^2 / c_k) sqrt(sum c_k g_k^2), with equality for g_k ~ a_k / c_k.
    """
    ratio = beta_1**2 / beta_2
    geometric = (1 - ratio**t) / (1 - ratio)
    correction = (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    return (1 - beta_1) * (geometric / (1 - beta_2)) ** 0.5 * correction


@pytest.mark.parametrize("beta_1, beta_2, least", [(0.9, 0.999, 7.270), (0.9, 0.99, 2.345)])
def test_the_true_supremum_of_the_step_exceeds_the_papers_bound(beta_1, beta_2, least):
    spike = (1 - beta_1) / (1 - beta_2) ** 0.5
    papers = spike if 1 - beta_1 > (1 - beta_2) ** 0.5 else 1.0
    assert supremum(beta_1, beta_2) == pytest.approx(least, abs=5e-4)
    rounds = 6000
    growth = beta_2 / beta_1
    gradients = growth ** (np.arange(1.0, rounds + 1) - rounds / 2)  # centred against overflow
    moves, _ = steps_and_states(Adam(1.0, beta_1, beta_2, epsilon=0.0), gradients)
    largest = -moves[-1]
    assert largest == pytest.approx(supremum(beta_1, beta_2, rounds), rel=1e-9)
    assert largest == pytest.approx(least, rel=2e-3)
    assert largest > 2 * papers


def test_an_isolated_spike_attains_what_the_paper_states():
    gradients = np.append(np.full(8000, 1e-9), 1.0)
    moves, _ = steps_and_states(Adam(1.0, epsilon=0.0), gradients)
    assert -moves[-1] == pytest.approx(0.1 / 0.001**0.5, rel=1e-3)


@settings(deadline=None, max_examples=150)
@given(
    betas=st.sampled_from([(0.9, 0.999), (0.9, 0.99), (0.5, 0.5), (0.0, 0.9), (0.99, 0.999)]),
    history=st.lists(st.tuples(st.floats(-8, 8), st.booleans()), min_size=1, max_size=60),
)
def test_no_history_of_gradients_steps_beyond_the_supremum(betas, history):
    gradients = np.array([(1 if up else -1) * 10.0**power for power, up in history])
    moves, _ = steps_and_states(Adam(1.0, *betas, epsilon=0.0), gradients)
    t = np.arange(1, len(gradients) + 1)
    assert np.all(np.abs(moves) <= supremum(*betas, t) * (1 + 1e-9))
    assert np.all(np.abs(moves) <= supremum(*betas) * (1 + 1e-9))


@pytest.mark.parametrize("beta_1, beta_2", BETAS)
@pytest.mark.parametrize("rounds", [1, 2, 5, 30])
def test_the_supremum_is_attained_after_any_number_of_steps(beta_1, beta_2, rounds):
    ages = np.arange(rounds)[::-1]
    gradients = (beta_1 / beta_2) ** ages if beta_1 else np.where(ages == 0, 1.0, 1e-9)
    moves, _ = steps_and_states(Adam(1.0, beta_1, beta_2, epsilon=0.0), gradients)
    assert -moves[-1] == pytest.approx(supremum(beta_1, beta_2, rounds), rel=1e-9)


def test_gaussian_gradients_step_by_about_the_rate():
    """The bound is for malice: noise alone never stepped by 1.2 of the rate in 400,000 steps."""
    gradients = np.random.default_rng(0).standard_normal((500, 800))
    moves, _ = steps_and_states(Adam(1.0, epsilon=0.0), gradients)
    assert 1.0 <= np.abs(moves).max() < 1.2
    assert np.abs(moves[-1]).mean() < 0.3


# Bias correction: section 3.


def test_the_first_steps_without_correction():
    """3.16 of the rate with no correction, 31.6 with only the first moment corrected."""
    _, states = steps_and_states(Adam(1.0), np.array([-7.0]))
    _, m, v = states[0]
    assert abs(m) / v**0.5 == pytest.approx(3.162, abs=5e-4)
    assert abs(m / (1 - 0.9)) / v**0.5 == pytest.approx(31.62, abs=5e-3)


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_the_second_moment_is_biased_and_uncentred_until_corrected(mean):
    """E[v_t] = (1 - beta_2^t) E[g^2]: of the square, not the variance."""
    gradients = mean + 2 * np.random.default_rng(0).standard_normal((200, 20_000))
    square = mean**2 + 4
    _, states = steps_and_states(Adam(1.0, beta_2=0.99), gradients)
    for t in (1, 10, 200):
        expected = (1 - 0.99**t) * square
        assert states[t - 1].v.mean() == pytest.approx(expected, rel=0.03)
        assert states[t - 1].m.mean() == pytest.approx((1 - 0.9**t) * mean, abs=0.03)


def test_a_step_is_the_ratio_of_signal_to_noise():
    """Section 2.1: with mean mu and deviation sigma, mu / sqrt(mu^2 + sigma^2) of the rate."""
    noise = np.random.default_rng(0).standard_normal((300, 2000))
    for mean in (0.0, 0.3, 3.0):
        moves, _ = steps_and_states(Adam(1.0, beta_2=0.99), mean + noise)
        assert -moves[-1].mean() == pytest.approx(mean / np.hypot(mean, 1), abs=0.02)


# Adam's relatives: section 5.


@pytest.mark.parametrize("beta_2, largest", [(0.999, 1e-4), (0.99999, 1e-6), (1 - 1e-9, 1e-9)])
def test_adam_without_momentum_and_with_long_memory_is_adagrad(beta_2, largest):
    """Claim C6: after 200 steps at 0.01 / sqrt(t) they differ by about 6e-5, 1e-6 and 1e-10."""
    gradients = np.random.default_rng(0).standard_normal((200, 20))
    adam, states = steps_and_states(Adam(InverseSqrt(0.01), 0.0, beta_2, 0.0), gradients)
    adagrad, _ = steps_and_states(AdaGrad(0.01, epsilon=0.0), gradients)
    difference = np.abs(np.cumsum(adam - adagrad, axis=0)).max()
    assert largest / 100 < difference < largest
    # Without the correction the first step would be longer by 1 / sqrt(1 - beta_2).
    ratio = np.abs(gradients[0]) / states[0].v ** 0.5
    np.testing.assert_allclose(ratio, (1 - beta_2) ** -0.5, rtol=1e-6)


@pytest.mark.parametrize("rho", [0.9, 0.999])
def test_adam_without_momentum_is_rmsprop_corrected(rho):
    gradients = np.random.default_rng(0).standard_normal((100, 5))
    corrected = RMSprop(lambda t: 0.1 * (1 - rho**t) ** 0.5, rho, epsilon=0.0)
    adam = steps_and_states(Adam(0.1, 0.0, rho, epsilon=0.0), gradients)[0]
    np.testing.assert_allclose(adam, steps_and_states(corrected, gradients)[0], rtol=1e-9)
    plain = steps_and_states(RMSprop(0.1, rho, epsilon=0.0), gradients)[0]
    assert plain[0] == pytest.approx(adam[0] / (1 - rho) ** 0.5)


def test_adam_is_not_rmsprop_with_momentum():
    """An average of ratios is not the ratio of averages: on a fading slope they part."""
    gradients = np.array([1.0, 0.1, 0.1, 0.1, 0.1])
    ratios = steps_and_states(Adam(1.0, 0.0, 0.99, epsilon=0.0), gradients)[0]
    average, averages = 0.0, []
    for t, ratio in enumerate(ratios, start=1):
        average = 0.9 * average + 0.1 * ratio
        averages.append(average / (1 - 0.9**t))
    adam = steps_and_states(Adam(1.0, 0.9, 0.99, epsilon=0.0), gradients)[0]
    assert adam[0] == pytest.approx(averages[0])
    assert abs(adam[-1] - averages[-1]) > 0.01


def test_a_large_epsilon_makes_adam_an_averaged_descent():
    """With epsilon far above the gradients the step is alpha m_hat / epsilon: no adaptation."""
    gradients = np.random.default_rng(0).standard_normal((50, 3))
    adam = steps_and_states(Adam(1e8, 0.0, epsilon=1e8), gradients)[0]
    np.testing.assert_allclose(
        adam, steps_and_states(GradientDescent(1.0), gradients)[0], rtol=1e-6
    )


# The rearranged form, at the end of section 2: efficient, and with another epsilon.


def rearranged(gradients, epsilon_hat):
    """Return the steps of alpha_t m / (sqrt(v) + epsilon_hat), the frameworks' form."""
    m = v = 0.0
    moves = []
    for t, gradient in enumerate(gradients, start=1):
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        rate = (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
        moves.append(-rate * m / (v**0.5 + epsilon_hat(t)))
    return np.array(moves)


def test_the_rearranged_form_needs_its_own_epsilon():
    gradients = 1e-6 * np.random.default_rng(0).standard_normal((100, 5))
    adam = steps_and_states(Adam(1.0, epsilon=1e-7), gradients)[0]
    right = rearranged(gradients, lambda t: 1e-7 * (1 - 0.999**t) ** 0.5)
    np.testing.assert_allclose(adam, right, rtol=1e-9)
    for wrong in (lambda t: 1e-7, lambda t: 1e-7 * (1 - 0.999**t)):
        assert np.abs(adam - rearranged(gradients, wrong)).max() > 0.01


def test_a_fixed_epsilon_in_the_rearranged_form_is_a_large_one_at_first():
    """1e-7 on the uncorrected root is 3.16e-6 at t = 1 and 1.26e-7 at t = 1000."""
    for t, expected in [(1, 3.16e-6), (1000, 1.26e-7)]:
        epsilon = 1e-7 / (1 - 0.999**t) ** 0.5
        assert epsilon == pytest.approx(expected, rel=2e-3)
        state = AdamState(t - 1, 0.0, 1e-14)
        theta, after = Adam(1.0, epsilon=epsilon).step(0.0, 1e-7, state)
        rate = (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
        assert -theta == pytest.approx(rate * after.m / (after.v**0.5 + 1e-7), rel=1e-9)
