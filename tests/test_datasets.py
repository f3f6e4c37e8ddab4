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
    with pytest.raises(ImportError) as error:
        datasets.load_digits()
    assert str(error.value) == (
        "these digits are scikit-learn's, which is missing: `pip install scikit-learn`"
    )


def test_linear_data_is_the_line_with_uniform_noise():
    X, y = datasets.linear_data(n=100_000, seed=1)
    assert X.shape == (100_000, 1)
    noise = y - 3 * X[:, 0]
    assert 0 <= noise.min() and noise.max() <= 1
    assert noise.mean() == pytest.approx(0.5, abs=0.01)
    assert np.corrcoef(X[:, 0], noise)[0, 1] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    "make, defaults",
    [
        (datasets.linear_data, {"n": 100, "seed": 0}),
        (datasets.sparse_data, {"n": 2000, "features": 200, "exponent": 1.0, "seed": 0}),
    ],
)
def test_the_seed_decides_and_what_is_not_given_is_as_documented(make, defaults):
    for found, wanted in zip(make(), make(**defaults), strict=True):
        np.testing.assert_array_equal(found, wanted)
    assert not np.array_equal(make(seed=1)[0], make()[0])


@pytest.mark.parametrize("exponent", [0, 0.5, 1.0])
def test_sparse_data_has_power_law_frequencies(exponent):
    X, y, w = datasets.sparse_data(n=200_000, features=50, exponent=exponent, seed=1)
    assert set(np.unique(X)) == set(np.unique(y)) == {0.0, 1.0}
    assert X.mean(axis=0) * np.arange(1, 51) ** exponent == pytest.approx(0.5, abs=0.03)
    assert set(w) == {-3.0, 3.0}
    for score in (-6.0, -3.0, 0.0, 3.0, 6.0):
        share = y[X @ w == score].mean()
        assert share == pytest.approx(1 / (1 + np.exp(-score)), abs=0.02)


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
