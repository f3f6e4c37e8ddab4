"""Momentum: let past gradients keep pushing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from firstorder.checks import check_flag, check_fraction
from firstorder.optimizers.base import Array, Optimizer, zeros_like
from firstorder.settings import Setting


class MomentumState(NamedTuple):
    """The time and the running sum of the gradients."""

    t: int  # steps taken
    m: Any  # leaky sum of the gradients, like theta


@dataclass(frozen=True)
class Momentum(Optimizer):
    r"""Step along a leaky sum of the gradients: Polyak's heavy ball, or Nesterov's variant.

    .. math::
        m_t &= \beta\, m_{t-1} + g_t \\
        \theta_t &= \theta_{t-1} - \alpha\, m_t && \text{(heavy ball)} \\
        \theta_t &= \theta_{t-1} - \alpha\, (g_t + \beta\, m_t) && \text{(Nesterov)}

    Equations :eq:`eq-momentum` and :eq:`eq-nesterov` of the chapter *Momentum*.

    Parameters
    ----------
    learning_rate : float, array or function of t, positive
        Step size :math:`\alpha`. Along a constant gradient the steps grow to
        :math:`\alpha/(1-\beta)` times it.
    momentum : float or array in [0, 1)
        Share :math:`\beta` of the old sum kept at each step; 0 is gradient descent.
    nesterov : bool
        Look ahead: the step of the shifted variable, in which the gradient is evaluated where
        the momentum is about to carry the parameters.

    Notes
    -----
    PyTorch keeps the same sum; Keras keeps the velocity :math:`-\alpha m_t`, which differs when
    the learning rate changes; the averaged form :math:`\beta m + (1-\beta) g` is this one with
    learning rate :math:`\alpha(1-\beta)`.

    References
    ----------
    Polyak (1964), *Some methods of speeding up the convergence of iteration methods*, eq. 9;
    Nesterov (1983); Sutskever, Martens, Dahl & Hinton (2013), eqs. 1 to 4.

    Examples
    --------
    >>> optimizer = Momentum(learning_rate=0.5, momentum=0.5)
    >>> theta, state = optimizer.step(3.0, 2.0, optimizer.init(3.0))
    >>> theta, state = optimizer.step(theta, 2.0, state)
    >>> theta, state.m                     # the second step is 1.5 times the first
    (0.5, 3.0)
    """

    momentum: Setting = 0.9
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_fraction(self, "momentum")
        check_flag(self, "nesterov")

    def init(self, theta: Any) -> MomentumState:
        """Return the state before the first step: a sum of no gradients."""
        return MomentumState(t=0, m=zeros_like(theta))

    def step(
        self, theta: Array, gradient: Array, state: MomentumState
    ) -> tuple[Array, MomentumState]:
        """Return the parameters and the state after one step along ``gradient``."""
        t = state.t + 1
        m = self.momentum * state.m + gradient
        direction = gradient + self.momentum * m if self.nesterov else m
        theta = theta - self.rate(t) * direction
        return theta, MomentumState(t, m)
