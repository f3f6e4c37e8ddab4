"""Learning rates as functions of the step number t = 1, 2, ...

A schedule is a frozen dataclass with a ``__call__``, and goes wherever a learning rate does:
``GradientDescent(InverseSqrt(0.1))``. A schedule of a number is a number; of an array or tensor,
one of the same kind.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstorder.optimizers.base import Rate, check_fraction, check_non_negative, check_rate


@dataclass(frozen=True)
class InverseSqrt:
    r"""Decay as :math:`\alpha_t = \alpha / \sqrt t`: the rate of the regret bounds.

    Examples
    --------
    >>> InverseSqrt(0.1)(4)
    0.05
    """

    initial: Any

    def __post_init__(self) -> None:
        check_rate(self, "initial")

    def __call__(self, t: Any) -> Any:
        return self.initial / t**0.5
