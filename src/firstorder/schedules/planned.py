"""Rates that are planned over so many steps: a fall to the end, a rise at the start."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from firstorder.checks import check_non_negative, check_positive, check_rate, check_whole
from firstorder.schedules.libraries import at_most, cos, plain
from firstorder.settings import Rate, Settings


@dataclass(frozen=True)
class Cosine(Settings):
    r"""Fall along half a cosine, from :math:`\alpha` at the first step to the final rate.

    .. math::
        \alpha_t = \alpha_T + \frac{\alpha - \alpha_T}{2}
        \Bigl(1 + \cos \frac{\pi\,\min(t - 1,\, T)}{T}\Bigr)

    Parameters
    ----------
    initial : float or array, positive
        The first rate :math:`\alpha`.
    steps : int, positive
        The fall takes :math:`T` steps; after them the rate stays.
    final : float or array, non-negative
        The last rate :math:`\alpha_T`.

    References
    ----------
    Loshchilov & Hutter (2017), *SGDR: stochastic gradient descent with warm restarts*, eq. 5.

    Examples
    --------
    >>> cosine = Cosine(0.1, steps=100)
    >>> cosine(1), round(cosine(51), 6), cosine(101), cosine(1000)
    (0.1, 0.05, 0.0, 0.0)
    """

    initial: Any
    steps: int
    final: Any = 0.0

    def __post_init__(self) -> None:
        check_positive(self, "initial")
        object.__setattr__(self, "steps", check_whole("steps", self.steps))
        check_non_negative(self, "final")

    def __call__(self, t: Any) -> Any:
        """Return the rate of step ``t``."""
        passed = at_most(plain(t) - 1, self.steps)
        share = (1 + cos(passed * (math.pi / self.steps))) / 2
        return self.final + (self.initial - self.final) * share


@dataclass(frozen=True)
class Linear(Settings):
    r"""Fall along a straight line, from :math:`\alpha` at the first step to the final rate.

    .. math::
        \alpha_t = \alpha_T + (\alpha - \alpha_T) \Bigl(1 - \frac{\min(t - 1,\, T)}{T}\Bigr)

    Parameters
    ----------
    initial : float or array, positive
        The first rate :math:`\alpha`.
    steps : int, positive
        The fall takes :math:`T` steps; after them the rate stays.
    final : float or array, non-negative
        The last rate :math:`\alpha_T`.

    Examples
    --------
    >>> linear = Linear(1.0, steps=4)
    >>> linear(1), linear(2), linear(5), linear(1000)
    (1.0, 0.75, 0.0, 0.0)
    """

    initial: Any
    steps: int
    final: Any = 0.0

    def __post_init__(self) -> None:
        check_positive(self, "initial")
        object.__setattr__(self, "steps", check_whole("steps", self.steps))
        check_non_negative(self, "final")

    def __call__(self, t: Any) -> Any:
        """Return the rate of step ``t``."""
        share = 1 - at_most(plain(t) - 1, self.steps) / self.steps
        return self.final + (self.initial - self.final) * share


@dataclass(frozen=True)
class Warmup(Settings):
    r"""Let the rate of another schedule grow linearly: :math:`\min(t / T, 1)\, \alpha_t`.

    Parameters
    ----------
    schedule : float, array or function of t, positive
        The rate to warm up.
    steps : int, positive
        The first step is 1 / T of the schedule's, step :math:`T` the first in full.

    References
    ----------
    Goyal et al. (2017), *Accurate, large minibatch SGD*, section 2.2.

    Examples
    --------
    >>> warm = Warmup(0.1, steps=10)
    >>> warm(5), warm(10), warm(50)
    (0.05, 0.1, 0.1)
    """

    schedule: Rate
    steps: int

    def __post_init__(self) -> None:
        check_rate(self, "schedule")
        object.__setattr__(self, "steps", check_whole("steps", self.steps))

    def __call__(self, t: Any) -> Any:
        """Return the rate of step ``t``."""
        rate = self.schedule(t) if callable(self.schedule) else self.schedule
        return at_most(plain(t) / self.steps, 1) * rate
