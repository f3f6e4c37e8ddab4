"""Settings of the optimizers: refused with a reason, stored as floats, frozen, documented."""

import dataclasses

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop

METHODS = [GradientDescent, Momentum, AdaGrad, RMSprop, Adam]
ALWAYS_BAD = [
    -0.1,
    np.nan,
    np.inf,
    "0.1",
    None,
    True,
    1j,
    [0.1, -1.0],
    [0.1, np.nan],
    [[1], [1, 2]],
    [],
]
REFUSALS = [
    *[(m, "learning_rate", [*ALWAYS_BAD, 0.0], "positive and finite, or a function of t")
      for m in METHODS],
    *[(m, n, [*ALWAYS_BAD, 1.0, 1.5, [0.5, 1.0]], "in [0, 1)")
      for m, n in [(Momentum, "momentum"), (RMSprop, "rho"), (Adam, "beta_1"), (Adam, "beta_2")]],
    *[(m, n, ALWAYS_BAD, "non-negative and finite")
      for m, n in [(AdaGrad, "epsilon"), (AdaGrad, "initial_accumulator_value"),
                   (RMSprop, "epsilon"), (Adam, "epsilon")]],
    (Momentum, "nesterov", ["yes", None, 1, 0.0], "True or False"),
]  # fmt: skip


@pytest.mark.parametrize("method, setting, values, allowed", REFUSALS)
def test_a_bad_setting_is_refused_by_name_value_and_range(method, setting, values, allowed):
    for value in values:
        with pytest.raises(ValueError) as refusal:
            method(**{"learning_rate": 0.1, setting: value})
        assert str(refusal.value) == f"{setting} must be {allowed}, got {value!r}"


def test_every_setting_of_every_method_is_in_the_table_of_refusals():
    covered = {(method, setting) for method, setting, *_ in REFUSALS}
    assert covered == {(m, field.name) for m in METHODS for field in dataclasses.fields(m)}


def test_whole_numbers_become_floats():
    """An array of integers would turn a float32 gradient into float64."""
    assert type(GradientDescent(1).learning_rate) is float
    assert GradientDescent(np.array([1, 2])).learning_rate.dtype == float


def test_a_flag_of_numpys_is_stored_as_pythons():
    assert Momentum(0.1, nesterov=np.True_).nesterov is True


def test_settings_are_frozen_and_nobody_elses_array():
    rates = np.array([0.1, 0.2])
    optimizer = GradientDescent(rates)
    rates[0] = -1.0
    assert optimizer.learning_rate[0] == 0.1
    with pytest.raises(dataclasses.FrozenInstanceError):
        optimizer.learning_rate = 1.0


@pytest.mark.parametrize(
    "method, settings",
    [
        (RMSprop, {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-7}),
        (Adam, {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}),
        (AdaGrad, {"learning_rate": 1.0, "epsilon": 1e-7, "initial_accumulator_value": 0.0}),
        (Momentum, {"learning_rate": 1.0, "momentum": 0.9, "nesterov": False}),
    ],
)
def test_defaults_are_the_documented_ones(method, settings):
    given_rate = {} if method in (RMSprop, Adam) else {"learning_rate": 1.0}
    assert dataclasses.asdict(method(**given_rate)) == settings
