"""What each framework means by a setting, by the frameworks themselves."""

import pytest

from firstorder import AdaGrad, RMSprop
from firstorder.frameworks import KerasAdam, TorchRMSprop
from harness import book_end, end


def step_in_rates(framework, make, *gradients):
    """The way of one parameter from 0, in units of the learning rate 1, downhill."""
    return -float(end(framework, make, 0.0, gradients))


# The defaults and the meaning of each framework's own optimizer: what is made with learning rate
# 1, the gradient, and the step's length by the formula that the framework is said to mean. (Keras
# rounds its betas to float32 before it raises them to a power.)
CELLS = [
    # AdaGrad: first accumulator 0.1 or 0; epsilon 1e-7 under the root or 1e-10 beside it
    ("keras", lambda o: o.Adagrad(1.0), [1e-3], 1e-3 / (0.1 + 1e-6 + 1e-7) ** 0.5),
    ("optax", lambda o: o.adagrad(1.0), [1e-3], 1e-3 / (0.1 + 1e-6 + 1e-7) ** 0.5),
    ("torch", lambda o, p: o.Adagrad(p, 1.0), [1e-9], 1e-9 / (1e-9 + 1e-10)),
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
    ("torch", lambda o, p: o.RMSprop(p, 1.0), [1e-7], 1e-7 / (0.1 * 1e-7 + 1e-8)),
    (
        "optax",
        lambda o: o.rmsprop(1.0, eps_in_sqrt=False),
        [1e-7],
        1e-7 / (0.1**0.5 * 1e-7 + 1e-8),
    ),
    # Adam: epsilon 1e-8 on the corrected root, or 1e-7 on the uncorrected
    ("torch", lambda o, p: o.Adam(p, 1.0), [1e-8], 0.5),
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
        optimizer = getattr(o, make)(params, 1.0, **settings)
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
    shrunk = end("keras", lambda o: o.Adam(0.125, weight_decay=0.5), 1.0, [0.0])
    moved = end("torch", lambda o, p: o.Adam(p, 0.125, weight_decay=0.5), 1.0, [0.0])
    assert float(shrunk) == pytest.approx(1 - 0.125 * 0.5, rel=1e-6)
    assert float(moved) == pytest.approx(1 - 0.125, rel=1e-6)


def test_how_much_the_dialects_differ():
    """RMSprop's first step for |g| = 1e-4 and AdaGrad's for g = 0.01, with rate 1."""
    inside = RMSprop(1.0, rho=0.9, epsilon=1e-7)
    outside = TorchRMSprop(1.0, rho=0.9, epsilon=1e-8)
    assert -book_end(inside, 0.0, [1e-4]) == pytest.approx(0.315, abs=5e-4)
    assert -book_end(outside, 0.0, [1e-4]) == pytest.approx(3.161, abs=5e-4)
    assert -book_end(AdaGrad(1.0, initial_accumulator_value=0.1), 0.0, [0.01]) == pytest.approx(
        0.032, abs=5e-4
    )
    assert -book_end(AdaGrad(1.0), 0.0, [0.01]) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("t, expected", [(1, 3.16e-6), (1000, 1.26e-7)])
def test_keras_epsilon_written_as_the_papers(t, expected):
    # with m = g at t, half a step is left where g equals the epsilon of Algorithm 1
    epsilon = 1e-7 / (1 - 0.999**t) ** 0.5
    assert epsilon == pytest.approx(expected, rel=2e-3)
    before = book_end(KerasAdam(1.0), 0.0, [epsilon] * (t - 1)) if t > 1 else 0.0
    assert before - book_end(KerasAdam(1.0), 0.0, [epsilon] * t) == pytest.approx(0.5, rel=1e-9)
