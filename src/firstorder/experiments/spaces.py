"""Spaces to search: the range of each hyper-parameter, and draws from it."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstorder.checks import check_real, check_whole


@dataclass(frozen=True)
class Range(ABC):
    """The values that one hyper-parameter may take, from ``low`` to ``high``."""

    low: float
    high: float

    def __post_init__(self) -> None:
        low, high = check_real("low", self.low), check_real("high", self.high)
        if not low < high:
            raise ValueError(f"low must be below high, got {self.low!r} and {self.high!r}")

    @abstractmethod
    def at(self, place: Any) -> np.ndarray:
        """Return the values at places from 0, the low end, to 1, the high end."""

    @abstractmethod
    def place(self, value: Any) -> np.ndarray:
        """Return the places of values: the inverse of ``at``."""

    def edge(self, value: float, tried: np.ndarray) -> str:
        """Return "low" or "high" for a value at an edge of what was tried, else "".

        That is the least or the greatest of the values tried, and the outer twentieths of the
        range.
        """
        place = float(self.place(value))
        if place < 0.05 or value <= np.min(tried):
            return "low"
        return "high" if place > 0.95 or value >= np.max(tried) else ""


@dataclass(frozen=True)
class Uniform(Range):
    """All values alike.

    Examples
    --------
    >>> float(Uniform(0.0, 4.0).at(0.25))
    1.0
    """

    def at(self, place: Any) -> np.ndarray:
        """Return the values at places from 0 to 1."""
        return self.low + (self.high - self.low) * np.asarray(place)

    def place(self, value: Any) -> np.ndarray:
        """Return the places of values."""
        return (np.asarray(value) - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class LogUniform(Range):
    """All powers of ten alike: for learning rates and epsilons, which span decades.

    Examples
    --------
    >>> float(LogUniform(1e-4, 1.0).at(0.5).round(6))
    0.01
    """

    def __post_init__(self) -> None:
        check_real("low", self.low, "positive and finite", lambda x: x > 0)
        super().__post_init__()

    def at(self, place: Any) -> np.ndarray:
        """Return the values at places from 0 to 1."""
        return self.low * (self.high / self.low) ** np.asarray(place)

    def place(self, value: Any) -> np.ndarray:
        """Return the places of values."""
        return np.log(np.asarray(value) / self.low) / np.log(self.high / self.low)


@dataclass(frozen=True)
class NearOne(Range):
    """Averages' shares, such as 0.9 and 0.999: one minus the value spans decades.

    ``NearOne(0.0, 0.999)`` is as dense between 0 and 0.9 as between 0.9 and 0.99. Nothing lies
    below 0, so that end is not an edge at which the search was cut short.

    Examples
    --------
    >>> NearOne(0.0, 0.999).at([0.0, 1 / 3, 2 / 3]).round(3)
    array([0.  , 0.9 , 0.99])
    """

    def __post_init__(self) -> None:
        check_real("low", self.low, "in [0, 1)", lambda x: 0 <= x < 1)
        check_real("high", self.high, "in [0, 1)", lambda x: 0 <= x < 1)
        super().__post_init__()

    def at(self, place: Any) -> np.ndarray:
        """Return the values at places from 0 to 1."""
        return 1 - (1 - self.low) * ((1 - self.high) / (1 - self.low)) ** np.asarray(place)

    def place(self, value: Any) -> np.ndarray:
        """Return the places of values."""
        shares = (1 - np.asarray(value)) / (1 - self.low), (1 - self.high) / (1 - self.low)
        return np.log(shares[0]) / np.log(shares[1])

    def edge(self, value: float, tried: np.ndarray) -> str:
        """Return "low" or "high" near an end of the range that could have been wider."""
        edge = super().edge(value, tried)
        return "" if edge == "low" and self.low == 0 else edge


@dataclass(frozen=True, init=False)
class Choice:
    """One of a few values; none is an edge.

    Examples
    --------
    >>> Choice(0.0, 0.9).at([0.1, 0.6])
    array([0. , 0.9])
    """

    values: tuple[float, ...]

    def __init__(self, *values: float) -> None:
        if not values:
            raise ValueError("values must be one number or more, got none")
        checked = tuple(check_real("each of values", value) for value in values)
        object.__setattr__(self, "values", checked)

    def at(self, place: Any) -> np.ndarray:
        """Return the values at places from 0 to 1."""
        count = len(self.values)
        return np.array(self.values)[np.minimum(np.asarray(place) * count, count - 1).astype(int)]

    def edge(self, value: float, tried: np.ndarray) -> str:
        """Return "": a choice is all there is."""
        return ""


def draw(
    space: Mapping[str, Any], budget: int, how: str = "random", seed: int = 0
) -> dict[str, np.ndarray]:
    """Draw ``budget`` settings from a space.

    The draws of a name depend on the name, the range and the seed alone. So a method and its
    control try the same learning rates, and a larger random budget holds the smaller one.

    Parameters
    ----------
    space : mapping from names to ranges
        ``Uniform``, ``LogUniform``, ``NearOne`` or ``Choice``.
    budget : int, positive
        How many settings.
    how : "random" or "even"
        Independent draws; or places at even distances, ends included, those of one name shuffled
        against those of another (a Latin hypercube). With one name this is a grid.
    seed : int
        Seed of the draws.

    Returns
    -------
    dict from names to arrays (budget,)

    Raises
    ------
    ValueError
        If an argument is not as above.

    Examples
    --------
    >>> draw({"learning_rate": LogUniform(0.01, 1.0)}, 3, how="even")["learning_rate"].round(3)
    array([0.01, 0.1 , 1.  ])
    """
    budget = check_whole("budget", budget)
    if how not in ("random", "even"):
        raise ValueError(f"how must be 'random' or 'even', got {how!r}")
    settings = {}
    for name, values in space.items():
        if not isinstance(values, Range | Choice):
            raise ValueError(f"{name} must be a range, such as LogUniform(1e-3, 1), got {values!r}")
        random = np.random.default_rng([seed, zlib.crc32(name.encode())])
        if how == "random":
            places = random.random(budget)
        else:
            places = np.linspace(0, 1, budget) if budget > 1 else np.array([0.5])
            places = random.permutation(places) if len(space) > 1 else places
        settings[name] = values.at(places)
    return settings
