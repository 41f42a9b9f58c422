"""Figures with ends, and their values: in the middle, at one end, or drawn in scenarios.

What is drawn of a figure depends on the seed and the figure's own id alone, so offers, mechanisms and choices are
compared on the same scenarios, and a figure more or less changes no other's.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from provenet.case.money import Band

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """One figure: its id, its ends and middle, its unit, and on what it rests."""

    id: str
    name: str
    kind: str
    band: Band
    unit_says: str
    basis: str
    says: str
    estimator: str | None = None
    sponsor: str | None = None
    scope: str | None = None
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.band.low <= self.band.mid <= self.band.high:
            raise ValueError(f"the ends of {self.id} are not in order: {self.band}")


class Values(Protocol):
    """The value of a figure in every scenario, float64[S]."""

    def __call__(self, figure: Figure) -> Floats:
        """The values of one figure."""
        ...


@dataclass(frozen=True)
class Middles:
    """One scenario in which every figure has its middle, but those that are moved."""

    moved: Mapping[str, float]

    def __call__(self, figure: Figure) -> Floats:
        """The middle, or what the figure is moved to."""
        return np.array([self.moved.get(figure.id, figure.band.mid)])


class Draws:
    """Scenarios: every figure drawn from a triangle between its ends with its peak at the middle.

    Each figure's draws are spread evenly (one in each of S equal parts of its distribution, in an order of its own), so
    means settle much faster than with free draws. Own; McKay, Beckman and Conover (1979) for the spreading. O(S log S)
    a figure. `seed` any whole number; equal seeds give equal bytes on every machine.
    """

    def __init__(self, seed: int, scenarios: int) -> None:
        self.seed, self.scenarios = seed, scenarios
        self._uniform: dict[str, Floats] = {}

    def uniform(self, key: str) -> Floats:
        """Even draws from (0, 1) of their own for a key, float64[S]: for noise that is no figure."""
        if key not in self._uniform:
            digest = hashlib.sha256(f"{self.seed}\n{key}".encode()).digest()
            random = np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
            parts = random.permutation(self.scenarios)
            self._uniform[key] = (parts + random.random(self.scenarios)) / self.scenarios
        return self._uniform[key]

    def __call__(self, figure: Figure) -> Floats:
        """The draws of a figure, float64[S]."""
        return triangular(self.uniform(figure.id), figure.band)

    def logistic(self, key: str) -> Floats:
        """Draws of standard logistic noise for a key, float64[S]."""
        uniform = np.clip(self.uniform(key), 1e-12, 1 - 1e-12)
        return np.asarray(np.log(uniform / (1 - uniform)))


def triangular(uniform: Floats, band: Band) -> Floats:
    """The triangular distribution between the ends of a band, its peak at the middle, at the given quantiles.

    >>> triangular(np.array([0.0, 0.5, 1.0]), Band(0.0, 1.0, 2.0)).tolist()
    [0.0, 1.0, 2.0]
    """
    wide = band.high - band.low
    if wide <= 0:
        return np.full(uniform.shape, band.mid)
    left, right = band.mid - band.low, band.high - band.mid
    low = band.low + np.sqrt(uniform * wide * left)
    high = band.high - np.sqrt((1 - uniform) * wide * right)
    return np.asarray(np.clip(np.where(uniform * wide < left, low, high), band.low, band.high))
