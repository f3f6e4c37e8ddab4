"""The loop records what happened: shapes, batches, seeds, divergence, and nothing half-done."""

from dataclasses import dataclass

import numpy as np
import pytest

from firstorder import (
    AdaGrad,
    Adam,
    GradientDescent,
    Momentum,
    Optimizer,
    RMSprop,
    minimize,
    objectives,
)
from firstorder.optimizers import GradientDescentState

BOWL = objectives.quadratic([1.0, 4.0])
NOISY = objectives.noisy(BOWL, 0.1)
LOSS = objectives.softmax_regression(np.eye(3), [0, 1, 1], l2=0.1)
METHODS = [GradientDescent(0.1), Momentum(0.05), AdaGrad(0.3), RMSprop(0.01), Adam(0.05)]


@pytest.mark.parametrize("keep_points", [True, False])
@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
@pytest.mark.parametrize(
    "objective", [objectives.double_well(), BOWL, NOISY, LOSS], ids=lambda f: f.name
)
def test_shapes_of_a_trajectory(objective, batch, keep_points):
    start = np.full((*batch, *objective.shape), 0.5)
    path = minimize(objective, start, Adam(0.1), 7, seed=1, keep_points=keep_points)
    assert path.points.shape == (8 if keep_points else 2, *batch, *objective.shape)
    assert path.values.shape == path.gradient_norms.shape == (8, *batch)
    assert path.steps == 7 and path.state.t == 7
    if batch:
        assert path.diverged.shape == batch and not path.diverged.any()
    else:
        assert path.diverged is False
    np.testing.assert_array_equal(path.points[0], start)
    for which in (0, -1):
        np.testing.assert_allclose(path.values[which], objective.value(path.points[which]))
        norms = np.linalg.norm(objective.gradient(path.points[which]).reshape(*batch, -1), axis=-1)
        np.testing.assert_allclose(path.gradient_norms[which], norms)


@pytest.mark.parametrize("optimizer", METHODS, ids=lambda x: type(x).__name__)
def test_every_method_finds_the_bottom_of_a_bowl(optimizer):
    path = minimize(BOWL, [1.0, -0.5], optimizer, steps=1500)
    assert path.values[-1] < 1e-3 < path.values[0] and path.values[-1] < path.values[100]


def test_points_are_those_of_the_bare_loop():
    theta, optimizer = np.array([1.0, -2.0]), Adam(0.1)
    state = optimizer.init(theta)
    path = minimize(BOWL, theta, optimizer, steps=10)
    for point in path.points[1:]:
        theta, state = optimizer.step(theta, BOWL.gradient(theta), state)
        np.testing.assert_array_equal(theta, point)
    np.testing.assert_array_equal(state.v, path.state.v)


def test_runs_side_by_side_are_runs_alone():
    starts = np.random.default_rng(0).standard_normal((4, 2))
    rates = np.array([[[0.01]], [[0.1]], [[0.2]]])
    together = minimize(objectives.rosenbrock(), starts, Adam(rates), steps=50)
    assert together.points.shape == (51, 3, 4, 2)
    for i, rate in enumerate(rates.ravel()):
        for j, start in enumerate(starts):
            alone = minimize(objectives.rosenbrock(), start, Adam(rate), steps=50)
            np.testing.assert_allclose(together.points[:, i, j], alone.points, rtol=1e-9)


def test_a_rate_a_coordinate_is_no_batch():
    path = minimize(BOWL, [1.0, 1.0], GradientDescent(np.array([1.0, 0.25])), steps=1)
    np.testing.assert_array_equal(path.points, [[1, 1], [0, 0]])


def test_the_learning_rate_is_asked_once_a_step():
    asked = []

    def rate(t):
        asked.append(t)
        return np.array([[0.1], [0.2]]) / len(asked)

    path = minimize(BOWL, [1.0, 1.0], GradientDescent(rate), steps=4)
    assert asked == [1, 2, 3, 4]
    expected = np.prod([1 - np.array([0.1, 0.2]) / t for t in range(1, 5)], axis=0)
    np.testing.assert_allclose(path.points[-1, :, 0], expected)


@dataclass(frozen=True)
class NormalisedDescent(Optimizer):
    """A reader's own rule: steps of one length, whatever the length of the gradient."""

    coordinatewise = False

    def init(self, theta):
        return GradientDescentState(t=0)

    def step(self, theta, gradient, state):
        t = state.t + 1
        length = (gradient**2).sum() ** 0.5
        return theta - self.rate(t) * gradient / length, GradientDescentState(t)


def test_a_rule_that_is_not_coordinate_wise_steps_whole_points():
    path = minimize(BOWL, [3.0, -1.0], NormalisedDescent(0.1), steps=5)
    lengths = np.linalg.norm(np.diff(path.points, axis=0), axis=-1)
    np.testing.assert_allclose(lengths, 0.1)


# Randomness.


def test_a_seed_decides_everything():
    first, again, other = (
        minimize(NOISY, [1.0, 1.0], GradientDescent(0.1), 20, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.points, again.points)
    assert np.abs(first.points[-1] - other.points[-1]).max() > 1e-3


def test_runs_and_settings_have_noise_of_their_own():
    path = minimize(NOISY, np.ones((5, 2)), GradientDescent(np.full((3, 1, 1), 0.1)), 1, seed=0)
    assert path.points.shape == (2, 3, 5, 2)
    assert np.unique(path.points[1]).size == 30


def test_noise_moves_the_points_but_values_and_norms_are_exact():
    path = minimize(NOISY, [1.0, 1.0], GradientDescent(0.1), 20, seed=0)
    np.testing.assert_array_equal(path.values, BOWL.value(path.points))
    norms = np.linalg.norm(BOWL.gradient(path.points), axis=-1)
    np.testing.assert_allclose(path.gradient_norms, norms, rtol=1e-14)


def test_minibatches_reach_the_least_squares_that_a_fading_rate_allows():
    X = np.random.default_rng(0).standard_normal((50, 2))
    loss = objectives.linear_regression(X, X @ [1.0, 2.0] + 0.1 * X[:, 0] ** 2)
    path = minimize(
        loss.minibatches(5), np.zeros((8, 2)), GradientDescent(lambda t: 1 / (4 + t)), 3000, seed=0
    )
    assert np.linalg.norm(path.points[-1] - loss.minimizers[0], axis=-1).max() < 0.02


# Divergence is a result.


def test_a_diverged_run_stops_and_keeps_what_was_finite():
    path = minimize(BOWL, [1.0, 1.0], GradientDescent(1.0), steps=100_000)
    assert path.diverged is True and 100 < path.steps < 2000
    assert np.isfinite(path.points).all() and np.isfinite(path.values).all()
    assert np.isfinite(path.gradient_norms).all()
    assert path.state.t == path.steps
    assert len(path.points) == path.steps + 1


def test_of_a_batch_only_the_diverged_runs_stand_still():
    rates = np.array([[0.1], [1.0], [0.2]])
    path = minimize(BOWL, [1.0, 1.0], GradientDescent(rates), steps=2000)
    np.testing.assert_array_equal(path.diverged, [False, True, False])
    assert path.steps == 2000 and np.isfinite(path.points).all()
    np.testing.assert_array_equal(path.points[-1, 1], path.points[-2, 1])
    assert path.values[-1, 1] == path.values.max() > 1e100
    assert path.gradient_norms[-1, [0, 2]].max() < 1e-12
    for run, rate in enumerate(rates.ravel()):
        alone = minimize(BOWL, [1.0, 1.0], GradientDescent(rate), steps=2000)
        # Lengths of one vector and of several are added up in different orders.
        for name, rtol in [("points", 0), ("values", 1e-14), ("gradient_norms", 1e-14)]:
            found, wanted = getattr(path, name)[:, run], getattr(alone, name)
            np.testing.assert_allclose(found[: len(wanted)], wanted, rtol=rtol)
            assert np.ptp(found[len(wanted) - 1 :], axis=0).max() == 0, "it stands still"


def test_a_batch_that_has_diverged_altogether_stops():
    path = minimize(BOWL, np.ones((3, 2)), GradientDescent(1.0), 100_000, keep_points=False)
    assert path.diverged.all() and path.steps < 2000 and path.points.shape == (2, 3, 2)
    np.testing.assert_array_equal(path.values[-1], BOWL.value(path.points[-1]))


def test_zero_over_zero_counts_as_divergence():
    path = minimize(BOWL, [1.0, 0.0], AdaGrad(0.1, epsilon=0.0), steps=5)
    assert path.diverged is True and path.steps == 0


def test_a_point_at_infinity_counts_even_where_the_value_is_finite():
    cliff = objectives.Objective("cliff", (), np.tanh, np.ones_like, np.empty(0), -1.0)
    path = minimize(cliff, 1.0, GradientDescent(1e308), steps=10)
    assert path.diverged is True and path.steps == 1


def test_a_start_that_overflows_has_diverged_before_the_first_step():
    path = minimize(objectives.rosenbrock(), [1e200, 0.0], GradientDescent(0.1), steps=3)
    assert path.diverged is True and path.steps == 0


def test_no_steps_are_the_start():
    path = minimize(BOWL, [1.0, 1.0], Adam(0.1), steps=0)
    assert path.points.shape == (1, 2) and path.steps == 0 and path.state.t == 0


@pytest.mark.parametrize("objective", [BOWL, NOISY, objectives.double_well(), LOSS])
def test_single_precision_stays_single(objective):
    start = np.full(objective.shape, 0.5, dtype=np.float32)
    path = minimize(objective, start, Adam(0.1), steps=5, seed=0)
    assert path.points.dtype == np.float32


@pytest.mark.parametrize("method", [type(rule) for rule in METHODS], ids=lambda x: x.__name__)
@pytest.mark.parametrize("rate", [[0.1, 0.2], lambda t: np.array([0.1, 0.2]) / t])
def test_single_precision_stays_single_with_an_array_of_rates(method, rate):
    path = minimize(BOWL, np.float32([1.0, 1.0]), method(rate), steps=3)
    assert path.points.dtype == path.gradient_norms.dtype == np.float32
    assert {array.dtype.name for array in path.state[1:]} <= {"float32"}


def test_whole_numbers_are_read_as_floats_and_the_start_is_left_alone():
    start = np.array([3, 4])
    path = minimize(BOWL, start, GradientDescent(0.1), steps=3)
    assert path.points.dtype == float and start.tolist() == [3, 4]
    path.points[0] = 0
    assert start.tolist() == [3, 4]


class WantsItsGradient:
    """As a PyTorch tensor that must not become an array."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("use detach()")


RULE = GradientDescent(0.1)
REFUSALS = [
    ((BOWL, [1.0], RULE, 1), "start must end in the axes (2,) of quadratic, got an array of"),
    ((BOWL, 1.0, RULE, 1), "start must end in the axes (2,) of quadratic, got an array of"),
    ((LOSS, [1.0, 1.0], RULE, 1), "start must end in the axes (3, 2) of softmax regression"),
    ((BOWL, [np.nan, 1.0], RULE, 1), "start must be finite, got nan"),
    ((BOWL, [1.0, np.inf], RULE, 1), "start must be finite, got inf"),
    ((BOWL, "start", RULE, 1), "start must be an array of real numbers, got 'start'"),
    ((BOWL, None, RULE, 1), "start must be an array of real numbers, got None"),
    ((BOWL, [1j, 1.0], RULE, 1), "start must be an array of real numbers, got [1j, 1.0]"),
    ((BOWL, [[1.0], [1.0, 2.0]], RULE, 1), "start must be an array of real numbers"),
    ((BOWL, WantsItsGradient(), RULE, 1), "start must be an array of real numbers, got <"),
    ((BOWL, [], RULE, 1), "start must hold at least one number, got an empty array"),
    ((BOWL, np.ones((0, 2)), RULE, 1), "start must hold at least one number, got an empty array"),
    ((objectives.double_well(), [], RULE, 1), "start must hold at least one number, got an"),
    ((np.sin, [1.0, 1.0], RULE, 1), "objective must be an Objective, got <ufunc 'sin'>"),
    ((BOWL, [1.0, 1.0], Adam, 1), "optimizer must be an Optimizer, such as Adam(), got <class"),
    ((BOWL, [1.0, 1.0], None, 1), "optimizer must be an Optimizer, such as Adam(), got None"),
    ((BOWL, [1.0, 1.0], RULE, -1), "steps must be a non-negative whole number, got -1"),
    ((BOWL, [1.0, 1.0], RULE, 10.0), "steps must be a non-negative whole number, got 10.0"),
    ((BOWL, [1.0, 1.0], RULE, None), "steps must be a non-negative whole number, got None"),
    ((BOWL, [1.0, 1.0], RULE, True), "steps must be a non-negative whole number, got True"),
    ((NOISY, [1.0, 1.0], RULE, 1), "seed must be given, since the gradients of noisy quadratic"),
    ((BOWL, [1.0, 1.0], GradientDescent(np.ones(3)), 1), "array-valued hyper-parameters of"),
    ((objectives.quadratic([1.0]), [1.0], GradientDescent(np.ones(3)), 1),
     "array-valued hyper-parameters of GradientDescent must broadcast against points of shape (1,)"
     " and leave the axes (1,) of quadratic as they are, got points of shape (3,)"),
    ((BOWL, np.ones((3, 2)), NormalisedDescent(0.1), 1),
     "start must be one point, and hyper-parameters numbers, for NormalisedDescent: it is not "
     "coordinate-wise and would mix runs, got points of shape (3, 2)"),
    ((BOWL, [1.0, 1.0], NormalisedDescent(np.ones((3, 1))), 1), "start must be one point, and"),
]  # fmt: skip


@pytest.mark.parametrize("arguments, message", REFUSALS, ids=[message for _, message in REFUSALS])
def test_bad_input_is_refused_by_name_value_and_range(arguments, message):
    with pytest.raises(ValueError) as refusal:
        minimize(*arguments)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize("objective", [BOWL, NOISY], ids=lambda f: f.name)
@pytest.mark.parametrize("seed", [-1, 1.0, "0", True])
def test_a_seed_is_a_whole_number(objective, seed):
    with pytest.raises(ValueError) as refusal:
        minimize(objective, [1.0, 1.0], RULE, 1, seed=seed)
    assert str(refusal.value) == f"seed must be a non-negative whole number, got {seed!r}"


def test_trajectories_are_compared_as_objects_not_array_by_array():
    path, other = (minimize(BOWL, [1.0, 1.0], RULE, 1) for _ in range(2))
    assert path == path and path != other and len({path, other}) == 2


def test_what_overflows_makes_no_noise(recwarn):
    minimize(BOWL, [1.0, 1.0], GradientDescent(10.0), steps=1000)
    assert not recwarn.list
