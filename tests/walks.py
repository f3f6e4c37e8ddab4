"""Walks of the book's optimizers and the frameworks' own: random settings, many steps."""

from dataclasses import fields

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.frameworks import (
    KerasAdam,
    TorchAdaGrad,
    TorchRMSprop,
    as_keras,
    as_optax,
    as_torch,
    quiet_tensorflow,
    translate,
)

SETTINGS, STEPS, SIZE = 25, 100, 6
TOLERANCE = {"float32": 1e-5, "float64": 1e-11}  # of the distance travelled

# From where each random setting is drawn; all are rounded to float32, which is what Keras does.
RANGES = {
    "learning_rate": lambda random: 10 ** random.uniform(-4, 0),
    "momentum": lambda random: random.uniform(0, 0.99),
    "rho": lambda random: random.uniform(0.5, 0.999),
    "beta_1": lambda random: random.uniform(0, 0.99),
    "beta_2": lambda random: random.uniform(0.5, 0.999),
    "epsilon": lambda random: 10 ** random.uniform(-10, -2),
    "initial_accumulator_value": lambda random: 10 ** random.uniform(-8, 0),
}
METHODS = ["gradient descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
# The dialect in which the method means the same as the framework's own.
KINDS = {
    "keras": [GradientDescent, Momentum, Momentum, AdaGrad, RMSprop, KerasAdam],
    "optax": [GradientDescent, Momentum, Momentum, AdaGrad, RMSprop, Adam],
    "torch": [GradientDescent, Momentum, Momentum, TorchAdaGrad, TorchRMSprop, Adam],
}


def drawn(framework, method, count=SETTINGS, **fixed):
    """Optimizers of one kind with random settings."""
    random = np.random.default_rng(METHODS.index(method))
    kind = KINDS[framework][METHODS.index(method)]
    if method == "nesterov":
        fixed["nesterov"] = True
    names = [field.name for field in fields(kind) if field.name in RANGES]
    return [
        kind(**{**{name: float(np.float32(RANGES[name](random))) for name in names}, **fixed})
        for _ in range(count)
    ]


def gradients(count=SETTINGS):
    """Of scales from 1e-4 to 1e3, one scale a coordinate; every tenth is zero."""
    random = np.random.default_rng(11)
    scales = 10 ** random.uniform(-4, 3, size=(1, count, SIZE))
    some = random.random((STEPS, count, SIZE)) > 0.1
    return (scales * random.normal(size=(STEPS, count, SIZE)) * some).astype(np.float32)


def numpy_walks(optimizers, gradients):
    """The points of every optimizer after every step from 0, by the reference itself."""
    walks = np.zeros((STEPS + 1, *gradients.shape[1:]), gradients.dtype)
    for i, optimizer in enumerate(optimizers):
        theta = walks[0, i]
        state = optimizer.init(theta)
        for t in range(STEPS):
            theta, state = optimizer.step(theta, gradients[t, i], state)
            walks[t + 1, i] = theta
    return walks


def keras_walks(make, optimizers, gradients):
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    tf = quiet_tensorflow()
    import keras

    start = np.zeros(gradients.shape[2], gradients.dtype)
    variables = [keras.Variable(start, dtype=start.dtype.name) for _ in optimizers]
    made = [make(optimizer) for optimizer in optimizers]
    for optimizer, variable in zip(made, variables, strict=True):
        optimizer.build([variable])

    @tf.function  # all optimizers in one graph, so that each is traced once
    def step(rows):
        for optimizer, gradient in zip(made, tf.unstack(rows), strict=True):
            optimizer.apply([gradient])
        return tf.stack([variable.value for variable in variables])

    return np.stack([0 * gradients[0], *(step(tf.constant(rows)).numpy() for rows in gradients)])


def torch_walks(make, optimizers, gradients):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    rows = torch.tensor(gradients)
    thetas = [torch.zeros(gradients.shape[2], dtype=rows.dtype) for _ in optimizers]
    made = [make(optimizer, [theta]) for optimizer, theta in zip(optimizers, thetas, strict=True)]
    walks = [np.zeros_like(gradients[0])]
    for t in range(STEPS):
        for i, (optimizer, theta) in enumerate(zip(made, thetas, strict=True)):
            theta.grad = rows[t, i]
            optimizer.step()
        walks.append(np.stack([theta.numpy() for theta in thetas]))
    return np.stack(walks)


def optax_walks(make, optimizers, gradients):
    pytest.importorskip("optax", reason="Optax with JAX is not installed")
    import jax

    with jax.enable_x64(gradients.dtype == np.float64):
        # Settings are arrays of one column and broadcast, so that one loop is compiled for all.
        kind, flags = type(optimizers[0]), {"nesterov": getattr(optimizers[0], "nesterov", None)}
        columns = {
            field.name: np.array([[getattr(one, field.name)] for one in optimizers])
            for field in fields(kind)
        }
        columns.update({name: flag for name, flag in flags.items() if flag is not None})
        transformation = make(kind(**columns))

        def step(carry, gradient):
            theta, state = carry
            updates, state = transformation.update(gradient, state, theta)
            return (theta + updates, state), theta + updates

        @jax.jit
        def walk(start, gradients):
            return jax.lax.scan(step, (start, transformation.init(start)), gradients)[1]

        start = jax.numpy.zeros_like(gradients[0])
        return np.concatenate([start[None], walk(start, jax.numpy.asarray(gradients))])


def own(framework):
    """The framework's own optimizers, by the book's translation of the settings."""
    if framework == "torch":
        return lambda optimizer, params: translate(optimizer, "torch", params)
    return lambda optimizer: translate(optimizer, framework)


CARRIED = {"keras": as_keras, "optax": as_optax, "torch": as_torch}
WALKS = {"keras": keras_walks, "optax": optax_walks, "torch": torch_walks}


def disagreement(one, other):
    """The largest distance between two walks, in units of the distance travelled till then."""
    travelled = np.cumsum(np.abs(np.diff(other.astype(float), axis=0)), axis=0)
    apart = np.abs(one[1:].astype(float) - other[1:])
    return np.max(apart / np.where(travelled > 0, travelled, 1.0))
