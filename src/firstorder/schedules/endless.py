"""Rates that stay or decay by one formula for ever, whatever the length of the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from firstorder.checks import check_non_negative, check_positive, check_setting
from firstorder.schedules.libraries import plain
from firstorder.settings import Settings


@dataclass(frozen=True)
class Constant(Settings):
    r"""Keep :math:`\alpha_t = \alpha`.

    Parameters
    ----------
    initial : float or array, positive
        The rate :math:`\alpha`.

    Examples
    --------
    >>> Constant(0.1)(1000)
    0.1
    """

    initial: Any

    def __post_init__(self) -> None:
        check_positive(self, "initial")

    def __call__(self, t: Any) -> Any:
        """Return the rate of step ``t``, the same for all."""
        return self.initial


@dataclass(frozen=True)
class InverseSqrt(Settings):
    r"""Decay as :math:`\alpha_t = \alpha / \sqrt t`: the rate of the regret bounds.

    Parameters
    ----------
    initial : float or array, positive
        The first rate :math:`\alpha`.

    Examples
    --------
    >>> InverseSqrt(0.1)(4)
    0.05
    """

    initial: Any

    def __post_init__(self) -> None:
        check_positive(self, "initial")

    def __call__(self, t: Any) -> Any:
        """Return the rate of step ``t``."""
        return self.initial / plain(t) ** 0.5


@dataclass(frozen=True)
class InverseTime(Settings):
    r"""Decay as :math:`\alpha_t = \alpha / (1 + d\,(t - 1))`.

    The sum of the rates diverges and the sum of their squares does not: the condition of Robbins
    and Monro, under which noise averages out and yet any distance can be crossed.

    Parameters
    ----------
    initial : float or array, positive
        The first rate :math:`\alpha`.
    decay : float or array, non-negative
        After :math:`1/d` steps the rate is halved.

    References
    ----------
    Robbins & Monro (1951), *A stochastic approximation method*.

    Examples
    --------
    >>> InverseTime(0.1, decay=0.5)(3)
    0.05
    """

    initial: Any
    decay: Any

    def __post_init__(self) -> None:
        check_positive(self, "initial")
        check_non_negative(self, "decay")

    def __call__(self, t: Any) -> Any:
        """Return the rate of step ``t``."""
        return self.initial / (1 + self.decay * (plain(t) - 1))


@dataclass(frozen=True)
class Exponential(Settings):
    r"""Decay as :math:`\alpha_t = \alpha\, q^{t - 1}`.

    The rates sum to :math:`\alpha/(1 - q)` and no more, so a run can come to rest too early.

    Parameters
    ----------
    initial : float or array, positive
        The first rate :math:`\alpha`.
    factor : float or array in (0, 1]
        The factor :math:`q` of each further step.

    Examples
    --------
    >>> Exponential(0.8, factor=0.5)(3)
    0.2
    """

    initial: Any
    factor: Any

    def __post_init__(self) -> None:
        check_positive(self, "initial")
        check_setting(self, "factor", "in (0, 1]", lambda x: (x > 0) & (x <= 1))

    def __call__(self, t: Any) -> Any:
        """Return the rate of step ``t``."""
        return self.initial * self.factor ** (plain(t) - 1)
