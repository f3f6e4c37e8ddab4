"""The classifier in NumPy: exact gradients, Keras's initialisation, dropout that keeps the mean."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstorder.network import Network, cross_entropy


def example(sizes, n, seed):
    """Parameters, inputs and labels in float64, no unit at the kink of its ReLU."""
    random = np.random.default_rng(seed)
    network = Network(sizes, dropout=0.25)
    theta = random.standard_normal(network.parameter_count)
    return network, theta, random.standard_normal((n, sizes[0])), random.integers(sizes[-1], size=n)


@settings(deadline=None, max_examples=25)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5).map(tuple),
    n=st.integers(1, 4),
    dropout=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_gradient_is_the_limit_of_differences(sizes, n, dropout, seed):
    network, theta, x, y = example(sizes, n, seed)

    def run(theta):  # the same units are dropped each time
        random = np.random.default_rng(seed) if dropout else None
        return network.loss_and_gradient(theta, x, y, random)

    gradient = run(theta).gradient
    h = 1e-6
    differences = [
        (run(theta + h * unit).loss - run(theta - h * unit).loss) / (2 * h)
        for unit in np.eye(len(theta))
    ]
    # A kink within h of theta shows as a jump of a difference: rare, and not the gradient's fault.
    wrong = ~np.isclose(gradient, differences, rtol=1e-5, atol=1e-7)
    assert wrong.mean() < 0.02


def test_gradient_goes_where_it_is_told():
    network, theta, x, y = example((5, 4, 3), 6, 0)
    out = np.full_like(theta, np.nan)
    batch = network.loss_and_gradient(theta, x, y, out=out)
    assert batch.gradient is out
    assert np.array_equal(out, network.loss_and_gradient(theta, x, y).gradient)


@pytest.mark.parametrize("argument", ["theta", "out"])
@pytest.mark.parametrize("length", [38, 40])  # a longer vector would fit the layers as well
def test_parameters_of_another_network_are_refused(argument, length):
    network, theta, x, y = example((5, 4, 3), 6, 0)
    assert theta.shape == (39,)
    arguments = {"theta": theta, "out": np.zeros(39)} | {argument: np.zeros(length)}
    with pytest.raises(ValueError, match=f"a vector of 39 parameters, got .* \\({length},\\)"):
        network.loss_and_gradient(x=x, y=y, **arguments)


def test_agrees_with_tensorflow():
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    from firstorder.frameworks import import_tensorflow

    tf = import_tensorflow(hide_gpus=True)
    network = Network((784, 128, 10), dropout=0.2)
    random = np.random.default_rng(0)
    theta = network.init(random)
    x = random.random((32, 784), np.float32)
    y = random.integers(10, size=32)
    layers = tf.keras.layers
    model = tf.keras.Sequential([layers.Dense(128, "relu"), layers.Dropout(0.2), layers.Dense(10)])
    model.build((None, 784))
    model.set_weights([array for pair in network.layers(theta) for array in pair])
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        logits = model(x, training=False)
        loss = loss_of(y, logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    batch = network.loss_and_gradient(theta, x, y)
    assert network.logits(theta, x) == pytest.approx(logits.numpy(), abs=1e-5)
    assert batch.loss == pytest.approx(float(loss), rel=1e-5)
    assert batch.correct == int((logits.numpy().argmax(axis=1) == y).sum())
    assert network.evaluate(theta, x, y) == pytest.approx((batch.loss, batch.correct / 32))
    flat = np.concatenate([gradient.numpy().ravel() for gradient in gradients])
    assert np.linalg.norm(batch.gradient - flat) < 1e-5 * np.linalg.norm(flat)
    assert batch.gradient.dtype == np.float32


def test_logits_of_any_size_give_finite_losses_row_by_row():
    z, y = np.array([[1e4, 0.0], [0.0, 1e4], [-1e4, -1e4 - 1]]), np.array([0, 0, 0])
    with np.errstate(all="raise", under="ignore"):
        loss, hits, slopes = cross_entropy(z, y)
    assert loss == pytest.approx((0 + 1e4 + np.log(1 + np.exp(-1))) / 3)
    assert hits == 2
    np.testing.assert_allclose(3 * slopes[:2], [[0, 0], [-1, 1]], atol=1e-12)


def test_initialisation_is_keras_s():
    network = Network((784, 128, 10))
    theta = network.init(np.random.default_rng(0))
    assert theta.dtype == np.float32
    for W, b in network.layers(theta):
        limit = np.sqrt(6 / sum(W.shape))
        assert np.abs(W).max() == pytest.approx(limit, rel=0.01) and np.abs(W).max() <= limit
        assert W.std() == pytest.approx(limit / np.sqrt(3), rel=0.03)
        assert not b.any()
        W[:], b[:] = 1, 2  # views: the flat vector follows
    assert theta.sum() == 784 * 128 + 2 * 128 + 128 * 10 + 2 * 10


def test_dropout_keeps_the_mean_and_the_share():
    network = Network((1, 100_000, 1), dropout=0.2)
    theta = np.zeros(network.parameter_count)
    (_, b), _ = network.layers(theta)
    b[:] = 3.0
    _, hidden, _ = network.forward(theta, np.zeros((1, 1)), np.random.default_rng(0))
    assert set(np.unique(hidden)) == {0.0, 3.0 / 0.8}
    assert np.mean(hidden == 0) == pytest.approx(0.2, abs=0.005)
    assert hidden.mean() == pytest.approx(3.0, rel=0.01)


@pytest.mark.parametrize(
    "settings_, message",
    [
        ({"sizes": (784,)}, r"sizes must be two or more numbers of units, got \(784,\)"),
        ({"sizes": 784}, "sizes must be two or more numbers of units, got 784"),
        ({"sizes": (784, 0, 10)}, "each of sizes must be a positive whole number, got 0"),
        ({"sizes": (784.0, 128, 10)}, "each of sizes must be a positive whole number, got 784.0"),
        ({"sizes": (True, 10)}, "each of sizes must be a positive whole number, got True"),
        ({"dropout": "0.2"}, r"dropout must be in \[0, 1\), got '0.2'"),
        ({"dropout": float("nan")}, r"dropout must be in \[0, 1\), got nan"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\), got 1.0"),
    ],
)
def test_impossible_networks(settings_, message):
    with pytest.raises(ValueError, match=message):
        Network(**settings_)


@pytest.mark.parametrize("dtype", ["complex64", "int32"])
def test_parameters_are_real_floats(dtype):
    with pytest.raises(ValueError, match=f"dtype must hold real floating-.*, got {dtype}"):
        Network((2, 2)).init(np.random.default_rng(0), dtype)
