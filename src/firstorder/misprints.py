"""Adam as it has been misprinted: to be shown, to be measured, and to be caught by the tests.

Not for use. Each class is the reference's moments with one slip in what is made of them.
"""

from __future__ import annotations

from firstorder.optimizers import Adam, AdamState
from firstorder.optimizers.base import Array


class Uncorrected(Adam):
    """Adam with its raw moments."""

    def step(self, theta: Array, gradient: Array, state: AdamState) -> tuple[Array, AdamState]:
        """Return a step that is at first 3.16 times Adam's, then longer, then Adam's."""
        _, state = super().step(theta, gradient, state)
        return theta - self.rate(state.t) * state.m / (state.v**0.5 + self.epsilon), state


class FirstOnly(Adam):
    """Adam with only its first moment corrected."""

    def step(self, theta: Array, gradient: Array, state: AdamState) -> tuple[Array, AdamState]:
        """Return a step that is at first 31.6 times Adam's."""
        _, state = super().step(theta, gradient, state)
        m_hat = state.m / (1 - self.beta_1**state.t)
        return theta - self.rate(state.t) * m_hat / (state.v**0.5 + self.epsilon), state


class FrozenTime(Adam):
    """Adam whose corrections are always those of t = 1."""

    def step(self, theta: Array, gradient: Array, state: AdamState) -> tuple[Array, AdamState]:
        """Return a step that is in the end 0.316 times Adam's."""
        theta, new = super().step(theta, gradient, state._replace(t=0))
        return theta, new._replace(t=state.t + 1)


class MisplacedEpsilon(Adam):
    """Adam with epsilon added after the division, for want of parentheses."""

    def step(self, theta: Array, gradient: Array, state: AdamState) -> tuple[Array, AdamState]:
        """Return a step that is not a number wherever no gradient has differed from zero."""
        _, state = super().step(theta, gradient, state)
        m_hat = state.m / (1 - self.beta_1**state.t)
        v_hat = state.v / (1 - self.beta_2**state.t)
        return theta - self.rate(state.t) * m_hat / v_hat**0.5 + self.epsilon, state
