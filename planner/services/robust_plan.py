"""A plan none of whose convoys is caught inside in more than a share of drawn futures, and what that costs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.canonical import digest_of
from planner.domain.hurry import hurried
from planner.domain.plan import Convoy, ConvoyId, Plan, RobustPrice
from planner.domain.snapshot import Snapshot
from planner.futures.outcome import Futures, draw_futures
from planner.solvers.choice import Progress
from planner.solvers.option import Option, OptionId, Refusal
from planner.solvers.options import OptionSet
from planner.solvers.solve import solve_options
from routing.network import SegmentId

DRAWS: Final = 2_000
"""A share of 0.2 is then right within 0.018 (95 %). The seed is the snapshot's, so that a run repeats."""
FREE_ROUNDS: Final = 4
"""So often other ways may take the place of those left out; after that the plan only loses convoys, so that it ends."""
RULE: Final = "caught_cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """A plan, and the options that it was allowed to use."""

    plan: Plan
    options: OptionSet


def solved(snapshot: Snapshot, options: OptionSet, progress: Progress) -> Solved:
    """Return the best plan found among the options; with a cap on being caught inside, the best that keeps it.

    Each convoy is driven through drawn futures at its own hours, beside all others. The ways of those that are caught
    too often are left out and the rest is solved again, until none is. Promised movements are kept as they are. All
    hard rules hold as in any plan: this only takes options away.
    """
    free = solve_options(snapshot, options, progress)
    cap = snapshot.policy.caught_cap
    if cap >= 1:
        return Solved(plan=free, options=options)
    before = _drawn(free, snapshot)
    plan, futures, left = free, before, options
    barred: dict[OptionId, float] = {}
    rounds = 0
    while risky := _too_often(plan, futures, cap):
        ways = {option.id: risky[convoy.id] for convoy in plan.convoys if convoy.id in risky
                for option in left.options if _is_way(option, convoy, snapshot)}  # fmt: skip
        barred |= ways
        rounds += 1
        if rounds >= FREE_ROUNDS or hurried(progress) or not ways:
            keep = [convoy for convoy in plan.convoys if convoy.movement is None and convoy.id not in risky]
            barred |= {o.id: 1.0 for o in left.options if not any(_is_way(o, c, snapshot) for c in keep)}
        left = _without(left, barred, snapshot)
        plan = solve_options(_without_risky(snapshot, left), left, progress)
        futures = _drawn(plan, snapshot)
    price = RobustPrice(
        caught_cap=cap, draws=DRAWS, expected=round(futures.mean, 1), expected_free=round(before.mean, 1),
        worst_tenth=round(futures.cvar(), 1), worst_tenth_free=round(before.cvar(), 1),
        people_free=free.people_reached, most_caught=_most(plan, futures), most_caught_free=_most(free, before),
        left_out=len(barred),
    )  # fmt: skip
    return Solved(plan=replace(plan, snapshot_digest=digest_of(snapshot), robust=price), options=left)


def _drawn(plan: Plan, snapshot: Snapshot) -> Futures:
    return draw_futures(plan, snapshot, DRAWS, snapshot.seed)


def _own(plan: Plan) -> frozenset[ConvoyId]:
    return frozenset(convoy.id for convoy in plan.convoys if convoy.movement is None)


def _too_often(plan: Plan, futures: Futures, cap: float) -> dict[ConvoyId, float]:
    own = _own(plan)
    return {one.convoy: one.caught_inside for one in futures.convoys if one.convoy in own and one.caught_inside > cap}


def _most(plan: Plan, futures: Futures) -> float:
    own = _own(plan)
    return round(max((fate.caught_inside for fate in futures.convoys if fate.convoy in own), default=0.0), 4)


def _is_way(option: Option, convoy: Convoy, snapshot: Snapshot) -> bool:
    """Tell whether a convoy is one of an option: its hub, sites and roads, on its day."""
    return (
        option.hub == convoy.hub
        and option.sites == tuple(stop.site for stop in convoy.stops)
        and snapshot.days[option.day].contains(convoy.stops[0].arrive_at)
        and _roads(option) == convoy.segments
    )


def _roads(option: Option) -> tuple[SegmentId, ...]:
    return tuple(segment for phase in option.phases for run in phase.runs for segment in run.segments)


def _without(options: OptionSet, barred: dict[OptionId, float], snapshot: Snapshot) -> OptionSet:
    """Return the options that are left; where a site loses its last one of a hub and day, the refusal says why."""
    left = tuple(option for option in options.options if option.id not in barred)
    gone = [option for option in options.options if option.id in barred]
    there = {(site, o.hub, o.day) for o in left for site in o.sites}
    refusals = {(site, o.hub, o.day): _refusal(o, site, barred[o.id], snapshot) for o in gone for site in o.sites}
    fresh = tuple(refusal for key, refusal in refusals.items() if key not in there)
    return OptionSet(options=left, refusals=(*fresh, *options.refusals))


def _refusal(option: Option, site: str, share: float, snapshot: Snapshot) -> Refusal:
    told = f"caught inside in {share:.0%} of the drawn futures" if share < 1 else "no convoy of it kept the cap in time"
    return Refusal(
        site=site, hub=option.hub, day=option.day, rule=RULE, proof=tuple(f"gate:{gate}" for gate in option.gates),
        reason=f"The way to {snapshot.sites[site].name} is left out: {told}, more than the "
        f"{snapshot.policy.caught_cap:.0%} that are asked for.",
    )  # fmt: skip


def _without_risky(snapshot: Snapshot, left: OptionSet) -> Snapshot:
    """Return the snapshot without those convoys of an earlier plan whose ways are left out."""
    return replace(snapshot, incumbent=tuple(_still(snapshot.incumbent, left, snapshot)))


def _still(convoys: Iterable[Convoy], left: OptionSet, snapshot: Snapshot) -> Iterable[Convoy]:
    return (c for c in convoys if any(_is_way(option, c, snapshot) for option in left.options))
