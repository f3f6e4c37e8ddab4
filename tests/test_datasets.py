"""The stand-in for MNIST, and synthetic sets whose truth is known."""

import re

import numpy as np
import pytest

from firstorder import datasets


def test_the_stand_in_has_mnist_s_layout():
    digits = datasets.load_digits()
    for x, y in [(digits.x_train, digits.y_train), (digits.x_test, digits.y_test)]:
        assert x.shape == (len(y), 28, 28) and x.dtype == y.dtype == np.uint8
        assert x.max() == 255 and x.min() == 0
        assert not x[:, :2].any() and not x[:, :, -2:].any()
        assert set(y) == set(range(10))
    # Each pixel of the original became a square of nine.
    assert np.array_equal(digits.x_train[:, 2:26:3, 2:26:3], digits.x_train[:, 4:26:3, 3:26:3])


def test_the_stand_in_needs_scikit_learn(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        datasets.load_digits()


def test_linear_data_is_the_line_with_uniform_noise():
    X, y = datasets.linear_data(n=100_000, seed=1)
    noise = y - 3 * X[:, 0]
    assert 0 <= noise.min() and noise.max() <= 1
    assert noise.mean() == pytest.approx(0.5, abs=0.01)
    assert np.corrcoef(X[:, 0], noise)[0, 1] == pytest.approx(0, abs=0.02)
    assert np.array_equal(datasets.linear_data()[0], datasets.linear_data(seed=0)[0])


def test_sparse_data_has_power_law_frequencies():
    X, y, w = datasets.sparse_data(n=200_000, features=50, exponent=1.0, seed=1)
    assert set(np.unique(X)) == set(np.unique(y)) == {0.0, 1.0}
    assert X.mean(axis=0) * np.arange(1, 51) == pytest.approx(0.5, abs=0.03)
    assert set(w) == {-3.0, 3.0}
    alone = X[:, 0] * (X.sum(axis=1) == 1) == 1  # examples with the first feature only
    assert y[alone].mean() == pytest.approx(1 / (1 + np.exp(-w[0])), abs=0.02)


@pytest.mark.parametrize(
    "make, change, allowed",
    [
        (datasets.linear_data, {"n": 0}, "a positive whole number"),
        (datasets.linear_data, {"n": 10.0}, "a positive whole number"),
        (datasets.sparse_data, {"n": -1}, "a positive whole number"),
        (datasets.sparse_data, {"features": True}, "a positive whole number"),
        (datasets.sparse_data, {"exponent": -2}, "non-negative and finite"),
        (datasets.sparse_data, {"exponent": float("inf")}, "non-negative and finite"),
        (datasets.sparse_data, {"exponent": float("nan")}, "non-negative and finite"),
        (datasets.sparse_data, {"exponent": "1"}, "non-negative and finite"),
        (datasets.sparse_data, {"exponent": True}, "non-negative and finite"),
        (datasets.sparse_data, {"exponent": np.complex128(1)}, "non-negative and finite"),
    ],
)
def test_sets_that_cannot_be(make, change, allowed):
    ((name, value),) = change.items()
    with pytest.raises(ValueError, match=re.escape(f"{name} must be {allowed}, got {value!r}")):
        make(**change)
