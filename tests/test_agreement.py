"""The book's steps against the frameworks' own: random settings, many steps, mixed scales."""

import numpy as np
import pytest

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from walks import (
    CARRIED,
    METHODS,
    STEPS,
    TOLERANCE,
    WALKS,
    disagreement,
    drawn,
    gradients,
    numpy_walks,
    own,
)


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
