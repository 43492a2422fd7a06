"""Driving times under one set of weights, asked by as many threads as want to, and never in a way that could crash."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routing.errors import MetricInUse, UnknownId
from routing.travel.arcs import UNREACHABLE, ArcArrays, Numbers
from routing.units import Seconds


class Topology(Protocol):
    """The shape of a road map, made ready for any number of metrics."""

    arcs: ArcArrays

    def metric(self, seconds: Numbers) -> "Metric": ...


class Metric(ABC):
    """Driving times over one map under one set of weights.

    Whoever asks has the metric alone: others wait. New weights are refused while somebody asks, and whoever asked
    before they came gets an error, not the answer to another question.
    """

    def __init__(self, arcs: ArcArrays, seconds: Numbers) -> None:
        """Keep the weights of all arcs; they are taken in when somebody first asks."""
        self._arcs = arcs
        self._seconds = _weights(seconds, len(arcs.tail))
        self._alone = threading.Lock()
        self._changes = 0
        self._taken_in = False

    def table(self, rows: ArrayLike, columns: ArrayLike) -> NDArray[np.int64]:
        """Return the shortest times from places to places, by their numbers; `UNREACHABLE` where there is no way.

        Raises
        ------
        UnknownId
            If a number is no place.
        MetricInUse
            If the weights were changed while this question waited for its turn.
        """
        sources, targets = self._numbers(rows), self._numbers(columns)
        if not len(sources) or not len(targets):
            return np.zeros((len(sources), len(targets)), dtype=np.int64)
        with self._turn():
            return self._find_table(sources, targets)

    def way(self, origin: int, destination: int) -> tuple[Seconds, Numbers] | None:
        """Return the shortest time and its arcs in driving order, or None where there is no way; raises as `table`."""
        start, end = self._numbers((origin, destination))
        with self._turn():
            return self._find_way(int(start), int(end))

    def reweigh(self, arcs: ArrayLike, seconds: ArrayLike) -> None:
        """Give some arcs new driving times, `UNREACHABLE` to close them; of one named twice the last counts.

        Raises
        ------
        UnknownId
            If a number is no arc.
        MetricInUse
            If somebody is asking, or changing weights, at this moment.
        """
        chosen = _whole(arcs, "arc")
        if len(chosen) and not 0 <= chosen.min() <= chosen.max() < len(self._seconds):
            wrong = int(chosen.min() if chosen.min() < 0 else chosen.max())
            raise UnknownId(f"No arc number {wrong}: there are {len(self._seconds)}. Give numbers from 0.")
        new = _weights(seconds, len(chosen))
        if not self._alone.acquire(blocking=False):
            raise MetricInUse("Somebody asks for driving times while they would change. Wait, or make a new metric.")
        try:
            self._changes += 1
            self._seconds[chosen] = new
            was_taken_in, self._taken_in = self._taken_in, False
            self._taken_in = was_taken_in and self._take_in_change(np.unique(chosen).astype(np.uint32))
        finally:
            self._alone.release()

    @property
    def seconds(self) -> Numbers:
        """A copy of the driving times of all arcs."""
        return self._seconds.copy()

    @abstractmethod
    def _take_in(self) -> None:
        """Make ready to answer under `_seconds`."""

    @abstractmethod
    def _take_in_change(self, changed: Numbers) -> bool:
        """Make ready again after some arcs, sorted, changed in `_seconds`; False leaves it to `_take_in`."""

    @abstractmethod
    def _find_table(self, rows: Numbers, columns: Numbers) -> NDArray[np.int64]: ...

    @abstractmethod
    def _find_way(self, origin: int, destination: int) -> tuple[Seconds, Numbers] | None: ...

    @contextmanager
    def _turn(self) -> Iterator[None]:
        asked_under = self._changes
        with self._alone:
            if self._changes != asked_under:
                raise MetricInUse("The driving times changed while this question waited. Ask again.")
            if not self._taken_in:
                self._take_in()
                self._taken_in = True
            yield

    def _numbers(self, places: ArrayLike) -> Numbers:
        found = _whole(places, "place")
        if len(found) and not 0 <= found.min() <= found.max() < self._arcs.places:
            wrong = int(found.min() if found.min() < 0 else found.max())
            raise UnknownId(f"No place number {wrong}: there are {self._arcs.places}. Give numbers from 0.")
        return found.astype(np.uint32)


def _whole(numbers: ArrayLike, what: str) -> NDArray[np.int64]:
    found = np.asarray(numbers)
    if found.size == 0:
        return np.zeros(0, dtype=np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu" or int(found.max()) > np.iinfo(np.int64).max:
        raise UnknownId(f"A {what} is named by a whole number from 0, given was {found.dtype} {found.shape}.")
    return found.astype(np.int64)


def _weights(seconds: ArrayLike, length: int) -> Numbers:
    """Return a copy of the weights, after checking that there is one for each arc and none below 0."""
    found = np.asarray(seconds)
    if found.shape != (length,) or (length and found.dtype.kind not in "iu"):
        raise UnknownId(f"Give whole seconds for each of {length} arcs, given was {found.dtype} {found.shape}.")
    if length and not 0 <= found.min() <= found.max() <= UNREACHABLE:
        raise UnknownId(f"A driving time lies between 0 and {UNREACHABLE} s, which stands for no way.")
    return found.astype(np.uint32)
