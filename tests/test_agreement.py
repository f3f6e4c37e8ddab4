"""The book's steps against the frameworks' own: random settings, many steps, mixed scales."""

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from harness import (
    FRAMEWORKS,
    METHODS,
    MODES,
    OPTIMIZERS,
    TOLERANCE,
    book_end,
    carried,
    close,
    disagreement,
    drawn,
    end,
    ends,
    gradients,
    itself,
    own,
    walks,
)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_hundred_steps_agree_for_25_settings(framework, method, dtype):
    optimizers, rows = drawn(framework, method), gradients().astype(dtype)
    theirs = walks(framework, own, optimizers, rows)
    assert theirs.dtype == dtype and np.ptp(theirs) > 1
    for ours in (
        walks(framework, carried, optimizers, rows),
        walks("numpy", itself, optimizers, rows),
    ):
        assert disagreement(ours, theirs) < TOLERANCE[dtype]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("framework, mode", MODES)
def test_a_bridge_moves_all_parameters_to_what_the_step_returns(framework, mode, optimizer):
    rtol = {"keras": 1e-13, "optax": 1e-12, "torch": 1e-14}[framework]
    if framework == "keras" and callable(optimizer.learning_rate):
        rtol = 1e-7  # Keras computes a schedule in float32; the numbers of the others fit into it
    expected = ends("numpy", itself("numpy", optimizer))
    close(ends(framework, carried(framework, optimizer), mode=mode), expected, rtol)


@pytest.mark.parametrize(
    "framework, reference",
    [("keras", Adam), ("torch", RMSprop), ("torch", AdaGrad)],
)
def test_the_reference_differs_where_the_dialects_do_and_can_be_carried_over(framework, reference):
    """The same numbers with the other meaning are far off, unless the framework runs our step."""
    method = reference.__name__.lower()
    dialects, rows = drawn(framework, method), gradients().astype(float)
    references = [reference(**vars(dialect)) for dialect in dialects]
    expected = walks("numpy", itself, references, rows)
    assert disagreement(walks(framework, own, dialects, rows), expected) > 0.1
    assert disagreement(walks(framework, carried, references, rows), expected) < 1e-11


THETA, GRADIENT = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 6.0, 7.0, 2.0])
# Keras's own table for its optimizers: one step from THETA along GRADIENT at rate 0.5.
ONE_STEP = [
    (GradientDescent(0.5), [0.5, -1.0, -0.5, 3.0]),
    (Momentum(0.5, momentum=0.9), [0.5, -1.0, -0.5, 3.0]),
    (Momentum(0.5, momentum=0.9, nesterov=True), [0.05, -3.7, -3.65, 2.1]),
    (AdaGrad(0.5, epsilon=0.0), [0.5, 1.5, 2.5, 3.5]),
    (RMSprop(0.5, rho=0.9, epsilon=0.0), [-0.5811, 0.4189, 1.4189, 2.4189]),
    (Adam(0.5, epsilon=0.0), [0.5, 1.5, 2.5, 3.5]),
]


MORE = [  # where the dialects differ
    (AdaGrad(0.5, initial_accumulator_value=0.1), [0.5233, 1.5007, 2.5005, 3.5061]),
    (Adam(0.5, epsilon=1.0), [0.75, 1.5714, 2.5625, 3.6667]),
]


@pytest.mark.parametrize("optimizer, expected", [*ONE_STEP, *MORE], ids=str)
def test_the_same_four_numbers_for_every_method(optimizer, expected):
    assert book_end(optimizer, THETA, [GRADIENT]) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("optimizer, expected", ONE_STEP, ids=str)
def test_the_same_four_numbers_in_every_framework(optimizer, expected, framework):
    found = end(framework, own(framework, optimizer), THETA, [GRADIENT])
    assert found == pytest.approx(expected, abs=5e-5)
