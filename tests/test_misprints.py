"""The misprinted Adams do what is said of them: their steps along a constant gradient, exactly."""

import numpy as np
import pytest

from firstorder.misprints import FirstOnly, FrozenTime, MisplacedEpsilon, Uncorrected

SETTINGS = {"learning_rate": 0.5, "beta_1": 0.75, "beta_2": 0.9, "epsilon": 0.25}


def root(v):
    return v**0.5 + 0.25


# The t-th step for gradients of 1, by the shares m and v of them that both averages hold.
STEPS = {
    Uncorrected: lambda m, v: 0.5 * m / root(v),
    FirstOnly: lambda m, v: 0.5 / root(v),
    FrozenTime: lambda m, v: 0.5 * (m / 0.25) / root(v / 0.1),
    MisplacedEpsilon: lambda m, v: 0.5 - 0.25,
}


@pytest.mark.parametrize("misprint", STEPS)
def test_the_steps_along_a_constant_gradient(misprint):
    optimizer, theta = misprint(**SETTINGS), np.zeros(2)
    state = optimizer.init(theta)
    for t in range(1, 30):
        before, (theta, state) = theta, optimizer.step(theta, np.ones(2), state)
        assert state.t == t
        moved = STEPS[misprint](1 - 0.75**t, 1 - 0.9**t)
        np.testing.assert_allclose(before - theta, moved, rtol=1e-12)


@pytest.mark.parametrize(
    "misprint, t, times", [(Uncorrected, 1, 3.16), (FirstOnly, 1, 31.6), (FrozenTime, 9000, 0.316)]
)
def test_how_many_times_as_long_as_adams(misprint, t, times):
    """With the usual betas, as the docstrings say."""
    optimizer = misprint(learning_rate=1.0, epsilon=0.0)
    theta, state = 0.0, optimizer.init(0.0)
    for _ in range(t):
        before, (theta, state) = theta, optimizer.step(theta, 1.0, state)
    assert before - theta == pytest.approx(times, rel=2e-3)
