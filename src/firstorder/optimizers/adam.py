"""Adam: momentum over RMSprop's scale, both corrected for their start at zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from firstorder.checks import check_fraction, check_non_negative
from firstorder.optimizers.base import Array, Optimizer, zeros_like
from firstorder.settings import Rate, Setting


class AdamState(NamedTuple):
    """The time and the two moments."""

    t: int  # steps taken
    m: Any  # leaky average of the gradients, like theta
    v: Any  # leaky average of their squares, like theta


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Step by the ratio of the gradient's average to the root of its mean square.

    .. math::
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2 \\
        \hat m_t &= m_t / (1 - \beta_1^t) \\
        \hat v_t &= v_t / (1 - \beta_2^t) \\
        \theta_t &= \theta_{t-1} - \alpha\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}

    Equation :eq:`eq-adam` of the chapter *Adam*.

    Parameters
    ----------
    learning_rate : float, array or function of t, positive
        Step size :math:`\alpha`: the size of the first step of every coordinate. On noisy
        gradients steps are rarely longer; no gradients make one longer than equation
        :eq:`eq-adam-supremum` says, :math:`7.27\,\alpha` with the default betas.
    beta_1 : float or array in [0, 1)
        Share of the old average of the gradients kept at each step.
    beta_2 : float or array in [0, 1)
        Share of the old average of their squares kept at each step.
    epsilon : float or array, non-negative
        Added to the root of the corrected mean square. Gradients well below it are damped.

    Notes
    -----
    Keras adds its epsilon to the root of the *uncorrected* mean square, which is this epsilon
    times :math:`\sqrt{1 - \beta_2^t}` (chapter *Adam*).

    References
    ----------
    Kingma & Ba (2015), *Adam: a method for stochastic optimization*, Algorithm 1.

    Examples
    --------
    >>> optimizer = Adam(learning_rate=0.1, epsilon=0.0)
    >>> theta, state = optimizer.step(1.0, 5.0, optimizer.init(1.0))
    >>> round(theta, 4)                    # 1 - 0.1, whatever the gradient's size
    0.9
    >>> state.t, round(state.m, 4), round(state.v, 4)
    (1, 0.5, 0.025)
    """

    learning_rate: Rate = 0.001
    beta_1: Setting = 0.9
    beta_2: Setting = 0.999
    epsilon: Setting = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        check_fraction(self, "beta_1", "beta_2")
        check_non_negative(self, "epsilon")

    def init(self, theta: Any) -> AdamState:
        """Return the state before the first step: both averages start at zero."""
        return AdamState(t=0, m=zeros_like(theta), v=zeros_like(theta))

    def step(self, theta: Array, gradient: Array, state: AdamState) -> tuple[Array, AdamState]:
        """Return the parameters and the state after one step along ``gradient``."""
        t = state.t + 1
        m = self.beta_1 * state.m + (1 - self.beta_1) * gradient
        v = self.beta_2 * state.v + (1 - self.beta_2) * gradient**2
        m_hat = m / (1 - self.beta_1**t)
        v_hat = v / (1 - self.beta_2**t)
        theta = theta - self.rate(t) * m_hat / (v_hat**0.5 + self.epsilon)
        return theta, AdamState(t, m, v)
