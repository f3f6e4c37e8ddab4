"""Checks of single numbers, which every part of the package takes: counts, and real numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_count(value: Any, least: float = 1) -> bool:
    """Return whether a value is a whole number of at least so much, Python's or NumPy's.

    A float is none, even 2.0, nor is True: each is a slip more often than it is meant.

    Examples
    --------
    >>> [is_count(value) for value in (2, np.int64(2), 0, 2.0, True, None)]
    [True, True, False, False, False, False]
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return bool(whole and value >= least)


def is_number(value: Any) -> bool:
    """Return whether a value is a finite real number, Python's or NumPy's; True is none.

    Examples
    --------
    >>> [is_number(value) for value in (2, -0.5, np.float32(1), np.inf, "1", True)]
    [True, True, True, False, False, False]
    """
    real = isinstance(value, int | float | np.integer | np.floating)
    return bool(real and not isinstance(value, bool) and np.isfinite(value))
