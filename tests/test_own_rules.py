"""Rules of a reader's own, by the contract alone, wherever the book's optimizers go.

Each is held against its plain step, one whole array after another.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from firstorder import Adam, Optimizer, blockwise, minimize, objectives
from firstorder.datasets import Images
from firstorder.network import Network
from firstorder.schedules import InverseSqrt
from firstorder.training import train
from harness import GRADIENTS, MODES, THETAS, book_end, carried, close, ends, itself


class Time(NamedTuple):
    t: int


@dataclass(frozen=True)
class SignDescent(Optimizer):
    """Steps of one size in every coordinate."""

    def init(self, theta):
        return Time(t=0)

    def step(self, theta, gradient, state):
        t = state.t + 1
        theta = theta - self.rate(t) * gradient / abs(gradient)
        return theta, Time(t)


@dataclass(frozen=True)
class ClippedDescent(Optimizer):
    """Gradient descent with each coordinate of the gradient clipped to [-limit, limit]."""

    limit: float = 1.0

    def init(self, theta):
        return Time(t=0)

    def step(self, theta, gradient, state):
        t = state.t + 1
        clipped = (abs(gradient + self.limit) - abs(gradient - self.limit)) / 2
        theta = theta - self.rate(t) * clipped
        return theta, Time(t)


def length(array):
    """The Euclidean length of an array: a sum is spelled alike everywhere but in TensorFlow."""
    if hasattr(array, "sum"):
        return (array**2).sum() ** 0.5
    import tensorflow as tf

    return tf.reduce_sum(array**2) ** 0.5


@dataclass(frozen=True)
class NormalisedDescent(Optimizer):
    """Steps of one length: a coordinate's step depends on all of them."""

    coordinatewise = False

    def init(self, theta):
        return Time(t=0)

    def step(self, theta, gradient, state):
        t = state.t + 1
        theta = theta - self.rate(t) * gradient / length(gradient)
        return theta, Time(t)


class AverageState(NamedTuple):
    t: int
    m: Any  # leaky average of the gradients, like theta
    kept: float  # beta to the power t: a number


@dataclass(frozen=True)
class CorrectedAverage(Optimizer):
    """Adam's first moment alone, its power of beta kept as a running product."""

    beta: float = 0.875

    def init(self, theta):
        return AverageState(t=0, m=0 * theta, kept=1.0)

    def step(self, theta, gradient, state):
        t = state.t + 1
        m = self.beta * state.m + (1 - self.beta) * gradient
        kept = self.beta * state.kept
        theta = theta - self.rate(t) * m / (1 - kept)
        return theta, AverageState(t, m, kept)


class PointState(NamedTuple):
    t: int
    before: Any  # the last parameters, like theta


@dataclass(frozen=True)
class PolyakMomentum(Optimizer):
    """The heavy ball as Polyak printed it: the state is the last point, at first the start."""

    beta: float = 0.5

    def init(self, theta):
        return PointState(t=0, before=theta)

    def step(self, theta, gradient, state):
        t = state.t + 1
        new = theta - self.rate(t) * gradient + self.beta * (theta - state.before)
        return new, PointState(t, theta)


RULES = [
    SignDescent(0.125),
    ClippedDescent(0.125, limit=0.5),
    NormalisedDescent(0.125),
    CorrectedAverage(0.125),
    CorrectedAverage(InverseSqrt(0.125)),
    PolyakMomentum(0.125),
]
every_rule = pytest.mark.parametrize("rule", RULES, ids=str)


def test_the_rules_are_what_they_say():
    gradients = [[3.0, -4.0], [0.25, 1.0]]
    assert book_end(SignDescent(0.5), [0.0, 0.0], gradients).tolist() == [-1.0, 0.0]
    assert book_end(ClippedDescent(0.5, limit=0.5), [0.0, 0.0], gradients).tolist() == [-0.375, 0.0]
    assert book_end(NormalisedDescent(0.5), [0.0, 0.0], gradients[:1]).tolist() == [-0.3, 0.4]
    adam = Adam(0.5, beta_1=0.875, beta_2=0.0, epsilon=0.0)  # its v is the last squared gradient
    scaled = book_end(CorrectedAverage(0.5), 0.0, [2.0, 2.0])
    assert scaled == pytest.approx(2 * book_end(adam, 0.0, [2.0, 2.0]), rel=1e-14)
    assert book_end(PolyakMomentum(0.5), 0.0, [1.0, 0.0]) == -0.75


@every_rule
@pytest.mark.parametrize("framework, mode", MODES)
def test_a_bridge_moves_all_parameters_to_what_the_step_returns(framework, mode, rule):
    rtol = 1e-7 if framework == "keras" and callable(rule.learning_rate) else 1e-12
    expected = ends("numpy", itself("numpy", rule))
    close(ends(framework, carried(framework, rule), mode=mode), expected, rtol)


@every_rule
def test_minimize_takes_its_steps(rule):
    bowl = objectives.quadratic([1.0, 4.0])
    theta, points = np.array([3.0, -2.0]), []
    state = rule.init(theta)
    for _ in range(5):
        points.append(theta)
        theta, state = rule.step(theta, bowl.gradient(theta), state)
    trajectory = minimize(bowl, points[0], rule, steps=5)
    np.testing.assert_array_equal(trajectory.points, [*points, theta])
    assert trajectory.state.t == 5


@every_rule
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blockwise_takes_its_steps(rule, threads, dtype):
    """On three blocks, and to the last bit where the rule is stepped in blocks."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(4, 250_000)).astype(dtype)
    theta = random.normal(size=rows.shape[1]).astype(dtype)
    (expected,) = ends("numpy", itself("numpy", rule), [theta.copy()], rows[:, None])
    state = blockwise.init(rule, theta)
    for gradient in rows:
        state = blockwise.step(rule, theta, gradient, state, threads=threads)
    assert theta.dtype == expected.dtype == dtype and state.t == 4
    np.testing.assert_array_equal(theta, expected)
    if isinstance(rule, CorrectedAverage):
        assert state.kept == rule.beta**4


@every_rule
def test_train_takes_its_steps(rule):
    """One minibatch for each epoch, without dropout, so that its order is all there is to draw."""
    random = np.random.default_rng(0)
    x, y = random.random((20, 4), np.float32), np.arange(20) % 3
    network = Network((4, 3), dropout=0.0)
    found = train(network, Images(x, y, x, y), rule, epochs=3, batch_size=20)
    random = np.random.default_rng(0)
    theta = network.init(random)
    state = rule.init(theta)
    for _ in range(3):
        order = random.permutation(20)
        gradient = network.loss_and_gradient(theta, x[order], y[order], random).gradient
        theta, state = rule.step(theta, gradient, state)
    np.testing.assert_allclose(found.theta, theta, rtol=1e-5)
    assert found.state.t == 3


@every_rule
def test_a_keras_model_is_fitted_and_its_state_saved(rule, tmp_path):
    """Built inside of fit, compiled by XLA; a reader's own class is not written to a file."""
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    from firstorder.frameworks import as_keras, import_tensorflow

    import_tensorflow(hide_gpus=True)
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(3, "tanh"),
                              keras.layers.Dense(1)])  # fmt: skip
    model.compile(as_keras(rule), loss="mse", jit_compile=True)
    x = np.random.default_rng(0).normal(size=(16, 2)).astype("float32")
    losses = model.fit(x, x[:, :1], epochs=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    with pytest.raises(ValueError, match=f"must be a number, .* got {type(rule).__name__}"):
        model.save(tmp_path / "model.keras")


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_number_in_the_state_is_not_kept_in_half_precision(dtype):
    """In bfloat16 the product of 0.999 with itself stays 0.999 for ever."""
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    from firstorder.frameworks import as_keras, import_tensorflow

    import_tensorflow(hide_gpus=True)
    import keras

    optimizer, theta = (
        as_keras(CorrectedAverage(0.125, beta=0.999)),
        keras.Variable([1.0], dtype=dtype),
    )
    for _ in range(3):
        optimizer.apply([keras.ops.ones(1, dtype)], [theta])
    assert theta.dtype == dtype and float(theta[0]) == pytest.approx(1 - 3 * 0.125, rel=0.02)
    assert float(optimizer.slots[1][0]) == pytest.approx(0.999**3, rel=1e-6)


def test_gradients_of_the_harness_have_no_zero():
    """Else the sign's 0/0 would hide what the other coordinates do."""
    assert all(np.all(array) for row in GRADIENTS for array in row) and len(THETAS) == 2
