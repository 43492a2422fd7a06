"""What rounds are made from: stock in truckloads, hours at sites, trucks as the lines load them."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from planner.domain.catalogue import Catalogue
from planner.domain.plan import Convoy, Load, Move, Stop
from planner.domain.snapshot import Snapshot
from planner.domain.world import World
from planner.services.round_goods import Goods, Lacking, Stock, Truckload, open_needs, share_out
from planner.services.round_slots import unloading_slots
from planner.services.round_trucks import round_fleets
from routing.units import HOUR, Window
from tests.planner import instances as known

DAY = Window(known.at(1, "06:00"), known.at(1, "18:00"))


@pytest.fixture
def snapshot() -> Snapshot:
    return known.two_sites_one_gate()


@pytest.fixture
def world(snapshot: Snapshot) -> World:
    s = snapshot
    catalogue = Catalogue(
        crisis=s.crisis, governorates={}, sites=s.sites, commodities=s.commodities, needs=s.needs, groups=s.groups,
        hubs=s.hubs, stock=s.stock, truck_types=s.truck_types, fleets=s.fleets, escorts=s.escorts, movements={},
    )  # fmt: skip
    return World(catalogue=catalogue, network=s.network, log=())


def promised(trucks: int, food: int) -> Convoy:
    load = Load(commodity="food", batch="hub-food", units=food, kg=50 * food, litres=80 * food, people=5 * food)
    stop = Stop(
        site="near", arrive_at=known.at(1, "09:00"), unloaded_at=known.at(1, "10:00"), trucks={"ten": trucks},
        loads=(load,),
    )  # fmt: skip
    return Convoy(
        id="c01", hub="hub", stops=(stop,), trucks={"ten": trucks}, loading=known.hours(0, "16:00", "18:00"), p=1.0,
        slack_s=0, exposure_truck_s=0,
        moves=(
            Move(
                start="hub", end="near", depart_at=known.at(1, "08:00"), arrive_at=known.at(1, "12:00"), segments=(),
                gates=(), loaded=True,
            ),
        ),
    )  # fmt: skip


def load_of(number: int, site: str = "near") -> Truckload:
    goods = (Goods(commodity="food", batch="hub-food", units=200),)
    return Truckload(id=f"{site}/{number}", site=site, hub="hub", goods=goods, kg=10_000, litres=16_000, worth=1.0)


# ------------------------------------------------------------------------------------------------------- goods


def shared(
    world: World, *, most: int, pinned: tuple[Convoy, ...] = ()
) -> tuple[tuple[Truckload, ...], tuple[Lacking, ...], tuple[Lacking, ...]]:
    stock = Stock(world.catalogue, known.at(0, "08:00"), DAY, pinned)
    needs = {"near": open_needs(world.catalogue, DAY, pinned)["near"]}
    pair = ("near", "hub")
    return share_out(world.catalogue, needs, {"near": ["hub"]}, stock, {pair: known.TEN_TONNES}, {pair: most})


def test_a_site_gets_whole_units_in_truckloads_food_first(world: World) -> None:
    loads, too_much, lacking = shared(world, most=99)

    assert sum(lot.units for load in loads for lot in load.goods if lot.commodity == "food") == 2_000
    assert all(load.kg <= 10_000 and load.litres <= 35_000 for load in loads)
    assert loads[0].goods[0].commodity == "food"
    assert (too_much, lacking) == ((), ())


def test_a_site_draws_no_more_than_it_can_unload(world: World) -> None:
    loads, too_much, lacking = shared(world, most=3)

    assert len(loads) == 3
    assert {left.commodity for left in too_much} == {"food", "kits"}
    assert lacking == ()


def test_what_no_hub_has_is_lacking_and_what_is_promised_is_not_there(world: World) -> None:
    poor = tuple(replace(batch, units=700) for batch in world.catalogue.stock)
    poorer = replace(world, catalogue=replace(world.catalogue, stock=poor))

    _, _, lacking = shared(poorer, most=99, pinned=(promised(4, food=100),))
    assert {left.commodity: left.units for left in lacking} == {"food": 1_900 - 600, "kits": 1_300}


def test_expired_and_late_batches_stay_where_they_are(world: World) -> None:
    late = tuple(replace(batch, available_from=known.at(1, "00:00")) for batch in world.catalogue.stock)
    old = tuple(replace(batch, expires_at=DAY.end) for batch in world.catalogue.stock)
    for batches in (late, old):
        loads, *_ = shared(replace(world, catalogue=replace(world.catalogue, stock=batches)), most=99)
        assert loads == ()


# ------------------------------------------------------------------------------------------------------- hours


def test_a_few_trucks_come_as_they_like_and_have_the_time_of_all(snapshot: Snapshot) -> None:
    loads = [load_of(number) for number in range(10)]
    slots, over = unloading_slots(snapshot.sites, loads, DAY, {load.id: (HOUR, HOUR) for load in loads})

    assert set(slots.values()) == {(DAY, HOUR)}
    assert over == {}


def test_many_trucks_have_an_hour_each_one_after_the_other(snapshot: Snapshot) -> None:
    loads = [load_of(number) for number in range(120)]
    slots, over = unloading_slots(snapshot.sites, loads, DAY, {load.id: (HOUR, HOUR) for load in loads})

    starts = sorted(window.start for window, _ in slots.values())
    assert starts[0] == DAY.start + HOUR
    assert min(b - a for a, b in pairwise(starts)) >= 360
    assert starts[-1] + 360 + HOUR <= DAY.end
    assert over == {"near": 120 - len(slots)}
    assert 95 <= len(slots) < 100  # ten hours at ten an hour


# ------------------------------------------------------------------------------------------------------ trucks


def test_trucks_are_ready_as_the_lines_load_them(world: World) -> None:
    fleets = round_fleets(world, world.catalogue.hubs.values(), DAY, from_at=known.at(0, "08:00"), pinned=())

    ready = Counter({fleet.shift.start: fleet.trucks for fleet in fleets})
    # Sixteen of the evening and four of the morning before dawn are ready at six; only twenty are there.
    assert ready == {known.at(1, "06:00"): 20}


def test_a_promised_convoy_keeps_its_trucks_and_its_place_on_the_lines(world: World) -> None:
    fleets = round_fleets(
        world, world.catalogue.hubs.values(), DAY, from_at=known.at(0, "08:00"), pinned=(promised(8, food=1),)
    )

    assert sum(fleet.trucks for fleet in fleets) == 12


def test_after_the_evening_only_the_morning_loads(world: World) -> None:
    fleets = round_fleets(world, world.catalogue.hubs.values(), DAY, from_at=known.at(1, "05:30"), pinned=())

    assert {fleet.shift.start: fleet.trucks for fleet in fleets} == {
        known.at(1, "06:00"): 2, known.at(1, "06:30"): 2, known.at(1, "07:00"): 2,
    }  # fmt: skip
