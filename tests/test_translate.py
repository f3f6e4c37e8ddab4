"""From the book's optimizers to the frameworks' own and back, where settings mean the same."""

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.frameworks import (
    KerasAdam,
    KerasMomentum,
    NoTranslation,
    TorchAdaGrad,
    TorchRMSprop,
    import_tensorflow,
    recognise,
    translate,
)
from firstorder.schedules import InverseSqrt
from harness import FRAMEWORKS, book_end, carried, end, own

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


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize(
    "optimizer, having", MEANINGS, ids=lambda x: str(sorted(x) if isinstance(x, set) else x)
)
def test_translate_means_the_same_or_says_why_not(optimizer, having, framework):
    expected = book_end(optimizer, THETA, GRADIENTS)
    rtol = 2e-7 if framework == "keras" and callable(optimizer.learning_rate) else 1e-12
    if framework in having:
        found = end(framework, own(framework, optimizer), THETA, GRADIENTS)
        np.testing.assert_allclose(found, expected, rtol=rtol)
    else:
        with pytest.raises(NoTranslation, match="must be 0: |must not change|must be a number"):
            end(framework, own(framework, optimizer), THETA, GRADIENTS)
    # What has no translation is carried over, so every meaning is to be had in every framework.
    found = end(framework, carried(framework, optimizer), THETA, GRADIENTS)
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
        book_end(found, THETA, GRADIENTS), book_end(optimizer, THETA, GRADIENTS), rtol=1e-6
    )


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda o: o.SGD(0.5), GradientDescent(0.5)),
        (lambda o: o.SGD(0.5, momentum=0.5), Momentum(0.5, momentum=0.5)),
        (lambda o: o.Adagrad(0.5), AdaGrad(0.5, initial_accumulator_value=0.1)),
        (lambda o: o.RMSprop(0.5), RMSprop(0.5)),
        (lambda o: o.Adam(0.001), KerasAdam(0.001)),
        (lambda o: o.Adam(1 / 3), KerasAdam(0.33333334)),  # the shortest of its float32 number
        (lambda o: o.Adam(0.5, weight_decay=0.0, clipnorm=0.0), KerasAdam(0.5)),
        (lambda o: o.Adam(0.5, amsgrad=True), "amsgrad must be off, got True"),
        (lambda o: o.RMSprop(0.5, centered=True), "centered must be off, got True"),
        (lambda o: o.RMSprop(0.5, momentum=0.5), "momentum must be off, got 0.5"),
        (lambda o: o.SGD(0.5, weight_decay=0.5), "weight_decay must be off, got 0.5"),
        (lambda o: o.Adam(0.5, clipnorm=1.0), "clipnorm must be off, got 1.0"),
        (lambda o: o.Nadam(0.5), "got Nadam"),
        (lambda o: o.SGD(lambda: 0.5), "learning_rate must be a number or a schedule"),
        (lambda o: "adam", "optimizer must be Keras's or PyTorch's own, got 'adam'"),
    ],
)
def test_keras_own_optimizers_are_recognised(make, expected):
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    import_tensorflow(hide_gpus=True)
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
        (lambda o, p: o.Adam(p, weight_decay=0.5), "weight_decay must be off, got 0.5"),
        (lambda o, p: o.Adam(p, amsgrad=True), "amsgrad must be off, got True"),
        (lambda o, p: o.SGD(p, 0.5, 0.9, dampening=0.5), "dampening must be off, got 0.5"),
        (lambda o, p: o.Adagrad(p, lr_decay=0.5), "lr_decay must be off, got 0.5"),
        (lambda o, p: o.RMSprop(p, momentum=0.5), "momentum must be off, got 0.5"),
        (lambda o, p: o.SGD(p, maximize=True), "maximize must be off, got True"),
        (lambda o, p: o.NAdam(p), "got NAdam"),
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
        (
            (Adam(np.ones(2)), "keras"),
            "learning_rate must be one number for all parameters in Keras, got",
        ),
    ],
)
def test_translate_names_what_is_wrong(arguments, message):
    pytest.importorskip("keras", reason="Keras is not installed")
    pytest.importorskip("optax", reason="Optax is not installed")
    with pytest.raises(ValueError, match=message):
        translate(*arguments)


def test_a_rate_that_is_a_tensor_is_read_as_the_decimal_that_was_written():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    params = [torch.nn.Parameter(torch.ones(2))]
    for kind in (torch.optim.SGD, torch.optim.Adam):
        assert recognise(kind(params, lr=torch.tensor(0.001))).learning_rate == 0.001
