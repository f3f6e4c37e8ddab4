"""Schedules give the same rates for numbers, arrays and the tensors of every library."""

import importlib.util

import numpy as np
import pytest

from firstorder import GradientDescent
from firstorder.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseSqrt,
    InverseTime,
    Linear,
    Warmup,
)

T = np.arange(1, 31)
# The rates, each written out on its own.
SCHEDULES = [
    (Constant(0.1), 0.1 * np.ones(30)),
    (InverseSqrt(0.1), 0.1 / np.sqrt(T)),
    (InverseTime(0.1, 0.25), 0.4 / (3 + T)),
    (Exponential(0.1, 0.5), 0.2 / 2.0**T),
    (Exponential(0.1, 1.0), 0.1 * np.ones(30)),
    (Cosine(0.1, 20), np.where(T <= 21, 0.1 * np.cos(np.pi * (T - 1) / 40) ** 2, 0.0)),
    (Cosine(0.1, 1, final=0.02), np.append(0.1, 0.02 * np.ones(29))),
    (Linear(0.1, 20), np.maximum(0.005 * (21 - T), 0.0)),
    (Linear(0.1, 1, final=0.02), np.append(0.1, 0.02 * np.ones(29))),
    (Warmup(0.1, 10), np.append(0.01 * T[:10], 0.1 * np.ones(20))),
    (Warmup(0.1, np.int64(10)), np.append(0.01 * T[:10], 0.1 * np.ones(20))),
    (Warmup(InverseSqrt(0.1), 4), np.append(T[:4] / 40 / np.sqrt(T[:4]), 0.1 / np.sqrt(T[4:]))),
]
every = pytest.mark.parametrize("schedule, rates", SCHEDULES, ids=lambda x: type(x).__name__)


def library(name):
    missing = importlib.util.find_spec(name) is None
    return pytest.param(name, marks=pytest.mark.skipif(missing, reason=f"{name} is not installed"))


@every
@pytest.mark.parametrize("kind", [int, float, np.int64, np.float32, np.float64])
def test_the_rate_of_a_number_is_a_python_float(schedule, rates, kind):
    for t, rate in zip(T, rates, strict=True):
        assert type(schedule(kind(t))) is float
        assert schedule(kind(t)) == pytest.approx(rate, rel=1e-12, abs=1e-17)


@every
def test_the_rates_of_an_array_of_steps(schedule, rates):
    np.testing.assert_allclose(schedule(T) * np.ones(30), rates, rtol=1e-12, atol=1e-17)


@every
def test_single_precision_stays_single(schedule, rates):
    optimizer = GradientDescent(schedule)
    theta = np.ones(2, dtype=np.float32)
    theta, _ = optimizer.step(theta, theta, optimizer.init(theta))
    assert theta.dtype == np.float32
    np.testing.assert_allclose(1 - theta, rates[0], rtol=1e-5)


def rates_in(name, schedule):
    """Compute the rates of tensors with a library's compiler where it has one, as floats."""
    if name == "tensorflow":
        import tensorflow as tf

        compiled = tf.function(lambda t: tf.convert_to_tensor(schedule(t), tf.float32))
        return [float(compiled(tf.constant(t, tf.float32))) for t in T]
    if name == "jax":
        import jax

        compiled = jax.jit(schedule)
        return [float(compiled(np.float32(t))) for t in T]
    import torch

    return [float(schedule(torch.tensor(t, dtype=torch.float32))) for t in T]


@every
@pytest.mark.parametrize("name", [library(name) for name in ("tensorflow", "jax", "torch")])
def test_the_rates_of_a_tensor(schedule, rates, name):
    np.testing.assert_allclose(rates_in(name, schedule), rates, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("method", [Cosine, Warmup])
def test_a_number_of_steps_is_stored_as_pythons(method):
    assert type(method(0.1, np.int64(10)).steps) is int


def test_arrays_of_settings_give_arrays_of_rates():
    initial = np.array([[0.1], [0.2]])
    for schedule in (
        Constant(initial),
        InverseSqrt(initial),
        InverseTime(initial, 0.5),
        Exponential(initial, np.array([0.5, 0.9])),
        Cosine(initial, 10, final=np.array([0.0, 0.01])),
        Linear(initial, 10, final=np.array([0.0, 0.01])),
        Warmup(initial, 4),
    ):
        together = np.broadcast_to(schedule(3), (2, 2))
        np.testing.assert_allclose(schedule(np.int64(3)) * np.ones((2, 2)), together)
    assert Exponential(initial, np.array([0.5, 0.9]))(3)[1, 0] == pytest.approx(0.2 * 0.25)


BAD_RATES = [0.0, -1.0, np.nan, np.inf, "0.1", None, True]
BAD_STEPS = [0, -1, 2.0, None, "10", True]
WHOLE = "a positive whole number"
REFUSALS = [
    *[(make, "initial", [*BAD_RATES, abs], "positive and finite")
      for make in (
          Constant,
          InverseSqrt,
          lambda initial: InverseTime(initial, 0.1),
          lambda initial: Exponential(initial, 0.1),
          lambda initial: Cosine(initial, 10),
          lambda initial: Linear(initial, 10),
      )],
    (lambda decay: InverseTime(0.1, decay), "decay", [-1.0, np.nan], "non-negative and finite"),
    (lambda factor: Exponential(0.1, factor), "factor", [0.0, 1.1, np.nan, None], "in (0, 1]"),
    (lambda final: Cosine(0.1, 10, final), "final", [-1.0, np.nan], "non-negative and finite"),
    (lambda final: Linear(0.1, 10, final), "final", [-1.0, np.nan], "non-negative and finite"),
    (lambda steps: Cosine(0.1, steps), "steps", BAD_STEPS, WHOLE),
    (lambda steps: Linear(0.1, steps), "steps", BAD_STEPS, WHOLE),
    (lambda steps: Warmup(0.1, steps), "steps", BAD_STEPS, WHOLE),
    (lambda schedule: Warmup(schedule, 10), "schedule", BAD_RATES,
     "positive and finite, or a function of t"),
]  # fmt: skip


@pytest.mark.parametrize("make, setting, values, allowed", REFUSALS)
def test_a_bad_setting_is_refused_by_name_value_and_range(make, setting, values, allowed):
    for value in values:
        with pytest.raises(ValueError) as refusal:
            make(value)
        assert str(refusal.value) == f"{setting} must be {allowed}, got {value!r}"


def test_only_inverse_time_satisfies_robbins_and_monro():
    """The rates must sum beyond any bound and their squares must not.

    A sum over doubling blocks, (T, 2T], (2T, 4T], ..., grows for ever where the blocks do not
    shrink, and converges where they shrink by a constant factor.
    """
    t = np.arange(1001, 4001)
    for schedule, diverges, squares_converge in [
        (InverseTime(1.0, 1.0), True, True),
        (InverseSqrt(1.0), True, False),
        (Exponential(1.0, 0.9), False, True),
        (Constant(1.0), True, False),
    ]:
        first, second = np.split(schedule(t) * np.ones(t.size), [1000])
        assert (second.sum() > 0.99 * first.sum()) == diverges
        assert (np.sum(second**2) < 0.9 * np.sum(first**2)) == squares_converge
