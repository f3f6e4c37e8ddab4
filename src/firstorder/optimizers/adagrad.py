"""AdaGrad: give every coordinate its own, shrinking learning rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from firstorder.checks import check_non_negative
from firstorder.optimizers.base import Array, Optimizer, zeros_like
from firstorder.settings import Setting


class AdaGradState(NamedTuple):
    """The time and the accumulator."""

    t: int  # steps taken
    G: Any  # sum of the squared gradients, like theta


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    r"""Divide each gradient by the root of the sum of all its squares so far.

    .. math::
        G_t &= G_{t-1} + g_t^2 \\
        \theta_t &= \theta_{t-1} - \alpha\, \frac{g_t}{\sqrt{G_t + \epsilon}}

    Equation :eq:`eq-adagrad` of the chapter *AdaGrad*.

    Parameters
    ----------
    learning_rate : float, array or function of t, positive
        Step size :math:`\alpha`: the first step of every coordinate, and :math:`\sqrt{t}` times
        the step :math:`t` of a coordinate whose gradient keeps its magnitude.
    epsilon : float or array, non-negative
        Added under the root. With 0, a coordinate whose gradient has always been zero gives 0/0.
    initial_accumulator_value : float or array, non-negative
        :math:`G_0`: a start above zero shortens the first steps.

    Notes
    -----
    The paper has neither epsilon in this place nor a first accumulator. Keras and Optax start at
    0.1 with epsilon under the root; PyTorch starts at 0 with epsilon outside (chapter *AdaGrad*).

    References
    ----------
    Duchi, Hazan & Singer (2011), *Adaptive subgradient methods for online learning and stochastic
    optimization*, Figure 1, with diagonal matrices.

    Examples
    --------
    >>> optimizer = AdaGrad(learning_rate=0.1, epsilon=0.0)
    >>> state = optimizer.init(1.0)
    >>> theta, state = optimizer.step(1.0, 250.0, state)
    >>> round(theta, 4)                    # 1 - 0.1, whatever the gradient's size
    0.9
    >>> theta, state = optimizer.step(theta, 250.0, state)
    >>> round(theta, 4)                    # 0.9 - 0.1 / sqrt(2)
    0.8293
    """

    epsilon: Setting = 1e-7
    initial_accumulator_value: Setting = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_non_negative(self, "epsilon", "initial_accumulator_value")

    def init(self, theta: Any) -> AdaGradState:
        """Return the state before the first step: the initial accumulator."""
        return AdaGradState(t=0, G=zeros_like(theta) + self.initial_accumulator_value)

    def step(
        self, theta: Array, gradient: Array, state: AdaGradState
    ) -> tuple[Array, AdaGradState]:
        """Return the parameters and the state after one step along ``gradient``."""
        t = state.t + 1
        G = state.G + gradient**2
        theta = theta - self.rate(t) * gradient / (G + self.epsilon) ** 0.5
        return theta, AdaGradState(t, G)
