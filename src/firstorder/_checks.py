"""The check of counts, which every part of the package takes: steps, examples, threads, units."""

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
