"""Settings of the optimizers: refused with a reason, stored as floats, frozen, documented."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, Optimizer, RMSprop
from firstorder.frameworks import KerasAdam
from firstorder.schedules import Constant, Cosine, InverseSqrt
from firstorder.settings import bound, settings_like, settings_of

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


RATES = np.array([0.1, 0.2])
EQUAL = [
    (Adam(), Adam()),
    (GradientDescent(RATES), GradientDescent([0.1, 0.2])),
    (GradientDescent(InverseSqrt(RATES)), GradientDescent(InverseSqrt(RATES))),
    (Momentum(0.1, nesterov=True), Momentum(0.1, nesterov=np.True_)),
    (Cosine(1, steps=3), Cosine(1.0, steps=np.int64(3))),
]
DIFFERENT = [
    (Adam(), Adam(epsilon=1e-7)),
    (Adam(), KerasAdam(0.001, epsilon=1e-8)),
    (GradientDescent(RATES), GradientDescent(2 * RATES)),
    (GradientDescent(RATES), GradientDescent(RATES[:, None])),
    (GradientDescent(InverseSqrt(RATES)), GradientDescent(InverseSqrt(0.1))),
    (Momentum(0.1), Momentum(0.1, nesterov=True)),
    (InverseSqrt(0.1), Constant(0.1)),
    (Adam(), None),
]


@pytest.mark.parametrize("one, other", EQUAL, ids=repr)
def test_equal_settings_make_equal_optimizers(one, other):
    assert one == other and not one != other
    assert len({one, other}) == 1
    assert pickle.loads(pickle.dumps(one)) == other


@pytest.mark.parametrize("one, other", DIFFERENT, ids=repr)
def test_other_settings_make_other_optimizers(one, other):
    assert one != other and not one == other
    assert len({one, other}) == 2 and hash(one) != hash(other)


@dataclasses.dataclass(frozen=True)
class Nameless(GradientDescent):
    """A reader's rule that says for itself when two of it are equal."""

    def __eq__(self, other):
        return isinstance(other, GradientDescent)

    __hash__ = None


@dataclasses.dataclass(frozen=True)
class Heir(Nameless):
    pass


def test_a_rule_may_say_for_itself_when_it_is_equal():
    assert Nameless(0.1) == GradientDescent(0.2)
    assert Heir(0.1) == GradientDescent(0.2)


def test_a_rule_must_not_override_its_rate_or_hide_its_settings():
    with pytest.raises(TypeError, match="Own must not override rate: give it a learning_rate of t"):
        type("Own", (GradientDescent,), {"rate": lambda self, t: 0.1})
    with pytest.raises(TypeError, match="Slotted must be a dataclass without slots"):
        dataclasses.make_dataclass("Slotted", ["k"], bases=(Optimizer,), frozen=True, slots=True)


@pytest.mark.parametrize("schedule", [InverseSqrt, lambda t: None, lambda t: "0.1"])
def test_a_schedule_must_return_a_number(schedule):
    with pytest.raises(ValueError, match="learning_rate must return a number of t = 4, got"):
        GradientDescent(schedule).rate(4)


def test_arrays_in_settings_cannot_be_written_to():
    for owner, name in [(GradientDescent(RATES), "learning_rate"), (InverseSqrt(RATES), "initial")]:
        with pytest.raises(ValueError, match="read-only"):
            getattr(owner, name)[0] = -5
        for twin in (copy.deepcopy(owner), pickle.loads(pickle.dumps(owner))):
            with pytest.raises(ValueError, match="read-only"):
                getattr(twin, name)[0] = -5


def test_bound_settings_are_not_checked_and_leave_the_original_as_it_was():
    optimizer = Adam()
    other = bound(optimizer, learning_rate="a tensor", beta_1=2.0)
    assert settings_of(other) == {**settings_of(optimizer), "learning_rate": "a tensor",
                                  "beta_1": 2.0}  # fmt: skip
    assert optimizer == Adam()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_settings_like_theta_are_of_its_type(dtype):
    optimizer = Adam(RATES, beta_1=0.5)
    alike = settings_like(optimizer, np.ones(2, dtype))
    assert alike.learning_rate.dtype == dtype and alike.beta_1 == 0.5
    np.testing.assert_array_equal(alike.learning_rate, RATES.astype(dtype))
    assert settings_like(Adam(), np.ones(2, dtype)) == Adam()
    with pytest.raises(ValueError, match="theta must hold real floating-point numbers, got int64"):
        settings_like(optimizer, np.ones(2, int))


@pytest.mark.parametrize("rate", [0.1, np.float64(0.1), np.array(0.1), lambda t: np.float64(0.1)])
def test_one_rate_is_a_number_of_pythons_and_keeps_single_precision(rate):
    optimizer = GradientDescent(rate)
    assert type(optimizer.rate(1)) is float
    assert optimizer.step(np.float32([1]), np.float32([2]), optimizer.init(1.0))[0].dtype == "f4"


@pytest.mark.parametrize("method", [Momentum, AdaGrad, RMSprop, Adam])
@pytest.mark.parametrize("theta", [np.array([1, 2]), np.array([1j]), 1j], ids=repr)
def test_whole_and_complex_parameters_are_refused(method, theta):
    with pytest.raises(ValueError, match="theta must hold real floating-point numbers, got"):
        method(0.1).init(theta)


@pytest.mark.parametrize("method", [Momentum, AdaGrad, RMSprop, Adam])
def test_an_infinite_parameter_starts_with_a_state_of_zeros(method):
    theta = np.array([np.inf, -np.inf, np.nan, 1.0], np.float32)
    for array in method(0.1).init(theta)[1:]:
        assert array.tobytes() == np.zeros(4, np.float32).tobytes()
