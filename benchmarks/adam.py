"""Adam by many hands: each contestant is given parameters and gradient and steps in place.

``CONTESTANTS[name](theta, gradient)`` brings the two arrays to where the contestant wants them
and returns ``start``; ``start()`` makes the optimizer's state and returns ``step``; ``step()``
takes one step, waits for its end, and returns the parameters. A missing framework raises
ImportError from the first call.
"""

import numpy as np

from firstorder import Adam, blockwise
from firstorder.frameworks import as_keras, as_torch, import_tensorflow

REFERENCE = Adam(0.001)


def in_place(optimizer=REFERENCE, **how):
    """Stepped by ``blockwise``: in blocks, on threads, compiled."""

    def contestant(theta, gradient):
        def start():
            state = blockwise.init(optimizer, theta)
            if how.get("compiled") and (reason := blockwise.obstacle(optimizer, theta)):
                raise ImportError(reason)

            def step():
                nonlocal state
                state = blockwise.step(optimizer, theta, gradient, state, **how)
                return theta

            return step

        return start

    return contestant


def in_one_piece(theta, gradient):
    def start():
        point, state = theta, REFERENCE.init(theta)

        def step():
            nonlocal point, state
            point, state = REFERENCE.step(point, gradient, state)
            return point

        return step

    return start


def by_hand(theta, gradient):
    import numba

    @numba.njit(parallel=True)
    def kernel(theta, gradient, m, v, rate, beta_1, beta_2, correction_1, correction_2, epsilon):
        for i in numba.prange(theta.size):
            m[i] = beta_1 * m[i] + (1 - beta_1) * gradient[i]
            v[i] = beta_2 * v[i] + (1 - beta_2) * gradient[i] ** 2
            root = np.sqrt(v[i] / correction_2)
            theta[i] -= rate * (m[i] / correction_1) / (root + epsilon)

    def start():
        t, m, v = 0, np.zeros_like(theta), np.zeros_like(theta)

        def step():
            nonlocal t
            t += 1
            numbers = (0.001, 0.9, 0.999, 1 - 0.9**t, 1 - 0.999**t, 1e-8)
            kernel(theta, gradient, m, v, *map(np.float32, numbers))
            return theta

        return step

    return start


def torch_step(theta, gradient, make, threads):
    import torch

    param = torch.from_numpy(theta)
    param.grad = torch.from_numpy(gradient)

    def start():
        optimizer = make(torch.optim, [param])

        def step():
            torch.set_num_threads(threads)
            optimizer.step()
            return param.numpy()

        return step

    return start


def torch_own(threads, **flags):
    return lambda theta, gradient: torch_step(
        theta, gradient, lambda o, params: o.Adam(params, 0.001, **flags), threads
    )


def keras_step(theta, gradient, make, wrap):
    tf = import_tensorflow(hide_gpus=True)
    import keras

    variable, gradient = keras.Variable(theta), tf.constant(gradient)
    theta = None

    def start():
        optimizer = make(keras.optimizers)
        optimizer.build([variable])
        apply = lambda: optimizer.apply([gradient], [variable])  # noqa: E731
        apply = wrap(tf)(apply) if wrap else apply

        def step():
            apply()
            return variable.value

        return step

    return start


def keras_own(wrap=None):
    return lambda theta, gradient: keras_step(
        theta, gradient, lambda o: o.Adam(0.001, epsilon=1e-8), wrap
    )


def xla(tf):
    return tf.function(jit_compile=True)


def jax_step(theta, gradient, update, init, compiled):
    """Under jit the old parameters and state are given away, so that they can be overwritten."""
    import jax

    update = jax.jit(update, donate_argnums=(0, 2)) if compiled else update
    arrays = [jax.numpy.array(theta), jax.numpy.array(gradient)]
    theta = gradient = None

    def start():
        point, state = arrays[0], init(arrays[0])
        arrays[0] = None

        def step():
            nonlocal point, state
            point, state = update(point, arrays[1], state)
            return jax.block_until_ready(point)

        return step

    return start


def optax_own(compiled):
    def contestant(theta, gradient):
        import optax

        own = optax.adam(0.001)

        def update(theta, gradient, state):
            updates, state = own.update(gradient, state, theta)
            return optax.apply_updates(theta, updates), state

        return jax_step(theta, gradient, update, own.init, compiled)

    return contestant


PIECE = "the book, NumPy in one piece"
BLOCKS = "the book, NumPy in blocks"
BLOCKS_2 = f"{BLOCKS}, 2 threads"
NUMBA = "the book, by Numba"
NUMBA_2 = f"{NUMBA}, 2 threads"
XLA = "the book, in Keras under XLA"
JAX = "the book, JAX under jit"
FUSED, FUSED_2 = "PyTorch fused, 1 thread", "PyTorch fused, 2 threads"
CONTESTANTS = {
    PIECE: in_one_piece,
    BLOCKS: in_place(),
    BLOCKS_2: in_place(threads=2),
    NUMBA: in_place(compiled=True),
    NUMBA_2: in_place(compiled=True, threads=2),
    XLA: lambda theta, gradient: keras_step(theta, gradient, lambda _: as_keras(REFERENCE), xla),
    JAX: lambda theta, gradient: jax_step(theta, gradient, REFERENCE.step, REFERENCE.init, True),
    "the book, in PyTorch, 1 thread": lambda theta, gradient: torch_step(
        theta, gradient, lambda _, params: as_torch(REFERENCE, params), 1
    ),
    "PyTorch default, 1 thread": torch_own(1, foreach=False),
    "PyTorch default, 2 threads": torch_own(2, foreach=False),
    "PyTorch foreach, 2 threads": torch_own(2, foreach=True),
    FUSED: torch_own(1, fused=True),
    FUSED_2: torch_own(2, fused=True),
    "Keras eager": keras_own(),
    "Keras tf.function": keras_own(lambda tf: tf.function),
    "Keras under XLA": keras_own(xla),
    "Optax eager": optax_own(False),
    "Optax under jit": optax_own(True),
    "Numba, by hand, 2 threads": by_hand,
}
