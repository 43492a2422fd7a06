"""What opening a gate or a road would give: by hand, and against plain searches of small drawn networks."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.cuts import Barrier
from routing.network import PlaceId, SegmentId
from routing.status import AccessMap, Part, PartName, Piece, Status
from routing.travel.engine import TravelEngine
from routing.travel.legs import find_legs
from routing.travel.openings import barriers, lifted, openings
from routing.travel.recheck import recheck
from routing.units import Window
from tests.routing.travel.builders import (
    KM_S,
    SPAN_S,
    T0,
    World,
    access,
    after,
    blocked,
    gate,
    network,
    piece,
    road,
    worlds,
)

# Two gates on the way from a to d; e lies behind the nearer one, and a closed bridge leads round both to d.
ROADS = network(
    road("a-b", gate="north"), road("b-e"), road("b-c"), road("c-d", gate="south"), road("a-d", metres=9_000),
    gates=[gate("north", delay_s=0, flow=3_600), gate("south", delay_s=0, flow=3_600)],
)  # fmt: skip
PEOPLE = {"d": 4_000, "e": 7_000}
DAY = 86_400


def shut(part: PartName, code: str = "gate_closed") -> tuple[Piece, ...]:
    return (piece(0, DAY, Status.BLOCKED, part=part, code=code),)


CLOSED = access(ROADS, changed={"a-b": shut("gate"), "c-d": shut("ceasefire"), "a-d": shut("physical")})


def gate_of(name: str, *segments: SegmentId) -> Barrier:
    return Barrier(gate=name, segments=segments)


def test_a_gate_and_a_line_without_consent_are_the_gates_barrier_and_a_broken_road_is_its_own() -> None:
    assert barriers(ROADS, CLOSED, after(0, 3_600)) == (
        gate_of("north", "a-b"),
        gate_of("south", "c-d"),
        Barrier(gate=None, segments=("a-d",)),
    )
    broken = CLOSED.replace_timelines({"c-d": shut("hazard", "attack_on_aid")})
    assert Barrier(gate=None, segments=("c-d",)) in barriers(ROADS, broken, after(0, 3_600))


def test_a_road_that_opens_in_time_is_no_barrier() -> None:
    opens = CLOSED.replace_timelines({"a-d": (piece(0, 7_000, Status.BLOCKED), piece(7_000, DAY))})
    assert len(barriers(ROADS, opens, after(0, 3_600))) == 2
    assert len(barriers(ROADS, opens, after(0, 3_600), daylight=(after(0, 7_000),))) == 3


def test_each_barrier_is_told_with_the_people_behind_it_and_the_way_that_it_would_give() -> None:
    closed = barriers(ROADS, CLOSED, after(0, 3_600))
    found = openings(ROADS, CLOSED, TravelEngine(ROADS), closed, "a", "d", after(0, 3_600), PEOPLE)
    assert [(each.barrier, each.people, each.places, [leg.seconds for leg in each.legs]) for each in found] == [
        (gate_of("north", "a-b"), 7_000, ("e",), []),
        (Barrier(gate=None, segments=("a-d",)), 4_000, ("d",), [9 * KM_S]),
        (gate_of("south", "c-d"), 0, (), []),
    ]


def test_what_contests_a_road_besides_stays_when_its_gate_is_lifted() -> None:
    both = replace(
        shut("gate")[0],
        parts=(
            Part(name="physical", status=Status.CONTESTED, p=0.6, code="road_damaged"),
            Part(name="gate", status=Status.BLOCKED, p=0.0, code="gate_closed"),
        ),
    )
    (only,) = lifted(access(ROADS, changed={"a-b": [both]}), ["a-b"]).timeline("a-b")
    assert (only.status, only.p, only.decided_by) == (Status.CONTESTED, 0.6, "physical")
    assert [part.code for part in only.parts] == ["road_damaged", "supposed_lifted"]


def reachable(world: World, closed: frozenset[SegmentId], origin: PlaceId) -> set[PlaceId]:
    """Tell by spreading out from the origin."""
    reached = {origin}
    for _ in world.roads.places:
        for segment in world.roads.segments.values():
            if segment.id not in closed:
                if segment.start in reached:
                    reached.add(segment.end)
                if segment.end in reached and not segment.oneway:
                    reached.add(segment.start)
    return reached


def always_shut(known: AccessMap, name: SegmentId) -> bool:
    return all(one.status is Status.BLOCKED for one in known.timeline(name))


@settings(max_examples=settings().max_examples // 4)
@given(world=worlds(), choice=st.data())
def test_every_opening_is_what_a_search_with_it_open_gives(*, world: World, choice: st.DataObject) -> None:
    names = sorted(world.roads.segments)
    more = choice.draw(st.sets(st.sampled_from(names)))
    known = world.access.replace_timelines({name: blocked(SPAN_S) for name in more})
    origin, destination = choice.draw(st.permutations(sorted(world.roads.places)))[:2]
    people = {place: choice.draw(st.integers(1, 900)) for place in world.roads.places}
    whole, engine = Window(T0, T0 + SPAN_S), TravelEngine(world.roads)
    closed = barriers(world.roads, known, whole)
    shut_names = frozenset(name for each in closed for name in each.segments)
    assert shut_names == {name for name in names if always_shut(known, name)}
    now = reachable(world, shut_names, origin)
    for found in openings(world.roads, known, engine, closed, origin, destination, whole, people):
        then = reachable(world, shut_names.difference(found.barrier.segments), origin)
        assert (set(found.places), found.people) == (then - now, sum(people[place] for place in then - now))
        opened = lifted(known, found.barrier.segments)
        assert found.legs == find_legs(
            world.roads, opened, TravelEngine(world.roads), origin, destination, whole, loaded=True
        )
        for leg in found.legs:
            walked = recheck(world.roads, opened, leg.segments, origin, leg.departures[0].start, 1, loaded=True)
            assert walked.complaints == ()
        # Opening more never makes the best way slower.
        before = find_legs(world.roads, known, engine, origin, destination, whole, loaded=True)
        if before:
            assert found.legs[0].seconds <= before[0].seconds
