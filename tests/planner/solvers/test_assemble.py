"""Chosen options with their times become convoys whose every number can be checked by hand."""

from itertools import pairwise

import pytest

from planner.domain.plan import Convoy
from planner.domain.snapshot import Snapshot
from planner.solvers.assemble import assemble, exposure_floor, people_reached
from planner.solvers.choice import Chosen, Drop, Timed
from planner.solvers.ground import Ground
from planner.solvers.option import Option
from planner.solvers.options import build
from routing.units import HOUR, MINUTE, Window
from tests.planner.instances import at, far_site, two_sites_one_gate
from tests.planner.solvers.tiny import silent


def option_to(snapshot: Snapshot, site: str, day: int) -> Option:
    return next(o for o in build(snapshot, silent).options if o.sites == (site,) and o.day == day)


def across(trucks: int = 10) -> tuple[Snapshot, Option, Convoy]:
    snapshot = two_sites_one_gate()
    option = option_to(snapshot, "across", 1)
    chosen = Chosen(
        option=option, trucks=({"ten": trucks},), drops=((Drop(commodity="food", batch="hub-food", units=1_000),),)
    )
    loading = Window(at(0, "16:00"), at(0, "18:30"))
    timed = Timed(option=option.id, loading=loading, starts=(at(1, "09:30"),))
    (convoy,) = assemble(snapshot, (chosen,), (timed,))
    return snapshot, option, convoy


def test_a_column_of_ten_is_where_the_clock_says() -> None:
    _, _, convoy = across()
    out, back = convoy.moves
    # 40 min to the fork; 30 min of checks and 2 min a truck at the gate; 30 min on; 6 min a truck to unload.
    assert out.gates[0].arrive_at == at(1, "10:10")
    assert out.gates[0].clear_at == at(1, "11:00")
    assert convoy.stops[0].arrive_at == out.arrive_at == at(1, "11:30")
    assert convoy.stops[0].unloaded_at == back.depart_at == at(1, "12:30")
    # The empty column is not checked: only its twenty minutes of passing.
    assert back.gates[0].arrive_at == at(1, "12:30")
    assert back.gates[0].clear_at == at(1, "12:50")
    assert convoy.back_at == at(1, "14:00")
    assert (out.loaded, back.loaded) == (True, False)


def test_slack_is_what_is_left_before_the_line_closes_behind_the_column() -> None:
    _, _, convoy = across()
    # Off the line at 13:20, which closes at 14:10.
    assert convoy.slack_s == 50 * MINUTE


def test_exposure_is_trucks_times_the_time_across_the_line() -> None:
    snapshot, option, convoy = across()
    # From the head at the gate, 10:10, to the tail off the contested road, 13:20.
    assert convoy.exposure_truck_s == 10 * (3 * HOUR + 10 * MINUTE)
    assert 10 * exposure_floor(Ground.of(snapshot), option, 4) <= convoy.exposure_truck_s


def test_the_probability_is_the_product_of_distinct_causes() -> None:
    _, _, convoy = across()
    assert convoy.p == pytest.approx(0.8 * 0.9)


def test_people_are_fed_by_food_for_the_ration_period() -> None:
    snapshot, _, convoy = across()
    (load,) = convoy.stops[0].loads
    assert (load.units, load.kg, load.litres, load.people) == (1_000, 50_000, 80_000, 5_000)
    assert people_reached(snapshot, [convoy], {"across": None}) == {"across": 5_000}
    assert people_reached(snapshot, [convoy], {"across": 4_000}) == {"across": 4_000}


def test_convoys_are_numbered_by_departure() -> None:
    snapshot, option, _ = across()
    near = option_to(snapshot, "near", 0)
    chosen = [Chosen(option=o, trucks=({"ten": 4},), drops=((),)) for o in (option, near)]
    timed = [
        Timed(option=option.id, loading=Window(at(0, "16:00"), at(0, "17:00")), starts=(at(1, "09:30"),)),
        Timed(option=near.id, loading=Window(at(-1, "16:00"), at(-1, "17:00")), starts=(at(0, "06:00"),)),
    ]
    convoys = assemble(snapshot, chosen, timed)
    assert [(c.id, c.stops[0].site) for c in convoys] == [("c01", "near"), ("c02", "across")]
    assert convoys == assemble(snapshot, chosen[::-1], timed[::-1])


def test_a_column_that_rests_overnight_has_its_days_apart() -> None:
    snapshot = far_site()
    option = option_to(snapshot, "remote", 1)
    chosen = Chosen(option=option, trucks=({"ten": 4},), drops=((),))
    starts = tuple(at(phase.day, "07:00") for phase in option.phases)
    timed = Timed(option=option.id, loading=Window(at(-1, "16:00"), at(-1, "17:00")), starts=starts)
    (convoy,) = assemble(snapshot, (chosen,), (timed,))
    assert convoy.depart_at == at(0, "07:00")
    assert convoy.stops[0].arrive_at == at(1, "10:00")
    assert convoy.moves[-1].depart_at == at(2, "07:00")
    assert all(a.end == b.start for a, b in pairwise(convoy.moves))
