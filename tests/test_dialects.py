"""What each framework means by a setting, and the way from one meaning to another."""

from functools import partial

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.frameworks import (
    KerasAdam,
    KerasMomentum,
    NoTranslation,
    TorchAdaGrad,
    TorchRMSprop,
    as_keras,
    as_optax,
    as_torch,
    quiet_tensorflow,
    recognise,
    translate,
)
from firstorder.schedules import InverseSqrt


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


def step_in_rates(framework, make, *gradients):
    """The way of one parameter from 0, in units of the learning rate 1, downhill."""
    return -float(run(framework, make, 0.0, gradients))


# The defaults and the meaning of each framework's own optimizer: what is made with learning rate
# 1, the gradient, and the step's length by the formula that the framework is said to mean. (Keras
# rounds its betas to float32 before it raises them to a power.)
CELLS = [
    # AdaGrad: first accumulator 0.1 or 0; epsilon 1e-7 under the root or 1e-10 beside it
    ("keras", lambda o: o.Adagrad(1.0), [1e-3], 1e-3 / (0.1 + 1e-6 + 1e-7) ** 0.5),
    ("optax", lambda o: o.adagrad(1.0), [1e-3], 1e-3 / (0.1 + 1e-6 + 1e-7) ** 0.5),
    ("torch", lambda o, p: o("Adagrad")(p, 1.0), [1e-9], 1e-9 / (1e-9 + 1e-10)),
    (
        "keras",
        lambda o: o.Adagrad(1.0, initial_accumulator_value=0.0),
        [1e-4],
        1e-4 / (1e-8 + 1e-7) ** 0.5,
    ),
    (
        "optax",
        lambda o: o.adagrad(1.0, initial_accumulator_value=0.0),
        [1e-4],
        1e-4 / (1e-8 + 1e-7) ** 0.5,
    ),
    # RMSprop: decay 0.9 or 0.99; epsilon 1e-7 or 1e-8 under the root, or 1e-8 beside it
    ("keras", lambda o: o.RMSprop(1.0), [1e-4], 1e-4 / (0.1 * 1e-8 + 1e-7) ** 0.5),
    ("optax", lambda o: o.rmsprop(1.0), [1e-4], 1e-4 / (0.1 * 1e-8 + 1e-8) ** 0.5),
    ("torch", lambda o, p: o("RMSprop")(p, 1.0), [1e-7], 1e-7 / (0.1 * 1e-7 + 1e-8)),
    (
        "optax",
        lambda o: o.rmsprop(1.0, eps_in_sqrt=False),
        [1e-7],
        1e-7 / (0.1**0.5 * 1e-7 + 1e-8),
    ),
    # Adam: epsilon 1e-8 on the corrected root, or 1e-7 on the uncorrected
    ("torch", lambda o, p: o("Adam")(p, 1.0), [1e-8], 0.5),
    ("optax", lambda o: o.adam(1.0), [1e-8], 0.5),
    ("optax", lambda o: o.adam(1.0, eps=0.0, eps_root=1e-16), [1e-8], 0.5**0.5),
    ("keras", lambda o: o.Adam(1.0), [1e-7], 1e-7 / (1e-7 + 1e-7 / 0.001**0.5)),
    # weight decay in Adam, zero gradient, from theta = 0: nothing; see the test below from 1
    ("keras", lambda o: o.Adam(1.0, weight_decay=0.5), [0.0], 0.0),
]


@pytest.mark.parametrize("framework, make, gradients, expected", CELLS)
def test_a_default_means_what_the_table_says(framework, make, gradients, expected):
    assert step_in_rates(framework, make, *gradients) == pytest.approx(expected, rel=1e-5)


# Two gradients with a learning rate that drops from 1 to 0.5 in between show where it stands:
# inside, the second step is beta * 1 * g + 0.5 * g, outside 0.5 * (beta * g + g).
INSIDE, OUTSIDE = 1 + 0.5 + 0.5, 1 + 0.5 * 1.5


def keras_halving(o):
    return o.schedules.PiecewiseConstantDecay([0], [1.0, 0.5])


def torch_halving(make, **settings):
    def made(o, params):
        optimizer = o(make)(params, 1.0, **settings)
        optimizer.register_step_post_hook(
            lambda optimizer, *_: optimizer.param_groups[0].update(lr=0.5)
        )
        return optimizer

    return made


@pytest.mark.parametrize(
    "framework, make, expected",
    [
        ("keras", lambda o: o.SGD(keras_halving(o), momentum=0.5), INSIDE),
        ("torch", torch_halving("SGD", momentum=0.5), OUTSIDE),
        ("optax", lambda o: o.sgd(lambda count: 0.5**count, momentum=0.5), OUTSIDE),
        # in RMSprop with its own momentum, and rho = 0 so that the gradient 1 stays 1
        (
            "keras",
            lambda o: o.RMSprop(keras_halving(o), rho=0.0, momentum=0.5, epsilon=1e-12),
            INSIDE,
        ),
        ("torch", torch_halving("RMSprop", alpha=0.0, momentum=0.5), OUTSIDE),
        (
            "optax",
            lambda o: o.rmsprop(lambda count: 0.5**count, decay=0.0, momentum=0.5, eps=1e-12),
            INSIDE,
        ),
    ],
)
def test_where_the_learning_rate_stands_in_momentum(framework, make, expected):
    assert step_in_rates(framework, make, 1.0, 1.0) == pytest.approx(expected, rel=1e-7)


def test_weight_decay_in_adam_is_decoupled_in_keras_and_in_the_gradient_in_torch():
    """Without a gradient the one shrinks by lr * decay, the other moves by lr."""
    shrunk = keras_run(lambda o: o.Adam(0.125, weight_decay=0.5), 1.0, [0.0])
    moved = torch_run(lambda o, p: o("Adam")(p, 0.125, weight_decay=0.5), 1.0, [0.0])
    assert float(shrunk) == pytest.approx(1 - 0.125 * 0.5, rel=1e-6)
    assert float(moved) == pytest.approx(1 - 0.125, rel=1e-6)


def test_how_much_the_dialects_differ():
    """RMSprop's first step for |g| = 1e-4 and AdaGrad's for g = 0.01, with rate 1."""
    inside = RMSprop(1.0, rho=0.9, epsilon=1e-7)
    outside = TorchRMSprop(1.0, rho=0.9, epsilon=1e-8)
    assert -book_run(inside, 0.0, [1e-4]) == pytest.approx(0.315, abs=5e-4)
    assert -book_run(outside, 0.0, [1e-4]) == pytest.approx(3.161, abs=5e-4)
    assert -book_run(AdaGrad(1.0, initial_accumulator_value=0.1), 0.0, [0.01]) == pytest.approx(
        0.032, abs=5e-4
    )
    assert -book_run(AdaGrad(1.0), 0.0, [0.01]) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("t, expected", [(1, 3.16e-6), (1000, 1.26e-7)])
def test_keras_epsilon_written_as_the_papers(t, expected):
    # with m = g at t, half a step is left where g equals the epsilon of Algorithm 1
    epsilon = 1e-7 / (1 - 0.999**t) ** 0.5
    assert epsilon == pytest.approx(expected, rel=2e-3)
    last = np.diff([book_run(KerasAdam(1.0), 0.0, [epsilon] * n) for n in (t - 1, t)])
    assert -last == pytest.approx(0.5, rel=1e-9)


THETA = [1.0, 2.0, 3.0, 4.0]
GRADIENTS = [[1.0, 6.0, 7.0, 2.0], [1e-4, -5.0, 0.01, 3.0], [1e-3, 4.0, -1e-5, 0.0]]
RATE = InverseSqrt(0.5)
ALL = {"keras", "optax", "torch"}
PLAIN = ALL - {"torch"}  # PyTorch's optimizers take no schedule
MEANINGS = [
    (GradientDescent(0.5), ALL),
    (GradientDescent(RATE), PLAIN),
    (Momentum(0.5, momentum=0.75), ALL),
    (Momentum(0.5, momentum=0.75, nesterov=True), ALL),
    (Momentum(0.5, momentum=0.0, nesterov=True), ALL),
    (Momentum(RATE, momentum=0.75), {"optax"}),
    (Momentum(RATE, momentum=0.0), PLAIN),
    (KerasMomentum(0.5, momentum=0.75, nesterov=True), ALL),
    (KerasMomentum(RATE, momentum=0.75), PLAIN),
    (KerasMomentum(RATE, momentum=0.75, nesterov=True), PLAIN),
    (AdaGrad(0.5), PLAIN),
    (AdaGrad(RATE, epsilon=0.25, initial_accumulator_value=0.5), PLAIN),
    (AdaGrad(0.5, epsilon=0.0, initial_accumulator_value=0.5), ALL),
    (TorchAdaGrad(0.5, epsilon=0.25, initial_accumulator_value=0.5), {"torch"}),
    (TorchAdaGrad(0.5, epsilon=0.0), ALL),
    (RMSprop(0.5, rho=0.75, epsilon=0.25), PLAIN),
    (RMSprop(0.5, rho=0.75, epsilon=0.0), ALL),
    (RMSprop(RATE), PLAIN),
    (TorchRMSprop(0.5, rho=0.75, epsilon=0.25), ALL - {"keras"}),
    (TorchRMSprop(0.5, epsilon=0.0), ALL),
    (Adam(0.5, beta_1=0.5, beta_2=0.75, epsilon=0.25), ALL - {"keras"}),
    (Adam(RATE), {"optax"}),
    (Adam(0.5, beta_1=0.5, beta_2=0.75, epsilon=0.0), ALL),
    (KerasAdam(0.5, beta_1=0.5, beta_2=0.75, epsilon=0.25), {"keras"}),
    (KerasAdam(RATE, beta_1=0.5, beta_2=0.75, epsilon=0.0), PLAIN),
]


def native(framework, optimizer):
    if framework == "torch":
        return lambda o, params: translate(optimizer, "torch", params)
    return lambda o: translate(optimizer, framework)


def carried(framework, optimizer):
    if framework == "torch":
        return lambda o, params: as_torch(optimizer, params)
    return lambda o: as_keras(optimizer) if framework == "keras" else as_optax(optimizer)


@pytest.mark.parametrize("framework", sorted(ALL))
@pytest.mark.parametrize(
    "optimizer, having", MEANINGS, ids=lambda x: str(sorted(x) if isinstance(x, set) else x)
)
def test_translate_means_the_same_or_says_why_not(optimizer, having, framework):
    expected = book_run(optimizer, THETA, GRADIENTS)
    rtol = 2e-7 if framework == "keras" and callable(optimizer.learning_rate) else 1e-12
    if framework in having:
        found = run(framework, native(framework, optimizer), THETA, GRADIENTS)
        np.testing.assert_allclose(found, expected, rtol=rtol)
    else:
        with pytest.raises(NoTranslation, match="must be 0: |must not change|must be a number"):
            run(framework, native(framework, optimizer), THETA, GRADIENTS)
    # What has no translation is carried over, so every meaning is to be had in every framework.
    found = run(framework, carried(framework, optimizer), THETA, GRADIENTS)
    np.testing.assert_allclose(found, expected, rtol=rtol)


@pytest.mark.parametrize(
    "framework, optimizer",
    [(name, meaning) for meaning, having in MEANINGS for name in sorted(having - {"optax"})],
    ids=str,
)
def test_recognise_undoes_translate(optimizer, framework):
    pytest.importorskip(framework, reason=f"{framework} is not installed")
    params = None
    if framework == "torch":
        import torch

        params = [torch.zeros(4)]
    found = recognise(translate(optimizer, framework, params))
    if callable(optimizer.learning_rate):
        rates = [float(found.rate(t)) for t in (1, 2, 9)]
        np.testing.assert_allclose(rates, [optimizer.rate(t) for t in (1, 2, 9)], rtol=1e-7)
    if getattr(optimizer, "momentum", 1.0) == 0.0:
        assert isinstance(found, GradientDescent)  # which is what it means
    else:
        settings = dict(vars(found), learning_rate=optimizer.learning_rate)
        assert settings == vars(optimizer)
        assert not callable(found.learning_rate) or type(found) is type(optimizer) or (
            optimizer.epsilon == 0
        )  # fmt: skip
    np.testing.assert_allclose(
        book_run(found, THETA, GRADIENTS), book_run(optimizer, THETA, GRADIENTS), rtol=1e-6
    )


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda o: o.SGD(0.5), GradientDescent(0.5)),
        (lambda o: o.SGD(0.5, momentum=0.5), Momentum(0.5, momentum=0.5)),
        (lambda o: o.Adagrad(0.5), AdaGrad(0.5, initial_accumulator_value=0.1)),
        (lambda o: o.RMSprop(0.5), RMSprop(0.5)),
        (lambda o: o.Adam(0.5), KerasAdam(0.5)),
        (lambda o: o.Adam(0.5, amsgrad=True), "amsgrad must be False, got True"),
        (lambda o: o.RMSprop(0.5, centered=True), "centered must be False, got True"),
        (lambda o: o.RMSprop(0.5, momentum=0.5), "momentum must be 0.0, got 0.5"),
        (lambda o: o.SGD(0.5, weight_decay=0.5), "weight_decay must be None, got 0.5"),
        (lambda o: o.Adam(0.5, clipnorm=1.0), "clipnorm must be None, got 1.0"),
        (lambda o: o.Nadam(0.5), "got a Nadam"),
        (lambda o: o.SGD(lambda: 0.5), "learning_rate must be a number or a schedule"),
        (lambda o: "adam", "optimizer must be Keras's or PyTorch's own, got 'adam'"),
    ],
)
def test_keras_own_optimizers_are_recognised(make, expected):
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    quiet_tensorflow()
    import keras

    if isinstance(expected, str):
        with pytest.raises(NoTranslation, match=expected):
            recognise(make(keras.optimizers))
    else:
        assert recognise(make(keras.optimizers)) == expected


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda o, p: o.SGD(p), GradientDescent(0.001)),
        (lambda o, p: o.SGD(p, 0.5, 0.9, nesterov=True), Momentum(0.5, nesterov=True)),
        (lambda o, p: o.Adagrad(p), TorchAdaGrad(0.01)),
        (lambda o, p: o.RMSprop(p), TorchRMSprop(0.01)),
        (lambda o, p: o.RMSprop(p, eps=0.0), RMSprop(0.01, rho=0.99, epsilon=0.0)),
        (lambda o, p: o.Adam(p), Adam()),
        (lambda o, p: o.Adam(p, weight_decay=0.5), "weight_decay must be 0, got 0.5"),
        (lambda o, p: o.Adam(p, amsgrad=True), "amsgrad must be False, got True"),
        (lambda o, p: o.SGD(p, 0.5, 0.9, dampening=0.5), "dampening must be 0, got 0.5"),
        (lambda o, p: o.Adagrad(p, lr_decay=0.5), "lr_decay must be 0, got 0.5"),
        (lambda o, p: o.RMSprop(p, momentum=0.5), "momentum must be 0, got 0.5"),
        (lambda o, p: o.SGD(p, maximize=True), "maximize must be False, got True"),
        (lambda o, p: o.NAdam(p), "got a NAdam"),
        (lambda o, p: o.SGD([{"params": p}, {"params": [0 * p[0]]}]), "one parameter group, got 2"),
    ],
)
def test_torch_own_optimizers_are_recognised(make, expected):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    if isinstance(expected, str):
        with pytest.raises(NoTranslation, match=expected):
            recognise(make(torch.optim, [torch.zeros(1)]))
    else:
        assert recognise(make(torch.optim, [torch.zeros(1)])) == expected


class Unknown(Adam):
    """A method that the tables do not know, whatever it inherits from."""


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((Adam(), "mxnet"), "framework must be 'keras', 'optax' or 'torch', got 'mxnet'"),
        ((Adam(), "torch"), "params must be given for PyTorch and for it alone, got None"),
        ((Adam(), "keras", []), r"params must be given for PyTorch and for it alone, got \[\]"),
        ((Unknown(), "optax"), "has no translation: Unknown is unknown"),
        ((Adam(np.ones(2)), "keras"), "learning_rate must be a number in Keras, got an array"),
    ],
)
def test_translate_names_what_is_wrong(arguments, message):
    pytest.importorskip("keras", reason="Keras is not installed")
    pytest.importorskip("optax", reason="Optax is not installed")
    with pytest.raises(ValueError, match=message):
        translate(*arguments)
