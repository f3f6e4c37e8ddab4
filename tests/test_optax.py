"""The reference inside Optax: under jit, in chains, in trees and in half precision."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from firstorder import Adam, GradientDescent, Optimizer, frameworks
from firstorder.schedules import InverseSqrt
from harness import OPTIMIZERS


@pytest.fixture
def jax():
    pytest.importorskip("optax", reason="Optax is not installed")
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    with jax.enable_x64(True):
        yield jax


def test_optax_chains_it_and_needs_params(jax):
    import optax

    chained = optax.chain(optax.clip(1.0), frameworks.as_optax(GradientDescent(0.5)))
    theta = jax.numpy.ones(2)
    updates, _ = chained.update(jax.numpy.array([0.5, 9.0]), chained.init(theta), theta)
    np.testing.assert_array_equal(updates, [-0.25, -0.5])
    with pytest.raises(ValueError, match="params must be given"):
        frameworks.as_optax(Adam()).update(theta, frameworks.as_optax(Adam()).init(theta))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_optax_keeps_half_precision_compiled_or_not(jax, optimizer, dtype):
    """Under jit JAX turns a power of t into float32: a loop would refuse what changes its type."""
    transformation = frameworks.as_optax(optimizer)
    start = jax.numpy.ones(3, dtype)

    def step(carry, gradient):
        theta, state = carry
        updates, state = transformation.update(gradient, state, theta)
        return (theta + updates, state), updates

    carry = (start, transformation.init(start))
    (theta, state), updates = jax.lax.scan(step, carry, jax.numpy.ones((3, 3), dtype))
    eager, _ = transformation.update(start, transformation.init(start), start)
    for array in (theta, updates, eager, *jax.tree.leaves(state[1:])):
        assert array.dtype == dtype
    np.testing.assert_allclose(np.float32(updates[0]), np.float32(eager), rtol=0.02)


def test_optax_traces_a_step_once(jax):
    transformation, traced = frameworks.as_optax(Adam(InverseSqrt(0.1))), []

    @jax.jit
    def update(*arguments):
        traced.append(1)
        return transformation.update(*arguments)

    theta = jax.numpy.ones(3)
    state = transformation.init(theta)
    for _ in range(4):
        _, state = update(theta, state, theta)
    assert len(traced) == 1 and int(state.t) == 4


def test_optax_takes_trees_with_nothing_in_them(jax):
    transformation = frameworks.as_optax(Adam())
    updates, state = transformation.update({}, transformation.init({}), {})
    assert updates == state.m == state.v == {} and int(state.t) == 1
    params = {"frozen": None, "free": jax.numpy.ones(2)}
    updates, _ = transformation.update(params, transformation.init(params), params)
    assert updates["frozen"] is None and updates["free"].shape == (2,)


@pytest.mark.parametrize("dtype", ["int32", "complex64"])
def test_optax_refuses_leaves_of_other_numbers_by_name(jax, dtype):
    params = {"layer": [jax.numpy.ones(2), jax.numpy.ones(2, dtype)]}
    message = rf"^params\['layer'\]\[1\] must hold real .* numbers, got {dtype}$"
    with pytest.raises(ValueError, match=message):
        frameworks.as_optax(GradientDescent(0.5)).init(params)


def test_optax_asks_for_the_learning_rate_once_a_step(jax):
    asked = []
    transformation = frameworks.as_optax(GradientDescent(lambda t: asked.append(int(t)) or 0.5))
    params = [jax.numpy.ones(2), jax.numpy.ones(3)]
    state = transformation.init(params)
    for _ in range(2):
        _, state = transformation.update(params, state, params)
    assert asked == [1, 2]


class Kept(NamedTuple):
    t: int
    share: Any  # starts as the whole number 0
    rate: Any


@dataclass(frozen=True)
class KeepsNumbers(Optimizer):
    def init(self, theta):
        return Kept(0, 0, 0.0)

    def step(self, theta, gradient, state):
        t, rate = state.t + 1, self.rate(state.t + 1)
        share = 0.5 * state.share + 0.5
        return theta - rate * share * gradient, Kept(t, share, rate)


@pytest.mark.parametrize("theta", [1.0, np.float32([1.0, 2.0])], ids=repr)
def test_numbers_in_a_state_are_fractions_too_and_parameters_may_be_plain_ones(jax, theta):
    transformation = frameworks.as_optax(KeepsNumbers(0.5))
    params = {"a": theta}
    state = transformation.init(params)
    for share in (0.5, 0.75, 0.875):
        updates, state = transformation.update({"a": 0 * theta + 1.0}, state, params)
        np.testing.assert_allclose(updates["a"], -0.5 * share)
        assert float(state.share["a"]) == share and float(state.rate["a"]) == 0.5
