"""RMSprop: divide each gradient by the root of its recent mean square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from firstorder.checks import check_fraction, check_non_negative
from firstorder.optimizers.base import Array, Optimizer, zeros_like
from firstorder.settings import Rate, Setting


class RMSpropState(NamedTuple):
    """The time and the mean square."""

    t: int  # steps taken
    v: Any  # leaky average of the squared gradients, like theta


@dataclass(frozen=True)
class RMSprop(Optimizer):
    r"""Scale every coordinate's step by the size of its own recent gradients.

    .. math::
        v_t &= \rho\, v_{t-1} + (1 - \rho)\, g_t^2 \\
        \theta_t &= \theta_{t-1} - \alpha\, \frac{g_t}{\sqrt{v_t + \epsilon}}

    Equation :eq:`eq-rmsprop` of the chapter *RMSprop*.

    Parameters
    ----------
    learning_rate : float, array or function of t, positive
        Step size :math:`\alpha`; also the size of a step whose gradient keeps its magnitude.
    rho : float or array in [0, 1)
        Share of the old average kept at each step; the memory is about ``1 / (1 - rho)`` steps.
    epsilon : float or array, non-negative
        Added under the root. Gradients well below its square root are damped, not normalised.

    Notes
    -----
    Keras and Optax put epsilon under the root, PyTorch outside; for
    :math:`|g| \ll \sqrt\epsilon` the first steps differ by orders of magnitude (chapter
    *RMSprop*).

    References
    ----------
    Tieleman & Hinton (2012), Lecture 6e, slide 29.

    Examples
    --------
    >>> optimizer = RMSprop(learning_rate=0.1, rho=0.9, epsilon=0.0)
    >>> theta, state = optimizer.step(1.0, 5.0, optimizer.init(1.0))
    >>> round(theta, 4)                    # 1 - 0.1 / sqrt(1 - rho), whatever the gradient's size
    0.6838
    """

    learning_rate: Rate = 0.001
    rho: Setting = 0.9
    epsilon: Setting = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        check_fraction(self, "rho")
        check_non_negative(self, "epsilon")

    def init(self, theta: Any) -> RMSpropState:
        """Return the state before the first step: an average that starts at zero."""
        return RMSpropState(t=0, v=zeros_like(theta))

    def step(
        self, theta: Array, gradient: Array, state: RMSpropState
    ) -> tuple[Array, RMSpropState]:
        """Return the parameters and the state after one step along ``gradient``."""
        t = state.t + 1
        v = self.rho * state.v + (1 - self.rho) * gradient**2
        theta = theta - self.rate(t) * gradient / (v + self.epsilon) ** 0.5
        return theta, RMSpropState(t, v)
