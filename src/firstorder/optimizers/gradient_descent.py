"""Gradient descent: step against the gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from firstorder.optimizers.base import Array, Optimizer


class GradientDescentState(NamedTuple):
    """Gradient descent remembers nothing but the time."""

    t: int  # steps taken


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    r"""Step against the gradient, in proportion to it.

    .. math::
        \theta_t = \theta_{t-1} - \alpha\, g_t

    Equation :eq:`eq-gradient-descent` of the chapter *Gradient descent*. With the gradient of a
    random minibatch in place of :math:`g_t` the same step is stochastic gradient descent.

    Parameters
    ----------
    learning_rate : float, array or function of t, positive
        Step size :math:`\alpha`, in units of parameter per unit of gradient. On a function whose
        gradient is :math:`L`-Lipschitz, steps below :math:`2/L` descend.

    References
    ----------
    Cauchy (1847), *Méthode générale pour la résolution des systèmes d'équations simultanées*.

    Examples
    --------
    >>> optimizer = GradientDescent(learning_rate=0.5)
    >>> theta, state = optimizer.step(3.0, 2.0, optimizer.init(3.0))
    >>> theta
    2.0
    """

    def init(self, theta: Any) -> GradientDescentState:
        """Return the state before the first step: nothing but t = 0."""
        return GradientDescentState(t=0)

    def step(
        self, theta: Array, gradient: Array, state: GradientDescentState
    ) -> tuple[Array, GradientDescentState]:
        """Return the parameters and the state after one step along ``gradient``."""
        t = state.t + 1
        theta = theta - self.rate(t) * gradient
        return theta, GradientDescentState(t)
