"""The same text of ``step`` on NumPy, TensorFlow (eager, graph, XLA), JAX under jit and PyTorch."""

from contextlib import nullcontext

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.frameworks import (
    KerasAdam,
    KerasMomentum,
    TorchAdaGrad,
    TorchRMSprop,
    import_tensorflow,
)
from firstorder.schedules import Cosine, InverseSqrt
from firstorder.settings import settings_like

STEPS, SIZE = 20, 5
TOLERANCE = {"float32": 1e-5, "float64": 1e-13}  # of the distance travelled

# Numbers with few bits, so that a float32 engine means the same ones.
OPTIMIZERS = {
    "gradient descent": GradientDescent(0.125),
    "momentum": Momentum(0.125, momentum=0.875),
    "nesterov": Momentum(0.125, momentum=0.875, nesterov=True),
    "adagrad": AdaGrad(0.125, epsilon=2**-10, initial_accumulator_value=0.125),
    "rmsprop": RMSprop(0.125, rho=0.875, epsilon=2**-10),
    "adam": Adam(0.125, beta_1=0.875, beta_2=1 - 2**-7, epsilon=2**-20),
}
MORE = {
    "inverse root": Adam(InverseSqrt(0.125), beta_1=0.875, beta_2=1 - 2**-7),
    "cosine": Momentum(Cosine(0.125, steps=STEPS), momentum=0.875),
    "Keras's momentum": KerasMomentum(InverseSqrt(0.125), momentum=0.875),
    "Keras's Adam": KerasAdam(0.125, beta_1=0.875, beta_2=1 - 2**-7, epsilon=2**-10),
    "PyTorch's AdaGrad": TorchAdaGrad(0.125, epsilon=2**-10),
    "PyTorch's RMSprop": TorchRMSprop(0.125, rho=0.875, epsilon=2**-10),
}
ARRAYS = {
    "learning rates": GradientDescent(np.array([[0.125], [0.5], [2.0]])),
    "momenta": Momentum(0.125, momentum=np.array([[0.0], [0.5], [0.875]])),
    "first accumulators": AdaGrad(0.5, initial_accumulator_value=np.array([[0.125], [1.0]])),
    "rho and epsilon": RMSprop(0.5, rho=np.array([[0.5], [0.75]]), epsilon=np.array([[0.25], [1]])),
    "betas": Adam(0.5, beta_1=np.array([[0.0], [0.5]]), beta_2=np.array([[0.5], [0.75]])),
}


def walk(step, theta, gradients, state):
    thetas = [theta]
    for gradient in gradients:
        theta, state = step(theta, gradient, state)
        thetas.append(theta)
    return thetas, state


def on_numpy(optimizer, theta, gradients):
    optimizer = settings_like(optimizer, theta)
    return walk(optimizer.step, theta, gradients, optimizer.init(theta))


def on_torch(optimizer, theta, gradients):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    return on_numpy(optimizer, torch.tensor(theta), torch.tensor(gradients))


def on_jax(optimizer, theta, gradients):
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    with jax.enable_x64(True) if theta.dtype == np.float64 else nullcontext():
        theta, gradients = jax.numpy.asarray(theta), jax.numpy.asarray(gradients)
        return walk(jax.jit(optimizer.step), theta, gradients, optimizer.init(theta))


def on_tensorflow(optimizer, theta, gradients, compiled=None):
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    tf = import_tensorflow(hide_gpus=True)
    step = compiled(tf)(optimizer.step) if compiled else optimizer.step
    theta = tf.constant(theta)
    state = optimizer.init(theta)
    if compiled:  # a Python number would be traced anew at each step
        state = state._replace(t=tf.constant(0, theta.dtype))
    return walk(step, theta, tf.constant(gradients), state)


def in_a_graph(*arguments):
    return on_tensorflow(*arguments, compiled=lambda tf: tf.function(reduce_retracing=True))


def under_xla(*arguments):
    return on_tensorflow(
        *arguments, compiled=lambda tf: tf.function(jit_compile=True, reduce_retracing=True)
    )


ENGINES = [on_numpy, on_tensorflow, in_a_graph, under_xla, on_jax, on_torch]
CASES = {**OPTIMIZERS, **MORE, **ARRAYS}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
def test_one_text_runs_on_every_engine(engine, name, dtype):
    optimizer = CASES[name]
    random = np.random.default_rng(5)
    scales = 10.0 ** np.arange(-2, SIZE - 2)
    gradients = (scales * random.normal(size=(STEPS, SIZE))).astype(np.float32)
    theta = random.normal(size=SIZE).astype(np.float32)

    expected, expected_state = on_numpy(optimizer, theta.astype(float), gradients.astype(float))
    thetas, state = engine(optimizer, theta.astype(dtype), gradients.astype(dtype))

    found = np.asarray(thetas[-1])
    assert found.dtype == dtype
    travelled = np.abs(np.diff(np.stack(np.broadcast_arrays(*expected)), axis=0)).sum(axis=0)
    # theta itself is rounded at every step, however short the steps are
    scale = travelled + np.abs(theta)
    assert np.max(np.abs(found - expected[-1]) / scale) < TOLERANCE[dtype]
    assert int(state.t) == STEPS
    for slot, expected_slot in zip(state[1:], expected_state[1:], strict=True):
        assert np.asarray(slot).dtype == dtype
        allowed = TOLERANCE[dtype] * STEPS * (np.abs(expected_slot) + scales)
        assert np.all(np.abs(np.asarray(slot) - expected_slot) <= allowed)


def test_neither_theta_nor_gradient_nor_state_is_changed():
    for optimizer in OPTIMIZERS.values():
        theta, gradient = np.ones(3), np.full(3, 2.0)
        state = optimizer.step(theta, gradient, optimizer.init(theta))[1]
        before = [np.copy(part) for part in (theta, gradient, *state)]
        optimizer.step(theta, gradient, state)
        for part, kept in zip((theta, gradient, *state), before, strict=True):
            np.testing.assert_array_equal(part, kept)


@pytest.mark.parametrize("dtype", ["int64", "complex128"])
def test_settings_are_not_turned_into_whole_or_complex_numbers(dtype):
    rates = GradientDescent(np.array([0.1, 0.2]))
    with pytest.raises(ValueError, match=f"theta must hold real floating-point .*, got {dtype}"):
        settings_like(rates, np.ones(2, dtype))
