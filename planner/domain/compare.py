"""Subtract two plans: who gains and who loses, which convoys change and in what, and what they change because of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.convoy_pairs import Aspect, aspects, by_departure, pair_convoys
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

    Convoys are paired as `pair_convoys` says. Causes
    are the records of `log` between the two known positions that bear on a convoy or site that differs, the edits of
    one scenario that the other has not, and other inputs that are not the same. Without `log` the snapshots' own
    records count, among which withdrawals are not.
    """
    zone = a.snapshot.crisis.tz
    pairs = pair_convoys(a.plan.convoys, b.plan.convoys, zone)
    only_a = by_departure(c for c in a.plan.convoys if c.id not in {left.id for left, _ in pairs})
    only_b = by_departure(c for c in b.plan.convoys if c.id not in {right.id for _, right in pairs})
    changed = tuple(
        ConvoyDifference(a=left, b=right, what=what)
        for left, right in pairs
        if (what := tuple(aspects(left, right, zone)))
    )
    sites = _sites(a, b)
    differing = [*only_a, *only_b, *(c.a for c in changed), *(c.b for c in changed)]
    scope = _Scope.of(a.snapshot, differing, {s.site for s in sites if s.people_a != s.people_b})
    return PlanDiff(
        sites=sites,
        added=only_b,
        removed=only_a,
        changed=changed,
        kept=tuple(right for left, right in pairs if not any(aspects(left, right, zone))),
        because=(*_records(a, b, _log_of(a, b) if log is None else tuple(log), scope), *_edits(a, b), *_inputs(a, b)),
    )


def _sites(a: Answer, b: Answer) -> tuple[SiteDifference, ...]:
    stops = {stop.site for plan in (a.plan, b.plan) for convoy in plan.convoys for stop in convoy.stops}
    return tuple(
        SiteDifference(site=site, people_a=a.reached.get(site, 0), people_b=b.reached.get(site, 0))
        for site in sorted({*stops, *a.reached, *b.reached})
    )


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
