"""What a coordinator has to know this morning: what changed, which convoys it touches, what runs out, who waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from planner.domain.world import World
from planner.services.clocks import Clock, running_clocks
from planner.services.convoys import ConvoyView
from planner.services.reach import ReachStrip, reach_strips
from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    DeliveryOutcome,
    Evidence,
    Hold,
    Pause,
    PermitStep,
    Retraction,
    SiteStatus,
    known_at,
)
from routing.network import RoadNetwork, SegmentId
from routing.status import AccessMap, Part, Status
from routing.units import DAY, AsOf, Instant

LONGEST_LOOK_BACK_S: Final = 7 * DAY
NEWS: Final = (
    CeasefireAgreed, CeasefireExtended, CeasefireClaim, Pause, Arrangement, PermitStep, Hold, DeliveryOutcome,
    SiteStatus, Retraction,
)  # fmt: skip
"""Kinds of record that are news by themselves; roads, gates and incidents are told by the status they change."""
_Key: TypeAlias = tuple[Status, Status, str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """Stretches whose status is another than before for one and the same reason; `record` None: nobody's report."""

    before: Status
    after: Status
    part: Part
    record: Evidence | None
    segments: tuple[SegmentId, ...]
    gates: tuple[str, ...]
    touched: tuple[ConvoyView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Records of one kind and source that say the same of several sites."""

    records: tuple[Evidence, ...]
    touched: tuple[ConvoyView, ...]

    @property
    def first(self) -> Evidence:
        """The record that stands for them."""
        return self.records[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The page as data; everything in it was known at the question's position of the log."""

    since: Instant
    since_visit: bool
    changes: tuple[StatusChange, ...]
    news: tuple[News, ...]
    convoys: tuple[ConvoyView, ...]
    clocks: tuple[Clock, ...]
    strips: tuple[ReachStrip, ...]
    overdue_sites: tuple[str, ...]
    letterless_sites: tuple[str, ...]

    @property
    def touched(self) -> tuple[ConvoyView, ...]:
        """The convoys that any change touches, each once."""
        entries = [entry.touched for entry in self.changes] + [entry.touched for entry in self.news]
        return tuple({view.id: view for touched in entries for view in touched}.values())

    @property
    def inside(self) -> tuple[ConvoyView, ...]:
        """The convoys that their timetable has inside a contested or blocked stretch now."""
        return tuple(view for view in self.convoys if view.state.inside)

    @property
    def unlocated(self) -> tuple[ConvoyView, ...]:
        """The convoys on the road of which no timetable or report says where they are."""
        return tuple(view for view in self.convoys if view.state.word == "sent")


def look_back(question: AsOf, log: tuple[Evidence, ...], last_visit_at: Instant | None) -> tuple[AsOf, bool]:
    """Return since when changes are told, as an as-of: the reader's last visit in the week before, else a day ago.

    The tuple's second value tells whether it is the visit. What is compared is the same hour of an earlier day, so
    that a gate's opening hours do not look like news.
    """
    visited = last_visit_at is not None and question.at - LONGEST_LOOK_BACK_S <= last_visit_at < question.at
    since = last_visit_at if visited and last_visit_at is not None else question.at - DAY
    return AsOf(at=since, known=min(known_at(log, since), question.known)), visited


def same_hour(before: AsOf, question: AsOf) -> AsOf:
    """Return the as-of before, moved back to the hour of day of the question."""
    return AsOf(at=before.at - (before.at - question.at) % DAY, known=before.known)


def look_at(
    world: World,
    question: AsOf,
    convoys: Sequence[ConvoyView],
    maps: tuple[AccessMap, AccessMap],
    before: AsOf,
    *,
    visited: bool,
) -> Today:
    """Return the page; `maps` are the access map before (at `same_hour`) and now."""
    active = tuple(view for view in convoys if view.state.active)
    changes = status_changes(world, question, active, maps)
    told = {c.record.position for c in changes if c.record is not None}
    clocks = running_clocks(world, question, active)
    return Today(
        since=before.at,
        since_visit=visited,
        changes=changes,
        news=_news(world, before, question, active, told),
        convoys=active,
        clocks=clocks,
        strips=reach_strips(world, question, active),
        overdue_sites=_sites(clocks, "answer", question.at),
        letterless_sites=_sites(clocks, "letter", question.at),
    )


def _sites(clocks: Sequence[Clock], kind: str, at: Instant) -> tuple[str, ...]:
    return tuple(
        site for c in clocks if c.kind == kind and (c.due_at is None or (c.over_s(at) or 0) > 0) for site in c.about
    )


def status_changes(
    world: World, question: AsOf, convoys: Sequence[ConvoyView], maps: tuple[AccessMap, AccessMap]
) -> tuple[StatusChange, ...]:
    """Return the stretches whose status is another now, those of one reason together, newest reason first."""
    then, now = maps
    grouped: dict[_Key, list[SegmentId]] = {}
    parts: dict[_Key, Part] = {}
    for segment in now.timelines:
        old, new = then.at(segment, then.as_of.at), now.at(segment, now.as_of.at)
        if old.status is new.status:
            continue
        part = new.deciding() if new.status.rank > Status.OPEN.rank else new.parts[0]
        key = (old.status, new.status, part.code, part.evidence)
        grouped.setdefault(key, []).append(segment)
        parts[key] = part
    by_position = {record.position: record for record in world.log if record.position <= question.known}
    found = [
        _change(key, parts[key], segments, by_position, world.network, convoys) for key, segments in grouped.items()
    ]
    return tuple(
        sorted(
            found,
            key=lambda c: (-len(c.touched), -(c.record.learned_at if c.record else 0), -c.after.rank, c.segments),
        )
    )


def _change(
    key: _Key, part: Part, segments: Sequence[SegmentId], by_position: dict[int, Evidence], network: RoadNetwork,
    convoys: Sequence[ConvoyView],
) -> StatusChange:  # fmt: skip
    records = [by_position[position] for position in key[3] if position in by_position]
    way = set(segments)
    return StatusChange(
        before=key[0],
        after=key[1],
        part=part,
        record=max(records, key=lambda r: (r.learned_at, r.position), default=None),
        segments=tuple(segments),
        gates=tuple(sorted({gate for s in segments if (gate := network.segments[s].gate) is not None})),
        touched=tuple(v for v in convoys if v.convoy is not None and not way.isdisjoint(v.convoy.segments)),
    )


def _news(
    world: World, before: AsOf, question: AsOf, convoys: Sequence[ConvoyView], told: set[int]
) -> tuple[News, ...]:
    grouped: dict[tuple[object, ...], list[Evidence]] = {}
    for record in world.log:
        fresh = before.known < record.position <= question.known and record.position not in told
        if fresh and isinstance(record.fact, NEWS):
            grouped.setdefault(_same(record), []).append(record)
    found = [News(records=tuple(group), touched=_touched(group, convoys)) for group in grouped.values()]
    return tuple(sorted(found, key=lambda n: (-n.first.learned_at, -n.first.position)))


def _same(record: Evidence) -> tuple[object, ...]:
    fact = record.fact
    if isinstance(fact, PermitStep):
        return (fact.kind, fact.step, fact.state, record.learned_at, record.source)
    return (record.position,)


def _touched(records: Sequence[Evidence], convoys: Sequence[ConvoyView]) -> tuple[ConvoyView, ...]:
    sites = {site for r in records if (site := getattr(r.fact, "site", None)) is not None}
    named = {name for r in records if (name := getattr(r.fact, "movement", None)) is not None}
    gates = {g for r in records if isinstance(r.fact, Arrangement | Pause) for g in r.fact.gates}
    everybody = any(isinstance(r.fact, Hold) and not r.fact.scope for r in records)
    return tuple(
        v
        for v in convoys
        if everybody or v.id in named or not gates.isdisjoint(v.gates) or (not sites.isdisjoint(v.sites) and v.convoy)
    )
