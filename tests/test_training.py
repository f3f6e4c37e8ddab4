"""Training: what the history means, what the seed fixes, divergence, and refusals."""

import re

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.datasets import Images, load_digits
from firstorder.network import Network
from firstorder.training import train


@pytest.fixture(scope="module")
def digits():
    return load_digits()


@pytest.mark.parametrize(
    "optimizer",
    [GradientDescent(0.1), Momentum(0.02), AdaGrad(0.02), RMSprop(0.001), Adam(0.001)],
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_every_optimizer_learns_the_digits(optimizer, digits):
    got = train(Network(), digits, optimizer, epochs=6)
    assert not got.diverged
    assert got.history["val_accuracy"][-1] > 0.88
    assert got.history["loss"][-1] < got.history["loss"][0] / 2
    assert got.state.t == len(got.losses) == 6 * 47  # 1500 images: 46 full batches, one of 28
    assert [len(values) for values in got.history.values()] == [6] * 4
    assert got.theta.dtype == np.float32


def test_history_means_what_keras_means(digits):
    network = Network(dropout=0.0)
    got = train(network, digits, GradientDescent(1e-12), epochs=1, batch_size=64)
    # With a step of nothing and no dropout both losses are those of the first parameters.
    start = network.init(np.random.default_rng(0))
    for prefix, x, y in [
        ("", digits.x_train, digits.y_train),
        ("val_", digits.x_test, digits.y_test),
    ]:
        loss, accuracy = network.evaluate(start, x.reshape(len(x), -1) / np.float32(255), y)
        assert got.history[f"{prefix}loss"][0] == pytest.approx(loss, rel=1e-5)
        assert got.history[f"{prefix}accuracy"][0] == pytest.approx(accuracy, abs=1e-9)


def test_the_seed_fixes_everything(digits):
    runs = [train(Network(), digits, Adam(), epochs=1, seed=seed) for seed in (1, 1, 2)]
    assert np.array_equal(runs[0].theta, runs[1].theta)
    assert runs[0].history == runs[1].history
    assert not np.array_equal(runs[0].theta, runs[2].theta)
    assert runs[0] != runs[1]  # two runs, whatever they hold; comparing must not raise


def test_floats_are_taken_as_they_are(digits):
    scaled = digits._replace(
        x_train=digits.x_train / np.float32(255), x_test=digits.x_test / np.float32(255)
    )
    runs = [train(Network(), data, Adam(), epochs=1) for data in (digits, scaled)]
    assert np.array_equal(runs[0].theta, runs[1].theta)


def test_divergence_is_recorded(digits, recwarn):
    got = train(Network(), digits, GradientDescent(1e30), epochs=5)
    assert got.diverged
    assert len(got.history["loss"]) == 1
    assert not recwarn.list


def test_other_shapes(digits):
    network = Network((784, 32, 16, 10), dropout=0.0)
    assert train(network, digits, Adam(0.003), epochs=4).history["val_accuracy"][-1] > 0.8
    few = Images(np.eye(4)[:, None], np.arange(4), np.eye(4)[:, None], np.arange(4))
    linear = train(Network((4, 4)), few, Adam(0.1), epochs=50, batch_size=3)
    assert linear.history["val_accuracy"][-1] == 1.0
    one = Images(*(part[:1] for part in few))
    assert train(Network((4, 4)), one, Adam(0.1), epochs=50).history["val_accuracy"][-1] == 1.0


def test_progress_is_shown_only_on_request(digits, capfd):
    train(Network(), digits, Adam(), epochs=1)
    assert capfd.readouterr() == ("", "")
    train(Network(), digits, Adam(), epochs=2, progress=True)
    assert re.search(r"epoch 2/2: 100%.* 47/47 .*[\d?]step/s", capfd.readouterr().err)


def test_matrix_products_take_one_thread_and_nothing_else_is_changed(digits):
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="threadpoolctl is not installed")
    seen = []

    def rate(t):
        seen.append(threadpoolctl.threadpool_info())
        return 0.1

    with threadpoolctl.threadpool_limits(2):
        before = threadpoolctl.threadpool_info()
        if not any(pool["user_api"] == "blas" and pool["num_threads"] > 1 for pool in before):
            pytest.skip("the threads of this machine's BLAS cannot be set")
        train(Network((784, 10)), digits, GradientDescent(rate), epochs=1, batch_size=1500)
        assert threadpoolctl.threadpool_info() == before
    one = [pool | {"num_threads": 1} if pool["user_api"] == "blas" else pool for pool in before]
    assert seen == [one]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"epochs": 0}, "epochs must be a positive whole number, got 0"),
        ({"epochs": 2.0}, "epochs must be a positive whole number, got 2.0"),
        ({"epochs": float("nan")}, "epochs must be a positive whole number, got nan"),
        ({"batch_size": 1.5}, "batch_size must be a positive whole number, got 1.5"),
        ({"seed": -1}, "^seed must be a non-negative whole number, got -1"),
        ({"seed": None}, "^seed must be a non-negative whole number, got None"),
        ({"batch_size": None}, "batch_size must be a positive whole number, got None"),
        ({"network": Network((100, 10))}, r"x_train must .* 100 pixels.* \(1500, 28, 28\)"),
        ({"network": Network((784, 9))}, "y_train must hold labels from 0 to 8, got 0 to 9"),
        ({"x_train": np.zeros((0, 28, 28))}, r"x_train must .*, at least one, got .* \(0, 28, 28"),
        ({"x_train": np.float64(3)}, r"x_train must hold images of 784 pixels.* shape \(\)"),
        ({"x_test": np.zeros((297, 28))}, r"x_test must hold images of 784 .* \(297, 28\)"),
        ({"y_test": np.zeros(297)}, "y_test must hold a whole number for .* 297 .* float64"),
        ({"y_test": np.zeros(3, int)}, r"y_test must hold a whole .* 297 images, .* \(3,\)"),
        ({"y_test": np.full(297, -1)}, "y_test must hold labels from 0 to 9, got -1 to -1"),
    ],
    ids=lambda case: case if isinstance(case, str) else "-".join(case),
)
def test_bad_input_is_named(digits, change, message):
    arguments = {"network": Network(), "data": digits, "optimizer": Adam()}
    for name, value in change.items():
        if name in digits._fields:
            arguments["data"] = digits._replace(**{name: value})
        else:
            arguments[name] = value
    with pytest.raises(ValueError, match=message):
        train(**arguments)
