"""What the frameworks mean where they differ from the papers, each told as its difference.

A dialect is a reference optimizer like any other: it runs on every engine, and ``as_keras``,
``as_optax`` and ``as_torch`` take it, so that one framework's meaning can be had in another.
"""

from __future__ import annotations

from dataclasses import dataclass

from firstorder.frameworks.settings import bound
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
        u_t &= \beta\, u_{t-1} + \alpha_t\, g_t \\
        \theta_t &= \theta_{t-1} - u_t

    The same as ``Momentum`` while :math:`\alpha_t` does not change. Keras's
    velocity is :math:`-u_t`.

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
        """Return what the reference does with rate 1 on the gradient times the learning rate."""
        push = self.rate(state.t + 1) * gradient
        return Momentum.step(bound(self, learning_rate=1.0), theta, push, state)


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
        """Return the parameters and the state, which is the reference's, after one step."""
        _, state = super().step(theta, gradient, state)
        theta = theta - self.rate(state.t) * gradient / (state.G**0.5 + self.epsilon)
        return theta, state


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
        """Return the parameters and the state, which is the reference's, after one step."""
        _, state = super().step(theta, gradient, state)
        theta = theta - self.rate(state.t) * gradient / (state.v**0.5 + self.epsilon)
        return theta, state


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
        """Return what the reference does with this step's epsilon."""
        epsilon = self.epsilon / (1 - self.beta_2 ** (state.t + 1)) ** 0.5
        return Adam.step(bound(self, epsilon=epsilon), theta, gradient, state)
