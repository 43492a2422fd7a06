"""Whole plans of tiny worlds: sound, proved, explained, the same twice, and never emptied by one impossible site."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.domain.canonical import digest_of
from planner.domain.plan import Plan, Unmet
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.solvers.case import Case
from planner.solvers.choice import Chosen, Report, Timed
from planner.solvers.options import build
from planner.solvers.solve import solve, solve_options
from planner.solvers.times import fleet_cuts
from routing.status import Status
from routing.units import DAY, MINUTE, Window
from tests.planner import instances as known
from tests.planner.instances import at, far_site, four_towns, two_sites_one_gate
from tests.planner.solvers.tiny import silent

WORLDS = (two_sites_one_gate, four_towns, far_site)


def unmet(plan: Plan, site: str, commodity: str, kind: str) -> Unmet:
    return next(u for u in plan.unmet if (u.site, u.commodity, u.unmet_class) == (site, commodity, kind))


@pytest.mark.parametrize("make", WORLDS)
def test_a_plan_keeps_every_hard_rule_and_proves_every_level(make: Callable[[], Snapshot]) -> None:
    snapshot = make()
    plan = solve(snapshot, silent)
    assert violations(plan, snapshot) == ()
    assert plan.status == "optimal"
    assert all(level.gap <= 1e-3 for level in plan.objective if level.level <= 2)
    assert [level.name for level in plan.objective[-3:]] == ["value", "disturbance", "exposure"]


@pytest.mark.parametrize("make", WORLDS)
def test_the_same_snapshot_gives_the_same_plan_twice(make: Callable[[], Snapshot]) -> None:
    assert digest_of(solve(make(), silent)) == digest_of(solve(make(), silent))


def test_every_unit_of_need_is_brought_or_said_to_be_unmet() -> None:
    snapshot = two_sites_one_gate()
    plan = solve(snapshot, silent)
    for need in snapshot.needs:
        brought = sum(
            load.units
            for c in plan.convoys
            for stop in c.stops
            for load in stop.loads
            if (stop.site, load.commodity) == (need.site, need.commodity)
        )
        short = sum(u.units for u in plan.unmet if (u.site, u.commodity) == (need.site, need.commodity))
        assert brought + short == need.units


def test_what_no_window_lets_through_is_impossible_and_names_the_gate() -> None:
    plan = solve(two_sites_one_gate(), silent)
    beyond = unmet(plan, "across", "food", "impossible")
    # Sixteen trucks of ten tonnes carry 3,200 parcels of 50 kg; 4,000 are needed.
    assert (beyond.rule, beyond.units, beyond.proof) == ("window_return", 800, ("gate:river-gate",))


def test_what_another_use_was_better_for_says_what_it_would_cost() -> None:
    plan = solve(two_sites_one_gate(), silent)
    lost = unmet(plan, "across", "food", "outbid")
    assert lost.rule == "value"
    assert "loses at least" in lost.reason


def test_one_impossible_site_changes_nothing_else() -> None:
    snapshot = two_sites_one_gate()
    island = known.site("island", people=90_000, reached=None)
    roads = replace(snapshot.network, places={**snapshot.network.places, "island": known.place("island")})
    larger = replace(
        snapshot, network=roads, sites={**snapshot.sites, "island": island},
        needs=(*snapshot.needs, *known.needs(island, snapshot.horizon)),
    )  # fmt: skip
    before, after = solve(snapshot, silent), solve(larger, silent)
    assert after.convoys == before.convoys
    assert [u for u in after.unmet if u.site != "island"] == list(before.unmet)
    assert {u.unmet_class for u in after.unmet if u.site == "island"} == {"impossible"}
    assert after.status == "optimal"


def test_a_missing_letter_is_the_reason_of_the_site_behind_the_gate() -> None:
    snapshot = two_sites_one_gate()
    without = tuple(paper for paper in snapshot.papers if paper.step != "letter")
    plan = solve(replace(snapshot, papers=without), silent)
    assert unmet(plan, "across", "food", "impossible").rule == "letter"
    assert {stop.site for convoy in plan.convoys for stop in convoy.stops} == {"near"}


def test_a_least_slack_is_kept_by_every_convoy_and_judged_by_its_name() -> None:
    snapshot = two_sites_one_gate()
    careful = replace(snapshot, policy=replace(snapshot.policy, least_slack_s=30 * MINUTE))
    plan, loose = solve(careful, silent), solve(snapshot, silent)
    assert violations(plan, careful) == ()
    assert [c.truck_count for c in plan.convoys if c.stops[0].site == "across"] == [13]
    assert {v.rule for v in violations(loose, careful)} == {"least_slack"}


def test_coupled_sites_fall_together() -> None:
    snapshot = four_towns()
    plan = solve(replace(snapshot, papers=known.papers_in_force("hilltop")), silent)
    assert plan.convoys == ()
    assert unmet(plan, "hilltop", "food", "impossible").rule == "coupling"
    assert unmet(plan, "valley", "food", "impossible").rule == "permission"


def test_a_promised_convoy_stays_as_it_was_and_its_load_is_not_promised_again() -> None:
    snapshot = two_sites_one_gate()
    first = next(c for c in solve(snapshot, silent).convoys if c.stops[0].site == "across")
    promised = replace(snapshot, pinned=(replace(first, movement="m1"),))
    plan = solve(promised, silent)
    assert violations(plan, promised) == ()
    kept = next(c for c in plan.convoys if c.movement == "m1")
    assert (kept.moves, kept.stops, kept.trucks) == (first.moves, first.stops, first.trucks)
    assert sum(1 for c in plan.convoys if c.stops[0].site == "across") == 1
    assert plan.pinned == ()


def test_a_promised_convoy_keeps_its_trucks_its_lines_and_its_share_of_the_need() -> None:
    snapshot = two_sites_one_gate()
    first = next(c for c in solve(snapshot, silent).convoys if c.stops[0].site == "across")
    free, bound = Case(snapshot, []), Case(replace(snapshot, pinned=(first,)), [])
    assert free.fleet("hub", "ten", 1) - bound.fleet("hub", "ten", 1) == 16
    assert free.loading_trucks("hub", 1) - bound.loading_trucks("hub", 1) == 16
    assert free.fleet("hub", "ten", 2) == bound.fleet("hub", "ten", 2)
    left = {line.commodity: line.units for line in bound.lines if line.site == "across"}
    assert left == {"food": 4_000 - 2_800, "kits": 4_000 - 2_000}


def test_a_promise_that_the_road_has_broken_is_printed_with_its_choices() -> None:
    snapshot = two_sites_one_gate()
    first = next(c for c in solve(snapshot, silent).convoys if c.stops[0].site == "across")
    shut = (known.piece(snapshot.access.horizon, Status.BLOCKED, 0.0, "closed"),)
    collapsed = replace(
        snapshot, pinned=(replace(first, movement="m1"),),
        access=snapshot.access.replace_timelines({"fork-across": shut}),
    )  # fmt: skip
    plan = solve(collapsed, silent)
    assert [(n.movement, n.choices) for n in plan.pinned] == [("m1", ("hold", "reroute", "turn back"))]
    assert all(c.movement is None for c in plan.convoys)
    assert next(lv for lv in plan.objective if lv.name == "disturbance").value == 1


def test_a_truck_is_not_loaded_while_it_is_still_out() -> None:
    snapshot = two_sites_one_gate()
    near = {o.day: o for o in build(snapshot, silent).options if o.sites == ("near",)}
    chosen = [Chosen(option=near[day], trucks=({"ten": 12},), drops=((),)) for day in (0, 1)]
    timed = [
        Timed(option=near[0].id, loading=Window(at(0, "05:00"), at(0, "07:00")), starts=(at(0, "15:00"),)),
        Timed(option=near[1].id, loading=Window(at(0, "16:00"), at(0, "19:00")), starts=(at(1, "07:00"),)),
    ]
    (cut,) = fleet_cuts(snapshot, chosen, timed)
    # Twenty trucks there are; twenty-four would be needed at 16:00.
    assert (cut.kind, cut.most_trucks) == ("ten", 20)
    later = [timed[0], replace(timed[1], loading=timed[0].loading.shift(DAY))]
    assert fleet_cuts(snapshot, chosen, later) == ()


class InHaste:
    """Takes reports, and wants the solve to end once it has heard of a stage."""

    def __init__(self, stage: str) -> None:
        self.stage, self.hurry = stage, False

    def __call__(self, report: Report) -> None:
        self.hurry |= report.stage == self.stage


@pytest.mark.parametrize("stage", ["options", "equity", "value"])
@pytest.mark.parametrize("make", WORLDS)
def test_a_solve_in_a_hurry_ends_with_a_sound_plan_that_says_so(make: Callable[[], Snapshot], stage: str) -> None:
    snapshot = make()

    plan = solve(snapshot, InHaste(stage))

    assert plan.cut_short
    assert violations(plan, snapshot) == ()


@pytest.mark.parametrize("make", WORLDS)
def test_a_solve_without_any_time_still_sends_what_can_be_sent_and_keeps_true_bounds(
    make: Callable[[], Snapshot],
) -> None:
    snapshot = make()
    found = build(snapshot, silent)
    best = solve_options(snapshot, found, silent)

    plan = solve_options(replace(snapshot, limits=replace(snapshot.limits, wall_s=0)), found, silent)

    assert plan.cut_short
    assert violations(plan, snapshot) == ()
    assert bool(plan.convoys) == bool(best.convoys)
    for level, reached in zip(plan.objective[:-2], best.objective[:-2], strict=True):
        assert level.bound >= reached.value if level.name == "value" else level.bound <= reached.value


def test_what_the_value_stage_has_found_is_kept_in_a_hurry() -> None:
    snapshot = two_sites_one_gate()

    assert solve(snapshot, InHaste("value")).people_reached == solve(snapshot, silent).people_reached
