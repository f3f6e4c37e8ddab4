"""Update rules as they have been misprinted: to be shown, measured, and caught by the tests.

Not for use. Each class is the reference's moments with one slip in what is made of them, and each
row of ``SLIPS`` a passage of a rule's ``step`` with what stood in its place.
"""

from __future__ import annotations

import inspect
import textwrap

from firstorder.optimizers import (
    AdaGrad,
    Adam,
    AdamState,
    GradientDescent,
    Momentum,
    Optimizer,
    RMSprop,
)
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


SLIPS: list[tuple[str, type[Optimizer], str, str]] = [
    ("divided by v, not its root", Adam, "v_hat**0.5", "v_hat"),
    ("only the second moment corrected", Adam, "m / (1 - self.beta_1**t)", "m"),
    ("epsilon under the root", Adam, "(v_hat**0.5 + self.epsilon)",
     "(v_hat + self.epsilon) ** 0.5"),
    ("epsilon on the root before its correction", Adam, "(v_hat**0.5 + self.epsilon)",
     "((v**0.5 + self.epsilon) / (1 - self.beta_2**t)**0.5)"),
    ("the second average with beta_1", Adam, "self.beta_2 * state.v + (1 - self.beta_2)",
     "self.beta_1 * state.v + (1 - self.beta_1)"),
    ("the average of sizes, not of squares", Adam, "gradient**2", "abs(gradient)"),
    ("a centred second moment", Adam, "gradient**2", "(gradient - m)**2"),
    ("the plain gradient on top", Adam, "* m_hat", "* gradient"),
    ("epsilon beside the root, as a docstring had it", RMSprop, "(v + self.epsilon) ** 0.5",
     "(v**0.5 + self.epsilon)"),
    ("the average of sizes, not of squares", RMSprop, "gradient**2", "abs(gradient)"),
    ("the sum, not the average", RMSprop, "(1 - self.rho) * gradient**2", "gradient**2"),
    ("the average one step late", RMSprop, "gradient / (v ", "gradient / (state.v "),
    ("a start corrected as Adam's", RMSprop, "(v + ", "(v / (1 - self.rho**t) + "),
    ("one under the root", AdaGrad, "self.epsilon", "1"),
    ("epsilon beside the root", AdaGrad, "(G + self.epsilon) ** 0.5", "(G**0.5 + self.epsilon)"),
    ("the accumulator one step late", AdaGrad, "(G + self", "(state.G + self"),
    ("the sum of sizes, not of squares", AdaGrad, "gradient**2", "abs(gradient)"),
    ("no root", AdaGrad, "** 0.5", "** 1"),
    ("the average, not the sum", Momentum, "+ gradient\n", "+ (1 - self.momentum) * gradient\n"),
    ("Nesterov's look-ahead with the old sum", Momentum, "self.momentum * m if",
     "self.momentum * state.m if"),
    ("Nesterov's look-ahead without the gradient", Momentum, "gradient + self.momentum * m if",
     "self.momentum * m if"),
    ("the old sum", Momentum, "else m\n", "else state.m\n"),
    ("uphill", GradientDescent, "theta - self", "theta + self"),
    ("no learning rate", GradientDescent, "self.rate(t) * gradient", "gradient"),
]  # fmt: skip


def misprinted(method: type[Optimizer], right: str, wrong: str) -> type[Optimizer]:
    """Return the class with one passage of its ``step`` replaced.

    Parameters
    ----------
    method : class of optimizers
    right, wrong : str
        The passage, which must occur once, and what takes its place.

    Examples
    --------
    >>> uphill = misprinted(GradientDescent, "theta - self", "theta + self")(learning_rate=0.5)
    >>> uphill.step(1.0, 2.0, uphill.init(1.0))
    (2.0, GradientDescentState(t=1))
    """
    source = step_source(method)
    if source.count(right) != 1:
        raise ValueError(f"right must occur once in the step of {method.__name__}, got {right!r}")
    return with_step(method, source.replace(right, wrong))


def step_source(method: type[Optimizer]) -> str:
    """Return the text of a rule's ``step``."""
    return textwrap.dedent(inspect.getsource(method.step))


def with_step(method: type[Optimizer], source: str) -> type[Optimizer]:
    """Return a subclass whose ``step`` is the given text."""
    scope = dict(vars(inspect.getmodule(method)))
    exec(compile(source, "<misprint>", "exec"), scope)
    return type(f"Misprinted{method.__name__}", (method,), {"step": scope["step"]})
