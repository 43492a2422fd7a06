"""How robust a plan is: what its convoys reach in drawn futures, and what is left when a convoy's gate closes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from planner.domain.canonical import Plain
from planner.domain.denials import day_of
from planner.domain.errors import BadInput
from planner.domain.plan import Convoy, ConvoyId
from planner.domain.scenario import GateSet
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId
from planner.futures.assumptions import Assumptions
from planner.futures.outcome import Futures, draw_futures
from planner.services.plan_records import PlanRecord
from planner.services.supposed import suppose
from planner.solvers.choice import in_silence
from planner.solvers.option import Option, Refusal
from planner.solvers.options import OptionSet, build
from routing.network import GateId
from routing.units import Window

MOST_DRAWS: Final = 1_000_000
PAGE_DRAWS: Final = 5_000
"""Enough for a share to be right within 1.4 percent, and quick enough for a page."""
PLANS_KEPT: Final = 8
CONVOYS_KEPT: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanB:
    """What a convoy could do if the gate least sure to let it through were closed for the whole horizon.

    `day` is when its sites would be reached, `people` how many it would feed with the trucks it has; where there is
    no other way, `reason` says what stands against it and the rest is empty.
    """

    gate: GateId
    hub: HubId | None = None
    day: Window | None = None
    by: tuple[GateId, ...] = ()
    trucks: int = 0
    p: float = 0.0
    people: int = 0
    people_lost: int = 0
    rule: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """A plan's futures, and each convoy's plan B (none for a convoy that passes no gate)."""

    plan: str
    planned: int
    """People reached if all goes as planned."""
    futures: Futures
    plans_b: Mapping[ConvoyId, PlanB]


def robustness(
    record: PlanRecord, *, draws: int = 10_000, seed: int = 1, assumptions: Assumptions | None = None
) -> Robustness:
    """Return how robust a stored plan is against its own access map.

    Raises
    ------
    BadInput
        If the number of draws is not between 1 and 1,000,000.
    """
    if not 1 <= draws <= MOST_DRAWS:
        raise BadInput(f"{draws} draws cannot be made. Give 1 to {MOST_DRAWS:,}.")
    return Robustness(
        plan=record.id,
        planned=record.plan.people_reached,
        futures=draw_futures(record.plan, record.snapshot, draws, seed, assumptions),
        plans_b=find_plans_b(record.plan.convoys, record.snapshot),
    )


@dataclass(frozen=True)
class _Asked:
    """A plan never changes and its digest names it: what was found for it once is right for every reader."""

    digest: str
    record: PlanRecord = field(compare=False)


@lru_cache(maxsize=PLANS_KEPT)
def _futures(asked: _Asked) -> Futures:
    return draw_futures(asked.record.plan, asked.record.snapshot, PAGE_DRAWS)


@lru_cache(maxsize=CONVOYS_KEPT)
def _plan_b(asked: _Asked, convoy: ConvoyId) -> PlanB | None:
    record = asked.record
    return find_plans_b([c for c in record.plan.convoys if c.id == convoy], record.snapshot).get(convoy)


def tell_futures(record: PlanRecord) -> Futures:
    """Return the futures of a stored plan as a page shows them; asked again, they are at hand."""
    return _futures(_Asked(record.stored.card.digest, record))


def tell_plan_b(record: PlanRecord, convoy: ConvoyId) -> PlanB | None:
    """Return the plan B of one convoy; None for one that passes no gate."""
    return _plan_b(_Asked(record.stored.card.digest, record), convoy)


def find_plans_b(convoys: Sequence[Convoy], snapshot: Snapshot) -> dict[ConvoyId, PlanB]:
    """Return for each convoy with a gate on its loaded way what it could do were the weakest of them closed.

    Only the convoy itself is asked about: the trucks and bays that other convoys of the plan hold are not in its way.
    """
    weakest = {c.id: gate for c in convoys if (gate := _weakest_gate(c, snapshot)) is not None}
    found: dict[ConvoyId, PlanB] = {}
    for gate in sorted(set(weakest.values())):
        touched = [c for c in convoys if weakest.get(c.id) == gate]
        around = _closed(snapshot, gate, touched)
        options = build(around, in_silence)
        found |= {c.id: _best(c, gate, around, options) for c in touched}
    return found


def _weakest_gate(convoy: Convoy, snapshot: Snapshot) -> GateId | None:
    gates = dict.fromkeys(stood.gate for move in convoy.moves if move.loaded for stood in move.gates)
    return min(gates, key=lambda gate: snapshot.access.gate_priors[gate].p, default=None)


def _closed(snapshot: Snapshot, gate: GateId, touched: Iterable[Convoy]) -> Snapshot:
    """Return the snapshot with the gate closed and with no needs but those of the convoys' sites."""
    sites = {stop.site for convoy in touched for stop in convoy.stops}
    closed = suppose(snapshot, [GateSet(gate=gate, state="closed", window=snapshot.access.horizon)])
    return replace(closed, needs=tuple(need for need in closed.needs if need.site in sites))


def _best(convoy: Convoy, gate: GateId, snapshot: Snapshot, options: OptionSet) -> PlanB:
    """Return the option that feeds the most people in expectation with no more trucks than the convoy has."""
    fed = {stop.site: sum(load.people for load in stop.loads) for stop in convoy.stops}
    planned = sum(fed.values())

    def people(option: Option) -> int:
        share = min(1.0, option.max_trucks / convoy.truck_count)
        return round(share * sum(fed.get(site, 0) for site in option.sites))

    fitting = [option for option in options.options if set(option.sites) <= set(fed)]
    best = max(fitting, key=lambda o: (o.p * people(o), o.hub == convoy.hub, -o.seconds, o.id), default=None)
    if best is None or not people(best):
        against = _against(convoy, snapshot, options)
        if against is None:
            return PlanB(gate=gate, people_lost=planned, rule="stock", reason="No hub stocks what it brings.")
        return PlanB(gate=gate, people_lost=planned, rule=against.rule, reason=against.reason)
    return PlanB(
        gate=gate, hub=best.hub, day=snapshot.days[best.day], by=best.gates, p=best.p,
        trucks=min(best.max_trucks, convoy.truck_count), people=people(best),
        people_lost=max(0, planned - people(best)),
    )  # fmt: skip


def _against(convoy: Convoy, snapshot: Snapshot, options: OptionSet) -> Refusal | None:
    """Return why no hub could serve the convoy's sites on its day: of its own hub if that is known."""
    sites, reached_at = {stop.site for stop in convoy.stops}, convoy.stops[0].arrive_at
    told = [refusal for refusal in options.refusals if refusal.site in sites]
    # The convoy's own day and hub say most; of equals the first, which is the deciding one.
    return min(told, key=lambda r: (not snapshot.days[r.day].contains(reached_at), r.hub != convoy.hub), default=None)


def robustness_json(found: Robustness, snapshot: Snapshot) -> dict[str, Plain]:
    """Return a plan's robustness in the shape that scripts rely on; shares are 0 to 1, times ISO 8601."""
    people = found.futures
    return {
        "plan": found.plan,
        "draws": people.draws,
        "people": {
            "planned": found.planned,
            "mean": round(people.mean, 1),
            "mean_error": round(people.mean_error, 1),
            "p05": people.quantile(0.05),
            "p50": people.quantile(0.5),
            "p95": people.quantile(0.95),
            "cvar10": round(people.cvar(), 1),
        },
        "convoys": [
            {
                "id": fate.convoy,
                "arrives": fate.arrives,
                "turned_back": fate.turned_back,
                "caught_inside": fate.caught_inside,
                "kept_inside": fate.kept_inside,
                "plan_b": _plan_b_json(found.plans_b.get(fate.convoy), snapshot),
            }
            for fate in people.convoys
        ],
    }


def _plan_b_json(plan_b: PlanB | None, snapshot: Snapshot) -> Plain:
    if plan_b is None:
        return None
    if plan_b.day is None:
        return {
            "if_closed": plan_b.gate,
            "people_lost": plan_b.people_lost,
            "rule": plan_b.rule,
            "reason": plan_b.reason,
        }
    return {
        "if_closed": plan_b.gate,
        "hub": plan_b.hub,
        "day": day_of(plan_b.day.start, snapshot.crisis.tz),
        "gates": list(plan_b.by),
        "trucks": plan_b.trucks,
        "p": round(plan_b.p, 6),
        "people": plan_b.people,
        "people_lost": plan_b.people_lost,
    }
