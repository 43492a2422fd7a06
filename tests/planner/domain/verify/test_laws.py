"""Laws of the verifier: no slip of one value passes, and what is allowed at the edge is allowed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.domain.plan import Convoy, Plan, Stop
from planner.domain.snapshot import Snapshot
from planner.domain.verify import broken_by, violations
from routing.units import DAY, MINUTE, Window
from tests.planner.domain.plans import both_sites, both_towns, find, over_night, swap
from tests.planner.domain.verify.mutations import (
    Case,
    given_up,
    held,
    in_convoy,
    in_papers,
    later,
    line_open,
    promised,
)
from tests.planner.instances import at, hours, open_only

WORLDS: dict[str, Case] = {name.__name__: name() for name in (both_sites, both_towns, over_night)}

# Seconds by which a single time slips; loading may end later than it must, so that time is not among those drawn.
slips = st.integers(-7_200, 7_200).filter(bool)
Slip = Callable[[Convoy, int], Convoy]


def _in_stop(change: Callable[[Stop, int], Stop]) -> Slip:
    return lambda c, by: replace(c, stops=(change(c.stops[0], by), *c.stops[1:]))


def _first_move(field: str) -> Slip:
    def slip(convoy: Convoy, by: int) -> Convoy:
        values = {field: getattr(convoy.moves[0], field) + by}
        return replace(convoy, moves=(replace(convoy.moves[0], **values), *convoy.moves[1:]))

    return slip


def _last_move(field: str) -> Slip:
    def slip(convoy: Convoy, by: int) -> Convoy:
        values = {field: getattr(convoy.moves[-1], field) + by}
        return replace(convoy, moves=(*convoy.moves[:-1], replace(convoy.moves[-1], **values)))

    return slip


def _gate(field: str) -> Slip:
    def slip(convoy: Convoy, by: int) -> Convoy:
        if not convoy.moves[0].gates:
            return replace(convoy, slack_s=convoy.slack_s + by)
        gate = convoy.moves[0].gates[0]
        values = {field: getattr(gate, field) + by}
        changed = replace(gate, **values)
        return replace(convoy, moves=(replace(convoy.moves[0], gates=(changed,)), *convoy.moves[1:]))

    return slip


SLIPS: dict[str, Slip] = {
    "arrival at the site": _in_stop(lambda s, by: replace(s, arrive_at=s.arrive_at + by)),
    "end of unloading": _in_stop(lambda s, by: replace(s, unloaded_at=s.unloaded_at + by)),
    "first departure": _first_move("depart_at"),
    "first arrival": _first_move("arrive_at"),
    "last departure": _last_move("depart_at"),
    "last arrival": _last_move("arrive_at"),
    "arrival at the gate": _gate("arrive_at"),
    "clear of the gate": _gate("clear_at"),
    "start of loading": lambda c, by: replace(
        c, loading=Window(min(c.loading.start + by, c.loading.end - 1), c.loading.end)
    ),
    "chance": lambda c, by: replace(c, p=c.p + by / 7_200),
    "slack": lambda c, by: replace(c, slack_s=c.slack_s + by),
    "exposure": lambda c, by: replace(c, exposure_truck_s=c.exposure_truck_s + by),
    "trucks of the column": lambda c, by: replace(c, trucks={"ten": c.truck_count + by}),
    "trucks of the stop": lambda c, by: replace(
        c, stops=(replace(c.stops[0], trucks={"ten": c.truck_count + by}),)
    ),
    "units": lambda c, by: replace(
        c, stops=(replace(c.stops[0], loads=(replace(c.stops[0].loads[0], units=c.stops[0].loads[0].units + by),)),)
    ),
    "weight": lambda c, by: replace(
        c, stops=(replace(c.stops[0], loads=(replace(c.stops[0].loads[0], kg=c.stops[0].loads[0].kg + by),)),)
    ),
    "batch": lambda c, by: replace(
        c, stops=(replace(c.stops[0], loads=(replace(c.stops[0].loads[0], batch=f"batch-{by}"),)),)
    ),
    "movement": lambda c, by: replace(c, movement=f"m{by}"),
    "a segment driven twice": lambda c, by: replace(
        c, moves=(replace(c.moves[0], segments=(c.moves[0].segments * (1 + abs(by) % 2 + 1))), *c.moves[1:])
    ),
    "a segment forgotten": lambda c, by: replace(
        c, moves=(*c.moves[:-1], replace(c.moves[-1], segments=c.moves[-1].segments[: -1 - abs(by) % 2]))
    ),
    "loaded or empty": lambda c, by: replace(
        c,
        moves=tuple(
            replace(m, loaded=not m.loaded) if i == by % len(c.moves) else m for i, m in enumerate(c.moves)
        ),
    ),
}  # fmt: skip


@given(st.sampled_from(sorted(WORLDS)), st.sampled_from(sorted(SLIPS)), st.integers(0, 1), slips)
def test_no_slip_of_a_single_value_passes(world: str, what: str, which: int, by: int) -> None:
    plan, snapshot = WORLDS[world]
    convoy = plan.convoys[which % len(plan.convoys)]
    slipped = swap(plan, SLIPS[what](convoy, by))
    assert violations(slipped, snapshot), f"{what} of {convoy.id} may slip by {by}"


@settings(max_examples=30)
@given(st.integers(-90 * MINUTE, 90 * MINUTE))
def test_a_drive_may_move_exactly_as_far_as_the_window_allows(by: int) -> None:
    plan, snapshot = both_sites()
    moved = swap(plan, later(find(plan, "hub-across"), by))
    assert (violations(moved, snapshot) == ()) == (0 <= by <= 40 * MINUTE)


@settings(max_examples=20)
@given(st.integers(0, 30), st.integers(0, 30))
def test_the_tolerance_of_a_coupled_pair_holds_to_the_minute(hill: int, valley: int) -> None:
    plan, snapshot = both_towns()
    moved = swap(plan, later(find(plan, "north-hilltop"), hill * MINUTE))
    moved = swap(moved, later(find(plan, "south-valley"), valley * MINUTE))
    apart = abs(30 + valley - hill) * MINUTE
    strict = replace(snapshot, groups=tuple(replace(g, tolerance_s=apart) for g in snapshot.groups))
    assert violations(moved, strict) == ()
    if apart:
        stricter = replace(snapshot, groups=tuple(replace(g, tolerance_s=apart - 1) for g in snapshot.groups))
        assert {v.rule for v in violations(moved, stricter)} == {"coupling"}


def allowed(plan: Plan, snapshot: Snapshot) -> None:
    assert violations(plan, snapshot) == ()


def test_a_letter_renewed_when_it_ends_leaves_no_gap() -> None:
    plan, snapshot = both_sites()
    letter = next(p for p in snapshot.papers if p.step == "letter")
    first = replace(letter, valid=Window(letter.valid.start, at(1, "11:00")))
    renewed = (first, replace(letter, valid=Window(at(1, "11:00"), letter.valid.end)))
    others = tuple(p for p in snapshot.papers if p.step != "letter")
    allowed(plan, replace(snapshot, papers=(*others, *renewed)))
    gap = replace(renewed[1], valid=Window(at(1, "11:01"), letter.valid.end))
    broken = violations(plan, replace(snapshot, papers=(*others, first, gap)))
    assert [v.rule for v in broken] == ["letter"]


def test_unloading_may_go_on_after_dark_where_trucks_may_stay() -> None:
    plan, snapshot = both_sites()
    convoy = later(find(plan, "hub-near"), 9 * 3_600 + 1_800)
    back = later(convoy, 12 * 3_600).moves[1]
    stays = replace(convoy, moves=(convoy.moves[0], back), slack_s=snapshot.access.horizon.end - back.arrive_at)
    assert {v.rule for v in violations(swap(plan, stays), snapshot)} == {"overnight"}
    sleeps = replace(snapshot, sites={**snapshot.sites, "near": replace(snapshot.sites["near"], overnight=True)})
    assert {v.rule for v in violations(swap(plan, stays), sleeps)} <= {"fleet"}


def test_a_hold_on_another_road_or_hour_stops_nobody() -> None:
    plan, snapshot = both_sites()
    allowed(*held(hours(0, "08:00", "08:48"))(plan, snapshot))
    allowed(*held(hours(0, "07:00", "07:40"), "fork-near")(plan, snapshot))


def test_an_empty_plan_is_a_good_plan() -> None:
    plan, snapshot = both_sites()
    allowed(replace(plan, convoys=(), people_reached=0), snapshot)


@pytest.mark.parametrize(("day", "rules"), [(0, ()), (1, ("hold",))])
def test_a_promise_is_judged_by_what_is_still_to_be_driven(day: int, rules: tuple[str, ...]) -> None:
    plan, snapshot = promised()
    convoy = later(find(plan, "hub-near"), day * DAY)
    # Half way through the first day the convoy of that day is back; the next day's still stands under the hold.
    noon = replace(snapshot, as_of=replace(snapshot.as_of, at=at(0, "12:00")))
    _, stopped = held(Window(at(0, "00:00"), at(2, "00:00")))(plan, noon)
    assert broken_by(convoy, stopped) == rules


def test_a_promise_that_lost_its_letter_is_broken_by_that() -> None:
    plan, snapshot = both_sites()
    convoy = replace(find(plan, "hub-across"), movement="m-2")
    _, refused = in_papers("letter", lambda p: replace(p, state="withdrawn"))(plan, snapshot)
    assert broken_by(convoy, snapshot) == ()
    assert broken_by(convoy, refused) == ("letter",)


def test_a_promise_keeps_its_figures_when_the_news_gets_worse() -> None:
    plan, snapshot = promised()
    better = replace(find(plan, "hub-near"), p=0.99, slack_s=1, exposure_truck_s=5)
    allowed(swap(plan, better), replace(snapshot, pinned=(better,)))


def test_a_promise_that_cannot_be_kept_binds_its_trucks() -> None:
    plan, snapshot = given_up()
    allowed(plan, snapshot)
    assert "fleet" not in {v.rule for v in violations(plan, snapshot)}


def home_by_the_ford(*ford_open: Window) -> Case:
    """Return the plan that comes back over a second gate, the first line being closed from noon on."""
    plan, snapshot = line_open(hours(1, "10:00", "12:00"))(*both_sites())
    roads, access = snapshot.network, snapshot.access
    ford = replace(roads.segments["fork-across"], id="ford", name="ford", corridor="ford", gate="ford-gate")
    roads = replace(
        roads,
        segments={**roads.segments, "ford": ford},
        gates={**roads.gates, "ford-gate": replace(roads.gates["river-gate"], id="ford-gate")},
    )
    access = replace(
        access,
        timelines={**access.timelines, "ford": open_only(access.horizon, ford_open, cause="arrangement:ford-gate")},
        gate_flow={**access.gate_flow, "ford-gate": 30},
    )
    convoy = find(plan, "hub-across")
    back = replace(
        convoy.moves[1], segments=("ford", "hub-fork"), gates=(replace(convoy.moves[1].gates[0], gate="ford-gate"),)
    )
    slack = ford_open[-1].end - at(1, "13:30")
    return (
        swap(plan, replace(convoy, moves=(convoy.moves[0], back), slack_s=slack)),
        replace(snapshot, network=roads, access=access),
    )


def test_whoever_returns_by_another_gate_is_never_without_a_way_home() -> None:
    allowed(*home_by_the_ford(hours(1, "12:00", "14:10")))
    caught = violations(*home_by_the_ford(hours(1, "12:30", "14:10")))
    assert [(v.rule, v.convoy) for v in caught] == [("window_return", "hub-across")]


def test_a_convoy_alone_is_not_asked_what_the_whole_plan_owes() -> None:
    plan, snapshot = both_towns()
    assert broken_by(find(plan, "north-hilltop"), snapshot) == ()
    early = in_convoy("north-hilltop", lambda c: later(c, -60))(plan, snapshot)[0]
    assert "blocked_segment" in broken_by(find(early, "north-hilltop"), snapshot)
