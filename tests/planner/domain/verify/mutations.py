"""How to change one thing: in a good plan, or in the world that it answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from planner.domain.needs import CoupledGroup, Site
from planner.domain.permits import Paper
from planner.domain.plan import Convoy, Move, PinnedNotice, Plan, Stop
from planner.domain.policy import PlanPolicy
from planner.domain.snapshot import Snapshot
from planner.domain.supply import EscortTeams, Fleet, StockBatch
from routing.network import RoadNetwork, Segment
from routing.status import HoldSpan, Piece
from routing.units import DAY, MINUTE, Window
from tests.planner.domain.plans import both_sites, find, over_night, swap
from tests.planner.instances import at, hours, open_only

Case: TypeAlias = tuple[Plan, Snapshot]
Change: TypeAlias = Callable[[Plan, Snapshot], Case]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A change of a good plan, the rule that must refuse it, and the rules that cannot but follow."""

    says: str
    rule: str
    change: Change
    follows: frozenset[str] = frozenset()
    base: Callable[[], Case] = both_sites

    def case(self) -> Case:
        return self.change(*self.base())


def later(convoy: Convoy, seconds: int) -> Convoy:
    """Return the convoy with all its drives and stops moved, its loading left where it was."""
    return replace(
        convoy,
        moves=tuple(
            replace(
                m, depart_at=m.depart_at + seconds, arrive_at=m.arrive_at + seconds,
                gates=tuple(
                    replace(g, arrive_at=g.arrive_at + seconds, clear_at=g.clear_at + seconds) for g in m.gates
                ),
            )
            for m in convoy.moves
        ),
        stops=tuple(
            replace(s, arrive_at=s.arrive_at + seconds, unloaded_at=s.unloaded_at + seconds) for s in convoy.stops
        ),
        slack_s=convoy.slack_s - seconds,
    )  # fmt: skip


def in_convoy(name: str, change: Callable[[Convoy], Convoy]) -> Change:
    return lambda plan, snapshot: (swap(plan, change(find(plan, name))), snapshot)


def in_stop(name: str, change: Callable[[Stop], Stop]) -> Change:
    return in_convoy(name, lambda c: replace(c, stops=(change(c.stops[0]),)))


def in_move(name: str, index: int, change: Callable[[Move], Move]) -> Change:
    return in_convoy(
        name, lambda c: replace(c, moves=tuple(change(m) if i == index else m for i, m in enumerate(c.moves)))
    )


def in_world(change: Callable[[Snapshot], Snapshot]) -> Change:
    return lambda plan, snapshot: (plan, change(snapshot))


def in_policy(change: Callable[[PlanPolicy], PlanPolicy]) -> Change:
    return in_world(lambda s: replace(s, policy=change(s.policy)))


def in_segment(name: str, change: Callable[[Segment], Segment]) -> Change:
    def network(s: Snapshot) -> RoadNetwork:
        return replace(s.network, segments={**s.network.segments, name: change(s.network.segments[name])})

    return in_world(lambda s: replace(s, network=network(s)))


def in_timeline(name: str, pieces: Callable[[Window], tuple[Piece, ...]]) -> Change:
    return in_world(lambda s: replace(s, access=s.access.replace_timelines({name: pieces(s.access.horizon)})))


def line_open(*windows: Window) -> Change:
    return in_timeline("fork-across", lambda h: open_only(h, windows, cause="arrangement:river-gate"))


def in_papers(step: str, change: Callable[[Paper], Paper]) -> Change:
    return in_world(lambda s: replace(s, papers=tuple(change(p) if p.step == step else p for p in s.papers)))


def in_batch(name: str, change: Callable[[StockBatch], StockBatch]) -> Change:
    return in_world(lambda s: replace(s, stock=tuple(change(b) if b.batch == name else b for b in s.stock)))


def in_fleet(change: Callable[[Fleet], Fleet]) -> Change:
    return in_world(lambda s: replace(s, fleets=tuple(change(f) for f in s.fleets)))


def in_escorts(change: Callable[[EscortTeams], EscortTeams]) -> Change:
    return in_world(lambda s: replace(s, escorts=tuple(change(e) for e in s.escorts)))


def in_groups(change: Callable[[CoupledGroup], CoupledGroup]) -> Change:
    return in_world(lambda s: replace(s, groups=tuple(change(g) for g in s.groups)))


def in_site(name: str, change: Callable[[Site], Site]) -> Change:
    return in_world(lambda s: replace(s, sites={**s.sites, name: change(s.sites[name])}))


def without(name: str) -> Change:
    return lambda plan, s: (replace(plan, convoys=tuple(c for c in plan.convoys if c.id != name)), s)


def held(window: Window, *segments: str) -> Change:
    span = HoldSpan(window=window, segments=frozenset(segments) or None, reason="attack", evidence=(9,))
    return in_world(lambda s: replace(s, access=replace(s.access, holds=(span,))))


def near_on_day_one() -> Case:
    """Return the plan with `near` also served on day 1, on the road while the other column leaves."""
    plan, snapshot = both_sites()
    return swap(plan, later(find(plan, "hub-near"), DAY)), snapshot


def promised() -> Case:
    """Return the plan with the convoy to `near` promised to people."""
    plan, snapshot = both_sites()
    convoy = replace(find(plan, "hub-near"), movement="m-1")
    return swap(plan, convoy), replace(snapshot, pinned=(convoy,))


def loaded_days_before() -> Case:
    """Return the plan for `remote` with 66 hours between the start of loading and the end of unloading."""
    plan, snapshot = over_night()
    convoy = replace(later(find(plan, "hub-remote"), DAY), loading=Window(at(-1, "16:00"), at(-1, "18:00")))
    return swap(plan, convoy), snapshot


def given_up() -> Case:
    """Return the plan after a hold has stopped a promised convoy to `near`: its trucks and stock stay bound."""
    plan, snapshot = promised()
    notice = PinnedNotice(movement="m-1", rules=("hold",), choices=("hold", "reroute", "turn back"))
    left = replace(plan, convoys=(find(plan, "hub-across"),), people_reached=10_000, pinned=(notice,))
    return held(hours(0, "06:00", "12:00"))(left, snapshot)


def twice_across(plan: Plan, snapshot: Snapshot) -> Case:
    second = replace(later(find(plan, "hub-across"), 4 * MINUTE), id="second")
    return replace(plan, convoys=(*plan.convoys, second)), snapshot
