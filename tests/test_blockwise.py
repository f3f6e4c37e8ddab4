"""Blockwise stepping: the plain step to the last bit, in place, in little memory."""

import os
import platform
import subprocess
import sys
import threading
import tracemalloc
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop, blockwise
from firstorder.optimizers import Optimizer
from firstorder.schedules import InverseSqrt


class PolyakState(NamedTuple):
    t: int
    previous: Any


@dataclass(frozen=True)
class Polyak(Optimizer):
    """Heavy ball as Polyak printed it: its new state is a view of the old parameters."""

    def init(self, theta):
        return PolyakState(0, 1 * theta)

    def step(self, theta, gradient, state):
        t = state.t + 1
        new = theta - self.rate(t) * gradient + 0.9 * (theta - state.previous)
        return new, PolyakState(t, theta)


OPTIMIZERS = [
    GradientDescent(0.1),
    GradientDescent(InverseSqrt(0.1)),
    Momentum(0.1, momentum=0.9),
    Momentum(0.1, momentum=0.9, nesterov=True),
    AdaGrad(0.1, initial_accumulator_value=0.1),
    RMSprop(0.01),
    Adam(0.001),
    Polyak(0.1),
]
BLOCK = blockwise.BLOCK_BYTES // 4
SIZES = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7]


def arrays_of(state):
    return [part for part in state if isinstance(part, np.ndarray)]


def draw(random, size, dtype):
    """Numbers over twelve orders of magnitude, of both signs and zero."""
    scale = 10.0 ** random.uniform(-9, 3, size)
    return (np.round(random.standard_normal(size), 1) * scale).astype(dtype)


@settings(deadline=None, max_examples=60)
@given(
    optimizer=st.sampled_from(OPTIMIZERS),
    size=st.one_of(st.sampled_from(SIZES), st.integers(0, 3 * BLOCK)),
    dtype=st.sampled_from([np.float32, np.float64]),
    threads=st.sampled_from([1, 2, 3, 7]),
    compiled=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
@pytest.mark.filterwarnings("ignore:.* is stepped in blocks")
def test_bit_identical_to_the_plain_step(optimizer, size, dtype, threads, compiled, seed):
    random = np.random.default_rng(seed)
    theta = draw(random, size, dtype)
    expected, expected_state = theta.copy(), optimizer.init(theta)
    state = blockwise.init(optimizer, theta)
    owned = arrays_of(state)
    for _ in range(3):
        gradient = draw(random, size, dtype)
        kept = gradient.copy()
        expected, expected_state = optimizer.step(expected, gradient, expected_state)
        state = blockwise.step(
            optimizer, theta, gradient, state, threads=threads, compiled=compiled
        )
        assert gradient.tobytes() == kept.tobytes()
    assert type(state) is type(expected_state)
    assert state.t == 3
    assert theta.dtype == dtype
    assert theta.tobytes() == expected.tobytes()
    for array, same, value in zip(arrays_of(state), owned, arrays_of(expected_state), strict=True):
        assert array is same
        assert array.dtype == dtype
        assert array.tobytes() == value.tobytes()


def test_matrices_are_stepped_like_vectors():
    theta = np.linspace(-1, 1, 40_000, dtype=np.float32).reshape(200, 200)
    expected, _ = Adam().step(theta, theta**3, Adam().init(theta))
    blockwise.step(Adam(), theta, theta**3, blockwise.init(Adam(), theta))
    assert theta.tobytes() == expected.tobytes()


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("threads", [1, 2])
def test_memory_is_the_state_and_a_few_blocks(optimizer, threads):
    theta = np.ones((2000, 2000), np.float32)
    gradient = np.ones_like(theta)
    warm = np.ones(10, np.float32)  # starts the threads
    blockwise.step(optimizer, warm, warm.copy(), blockwise.init(optimizer, warm), threads=threads)
    tracemalloc.start()
    try:
        state = blockwise.init(optimizer, theta)
        for _ in range(2):
            state = blockwise.step(optimizer, theta, gradient, state, threads=threads)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    own = sum(array.nbytes for array in arrays_of(state))
    assert peak <= own + threads * 12 * blockwise.BLOCK_BYTES


def like(size, dtype=np.float64):
    return np.ones(size, dtype)


def read_only():
    array = like(4)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    "change, message",
    [
        ({"theta": like(8)[::2]}, "theta must be contiguous"),
        ({"theta": read_only()}, "theta must be writeable"),
        ({"theta": [1.0, 1.0, 1.0, 1.0]}, "theta must be an array of floats, .* got list"),
        ({"theta": np.ones(4, int)}, "theta must be an array of floats, .* got int64"),
        ({"theta": np.array(1.0)}, "theta must be an array of floats"),
        ({"gradient": like(3)}, r"gradient must be like theta, float64 of shape \(4,\), got .*3"),
        ({"gradient": like(4, np.float32)}, "gradient must be like theta, float64"),
        ({"gradient": like(8)[::2]}, "gradient must be contiguous"),
        ({"state": Adam().init(like(3))}, "state.m must be like theta"),
        ({"state": Adam().init(like(4))._replace(m=like(8)[::2])}, "state.m must be contiguous"),
        ({"state": Adam().init(like(4))._replace(v=read_only())}, "state.v must be writeable"),
        ({"state": Adam().init(like(4, np.float32))}, "state.m must be like theta, float64 of"),
        ({"theta": like(4, ">f8"), "state": Adam().init(like(4))}, "theta must be in this machine"),
        ({"compiled": "no"}, "compiled must be True or False, got 'no'"),
        ({"optimizer": Adam(lambda t: None)}, "learning_rate must return a number of t"),
        ({"state": Adam().init(1.0)}, "keep the type and shape of m in its step, a number, got"),
        ({"optimizer": Adam(np.ones(4))}, r"learning_rate must be one .* blockwise .* \(4,\)"),
        ({"optimizer": Adam(beta_2=np.full(4, 0.9))}, "beta_2 must be one number"),
        ({"optimizer": Adam(lambda t: np.ones(4))}, "learning_rate must be one number"),
        ({"optimizer": Adam}, "optimizer must be an Optimizer, such as .*, got <class"),
        ({"optimizer": None}, "optimizer must be an Optimizer, such as .*, got None"),
        ({"state": ()}, "state must be the AdamState that init or .*, got a tuple"),
        (
            {"optimizer": GradientDescent(0.1)},
            "state must be the GradientDescentState .* AdamState",
        ),
        ({"threads": 0}, "threads must be a positive whole number, got 0"),
        ({"threads": 2.0}, "threads must be a positive whole number, got 2.0"),
        ({"threads": None}, "threads must be a positive whole number, got None"),
    ],
)
def test_bad_input_is_named_and_nothing_is_changed(change, message):
    given_ = {"optimizer": Adam(), "theta": like(4), "gradient": like(4)}
    given_ |= {"state": Adam().init(like(4))} | change
    before = np.array(given_["theta"]).tobytes(), [a.tobytes() for a in arrays_of(given_["state"])]
    with pytest.raises(ValueError, match=message):
        blockwise.step(**given_)
    assert np.array(given_["theta"]).tobytes() == before[0]
    assert [a.tobytes() for a in arrays_of(given_["state"])] == before[1]


def test_a_rate_of_numpys_keeps_single_precision_single():
    theta = like(4, np.float32)
    optimizer = GradientDescent(lambda t: np.float64(0.1))
    blockwise.step(optimizer, theta, theta.copy(), optimizer.init(theta))
    assert theta.tobytes() == (like(4, np.float32) * np.float32(0.9)).tobytes()


def test_the_rate_is_asked_once_a_step_on_the_callers_thread():
    asked = []

    def rate(t):
        asked.append((t, threading.current_thread()))
        return 0.1 / len(asked)  # a schedule with a memory of its own

    theta = like(7 * BLOCK)
    state = blockwise.init(GradientDescent(rate), theta)
    for t in (1, 2):
        state = blockwise.step(GradientDescent(rate), theta, like(theta.size), state, threads=3)
        assert asked[t - 1 :] == [(t, threading.main_thread())]
    assert np.ptp(theta) == 0


@dataclass(frozen=True)
class Normalised(Optimizer):
    """A step of length alpha: not coordinate by coordinate."""

    coordinatewise = False

    def init(self, theta):
        return PolyakState(0, 0 * theta)

    def step(self, theta, gradient, state):
        length = np.sum(gradient**2) ** 0.5
        return theta - self.rate(1) * gradient / length, PolyakState(state.t + 1, gradient)


@pytest.mark.parametrize("shape", [(2 * BLOCK,), (300, 700)])
def test_a_rule_that_is_not_coordinatewise_is_given_whole_arrays(shape):
    theta, gradient = np.ones(shape), np.ones(shape)
    state = blockwise.init(Normalised(1.0), theta)
    for t in (1, 2):
        state = blockwise.step(Normalised(1.0), theta, gradient, state, threads=2)
        assert np.sum((1 - theta) ** 2) ** 0.5 == pytest.approx(t)
    assert state.t == 2 and np.array_equal(state.previous, gradient)
    gradient += 1
    assert np.all(state.previous == 1)  # a copy, not the caller's gradient itself


def test_what_stands_against_compiling_a_rule_is_said_in_words(monkeypatch):
    theta = np.ones(1)
    reason = "it is not a rule for each coordinate by itself"
    assert blockwise.obstacle(Normalised(1.0), theta) == reason
    with np.errstate(over="raise"):
        reason = "np.errstate asks for exceptions, which only NumPy raises"
        assert blockwise.obstacle(Adam(), theta) == reason
    monkeypatch.delattr(blockwise, "compiling", raising=False)
    monkeypatch.setitem(sys.modules, "firstorder.blockwise.compiling", None)
    reason = "Numba is not installed; `pip install numba`"
    assert blockwise.obstacle(Adam(), theta) == reason
    with pytest.warns(RuntimeWarning, match=f"Adam is stepped in blocks: {reason}"):
        state = blockwise.step(Adam(), theta, np.ones(1), Adam().init(theta), compiled=True)
    assert state.t == 1 and theta[0] == pytest.approx(0.999)


class ScalarState(NamedTuple):
    t: int
    power: Any


@dataclass(frozen=True)
class Careless(Optimizer):
    """Keeps in its state, for all parameters, what is true of one of them."""

    def init(self, theta):
        return ScalarState(0, 0.0)

    def step(self, theta, gradient, state):
        return theta - gradient, ScalarState(state.t + 1, float(np.max(abs(gradient))))


@dataclass(frozen=True)
class Widening(Optimizer):
    def init(self, theta):
        return ScalarState(0, 0 * theta)

    def step(self, theta, gradient, state):
        return theta - gradient, ScalarState(state.t + 1, np.float64(1) * state.power)


@dataclass(frozen=True)
class Reshaping(Widening):
    def step(self, theta, gradient, state):
        return theta - gradient, ScalarState(state.t + 1, state.power[:0])


@dataclass(frozen=True)
class Elsewhere(Widening):
    def step(self, theta, gradient, state):
        return theta - gradient, (state.t + 1, state.power)


@dataclass(frozen=True)
class Forgetful(Widening):
    def step(self, theta, gradient, state):
        return theta - gradient, ScalarState(state.t + 1, 0.0)


@pytest.mark.parametrize(
    "optimizer, message",
    [
        (Careless(0.1), "coordinatewise = False where its state's power depends .* 1.0 .* 4.0"),
        (Widening(0.1), "keep the type and shape of power in its step, float32 .* float64"),
        (
            Reshaping(0.1),
            r"keep the type and shape of power .* \(1,\), got float32 of shape \(0,\)",
        ),
        (Elsewhere(0.1), "must return a ScalarState from its step, got a tuple"),
        (Forgetful(0.1), "keep the type and shape of power in its step, float32 .* a number"),
    ],
    ids=repr,
)
def test_a_rule_that_breaks_the_contract_is_named_and_nothing_is_changed(optimizer, message):
    theta, gradient = like(4, np.float32), np.arange(1, 5, dtype=np.float32)
    with pytest.raises(ValueError, match=message):
        blockwise.step(optimizer, theta, gradient, optimizer.init(theta))
    assert np.all(theta == 1)


def test_a_careless_rule_is_found_out_between_the_first_coordinate_and_the_last():
    """As in a gradient of images, whose border is always 0."""
    theta, gradient = like(4), np.array([0.0, 2.0, 1.0, 0.0])
    with pytest.raises(ValueError, match="its state's power depends .* 0.0 .* 2.0"):
        blockwise.step(Careless(0.1), theta, gradient, ScalarState(0, 0.0))
    assert np.all(theta == 1)


@dataclass(frozen=True)
class Counting(Careless):
    def step(self, theta, gradient, state):
        return theta - gradient, ScalarState(state.t + 1, state.power * 3 - state.power)


@pytest.mark.parametrize("number", [np.nan, 2**62])
def test_a_number_in_the_state_may_be_nan_or_large(number):
    state = blockwise.step(Counting(0.1), like(4), like(4), ScalarState(0, number))
    with pytest.raises(ValueError, match="must be the GradientDescentState"):
        blockwise.step(GradientDescent(0.1), like(4), like(4), state)
    assert state.power == 2 * number or number != number


@pytest.mark.parametrize("field", ["m", "v"])
def test_arrays_that_share_memory_are_refused(field):
    theta = like(4)
    state = Adam().init(theta)._replace(**{field: theta})
    with pytest.raises(ValueError, match="share their memory"):
        blockwise.step(Adam(), theta, like(4), state)


def test_a_gradient_that_shares_memory_is_refused():
    buffer = np.arange(2.0 * BLOCK)
    theta, state = buffer[1:], Adam().init(buffer[1:])
    for gradient in (theta, buffer[:-1], state.m):  # the second would be wrong in later blocks
        with pytest.raises(ValueError, match="share their memory"):
            blockwise.step(Adam(), theta, gradient, state)
    assert np.array_equal(buffer, np.arange(2.0 * BLOCK))


def test_init_needs_an_optimizer_and_an_array_of_floats():
    with pytest.raises(ValueError, match="theta must be an array of floats"):
        blockwise.init(Adam(), [1.0])
    with pytest.raises(ValueError, match="optimizer must be an Optimizer"):
        blockwise.init(Adam, like(4))
    with pytest.raises(ValueError) as refusal:
        blockwise.init(Adam(beta_1=np.full(4, 0.5)), like(4))
    assert str(refusal.value) == (
        "beta_1 must be one number for all parameters in blockwise stepping, "
        "got an array of shape (4,)"
    )
    assert blockwise.init(Adam(), read_only()).t == 0


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told to keep memory")
def test_no_memory_is_asked_of_the_system_step_after_step():
    """Each page that the kernel hands out is a fault: thousands a step, or hardly any."""
    code = """
import numpy as np
from resource import RUSAGE_SELF, getrusage
from firstorder import Adam, blockwise
theta = np.ones(1_000_000, np.float32)
gradient, state = theta.copy(), blockwise.init(Adam(), theta)
for _ in range(3):
    before = getrusage(RUSAGE_SELF).ru_minflt
    state = blockwise.step(Adam(), theta, gradient, state)
print(getrusage(RUSAGE_SELF).ru_minflt - before)
"""
    malloc_settings = ("MALLOC_", "GLIBC_", "LD_PRELOAD")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(malloc_settings)}
    found = subprocess.check_output([sys.executable, "-c", code], text=True, env=plain)
    assert int(found) < 500
