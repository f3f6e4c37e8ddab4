"""Runs of one parameter or vector by one optimizer: a framework's own, or the book's."""

from functools import partial

import numpy as np
import pytest

from firstorder.frameworks import quiet_tensorflow


def keras_run(make, theta, gradients):
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    quiet_tensorflow()
    import keras

    optimizer, variable = make(keras.optimizers), keras.Variable(theta, dtype="float64")
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float64")], [variable])
    return np.asarray(variable)


def torch_run(make, theta, gradients):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    tensor = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
    optimizer = make(partial(getattr, torch.optim), [tensor])
    for gradient in gradients:
        tensor.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
    return tensor.detach().numpy()


def optax_run(make, theta, gradients):
    optax = pytest.importorskip("optax", reason="Optax with JAX is not installed")
    import jax

    with jax.enable_x64(True):
        transformation, theta = make(optax), jax.numpy.asarray(theta, "float64")
        state = transformation.init(theta)
        for gradient in gradients:
            gradient = jax.numpy.asarray(gradient, "float64")
            updates, state = transformation.update(gradient, state, theta)
            theta = optax.apply_updates(theta, updates)
        return np.asarray(theta)


def book_run(optimizer, theta, gradients):
    theta = np.asarray(theta, float)
    state = optimizer.init(theta)
    for gradient in gradients:
        theta, state = optimizer.step(theta, np.asarray(gradient, float), state)
    return theta


def run(framework, make, theta, gradients):
    runs = {"keras": keras_run, "torch": torch_run, "optax": optax_run}
    return runs[framework](make, theta, gradients)
