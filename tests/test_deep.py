"""Small deep networks, side by side: the gradient, the bookkeeping, the choice of the best."""

import numpy as np
import pytest

from firstorder import Adam, GradientDescent, deep


@pytest.fixture(scope="module")
def digits():
    return deep.small_digits()


def test_the_digits_are_the_eight_by_eight_images_themselves(digits):
    from sklearn.datasets import load_digits

    original = load_digits()
    np.testing.assert_allclose(
        digits.x, original.images[:1000].reshape(1000, 64) / 16, atol=0.5 / 255
    )
    assert np.argmax(digits.y, axis=1).tolist() == original.target[:1000].tolist()
    assert set(np.unique(digits.y)) == {0.0, 1.0}


@pytest.mark.parametrize("unit", deep.UNITS)
def test_the_slope_of_a_unit_is_the_derivative_of_its_function(unit):
    function, slope = deep.UNITS[unit]
    z = np.linspace(-2, 2, 9)
    expected = (function(z + 1e-6) - function(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(slope(function(z)), expected, rtol=1e-8)


@pytest.mark.parametrize(
    ("unit", "at_zero", "steepest"),
    [("sigmoid", 0.5, 0.25), ("steep sigmoid", 0.5, 1.0), ("centred sigmoid", 0.0, 0.25),
     ("tanh", 0.0, 1.0)],
)  # fmt: skip
def test_units_differ_in_their_middle_and_in_their_slope(unit, at_zero, steepest):
    function, slope = deep.UNITS[unit]
    assert (function(0.0), slope(function(0.0))) == (at_zero, steepest)


@pytest.mark.parametrize("unit", deep.UNITS)
def test_gradients_agree_with_differences(digits, unit):
    weights = deep.first_weights(depth=3, runs=2)
    _, gradients = deep.loss_and_gradients(weights, digits.x, digits.y, unit)
    for layer, (w, gradient) in enumerate(zip(weights, gradients, strict=True)):
        direction = np.random.default_rng(layer).standard_normal(w.shape)
        nudged = [
            [w + h * direction if k == layer else x for k, x in enumerate(weights)]
            for h in (1e-5, -1e-5)
        ]
        up, down = (deep.loss_and_gradients(n, digits.x, digits.y, unit)[0] for n in nudged)
        slope = np.sum(gradient * direction, axis=(-2, -1))
        np.testing.assert_allclose((up - down) / 2e-5, slope, rtol=1e-4, atol=1e-9)


def test_first_weights_have_the_variance_of_their_inputs_and_a_gain():
    weights = deep.first_weights(depth=2, runs=400, gain=3.0)
    assert [w.shape for w in weights] == [(400, 64, 16), (400, 16, 16), (400, 16, 10)]
    for w in weights:
        assert w.std() * w.shape[1] ** 0.5 == pytest.approx(3.0, rel=0.02)
    again = deep.first_weights(depth=2, runs=400, gain=3.0, seed=1)
    assert not np.allclose(weights[0], again[0])


def test_guessing_costs_the_logarithm_of_ten(digits):
    weights = [0 * w for w in deep.first_weights(depth=1, runs=1)]
    loss, _ = deep.loss_and_gradients(weights, digits.x, digits.y)
    assert loss == pytest.approx(np.log(10))


def test_networks_side_by_side_are_those_that_train_alone():
    rates = [0.01, 0.03]
    both = deep.train(Adam(deep.column(rates)), depth=2, steps=20, runs=3)
    alone = deep.train(Adam(0.03), depth=2, steps=20, runs=3)
    assert both.shape == (20, 2, 3)
    np.testing.assert_allclose(both[:, 1], alone, rtol=1e-9)
    other = deep.train(Adam(0.03), depth=2, steps=20, runs=3, seed=1)
    assert not np.allclose(other, alone)


def test_larger_minibatches_are_less_noisy():
    still = GradientDescent(1e-12)
    spread = [deep.train(still, 1, steps=50, batch=n).std(axis=0).mean() for n in (8, 32, 128)]
    assert spread[0] > 1.5 * spread[1] > 2.25 * spread[2] > 0


def test_final_is_the_mean_of_the_last_tenth_and_infinite_where_it_is_no_number():
    losses = np.ones((20, 2))
    losses[-2:, 0] = [3.0, 5.0]
    losses[-1, 1] = np.nan
    assert deep.final(losses).tolist() == [4.0, np.inf]


def test_tune_keeps_the_rate_of_the_least_median_and_says_if_it_is_at_the_edge():
    found = deep.tune(GradientDescent, [1e-6, 0.3, 1e9], depth=1, steps=60, runs=3)
    assert (found.rate, found.at_edge) == (0.3, False)
    assert found.losses.shape == (3, 60) and found.median == np.median(found.final)
    alone = deep.train(GradientDescent(0.3), depth=1, steps=60, runs=3)
    np.testing.assert_allclose(found.losses.T, alone, rtol=1e-9)
    assert deep.tune(GradientDescent, [1e-6, 0.3], depth=1, steps=60, runs=3).at_edge
