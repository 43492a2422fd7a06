"""List movements as they were known: state, papers, who has to move next, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planner.domain.delivery import Movement as ReportedMovement
from planner.domain.needs import SiteId
from planner.domain.plan import Convoy
from planner.domain.supply import HubId
from planner.domain.world import World
from planner.services.convoy_state import STOPPED, ConvoyState, planned_state, reported_state
from planner.services.movements import list_movements
from planner.services.paper_trail import STEPS, Asked, Trail, follow, needed_steps
from planner.store.records import Detail, Movement, StoredPlan
from planner.store.store import Reading, Store
from routing.deliveries import MovementStep
from routing.evidence import DeliveryOutcome, Evidence, PermitStep, standing
from routing.network import GateId
from routing.status import AccessMap
from routing.units import AsOf, Instant

Origin: TypeAlias = Literal["published", "proposed", "reported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvoyRow:
    """A movement and its last known state; `at` is when that happened, or when it is to leave."""

    movement: str
    name: str
    hub: str
    sites: tuple[str, ...]
    trucks: int | None
    state: str
    reason: str
    at: Instant | None
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvoyView:
    """One convoy as known at an instant. None is not stated; `detail` and `version` are as they are saved now."""

    id: str
    label: str
    origin: Origin
    hub: HubId
    sites: tuple[SiteId, ...]
    state: ConvoyState
    trucks: int | None
    people: int | None
    depart_at: Instant | None
    gates: tuple[GateId, ...]
    trails: tuple[Trail, ...]
    outcomes: tuple[Evidence, ...]
    reported: ReportedMovement | None
    convoy: Convoy | None
    plan: str | None
    detail: Detail
    version: int

    @property
    def pinned(self) -> bool:
        """Whether planning again keeps it as it is."""
        return self.detail.get("pinned") is True

    @property
    def synthetic(self) -> bool:
        """Whether its dates are planning values without a source."""
        return self.reported is not None and self.reported.synthetic

    @property
    def waits(self) -> Trail | None:
        """The site whose papers wait longest for somebody; None where a convoy needs none."""
        needing = [trail for trail in self.trails if any(cell.needed or cell.record for cell in trail.cells)]
        return min(needing, key=lambda trail: (not trail.missing, trail.since or 0), default=None)


def list_convoys(store: Store, world: World) -> tuple[ConvoyRow, ...]:
    """Return the movements on record and those of published plans, in order of time."""
    outcomes = last_outcomes(world)
    rows = [
        ConvoyRow(
            movement=movement.id,
            name=movement.name,
            hub=movement.hub,
            sites=(movement.site,),
            trucks=movement.trucks,
            state=outcomes[movement.id].what if movement.id in outcomes else "requested",
            reason=outcomes[movement.id].reason_code if movement.id in outcomes else "",
            at=outcomes[movement.id].happened_at if movement.id in outcomes else movement.requested_on,
            synthetic=movement.synthetic,
        )
        for movement in world.catalogue.movements.values()
    ]
    for planned in list_movements(store, world.catalogue.crisis.id):
        if planned.convoy is None:
            continue
        ended = outcomes.get(planned.id)
        rows.append(
            ConvoyRow(
                movement=planned.id,
                name="",
                hub=planned.convoy.hub,
                sites=tuple(stop.site for stop in planned.convoy.stops),
                trucks=planned.convoy.truck_count,
                state="notified" if ended is None else ended.what,
                reason="" if ended is None else ended.reason_code,
                at=planned.convoy.depart_at if ended is None else ended.happened_at,
                synthetic=False,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.at or 0, row.movement)))


def last_outcomes(world: World) -> dict[str, DeliveryOutcome]:
    """Return the last outcome of each movement by when it happened, then by position in the log."""
    found: dict[str, DeliveryOutcome] = {}
    for record in standing(world.log, world.head):
        fact = record.fact
        if isinstance(fact, DeliveryOutcome):
            known = found.get(fact.movement)
            if known is None or fact.happened_at >= known.happened_at:
                found[fact.movement] = fact
    return found


def view_convoys(store: Store, world: World, question: AsOf, access: AccessMap) -> tuple[ConvoyView, ...]:
    """Return every convoy that was known: of published plans, of the latest plan, and those reported.

    A plan counts from its own as-of on, a reported movement once it was asked for, sent or spoken of.
    """
    records = standing(world.log, question.known)
    outcomes = _outcomes(records, question.at)
    crisis = world.catalogue.crisis.id
    with store.reading() as read:
        stored = {movement.id: movement for movement in read.list_movements(crisis)}
        plans = _plans(read, stored)
        latest = find_plan_at(read, crisis, question)
    planned = [m for m in stored.values() if m.convoy is not None and _existed(plans.get(m.plan or ""), question)]
    if latest is not None and latest.card.published_at is None:
        published = {m.id for m in planned}
        planned += [
            Movement(id=f"{latest.card.id}-{c.id}", plan=latest.card.id, planned_as=c.id, convoy=c, detail={})
            for c in latest.plan.convoys
            if c.movement not in published
        ]
    desk = _Desk(
        world=world, question=question, access=access, records=records, outcomes=outcomes,
        let_go=_let_go(records, question.at),
    )  # fmt: skip
    views = [desk.planned(movement, published=movement.version > 0) for movement in planned]
    numbers = {name: n for n, name in enumerate(sorted(world.catalogue.movements), 1)}
    views += [
        desk.reported(movement, numbers[movement.id], stored.get(movement.id))
        for movement in world.catalogue.movements.values()
        if _spoken_of(movement, records, question.at)
    ]
    return tuple(sorted(views, key=lambda v: (v.state.rank, v.depart_at or v.state.since or question.at, v.id)))


def find_plan_at(read: Reading, crisis: str, question: AsOf, *, looked_through: int = 20) -> StoredPlan | None:
    """Return the newest plan that was made from what was known by then; None where there is none."""
    for card in read.list_plans(crisis, limit=looked_through, supposed=False):
        stored = read.get_plan(card.id, crisis=crisis)
        if _existed(stored, question):
            return stored
    return None


def _plans(read: Reading, movements: Mapping[str, Movement]) -> dict[str, StoredPlan]:
    return {name: read.get_plan(name) for name in {m.plan for m in movements.values() if m.plan is not None}}


def _existed(stored: StoredPlan | None, question: AsOf) -> bool:
    return stored is not None and (stored.plan.as_of.at <= question.at and stored.plan.as_of.known <= question.known)


def _outcomes(records: Sequence[Evidence], at: Instant) -> dict[str, tuple[Evidence, ...]]:
    found: dict[str, tuple[Evidence, ...]] = {}
    for record in records:
        if isinstance(record.fact, DeliveryOutcome) and record.fact.happened_at <= at:
            found[record.fact.movement] = (*found.get(record.fact.movement, ()), record)
    return found


def _let_go(records: Sequence[Evidence], at: Instant) -> dict[str, Instant]:
    """Return when each movement was last let through or released."""
    found: dict[str, Instant] = {}
    for record in records:
        fact = record.fact
        if isinstance(fact, MovementStep) and fact.step in {"released", "proceeded"} and record.valid.start <= at:
            found[fact.movement] = max(found.get(fact.movement, record.valid.start), record.valid.start)
    return found


def _spoken_of(movement: ReportedMovement, records: Sequence[Evidence], at: Instant) -> bool:
    dated = (movement.requested_on, movement.dispatched_at)
    return any(day is not None and day <= at for day in dated) or any(
        isinstance(r.fact, DeliveryOutcome | PermitStep | MovementStep)
        and r.fact.movement == movement.id
        and r.valid.start <= at
        for r in records
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What views are made from."""

    world: World
    question: AsOf
    access: AccessMap
    records: tuple[Evidence, ...]
    outcomes: Mapping[str, tuple[Evidence, ...]]
    let_go: Mapping[str, Instant]

    def standing_outcomes(self, movement: str) -> tuple[Evidence, ...]:
        """Return the outcomes that still say where a movement stands: what held it is over once it is let go."""
        let_go = self.let_go.get(movement)
        told = self.outcomes.get(movement, ())
        if let_go is None:
            return told
        return tuple(
            r
            for r in told
            if not (isinstance(r.fact, DeliveryOutcome) and r.fact.what in STOPPED and r.fact.happened_at <= let_go)
        )

    def planned(self, movement: Movement, *, published: bool) -> ConvoyView:
        convoy = movement.convoy
        if convoy is None:
            raise TypeError(f"Movement {movement.id} has no convoy.")
        gates = tuple(dict.fromkeys(g.gate for move in convoy.moves if move.loaded for g in move.gates))
        needed = needed_steps(self.world.network, gates)
        trails = tuple(
            follow(self.records, Asked(site=stop.site, gates=frozenset(gates)), self.question.at, needed)
            for stop in convoy.stops
        )
        outcomes = self.outcomes.get(movement.id, ())
        state = planned_state(
            convoy, self.access, self.world.network, self.question.at, trails, self.standing_outcomes(movement.id),
            published=published,
        )  # fmt: skip
        return ConvoyView(
            id=movement.id,
            label=(movement.planned_as or movement.id).upper().replace("C0", "C"),
            origin="published" if published else "proposed",
            hub=convoy.hub, sites=tuple(stop.site for stop in convoy.stops), state=state,
            trucks=convoy.truck_count,
            people=sum(load.people for stop in convoy.stops for load in stop.loads),
            depart_at=convoy.depart_at, gates=gates, trails=trails, outcomes=outcomes, reported=None,
            convoy=convoy, plan=movement.plan, detail=movement.detail, version=movement.version,
        )  # fmt: skip

    def reported(self, movement: ReportedMovement, number: int, stored: Movement | None) -> ConvoyView:
        at = self.question.at
        needed = frozenset(STEPS if movement.channel in {"cross_line", "cross_border"} else ())
        sent = movement.dispatched_at is not None and movement.dispatched_at <= at
        # What it left with: that a paper has run out since says nothing of a convoy that is gone.
        papers_at = movement.dispatched_at if movement.dispatched_at is not None and sent else at
        trail = follow(self.records, Asked(site=movement.site, movement=movement.id), papers_at, needed)
        outcomes = self.outcomes.get(movement.id, ())
        told = [r.fact.trucks for r in outcomes if isinstance(r.fact, DeliveryOutcome) and r.fact.trucks is not None]
        # The row of a movement knows no "learned at": its trucks count from the day they left, or from a report.
        stated = movement.trucks if sent or movement.dispatched_at is None else None
        return ConvoyView(
            id=movement.id, label=f"R{number}", origin="reported", hub=movement.hub, sites=(movement.site,),
            state=reported_state(movement, at, trail, self.standing_outcomes(movement.id)),
            trucks=told[-1] if told else stated, people=None,
            depart_at=movement.dispatched_at if sent else None,
            gates=_gates_of(outcomes, trail),
            trails=(trail,), outcomes=outcomes, reported=movement, convoy=None, plan=None,
            detail={} if stored is None else stored.detail, version=0 if stored is None else stored.version,
        )  # fmt: skip


def _gates_of(outcomes: Sequence[Evidence], trail: Trail) -> tuple[GateId, ...]:
    """Return the gates that the reports and papers of a movement name: all that is known of its way."""
    records = [*outcomes, *(cell.record for cell in trail.cells if cell.record is not None)]
    named = (r.fact.gate for r in records if isinstance(r.fact, DeliveryOutcome | PermitStep))
    return tuple(dict.fromkeys(gate for gate in named if gate is not None))
