"""One segment as the futures see it: when it is closed for certain, and what must hold for it to be passed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from planner.futures.draws import Draws
from routing.network import GateId, Segment
from routing.status import Piece, Status
from routing.travel.passage import piece_causes
from routing.units import HOUR, Window

Times = NDArray[np.int64]
"""An instant a future."""
Flags = NDArray[np.bool_]
"""Yes or no a future."""

_CONSENT: Final = ("ceasefire", "arrangement")


@dataclass(frozen=True, kw_only=True)
class Road:
    """A segment's timeline in arrays over its pieces; `seen_as` is put before the names of its causes."""

    segment: Segment
    pieces: Sequence[Piece]
    seen_as: str = ""

    @cached_property
    def gate(self) -> GateId | None:
        """The gate at the segment's entrance."""
        return self.segment.gate

    @cached_property
    def is_line(self) -> bool:
        """Whether at any time the road cannot be passed without somebody's consent: beyond it a column is inside."""
        return any(
            part.name in {"control", "ceasefire"} and part.status is not Status.OPEN
            for piece in self.pieces
            for part in piece.parts
        )

    @cached_property
    def _starts(self) -> Times:
        return np.array([piece.window.start for piece in self.pieces], dtype=np.int64)

    @cached_property
    def _closed_before(self) -> NDArray[np.int64]:
        """How many of the pieces before each are BLOCKED, so that a difference tells of any between."""
        return np.concatenate(([0], np.cumsum([piece.status is Status.BLOCKED for piece in self.pieces])))

    @cached_property
    def _lapsed_before(self) -> NDArray[np.int64]:
        return np.concatenate(([0], np.cumsum([_lapsed(piece) for piece in self.pieces])))

    @cached_property
    def thresholds(self) -> dict[str, NDArray[np.float32]]:
        """For each cause the normal quantile of its probability in each piece; infinite where it plays no part."""
        # Outside a gate's hours nobody passes, but consent may lapse then over whoever waits inside.
        met = [piece_causes(p, self.segment) if _asks(p) else {} for p in self.pieces]
        names = sorted({name for causes in met for name in causes})
        return {
            self.seen_as + name: ndtri(np.array([causes.get(name, 1.0) for causes in met])).astype(np.float32)
            for name in names
        }

    @cached_property
    def _next_shut(self) -> NDArray[np.int64]:
        """For each piece the first from it on in which only a gate's hours close the road; none: their number."""
        found = np.full(len(self.pieces), len(self.pieces), dtype=np.int64)
        for index in range(len(self.pieces) - 1, -1, -1):
            later = found[index + 1] if index + 1 < len(self.pieces) else len(self.pieces)
            found[index] = index if shut_by_hours(self.pieces[index]) else later
        return found

    @cached_property
    def _ends(self) -> Times:
        return np.array([piece.window.end for piece in self.pieces], dtype=np.int64)

    def reopened(self, enter: Times, seconds: Times) -> Times:
        """Return when a column that comes at `enter` can take the road for so long within the hours of its gate.

        Where it never can in what is known of the road, it is the end of that.
        """
        start = enter
        for _ in self.pieces:
            shut = self._next_shut[self._piece_at(start)]
            there = np.minimum(shut, len(self.pieces) - 1)
            waits = (shut < len(self.pieces)) & (self._starts[there] < start + seconds) & (start < self._ends[there])
            if not waits.any():
                break
            start = np.where(waits, self._ends[there], start)
        return start

    def _piece_at(self, at: Times) -> NDArray[np.int64]:
        return np.clip(np.searchsorted(self._starts, at, side="right") - 1, 0, None)

    def passed(self, draws: Draws, enter: Times, leave: Times) -> Flags:
        """Tell in which futures a column may be on the road from `enter` to `leave`.

        It must not be closed at any second between, and every cause must hold at the hour in which it is entered.
        """
        first, last = self._piece_at(enter), self._piece_at(np.maximum(leave - 1, enter))
        good: Flags = self._closed_before[last + 1] == self._closed_before[first]
        for cause, threshold in self.thresholds.items():
            good &= _score(draws, cause, enter) < threshold[first]
        return good

    def lapsed(self, draws: Draws, since: Times, until: Times) -> Flags:
        """Tell in which futures the consent to cross the line lapsed at any time from `since` to `until`."""
        first, last = self._piece_at(since), self._piece_at(until)
        gone: Flags = self._lapsed_before[last + 1] != self._lapsed_before[first]
        for cause, threshold in self.thresholds.items():
            if cause.removeprefix(self.seen_as).startswith(_CONSENT):
                gone |= _fails_between(draws, cause, threshold, self._starts, since, until)
        return gone


def shut_by_hours(piece: Piece) -> bool:
    """Whether nothing but the hours of a gate closes a road: whoever waits for the morning may pass."""
    closing = [part.code for part in piece.parts if part.status is Status.BLOCKED]
    return bool(closing) and all(code == "outside_hours" for code in closing)


def _asks(piece: Piece) -> bool:
    return piece.status is not Status.BLOCKED or shut_by_hours(piece)


def _lapsed(piece: Piece) -> bool:
    return any(part.status is Status.BLOCKED and part.name in {"control", "ceasefire"} for part in piece.parts)


def _score(draws: Draws, cause: str, at: Times) -> NDArray[np.float32]:
    scores = draws.scores(cause)
    if scores.shape[1] == 1:
        return scores[:, 0]
    return scores[np.arange(len(at)), draws.hour_of(at)]


def _fails_between(
    draws: Draws, cause: str, threshold: NDArray[np.float32], starts: Times, since: Times, until: Times
) -> Flags:
    """Tell whether the cause fails at any hour in between, judged by the piece in which the hour begins."""
    scores = draws.scores(cause)
    hours = draws.hours.start + HOUR * np.arange(draws.columns, dtype=np.int64)
    bars = threshold[np.clip(np.searchsorted(starts, hours, side="right") - 1, 0, None)]
    failed = np.zeros((scores.shape[0], draws.columns + 1), dtype=np.int32)
    np.cumsum(scores >= bars, axis=1, out=failed[:, 1:])
    rows = np.arange(len(since))
    found: Flags = failed[rows, draws.hour_of(until) + 1] > failed[rows, draws.hour_of(since)]
    return found


def road(segment: Segment, pieces: Sequence[Piece], horizon: Window, seen_as: str = "") -> Road:
    """Return a segment's road over a horizon; what lies outside of it is not looked at."""
    return Road(
        segment=segment, pieces=[piece for piece in pieces if piece.window.overlaps(horizon)] or list(pieces[-1:]),
        seen_as=seen_as,
    )  # fmt: skip
