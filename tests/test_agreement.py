"""The book's steps against the frameworks' own: random settings, many steps, mixed scales."""

from dataclasses import dataclass, fields

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
from firstorder.misprints import FirstOnly, FrozenTime, MisplacedEpsilon, Uncorrected
from firstorder.optimizers import AdamState, RMSpropState

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


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("framework", WALKS)
def test_a_hundred_steps_agree_for_25_settings(framework, method, dtype):
    optimizers, rows = drawn(framework, method), gradients().astype(dtype)
    theirs = WALKS[framework](own(framework), optimizers, rows)
    assert theirs.dtype == dtype and np.ptp(theirs) > 1
    carried = WALKS[framework](CARRIED[framework], optimizers, rows)
    for ours in (carried, numpy_walks(optimizers, rows)):
        assert disagreement(ours, theirs) < TOLERANCE[dtype]


@pytest.mark.parametrize(
    "framework, reference",
    [("keras", Adam), ("torch", RMSprop), ("torch", AdaGrad)],
)
def test_the_reference_differs_where_the_dialects_do_and_can_be_carried_over(framework, reference):
    """The same numbers with the other meaning are far off, unless the framework runs our step."""
    method = reference.__name__.lower()
    dialects, rows = drawn(framework, method), gradients().astype(float)
    references = [reference(**vars(dialect)) for dialect in dialects]
    expected = numpy_walks(references, rows)
    own_settings = WALKS[framework](own(framework), dialects, rows)
    assert disagreement(own_settings, expected) > 0.1
    assert disagreement(WALKS[framework](CARRIED[framework], references, rows), expected) < 1e-11


THETA, GRADIENT = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 6.0, 7.0, 2.0])
ONE_STEP = [
    (GradientDescent(0.5), [0.5, -1.0, -0.5, 3.0]),
    (Momentum(0.5, momentum=0.9), [0.5, -1.0, -0.5, 3.0]),
    (Momentum(0.5, momentum=0.9, nesterov=True), [0.05, -3.7, -3.65, 2.1]),
    (AdaGrad(0.5, epsilon=0.0), [0.5, 1.5, 2.5, 3.5]),
    (RMSprop(0.5, rho=0.9, epsilon=0.0), [-0.5811, 0.4189, 1.4189, 2.4189]),
    (Adam(0.5, epsilon=0.0), [0.5, 1.5, 2.5, 3.5]),
]


@pytest.mark.parametrize("optimizer, expected", ONE_STEP, ids=str)
def test_the_same_four_numbers_for_every_method(optimizer, expected):
    theta, state = optimizer.step(THETA, GRADIENT, optimizer.init(THETA))
    assert theta == pytest.approx(expected, abs=5e-5)
    assert state.t == 1


@pytest.mark.parametrize("framework", WALKS)
@pytest.mark.parametrize("optimizer, expected", ONE_STEP, ids=str)
def test_the_same_four_numbers_in_every_framework(optimizer, expected, framework):
    # Walks start at 0, and the first step does not depend on the start.
    rows = np.broadcast_to(GRADIENT, (STEPS, 1, 4)).copy()
    first = WALKS[framework](own(framework), [optimizer], rows)[1, 0]
    assert THETA + first == pytest.approx(expected, abs=5e-5)


# More wrong formulas. Each stands for the method that it is given out for.


@dataclass(frozen=True)
class NoRoot(Adam):
    def step(self, theta, gradient, state):
        _, (t, m, v) = super().step(theta, gradient, state)
        m_hat, v_hat = m / (1 - self.beta_1**t), v / (1 - self.beta_2**t)
        return theta - self.rate(t) * m_hat / (v_hat + self.epsilon), AdamState(t, m, v)


@dataclass(frozen=True)
class EpsilonHatWithoutRoot(KerasAdam):
    def step(self, theta, gradient, state):
        _, (t, m, v) = super().step(theta, gradient, state)
        m_hat, v_hat = m / (1 - self.beta_1**t), v / (1 - self.beta_2**t)
        epsilon = self.epsilon / (1 - self.beta_2**t)
        return theta - self.rate(t) * m_hat / (v_hat**0.5 + epsilon), AdamState(t, m, v)


@dataclass(frozen=True)
class SecondMomentDecaysByBeta1(Adam):
    def step(self, theta, gradient, state):
        _, (t, m, _) = super().step(theta, gradient, state)
        v = self.beta_1 * state.v + (1 - self.beta_1) * gradient**2
        m_hat, v_hat = m / (1 - self.beta_1**t), v / (1 - self.beta_1**t)
        return theta - self.rate(t) * m_hat / (v_hat**0.5 + self.epsilon), AdamState(t, m, v)


@dataclass(frozen=True)
class AveragedMomentum(Momentum):
    def step(self, theta, gradient, state):
        return super().step(theta, (1 - self.momentum) * gradient, state)


@dataclass(frozen=True)
class LooksBack(Momentum):
    def step(self, theta, gradient, state):
        _, new = super().step(theta, gradient, state)
        return theta - self.rate(new.t) * (gradient + self.momentum * state.m), new


@dataclass(frozen=True)
class PlusOneUnderTheRoot(AdaGrad):
    def step(self, theta, gradient, state):
        _, new = super().step(theta, gradient, state)
        return theta - self.rate(new.t) * gradient / (new.G + 1.0) ** 0.5, new


@dataclass(frozen=True)
class AverageOfGradients(RMSprop):
    def step(self, theta, gradient, state):
        v = self.rho * state.v + (1 - self.rho) * gradient
        step = self.rate(state.t + 1) * gradient / (v**2 + self.epsilon) ** 0.5
        return theta - step, RMSpropState(state.t + 1, v)


@dataclass(frozen=True)
class OldMeanSquare(RMSprop):
    def step(self, theta, gradient, state):
        _, new = super().step(theta, gradient, state)
        return theta - self.rate(new.t) * gradient / (state.v + self.epsilon) ** 0.5, new


MUTANTS = [
    ("torch", "adam", Uncorrected),
    ("torch", "adam", FirstOnly),
    ("torch", "adam", FrozenTime),
    ("torch", "adam", MisplacedEpsilon),
    ("torch", "adam", NoRoot),
    ("torch", "adam", SecondMomentDecaysByBeta1),
    ("torch", "adam", KerasAdam),
    ("keras", "adam", Adam),
    ("keras", "adam", EpsilonHatWithoutRoot),
    ("torch", "momentum", AveragedMomentum),
    ("torch", "nesterov", LooksBack),
    ("optax", "adagrad", PlusOneUnderTheRoot),
    ("optax", "adagrad", TorchAdaGrad),
    ("torch", "adagrad", AdaGrad),
    ("optax", "rmsprop", AverageOfGradients),
    ("optax", "rmsprop", OldMeanSquare),
    ("optax", "rmsprop", TorchRMSprop),
    ("torch", "rmsprop", RMSprop),
]


@pytest.mark.parametrize("framework, method, mutant", MUTANTS)
def test_a_wrong_formula_is_caught(framework, method, mutant):
    """For every setting in float64, and for some by a margin that float32 shows too."""
    optimizers, rows = drawn(framework, method, count=8), gradients(8).astype(float)
    rows[0][rows[0] == 0] = 1e-3  # so that no formula is caught merely for dividing zero by zero
    theirs = WALKS[framework](own(framework), optimizers, rows)
    wrong = numpy_walks([mutant(**vars(optimizer)) for optimizer in optimizers], rows)
    apart = [disagreement(wrong[:, [i]], theirs[:, [i]]) for i in range(8)]
    assert min(apart) > 10 * TOLERANCE["float64"]
    assert max(apart) > 10 * TOLERANCE["float32"]
