"""Common random numbers: whatever is drawn for a cause depends on the seed and its name alone."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from planner.futures.assumptions import Spread
from routing.units import HOUR, Seconds, Window

Chances: TypeAlias = NDArray[np.float32]
"""Normal scores of the futures of a batch: one row a future, one column an hour (or a single one for all hours)."""
Factors: TypeAlias = NDArray[np.float64]
"""One number a future."""

BATCH: Final = 1_000
"""So many futures are driven at a time: their numbers fit into the processor's cache, and memory stays small."""


@dataclass(frozen=True, kw_only=True)
class Draws:
    """The random numbers of one batch of futures over some hours.

    A cause holds at an hour where its score lies below the normal quantile of its probability then. Scores of one
    cause are an Ornstein-Uhlenbeck series: each is standard normal, so that at every hour the cause holds with just
    its probability, and two of them are the likelier alike the nearer they are (correlation exp(-dt / lasting)).
    """

    seed: int
    batch: int
    count: int
    hours: Window
    lasting_s: Mapping[str, Seconds]
    _scores: dict[str, Chances] = field(default_factory=dict)
    _factors: dict[str, Factors] = field(default_factory=dict)

    def scores(self, cause: str) -> Chances:
        """Return the cause's scores, shape (futures, hours), or (futures, 1) where its word never changes."""
        if cause not in self._scores:
            kind = cause.partition(":")[0].rpartition("/")[-1]
            self._scores[cause] = self._series(cause, self.lasting_s.get(kind))
        return self._scores[cause]

    def _series(self, cause: str, lasting_s: Seconds | None) -> Chances:
        columns = 1 if lasting_s is None else self.columns
        drawn = self._generator(cause).standard_normal((columns, self.count), dtype=np.float32)
        if lasting_s is not None:
            kept = np.float32(math.exp(-HOUR / lasting_s))
            fresh = np.sqrt(1 - kept * kept)
            for hour in range(1, columns):
                drawn[hour] = kept * drawn[hour - 1] + fresh * drawn[hour]
        return np.ascontiguousarray(drawn.T)

    @property
    def columns(self) -> int:
        """How many hours there are scores for: every one that begins in `hours`, and the one at its end."""
        return -(-self.hours.seconds // HOUR) + 1

    def hour_of(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the columns of `scores` for some instants, the last hour standing for all later ones."""
        return np.clip((at - self.hours.start) // HOUR, 0, self.columns - 1)

    def triangular(self, name: str, spread: Spread) -> Factors:
        """Return a factor for each future, drawn by inverting the triangular distribution at one uniform number."""
        if name not in self._factors:
            self._factors[name] = invert_triangular(self._generator(name).random(self.count), spread)
        return self._factors[name]

    def beta(self, name: str, passed: int, turned_back: int) -> Factors:
        """Return for each future the chance at a gate, drawn from its record of passed and turned back."""
        if name not in self._factors:
            self._factors[name] = self._generator(name).beta(passed, turned_back, self.count)
        return self._factors[name]

    def _generator(self, name: str) -> np.random.Generator:
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence((self.seed, self.batch, key))))


def invert_triangular(uniform: Factors, spread: Spread) -> Factors:
    """Return the triangular quantiles at some probabilities."""
    low, mode, high = spread.low, spread.mode, spread.high
    if high <= low:
        return np.full_like(uniform, low)
    below = uniform < (mode - low) / (high - low)
    rising = low + np.sqrt(uniform * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - uniform) * (high - low) * (high - mode))
    return np.where(below, rising, falling)
