"""What every optimizer promises: a pure, coordinate-wise step, and refusals that say why."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from firstorder import AdaGrad, Adam, GradientDescent, Momentum, RMSprop
from firstorder.schedules import InverseSqrt

OPTIMIZERS = [
    GradientDescent(0.1),
    Momentum(0.1, momentum=0.8),
    Momentum(0.1, momentum=0.8, nesterov=True),
    AdaGrad(0.1),
    AdaGrad(0.1, initial_accumulator_value=0.1),
    RMSprop(0.1),
    Adam(0.1),
]
ADAPTIVE = [AdaGrad(0.1, epsilon=0.0), RMSprop(0.1, epsilon=0.0), Adam(0.1, epsilon=0.0)]
LINEAR = OPTIMIZERS[:3]


def name(optimizer):
    return type(optimizer).__name__ + ("(nesterov)" if getattr(optimizer, "nesterov", 0) else "")


every = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=name)
adaptive = pytest.mark.parametrize("optimizer", ADAPTIVE, ids=name)
cases = settings(deadline=None, max_examples=30)
# Histories of gradients: up to eight steps in up to four coordinates.
histories = arrays(
    float, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.floats(-1e3, 1e3)
)
# The same without zeros, on which 0/0 waits where epsilon is 0.
moving = arrays(
    float,
    array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.floats(1e-3, 1e3).flatmap(lambda x: st.sampled_from([x, -x])),
)


def run(optimizer, gradients, theta=0.0):
    """Return the points on the way, the start included, and the last state."""
    theta = theta + np.zeros_like(gradients[0])
    state = optimizer.init(theta)
    points = [theta]
    for gradient in gradients:
        theta, state = optimizer.step(theta, gradient, state)
        points.append(theta)
    return np.array(points), state


@every
def test_a_step_changes_none_of_its_arguments(optimizer):
    theta, gradient = np.array([1.0, -2.0]), np.array([0.5, 3.0])
    state = optimizer.init(theta)
    for _ in range(3):
        before = [np.copy(x) for x in (theta, gradient, *state)]
        first, second = (optimizer.step(theta, gradient, state) for _ in range(2))
        for old, new in zip(before, (theta, gradient, *state), strict=True):
            np.testing.assert_array_equal(old, new)
        np.testing.assert_array_equal(first[0], second[0])
        theta, state = first


@every
def test_the_state_is_a_named_tuple_that_counts_the_steps(optimizer):
    state = optimizer.init(np.zeros(2))
    assert state._fields[0] == "t" and state.t == 0
    for t in range(1, 6):
        _, state = optimizer.step(np.zeros(2), np.ones(2), state)
        assert state.t == t and type(state.t) is int
    assert all(np.shape(leaf) == (2,) for leaf in state[1:])


@every
@cases
@given(gradients=histories, data=st.data())
def test_coordinates_do_not_know_of_each_other(optimizer, gradients, data):
    order = data.draw(st.permutations(range(gradients.shape[1])))
    np.testing.assert_array_equal(
        run(optimizer, gradients)[0][:, order], run(optimizer, gradients[:, order])[0]
    )
    alone = [run(optimizer, gradients[:, i])[0] for i in range(gradients.shape[1])]
    np.testing.assert_allclose(run(optimizer, gradients)[0].T, alone, rtol=1e-14)


@every
@cases
@given(gradients=histories)
def test_mirrored_gradients_give_the_mirrored_path(optimizer, gradients):
    np.testing.assert_array_equal(run(optimizer, -gradients)[0], -run(optimizer, gradients)[0])


@every
@cases
@given(gradients=histories, shift=st.floats(-100, 100))
def test_where_the_path_starts_does_not_change_it(optimizer, gradients, shift):
    np.testing.assert_allclose(
        run(optimizer, gradients, shift)[0] - shift, run(optimizer, gradients)[0], atol=1e-10
    )


@adaptive
@cases
@given(gradients=moving, data=st.data())
def test_adaptive_steps_do_not_see_the_units_of_any_coordinate(optimizer, gradients, data):
    """Kingma & Ba 2015, section 2.1; powers of two leave floating point no excuse."""
    exponents = st.lists(
        st.integers(-60, 60), min_size=gradients.shape[1], max_size=gradients.shape[1]
    )
    units = 2.0 ** np.array(data.draw(exponents))
    np.testing.assert_array_equal(
        run(optimizer, gradients)[0], run(optimizer, units * gradients)[0]
    )


@pytest.mark.parametrize("optimizer", LINEAR, ids=name)
@cases
@given(gradients=moving, exponent=st.integers(-60, 60))
def test_gradient_descent_and_momentum_move_in_proportion(optimizer, gradients, exponent):
    np.testing.assert_array_equal(
        run(optimizer, 2.0**exponent * gradients)[0], 2.0**exponent * run(optimizer, gradients)[0]
    )


@pytest.mark.parametrize("optimizer", [*LINEAR, *ADAPTIVE], ids=name)
def test_only_gradient_descent_and_momentum_turn_with_the_axes(optimizer):
    """Duchi, Hazan & Singer 2011, section 1: the diagonal metric knows the axes."""
    gradients = np.array([[1.0, 5.0], [-2.0, 1.0], [0.5, 3.0]])
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    turned, path = run(optimizer, gradients @ turn.T)[0], run(optimizer, gradients)[0] @ turn.T
    assert np.allclose(turned, path, atol=1e-12) == (optimizer in LINEAR)


SETTINGS = [
    (GradientDescent, "learning_rate", [0.01, 0.1, 1.0]),
    (Momentum, "learning_rate", [0.01, 0.1, 1.0]),
    (Momentum, "momentum", [0.0, 0.5, 0.99]),
    (AdaGrad, "learning_rate", [0.01, 0.1, 1.0]),
    (AdaGrad, "epsilon", [1e-8, 1e-3, 1.0]),
    (AdaGrad, "initial_accumulator_value", [0.0, 0.1, 10.0]),
    (RMSprop, "learning_rate", [0.01, 0.1, 1.0]),
    (RMSprop, "rho", [0.0, 0.9, 0.99]),
    (RMSprop, "epsilon", [1e-8, 1e-3, 1.0]),
    (Adam, "learning_rate", [0.01, 0.1, 1.0]),
    (Adam, "beta_1", [0.0, 0.9, 0.99]),
    (Adam, "beta_2", [0.0, 0.99, 0.9999]),
    (Adam, "epsilon", [1e-8, 1e-3, 1.0]),
]


@pytest.mark.parametrize("method, setting, values", SETTINGS)
def test_an_array_of_settings_runs_as_a_loop_over_them(method, setting, values):
    gradients = np.random.default_rng(0).standard_normal((20, 2))
    others = {} if setting == "learning_rate" else {"learning_rate": 0.1}
    together, _ = run(
        method(**others, **{setting: np.array(values)[:, None]}), np.stack(3 * [gradients], axis=1)
    )
    for i, value in enumerate(values):
        alone, _ = run(method(**others, **{setting: value}), gradients)
        np.testing.assert_allclose(together[:, i], alone, rtol=1e-12)
    assert len({tuple(point) for point in together[-1]}) == len(values), "the setting is idle"


@every
@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.array])
def test_single_precision_stays_single(optimizer, kind):
    numbers = {
        field.name: kind(getattr(optimizer, field.name))
        for field in dataclasses.fields(optimizer)
        if field.type != "bool"
    }
    optimizer = dataclasses.replace(optimizer, **numbers)
    points, state = run(optimizer, np.ones((3, 2), dtype=np.float32), np.float32(0))
    assert points.dtype == np.float32
    assert all(leaf.dtype == np.float32 for leaf in state[1:])


@every
def test_plain_numbers_do_without_numpy(optimizer):
    theta, state = optimizer.step(1.0, 0.5, optimizer.init(1.0))
    assert type(theta) is float and all(type(leaf) is float for leaf in state[1:])


@every
def test_a_learning_rate_may_be_a_function_of_the_step(optimizer):
    """Only the last step's rate moves the last step: t is 1, 2, 3, and no step looks back."""
    seen = []

    def rate(t):
        seen.append(t)
        return 0.1 / t

    gradients = np.array([[1.0], [-3.0], [0.5]])
    scheduled = run(dataclasses.replace(optimizer, learning_rate=rate), gradients)[0]
    assert seen == [1, 2, 3]
    constant = run(dataclasses.replace(optimizer, learning_rate=0.1), gradients)[0]
    moves = np.diff(constant, axis=0) / np.array([[1], [2], [3]])
    np.testing.assert_allclose(np.diff(scheduled, axis=0), moves, rtol=1e-12, atol=1e-16)
    assert dataclasses.replace(optimizer, learning_rate=InverseSqrt(0.1)).rate(4) == 0.05
