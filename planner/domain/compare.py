"""Subtract two plans: who gains and who loses, which convoys change and in what, and what they change because of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from planner.domain.needs import SiteId
from planner.domain.plan import Convoy, Plan
from planner.domain.scenario import (
    Edit,
    EscortChange,
    FleetChange,
    NeedScaled,
    PlanPolicySet,
    StockChange,
    target_of,
)
from planner.domain.snapshot import Snapshot
from routing.evidence import (
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    DeliveryOutcome,
    Evidence,
    Hold,
    PermitStep,
    Retraction,
    SiteStatus,
)
from routing.network import AreaId, GateId, SegmentId
from routing.units import Instant, local_midnight

Aspect: TypeAlias = Literal["day", "departure", "timetable", "trucks", "segments", "loads"]
CauseKind: TypeAlias = Literal["evidence", "edit", "input"]
Side: TypeAlias = Literal["a", "b", "both"]

_INPUTS: Final = (
    "horizon", "commodities", "needs", "groups", "hubs", "stock", "truck_types", "policy", "limits", "seed",
    "fleets", "escorts",
)  # fmt: skip
"""Parts of a snapshot that the log does not change: somebody entered or chose them anew, or supposed them so."""
_EXPLAINED_BY: Final[Mapping[str, type]] = {
    "needs": NeedScaled, "stock": StockChange, "policy": PlanPolicySet, "fleets": FleetChange, "escorts": EscortChange,
}  # fmt: skip
"""The edits that change such a part: where one plan supposes such an edit and the other not, it is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A plan with the snapshot that it answers and the people it reaches at each site."""

    plan: Plan
    snapshot: Snapshot
    reached: Mapping[SiteId, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDifference:
    """The people reached at a site by one plan and by the other."""

    site: SiteId
    people_a: int
    people_b: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvoyDifference:
    """One convoy in two plans, and in what the second differs; `timetable` is said where only later times differ."""

    a: Convoy
    b: Convoy
    what: tuple[Aspect, ...]

    @property
    def moved(self) -> bool:
        """Whether it runs at another time or by another road; else only what it carries differs."""
        return not {"day", "departure", "segments"}.isdisjoint(self.what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Something that one plan's solver saw and the other's did not.

    `id` is `record:POSITION`, `edit:KIND:TARGETS` or `input:NAME`; `side` is the plan that was made with it.
    """

    id: str
    kind: CauseKind
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff:
    """What changes from plan a to plan b. Sites in order of id, convoys in order of departure."""

    sites: tuple[SiteDifference, ...]
    added: tuple[Convoy, ...]
    removed: tuple[Convoy, ...]
    changed: tuple[ConvoyDifference, ...]
    kept: tuple[Convoy, ...]
    because: tuple[Cause, ...]

    @property
    def people_gained(self) -> int:
        """People reached by plan b less those by plan a."""
        return sum(site.people_b - site.people_a for site in self.sites)


def compare(a: Answer, b: Answer, log: Iterable[Evidence] | None = None) -> PlanDiff:
    """Return what changes from one plan to another.

    Convoys match by their movement where both have one, else by hub, sites and local day of first arrival, else by hub
    and sites alone: those have moved to another day. Causes
    are the records of `log` between the two known positions that bear on a convoy or site that differs, the edits of
    one scenario that the other has not, and other inputs that are not the same. Without `log` the snapshots' own
    records count, among which withdrawals are not.
    """
    pairs = _match(a, b)
    only_a = _by_departure(c for c in a.plan.convoys if c.id not in {left.id for left, _ in pairs})
    only_b = _by_departure(c for c in b.plan.convoys if c.id not in {right.id for _, right in pairs})
    changed = tuple(
        ConvoyDifference(a=left, b=right, what=what)
        for left, right in pairs
        if (what := tuple(_aspects(left, right, a.snapshot.crisis.tz)))
    )
    sites = _sites(a, b)
    differing = [*only_a, *only_b, *(c.a for c in changed), *(c.b for c in changed)]
    scope = _Scope.of(a.snapshot, differing, {s.site for s in sites if s.people_a != s.people_b})
    return PlanDiff(
        sites=sites,
        added=only_b,
        removed=only_a,
        changed=changed,
        kept=tuple(right for left, right in pairs if not any(_aspects(left, right, a.snapshot.crisis.tz))),
        because=(*_records(a, b, _log_of(a, b) if log is None else tuple(log), scope), *_edits(a, b), *_inputs(a, b)),
    )


def _sites(a: Answer, b: Answer) -> tuple[SiteDifference, ...]:
    stops = {stop.site for plan in (a.plan, b.plan) for convoy in plan.convoys for stop in convoy.stops}
    return tuple(
        SiteDifference(site=site, people_a=a.reached.get(site, 0), people_b=b.reached.get(site, 0))
        for site in sorted({*stops, *a.reached, *b.reached})
    )


# -------------------------------------------------------------------------------------------------------- convoys


def _match(a: Answer, b: Answer) -> tuple[tuple[Convoy, Convoy], ...]:
    """Return the pairs of convoys that are one and the same, in order of the second's departure."""
    left, right = list(_by_departure(a.plan.convoys)), list(_by_departure(b.plan.convoys))
    promised = {convoy.movement: convoy for convoy in left if convoy.movement is not None}
    pairs = [(promised[c.movement], c) for c in right if c.movement in promised]
    matched = {convoy.id for convoy, _ in pairs}, {convoy.id for _, convoy in pairs}
    for same in (_journey, _errand):
        # First those of one day; then those that do the same on another day have moved.
        alike: dict[tuple[object, ...], list[Convoy]] = {}
        for convoy in left:
            if convoy.id not in matched[0]:
                alike.setdefault(same(convoy, a.snapshot), []).append(convoy)
        for convoy in right:
            if convoy.id in matched[1]:
                continue
            candidates = alike.get(same(convoy, b.snapshot), [])
            # Two different movements were promised to different people: they are never one convoy.
            free = [c for c in candidates if c.movement is None or convoy.movement is None]
            if free:
                candidates.remove(free[0])
                pairs.append((free[0], convoy))
                matched[0].add(free[0].id)
                matched[1].add(convoy.id)
    return tuple(sorted(pairs, key=lambda pair: (pair[1].depart_at, pair[1].id)))


def _journey(convoy: Convoy, snapshot: Snapshot) -> tuple[object, ...]:
    day = _arrival_day(convoy, snapshot.crisis.tz) if convoy.stops else convoy.depart_at
    return convoy.hub, tuple(stop.site for stop in convoy.stops), day


def _arrival_day(convoy: Convoy, zone: ZoneInfo) -> Instant:
    return local_midnight(convoy.stops[0].arrive_at, zone)


def _errand(convoy: Convoy, _snapshot: Snapshot) -> tuple[object, ...]:
    return convoy.hub, tuple(stop.site for stop in convoy.stops)


def _by_departure(convoys: Iterable[Convoy]) -> tuple[Convoy, ...]:
    return tuple(sorted(convoys, key=lambda convoy: (convoy.depart_at, convoy.id)))


def _aspects(a: Convoy, b: Convoy, zone: ZoneInfo) -> Iterator[Aspect]:
    if a.stops and b.stops and _arrival_day(a, zone) != _arrival_day(b, zone):
        yield "day"
    elif a.depart_at != b.depart_at:
        yield "departure"
    elif _times(a) != _times(b):
        yield "timetable"
    if _positive(a.trucks) != _positive(b.trucks):
        yield "trucks"
    if a.segments != b.segments:
        yield "segments"
    if _unloaded(a) != _unloaded(b):
        yield "loads"


def _times(convoy: Convoy) -> tuple[tuple[Instant, Instant], ...]:
    stops = tuple((stop.arrive_at, stop.unloaded_at) for stop in convoy.stops)
    return (*((move.depart_at, move.arrive_at) for move in convoy.moves), *stops)


def _positive(trucks: Mapping[str, int]) -> dict[str, int]:
    return {kind: n for kind, n in trucks.items() if n}


def _unloaded(convoy: Convoy) -> dict[tuple[str, str], int]:
    """Return the units brought by site and commodity: which batch they come from concerns the warehouse only."""
    units: dict[tuple[str, str], int] = {}
    for stop in convoy.stops:
        for load in stop.loads:
            units[stop.site, load.commodity] = units.get((stop.site, load.commodity), 0) + load.units
    return units


# --------------------------------------------------------------------------------------------------------- causes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What the convoys that differ pass and serve."""

    segments: frozenset[SegmentId]
    gates: frozenset[GateId]
    areas: frozenset[AreaId]
    sites: frozenset[SiteId]

    @classmethod
    def of(cls, snapshot: Snapshot, convoys: Sequence[Convoy], sites: Iterable[SiteId]) -> "_Scope":
        network = snapshot.network
        segments = frozenset(s for convoy in convoys for s in convoy.segments if s in network.segments)
        listed = [network.segments[segment] for segment in segments]
        return cls(
            segments=segments,
            gates=frozenset(segment.gate for segment in listed if segment.gate is not None),
            areas=frozenset(area for segment in segments for area in network.areas_of(segment)),
            sites=frozenset(sites) | {stop.site for convoy in convoys for stop in convoy.stops},
        )


def _records(a: Answer, b: Answer, log: tuple[Evidence, ...], scope: _Scope) -> Iterator[Cause]:
    known_a, known_b = a.snapshot.as_of.known, b.snapshot.as_of.known
    if known_a == known_b:
        return
    first, last = sorted((known_a, known_b))
    by_position = {record.position: record for record in log}
    ceasefires = _areas_of_ceasefires(log)
    decided = _positions_behind(a.snapshot, scope) | _positions_behind(b.snapshot, scope)
    for record in sorted(log, key=lambda r: r.position):
        if not first < record.position <= last:
            continue
        meant: Evidence | None = record
        if isinstance(record.fact, Retraction):
            meant = by_position.get(record.fact.position)
        if meant is not None and (meant.position in decided or _bears_on(meant, scope, ceasefires)):
            yield Cause(id=f"record:{record.position}", kind="evidence", side="a" if known_a > known_b else "b")


def _log_of(a: Answer, b: Answer) -> tuple[Evidence, ...]:
    return tuple({record.position: record for record in (*a.snapshot.log, *b.snapshot.log)}.values())


def _positions_behind(snapshot: Snapshot, scope: _Scope) -> frozenset[int]:
    """Return the records that the status of the segments in scope rests on: incidents name no segment themselves."""
    return frozenset(
        position
        for segment in scope.segments
        for piece in snapshot.access.timelines.get(segment, ())
        for part in piece.parts
        for position in part.evidence
    )


def _areas_of_ceasefires(log: Iterable[Evidence]) -> dict[str, frozenset[AreaId]]:
    found: dict[str, frozenset[AreaId]] = {}
    for record in log:
        if isinstance(record.fact, CeasefireAgreed):
            found[record.fact.ceasefire] = found.get(record.fact.ceasefire, frozenset()) | set(record.fact.areas)
    return found


def _bears_on(record: Evidence, scope: _Scope, ceasefires: Mapping[str, frozenset[AreaId]]) -> bool:
    """Tell whether a record speaks of what is in scope by name; a ceasefire speaks of all its areas."""
    match record.fact:
        case CeasefireExtended(ceasefire=name) | CeasefireClaim(ceasefire=name):
            return not scope.areas.isdisjoint(ceasefires.get(name, frozenset()))
        case Hold(scope=held):
            everybody = not held or "all" in held
            names = {*(f"gate:{gate}" for gate in scope.gates), *(f"area:{area}" for area in scope.areas)}
            return bool(scope.segments) and (everybody or not names.isdisjoint(held))
        case PermitStep(site=site) | SiteStatus(site=site):
            return site in scope.sites
        case DeliveryOutcome(site=site, gate=gate):
            return site in scope.sites or gate in scope.gates
        case fact:
            return any(
                not known.isdisjoint((*getattr(fact, many, ()), getattr(fact, one, None)))
                for one, many, known in (
                    ("segment", "segments", scope.segments),
                    ("gate", "gates", scope.gates),
                    ("area", "areas", scope.areas),
                )
            )


def _edits(a: Answer, b: Answer) -> Iterator[Cause]:
    in_a, in_b = set(a.snapshot.scenario.edits), set(b.snapshot.scenario.edits)
    for edit in sorted(in_a ^ in_b, key=repr):
        yield Cause(id=edit_id(edit), kind="edit", side="a" if edit in in_a else "b")


def edit_id(edit: Edit) -> str:
    """Return an edit's name: `edit:` with its kind and what it changes."""
    return f"edit:{edit.kind}:{'+'.join(sorted(target_of(edit)[1]))}"


def _inputs(a: Answer, b: Answer) -> Iterator[Cause]:
    edits = set(a.snapshot.scenario.edits) ^ set(b.snapshot.scenario.edits)
    for name in _INPUTS:
        explained = any(isinstance(edit, _EXPLAINED_BY[name]) for edit in edits if name in _EXPLAINED_BY)
        if not explained and getattr(a.snapshot, name) != getattr(b.snapshot, name):
            yield Cause(id=f"input:{name}", kind="input", side="both")
