"""One way to step the book's optimizers and the frameworks' own, and to tell them apart.

``STEPPERS[framework](make, thetas, mode)`` returns a function that takes one gradient for each
parameter and returns the parameters after the step. ``make`` is given the framework's namespace,
and for PyTorch the parameters too, and returns the optimizer.
"""

from dataclasses import fields

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop, frameworks
from firstorder.frameworks import KerasAdam, TorchAdaGrad, TorchRMSprop
from firstorder.schedules import InverseSqrt


def numpy_stepper(make, thetas, mode="eager"):
    optimizer, thetas = make(None), list(thetas)
    states = [optimizer.init(theta) for theta in thetas]

    def step(gradients):
        for i, gradient in enumerate(gradients):
            thetas[i], states[i] = optimizer.step(thetas[i], gradient, states[i])
        return list(thetas)

    return step


def keras_stepper(make, thetas, mode="eager"):
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    tf = frameworks.import_tensorflow(hide_gpus=True)
    import keras

    optimizer = make(keras.optimizers)
    variables = [keras.Variable(theta, dtype=theta.dtype.name) for theta in thetas]
    optimizer.build(variables)
    apply = lambda gradients: optimizer.apply(gradients, variables)  # noqa: E731
    if mode != "eager":
        apply = tf.function(apply, jit_compile=mode == "xla")

    def step(gradients):
        apply([tf.constant(gradient) for gradient in gradients])
        return [keras.ops.convert_to_numpy(variable) for variable in variables]

    return step


def torch_stepper(make, thetas, mode="eager"):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    params = [torch.nn.Parameter(torch.tensor(theta)) for theta in thetas]
    optimizer = make(torch.optim, params)

    def step(gradients):
        for param, gradient in zip(params, gradients, strict=True):
            param.grad = torch.tensor(gradient)
        optimizer.step()
        return [param.detach().numpy().copy() for param in params]

    return step


def optax_stepper(make, thetas, mode="eager"):
    optax = pytest.importorskip("optax", reason="Optax with JAX is not installed")
    import jax

    transformation, double = make(optax), thetas[0].dtype == np.float64
    update = jax.jit(transformation.update) if mode == "jit" else transformation.update
    with jax.enable_x64(double):
        params = {"all": [jax.numpy.asarray(theta) for theta in thetas]}
        state = transformation.init(params)

    def step(gradients):
        nonlocal params, state
        with jax.enable_x64(double):
            gradients = {"all": [jax.numpy.asarray(gradient) for gradient in gradients]}
            updates, state = update(gradients, state, params)
            params = optax.apply_updates(params, updates)
        return [np.asarray(theta) for theta in params["all"]]

    return step


FRAMEWORKS = ["keras", "optax", "torch"]
STEPPERS = {"numpy": numpy_stepper, "keras": keras_stepper, "optax": optax_stepper,
            "torch": torch_stepper}  # fmt: skip
MODES = [("keras", "eager"), ("keras", "graph"), ("keras", "xla"), ("optax", "eager"),
         ("optax", "jit"), ("torch", "eager")]  # fmt: skip


def itself(framework, optimizer):
    return lambda namespace: optimizer


def own(framework, optimizer):
    """The framework's own optimizer, by the book's translation of the settings."""
    return lambda namespace, *params: frameworks.translate(optimizer, framework, *params)


def carried(framework, optimizer):
    return lambda namespace, *params: getattr(frameworks, f"as_{framework}")(optimizer, *params)


# Numbers with few bits, so that a framework that keeps them in float32 means the same ones.
OPTIMIZERS = [
    GradientDescent(0.125),
    Momentum(0.125, momentum=0.875),
    Momentum(0.125, momentum=0.875, nesterov=True),
    AdaGrad(0.125, initial_accumulator_value=0.125),
    RMSprop(0.125, rho=0.875),
    Adam(0.125, beta_1=0.875, beta_2=1 - 2**-7),
    Adam(InverseSqrt(0.125)),
]
THETAS = [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([0.25])]
GRADIENTS = [
    [np.array([[0.5, -8.0], [1.0, 0.001]]), np.array([64.0])],
    [np.array([[0.25, 8.0], [-1.0, 0.002]]), np.array([-16.0])],
    [np.array([[-2.0, 4.0], [3.0, -0.004]]), np.array([1.0])],
]


def ends(framework, make, thetas=THETAS, gradients=GRADIENTS, mode="eager"):
    """Where the parameters are after the last step."""
    step = STEPPERS[framework](make, thetas, mode)
    return [step(row) for row in gradients][-1]


def end(framework, make, theta, gradients):
    """Where one parameter or vector is after the last step, in float64."""
    rows = [[np.asarray(gradient, float)] for gradient in gradients]
    return ends(framework, make, [np.asarray(theta, float)], rows)[0]


def book_end(optimizer, theta, gradients):
    return end("numpy", itself("numpy", optimizer), theta, gradients)


def close(found, wanted, rtol):
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(np.asarray(one), other, rtol=rtol)


# Walks: random settings, many steps.

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


def drawn(framework, method, count=SETTINGS):
    """Optimizers of one kind with random settings."""
    random = np.random.default_rng(METHODS.index(method))
    kind = KINDS[framework][METHODS.index(method)]
    fixed = {"nesterov": True} if method == "nesterov" else {}
    names = [field.name for field in fields(kind) if field.name in RANGES]
    return [
        kind(**{**{name: float(np.float32(RANGES[name](random))) for name in names}, **fixed})
        for _ in range(count)
    ]


def gradients(count=SETTINGS):
    """Of scales from 1e-4 to 1e3, one scale for each coordinate; every tenth is zero."""
    random = np.random.default_rng(11)
    scales = 10 ** random.uniform(-4, 3, size=(1, count, SIZE))
    some = random.random((STEPS, count, SIZE)) > 0.1
    return (scales * random.normal(size=(STEPS, count, SIZE)) * some).astype(np.float32)


def walks(framework, how, optimizers, gradients):
    """The points of every optimizer after every step from 0."""
    start = np.zeros_like(gradients[0])
    if framework == "optax":
        step = optax_stepper(how(framework, in_columns(optimizers)), [start], "jit")
        return np.stack([start, *(step([rows])[0] for rows in gradients)])
    steppers = [
        STEPPERS[framework](how(framework, optimizer), [theta], "graph")
        for optimizer, theta in zip(optimizers, start, strict=True)
    ]
    points = [
        [step([row])[0] for step, row in zip(steppers, rows, strict=True)] for rows in gradients
    ]
    return np.stack([start, *points])


def in_columns(optimizers):
    """One optimizer, with columns for settings that broadcast: it is compiled once for all."""
    names = [field.name for field in fields(optimizers[0])]
    columns = {name: np.array([[getattr(one, name)] for one in optimizers]) for name in names}
    if "nesterov" in columns:
        columns["nesterov"] = optimizers[0].nesterov
    return type(optimizers[0])(**columns)


def disagreement(one, other):
    """The largest distance between two walks, in units of the distance travelled till then."""
    travelled = np.cumsum(np.abs(np.diff(other.astype(float), axis=0)), axis=0)
    apart = np.abs(one[1:].astype(float) - other[1:])
    return np.max(apart / np.where(travelled > 0, travelled, 1.0))
