"""What the frameworks mean where they differ from the papers.

A dialect is a reference optimizer with one thing changed, and it is used like any other:
``as_keras``, ``as_optax`` and ``as_torch`` take it, so that one framework's meaning can be had in
another.
"""

from __future__ import annotations

from dataclasses import dataclass

from firstorder.optimizers import (
    AdaGrad,
    AdaGradState,
    Adam,
    AdamState,
    Momentum,
    MomentumState,
    RMSprop,
    RMSpropState,
)
from firstorder.optimizers.base import Array
from firstorder.settings import Setting


@dataclass(frozen=True)
class KerasMomentum(Momentum):
    r"""Momentum with the learning rate inside the sum, as Keras keeps it.

    .. math::
        m_t &= \beta\, m_{t-1} + \alpha_t\, g_t \\
        \theta_t &= \theta_{t-1} - m_t && \text{(heavy ball)} \\
        \theta_t &= \theta_{t-1} - (\alpha_t\, g_t + \beta\, m_t) && \text{(Nesterov)}

    The same as ``Momentum`` while :math:`\alpha_t` does not change. Keras's
    velocity is :math:`-m_t`.

    Examples
    --------
    >>> optimizer = KerasMomentum(lambda t: 1.0 / t, momentum=0.5)
    >>> theta, state = optimizer.step(3.0, 2.0, optimizer.init(3.0))
    >>> optimizer.step(theta, 2.0, state)[0]       # 1 - (0.5 * 2 + 0.5 * 2)
    -1.0
    """

    def step(
        self, theta: Array, gradient: Array, state: MomentumState
    ) -> tuple[Array, MomentumState]:
        """Return the parameters and the state after one step along ``gradient``."""
        t = state.t + 1
        push = self.rate(t) * gradient
        m = self.momentum * state.m + push
        theta = theta - (push + self.momentum * m if self.nesterov else m)
        return theta, MomentumState(t, m)


@dataclass(frozen=True)
class TorchAdaGrad(AdaGrad):
    r"""AdaGrad with epsilon outside the root, as PyTorch has it.

    .. math:: \theta_t = \theta_{t-1} - \alpha\, \frac{g_t}{\sqrt{G_t} + \epsilon}

    Examples
    --------
    >>> optimizer = TorchAdaGrad(learning_rate=1.0, epsilon=0.5)
    >>> optimizer.step(0.0, 0.5, optimizer.init(0.0))[0]
    -0.5
    """

    epsilon: Setting = 1e-10

    def step(
        self, theta: Array, gradient: Array, state: AdaGradState
    ) -> tuple[Array, AdaGradState]:
        """Return the parameters and the state after one step along ``gradient``."""
        t = state.t + 1
        G = state.G + gradient**2
        theta = theta - self.rate(t) * gradient / (G**0.5 + self.epsilon)
        return theta, AdaGradState(t, G)


@dataclass(frozen=True)
class TorchRMSprop(RMSprop):
    r"""RMSprop with epsilon outside the root, as PyTorch has it.

    .. math:: \theta_t = \theta_{t-1} - \alpha\, \frac{g_t}{\sqrt{v_t} + \epsilon}

    Examples
    --------
    >>> optimizer = TorchRMSprop(learning_rate=1.0, rho=0.75, epsilon=0.5)
    >>> optimizer.step(0.0, 1.0, optimizer.init(0.0))[0]
    -1.0
    """

    rho: Setting = 0.99
    epsilon: Setting = 1e-8

    def step(
        self, theta: Array, gradient: Array, state: RMSpropState
    ) -> tuple[Array, RMSpropState]:
        """Return the parameters and the state after one step along ``gradient``."""
        t = state.t + 1
        v = self.rho * state.v + (1 - self.rho) * gradient**2
        theta = theta - self.rate(t) * gradient / (v**0.5 + self.epsilon)
        return theta, RMSpropState(t, v)


@dataclass(frozen=True)
class KerasAdam(Adam):
    r"""Adam with epsilon added to the root of the uncorrected mean square, as Keras has it.

    .. math::
        \theta_t = \theta_{t-1} - \alpha\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}\,
                   \frac{m_t}{\sqrt{v_t} + \hat\epsilon}

    This is Algorithm 1 with :math:`\epsilon_t = \hat\epsilon / \sqrt{1 - \beta_2^t}`: at the first
    step 31.6 times the epsilon that is written, for :math:`\beta_2 = 0.999`.

    References
    ----------
    Kingma & Ba (2015), *Adam: a method for stochastic optimization*, end of section 2.

    Examples
    --------
    >>> optimizer = KerasAdam(learning_rate=1.0, beta_2=0.75, epsilon=0.5)
    >>> optimizer.step(0.0, 1.0, optimizer.init(0.0))[0]       # 1 / (1 + 0.5 / 0.5)
    -0.5
    """

    epsilon: Setting = 1e-7

    def step(self, theta: Array, gradient: Array, state: AdamState) -> tuple[Array, AdamState]:
        """Return the parameters and the state after one step along ``gradient``."""
        t = state.t + 1
        m = self.beta_1 * state.m + (1 - self.beta_1) * gradient
        v = self.beta_2 * state.v + (1 - self.beta_2) * gradient**2
        rate = self.rate(t) * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        theta = theta - rate * m / (v**0.5 + self.epsilon)
        return theta, AdamState(t, m, v)
