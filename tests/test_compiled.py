"""The rules' own text compiled by Numba: the plain step to the last bit, or a reason why not."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop, blockwise
from firstorder.frameworks import KerasAdam, KerasMomentum, TorchAdaGrad, TorchRMSprop
from firstorder.optimizers import GradientDescentState, Optimizer
from firstorder.optimizers.base import zeros_like
from firstorder.schedules import Cosine, InverseSqrt, Warmup

compiling = pytest.importorskip(
    "firstorder.blockwise.compiling", reason="Numba is not installed", exc_type=ImportError
)
SIZE, STEPS = 1009, 1000


class OwnState(NamedTuple):
    t: int
    m: Any
    largest: Any
    power: float  # of beta, for all parameters


@dataclass(frozen=True)
class Own(Optimizer):
    """Everything that a rule may use: operators, abs, a flag, a number in the state."""

    beta: float = 0.9
    signed: bool = True

    def init(self, theta):
        return OwnState(0, zeros_like(theta), zeros_like(theta), 1.0)

    def step(self, theta, gradient, state):
        t = state.t + 1
        power = state.power * self.beta
        m = self.beta * state.m - -gradient * (1 - self.beta)
        largest = (abs(state.largest - abs(m)) + state.largest + abs(m)) / 2
        direction = m / (1 - power) if self.signed else 2 / (1 + m**2) - True * m
        theta = theta - self.rate(t) * direction / ((largest + 1e-3) ** 0.5 + 0.5)
        return theta, OwnState(t, m, largest, power)


RULES = [
    GradientDescent(0.1),
    GradientDescent(InverseSqrt(0.1)),
    Momentum(0.1, momentum=0.9),
    Momentum(Cosine(0.1, steps=STEPS), momentum=0.99, nesterov=True),
    AdaGrad(0.1, epsilon=1e-3, initial_accumulator_value=0.1),
    RMSprop(0.01, rho=0.99),
    Adam(0.001),
    Adam(Warmup(InverseSqrt(0.1), steps=10), beta_1=0.5, beta_2=0.9, epsilon=1e-3),
    KerasMomentum(InverseSqrt(0.1), momentum=0.9),
    KerasMomentum(0.1, momentum=0.9, nesterov=True),
    KerasAdam(0.001),
    TorchAdaGrad(0.1),
    TorchRMSprop(0.01),
    Own(0.1),
    Own(0.1, signed=False),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", RULES, ids=repr)
def test_a_thousand_steps_are_the_plain_ones_to_the_last_bit(optimizer, dtype):
    random = np.random.default_rng(5)
    scale = 10.0 ** random.uniform(-9, 3, SIZE)
    theta = (random.standard_normal(SIZE) * scale).astype(dtype)
    expected, expected_state = theta.copy(), optimizer.init(theta)
    state = blockwise.init(optimizer, theta)
    assert blockwise.obstacle(optimizer, theta) is None
    for t in range(STEPS):
        gradient = (np.round(random.standard_normal(SIZE), 1) * scale).astype(dtype)
        with np.errstate(all="ignore"):
            expected, expected_state = optimizer.step(expected, gradient, expected_state)
        state = blockwise.step(optimizer, theta, gradient, state, threads=1 + t % 2, compiled=True)
    assert state._fields == expected_state._fields
    for found, wanted in zip((theta, *state), (expected, *expected_state), strict=True):
        assert np.asarray(found).tobytes() == np.asarray(wanted).tobytes()


@dataclass(frozen=True)
class Power(GradientDescent):
    exponent: float = 3.0

    def step(self, theta, gradient, state):
        return gradient**self.exponent, GradientDescentState(state.t + 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("exponent", [-2.0, -1.0, -0.5, 0.0, 1 / 3, 1.0, 1.5, 3.0, 4.0])
def test_other_powers_agree_to_the_last_place_but_one(exponent, dtype):
    optimizer, gradient = Power(0.1, exponent), np.geomspace(1e-6, 1e6, 1001).astype(dtype)
    theta = np.ones_like(gradient)
    blockwise.step(optimizer, theta, gradient, optimizer.init(theta), compiled=True)
    np.testing.assert_array_max_ulp(theta, gradient**exponent, 2)


@dataclass(frozen=True)
class InPlace(GradientDescent):
    """Changes what it has just made, by every operator that does so, with whole numbers too."""

    large: int = 2**62

    def step(self, theta, gradient, state):
        x = 1 * theta
        x += 2 * gradient
        x -= gradient / 3
        x *= 0.5
        x /= self.large * self.large * 1e-37
        return -x, GradientDescentState(state.t + 1)


def test_whole_numbers_do_not_wrap_and_fresh_values_may_be_changed():
    optimizer, theta = InPlace(0.1), np.linspace(-1, 1, 7)
    expected, _ = optimizer.step(theta, theta**2, optimizer.init(theta))
    assert blockwise.obstacle(optimizer, theta) is None
    blockwise.step(optimizer, theta, theta**2, optimizer.init(theta), compiled=True)
    assert theta.tobytes() == expected.tobytes() and np.max(np.abs(theta)) > 0.01


class GrowingState(NamedTuple):
    t: int
    count: int


@dataclass(frozen=True)
class Growing(GradientDescent):
    def init(self, theta):
        return GrowingState(0, 1)

    def step(self, theta, gradient, state):
        count = state.count * 8
        return theta - self.rate(state.t + 1) * gradient * count**2, GrowingState(
            state.t + 1, count
        )


def test_whole_numbers_in_the_state_do_not_wrap():
    optimizer = Growing(1e-60)
    theta = expected = np.ones(3)
    state, expected_state = optimizer.init(theta), optimizer.init(theta)
    for _ in range(30):
        theta = theta.copy()
        expected, expected_state = optimizer.step(expected, np.ones(3), expected_state)
        state = blockwise.step(optimizer, theta, np.ones(3), state, compiled=True)
        assert theta.tobytes() == expected.tobytes() and state == expected_state


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("exponent", [2.0, 0.5])
def test_squares_and_roots_are_numpys_also_where_the_exponent_is_a_setting(exponent, dtype):
    values = np.array([-0.0, 0.0, -np.inf, np.inf, np.nan, -1.0, 1e-30, 3e30, 0.1], dtype)
    theta = np.ones_like(values)
    with np.errstate(all="ignore"):
        expected = values**exponent
    state = GradientDescentState(0)
    blockwise.step(Power(0.1, exponent), theta, values, state, compiled=True)
    np.testing.assert_array_equal(theta, expected)
    np.testing.assert_array_equal(np.signbit(theta[:4]), np.signbit(expected[:4]))


@dataclass(frozen=True)
class Clipped(GradientDescent):
    def step(self, theta, gradient, state):
        theta = theta - self.rate(1) * np.clip(gradient, -1, 1)
        return theta, GradientDescentState(state.t + 1)


@dataclass(frozen=True)
class Whole(GradientDescent):
    coordinatewise = False


@pytest.mark.parametrize(
    "optimizer, dtype, reason",
    [
        (Clipped(0.1), np.float32, "Numba cannot compile its step .No impl.* clip"),
        (Adam(), np.float16, "theta is float16, not float32 or float64"),
        (Whole(0.1), np.float32, "it is not a rule for each coordinate by itself"),
    ],
    ids=["foreign function", "half precision", "not coordinatewise"],
)
def test_what_cannot_be_compiled_is_stepped_in_numpy_with_the_reason(optimizer, dtype, reason):
    theta, gradient = np.ones(5, dtype), np.linspace(-2, 2, 5).astype(dtype)
    with np.errstate(all="ignore"):
        expected, _ = optimizer.step(theta, gradient, optimizer.init(theta))
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match=f"in blocks: {reason}"):
        blockwise.step(optimizer, theta, gradient, optimizer.init(theta), compiled=True)
    assert theta.tobytes() == expected.tobytes()


def test_a_rule_that_compiles_to_something_else_is_found_out(monkeypatch):
    """No text is known for which it happens: here the compiled one is made to lie."""
    honest = compiling.walker

    def lying(optimizer, theta, *rest):
        walk = honest(optimizer, theta, *rest)
        return lambda part: (walk(part), theta.__setitem__(5, theta[5] * (1 + 1e-12)))

    monkeypatch.setattr(compiling, "walker", lying)
    monkeypatch.setattr(compiling, "_known", {})
    assert blockwise.obstacle(Adam(), np.ones(1)) == "compiled, its step gives other numbers"


def test_where_numpy_is_to_raise_numpy_steps():
    theta = np.ones(5)
    with np.errstate(over="raise"):
        with pytest.warns(RuntimeWarning, match="asks for exceptions"):
            state = blockwise.step(Adam(), theta, 0 * theta, Adam().init(theta), compiled=True)
        with pytest.raises(FloatingPointError), pytest.warns(RuntimeWarning):
            blockwise.step(Adam(), theta, 1e200 * np.ones(5), state, compiled=True)


def test_a_rule_is_compiled_once_for_each_type_whatever_its_settings():
    kernels = []
    for rate in (0.1, 0.2, InverseSqrt(0.1)):
        for dtype in (np.float32, np.float64):
            for size in (1, 10):
                theta = np.ones(size, dtype)
                optimizer = Momentum(rate)
                state = blockwise.init(optimizer, theta)
                for _ in range(3):
                    blockwise.step(optimizer, theta, 1 * theta, state, compiled=True)
                kernels.append(compiling.kernel(Momentum.step, type(state), ("m",)))
    assert len({id(kernel) for kernel in kernels}) == 1
    assert len(kernels[0].signatures) == 2
