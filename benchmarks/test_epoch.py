"""An epoch of MNIST, batch 32, the network 784-128-10 with dropout, and a look at the test set."""

import os

import numpy as np
import pytest

from firstorder import Adam
from firstorder.datasets import Images, load_mnist
from firstorder.frameworks import as_optax, import_tensorflow
from firstorder.network import Network
from firstorder.training import train

BATCH = 32


@pytest.fixture(scope="module")
def data():
    """MNIST as floats; where no file is named, noise of its shape, which takes as long."""
    if os.environ.get("MNIST_NPZ"):
        images = load_mnist()
    else:
        random = np.random.default_rng(0)
        x, y = random.integers(0, 256, (70000, 28, 28), np.uint8), random.integers(0, 10, 70000)
        images = Images(x[:60000], y[:60000], x[60000:], y[60000:])
    return Images(images.x_train / np.float32(255), images.y_train.astype(int),
                  images.x_test / np.float32(255), images.y_test.astype(int))  # fmt: skip


def keras_epoch(data, **arguments):
    import_tensorflow(hide_gpus=True)
    import keras

    model = keras.Sequential(
        [keras.layers.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(128, "relu"),
         keras.layers.Dropout(0.2), keras.layers.Dense(10)]
    )  # fmt: skip
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], **arguments)
    test = (data.x_test, data.y_test)  # in one batch, as the others take it
    return lambda: model.fit(
        data.x_train,
        data.y_train,
        BATCH,
        validation_data=test,
        validation_batch_size=len(data.y_test),
        verbose=0,
    )


def torch_epoch(data, **arguments):
    torch = pytest.importorskip("torch")
    from torch import nn

    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10)
    )
    optimizer = torch.optim.Adam(model.parameters(), **arguments)
    x, y, x_test, y_test = map(torch.from_numpy, data)
    loss_of = nn.CrossEntropyLoss()

    def epoch():
        torch.set_num_threads(1)
        model.train()
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            loss_of(model(x[rows]), y[rows]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            return (model(x_test).argmax(1) == y_test).float().mean().item()

    return epoch


def jax_epoch(data, make):
    pytest.importorskip("optax")
    import jax
    import optax
    from jax import numpy as jnp

    own = make(optax)
    x, y, x_test, y_test = map(
        jnp.asarray, (part.reshape(len(part), -1).squeeze() for part in data)
    )

    def logits(params, x, key):
        (W, b), (W_out, b_out) = params
        h = jax.nn.relu(x @ W + b)
        if key is not None:
            h = jnp.where(jax.random.bernoulli(key, 0.8, h.shape), h / 0.8, 0)
        return h @ W_out + b_out

    def loss(params, rows, key):
        scores = logits(params, x[rows], key)
        return optax.softmax_cross_entropy_with_integer_labels(scores, y[rows]).mean()

    def step(carry, rows):
        params, state, key = carry
        key, drop = jax.random.split(key)
        updates, state = own.update(jax.grad(loss)(params, rows, drop), state, params)
        return (optax.apply_updates(params, updates), state, key), None

    @jax.jit
    def epoch(carry, key):
        rows = jax.random.permutation(key, len(x)).reshape(-1, BATCH)
        carry, _ = jax.lax.scan(step, carry, rows)
        return carry, (logits(carry[0], x_test, None).argmax(1) == y_test).mean()

    random = np.random.default_rng(0)
    params = [
        (jnp.asarray(random.normal(size=shape) * shape[0] ** -0.5, "float32"), jnp.zeros(shape[1]))
        for shape in ((784, 128), (128, 10))
    ]
    key = jax.random.key(0)
    carry = (params, own.init(params), key)

    def run():
        nonlocal carry, key
        key, shuffle = jax.random.split(key)
        carry, accuracy = epoch(carry, shuffle)
        return float(accuracy)

    return run


def test_epoch(race, data):
    ours = "the book, NumPy network"
    contestants = {
        ours: lambda: train(Network(), data, Adam(), epochs=1),
    }
    makers = {
        "Keras fit": lambda: keras_epoch(data),
        "Keras fit, 50 steps an execution": lambda: keras_epoch(data, steps_per_execution=50),
        "PyTorch loop": lambda: torch_epoch(data),
        "PyTorch loop, fused Adam": lambda: torch_epoch(data, fused=True),
        "JAX and Optax, scan": lambda: jax_epoch(data, lambda optax: optax.adam(0.001)),
        "the book, in JAX, scan": lambda: jax_epoch(data, lambda _: as_optax(Adam())),
    }
    for name, make in makers.items():
        try:
            contestants[name] = make()
        except (ImportError, pytest.skip.Exception) as missing:
            print(f"{name} does not take part: {missing}")
    race(
        "An epoch of MNIST, batch 32, 784-128-10 with dropout, and the test accuracy",
        "seconds",
        [ours],
        contestants,
        per=1.0,
        rounds=3,
        warm=1,
        limits={ours: {"Keras fit": 1 / 2.5, "PyTorch loop, fused Adam": 1 / 1.6}},
    )
