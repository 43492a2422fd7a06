"""One reason for a road's status over time: a gapless row of spans, and how five rows become one timeline."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from zoneinfo import ZoneInfo

from routing.policy import AccessPolicy
from routing.status import Part, PartName, Piece, Status, worst
from routing.units import AsOf, Instant, Window

Causes: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the log: as known when, for which span of time, in which zone, by which numbers."""

    as_of: AsOf
    horizon: Window
    zone: ZoneInfo
    policy: AccessPolicy

    def age_s(self, since: Instant, at: Instant) -> int:
        """Return how old a report is at an instant, in seconds.

        Nothing grows older than it is now: what is asked of the future is as fresh as the newest report known at
        `as_of.at`, for nobody can report on tomorrow.
        """
        return min(at, self.as_of.at) - since

    def stale_edges(self, since: Instant) -> tuple[Instant, ...]:
        """Return the instant at which a report goes stale, if it does before `as_of.at`."""
        stale_at = since + self.policy.stale_after_s
        return (stale_at,) if stale_at <= self.as_of.at else ()

    def is_stale(self, since: Instant, at: Instant) -> bool:
        """Tell whether a report is too old to be relied on at an instant."""
        return self.age_s(since, at) >= self.policy.stale_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One part from `start` to the next span's start, with the causes that may fail as a whole."""

    start: Instant
    part: Part
    causes: Causes = ()


Track: TypeAlias = tuple[Span, ...]
"""Spans in order of time; the first starts with the horizon, the last runs to its end, equal neighbours merged."""


def make_track(horizon: Window, edges: Iterable[Instant], state_at: Callable[[Instant], tuple[Part, Causes]]) -> Track:
    """Return the track of a part that can change at `edges` only; edges outside the horizon are ignored."""
    found: list[Span] = []
    for start in sorted({horizon.start, *(edge for edge in edges if horizon.contains(edge))}):
        part, causes = state_at(start)
        if not found or (found[-1].part, found[-1].causes) != (part, causes):
            found.append(Span(start=start, part=part, causes=causes))
    return tuple(found)


def steady(horizon: Window, part: Part, causes: Causes = ()) -> Track:
    """Return the track of a part that does not change over the horizon."""
    return (Span(start=horizon.start, part=part, causes=causes),)


def quiet(name: PartName, code: str, detail: str = "", evidence: tuple[int, ...] = ()) -> Part:
    """Return a part that stands in nobody's way."""
    return Part(name=name, status=Status.OPEN, p=1.0, code=code, detail=detail, evidence=evidence)


def graded(part: Part, policy: AccessPolicy) -> Part:
    """Return the part with its status held against the thresholds.

    Below `blocked_below_p` a part is BLOCKED; OPEN needs `open_from_p`. A status that a rule gives (a passage by
    permit is CONTESTED at p 1) is never improved.
    """
    if part.status is not Status.BLOCKED and part.p < policy.blocked_below_p:
        return replace(part, status=Status.BLOCKED)
    if part.status is Status.OPEN and part.p < policy.open_from_p:
        return replace(part, status=Status.CONTESTED)
    return part


def merge_tracks(horizon: Window, tracks: Sequence[Track]) -> tuple[Piece, ...]:
    """Return the timeline of a segment: at each instant the worst of its parts decides, p is the smallest."""
    starts = sorted({span.start for track in tracks for span in track})
    at = [0] * len(tracks)
    pieces: list[Piece] = []
    for start, end in zip(starts, [*starts[1:], horizon.end], strict=True):
        for k, track in enumerate(tracks):
            while at[k] + 1 < len(track) and track[at[k] + 1].start <= start:
                at[k] += 1
        spans = [track[k] for track, k in zip(tracks, at, strict=True)]
        parts = tuple(span.part for span in spans)
        deciding = worst(parts)
        pieces.append(
            Piece(
                window=Window(start, end),
                status=deciding.status,
                p=min(part.p for part in parts),
                decided_by=deciding.name,
                parts=parts,
                causes=merge_causes(cause for span in spans for cause in span.causes),
            )
        )
    return tuple(pieces)


def merge_causes(causes: Iterable[tuple[str, float]]) -> Causes:
    """Return each cause once, with its smallest probability, in order of name; certain ones are left out."""
    smallest: dict[str, float] = {}
    for name, p in causes:
        smallest[name] = min(p, smallest.get(name, 1.0))
    return tuple(sorted((name, p) for name, p in smallest.items() if p < 1.0))
