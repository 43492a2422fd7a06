"""A road that did not move keeps its id; one that was split leaves its reports to its parts."""

from dataclasses import replace

from routing.access import fold
from routing.building.build import Named, Tolerances
from routing.evidence import Evidence, RoadReport
from routing.status import Status
from routing.units import HOUR, AsOf, Window
from tests.routing.builders import POLICY, ZONE, time
from tests.routing.building.lines import build, place, road, towns

CRISIS = towns(place("west", 0, 0), place("east", 4000, 0))
MAIN = road("main", (0, 0), (2000, 30), (4000, 0))
NEAR = Tolerances(attach_within_m=50)


def named(*segments: str) -> Named:
    return Named(segments=frozenset(segments))


def test_imported_again_nothing_changes() -> None:
    first = build([MAIN, road("side", (4000, 0), (4000, 900))], CRISIS).network
    again = build([MAIN, road("side", (4000, 0), (4000, 900))], first)

    assert again.network == first
    assert (again.kept, again.new, again.gone) == (2, 0, 0)


def test_a_road_far_away_changes_no_id() -> None:
    first = build([MAIN], CRISIS).network
    more = build([MAIN, road("far", (0, 5000), (900, 5000))], first)

    assert first.segments.items() <= more.network.segments.items()


def test_a_road_that_moved_a_little_keeps_its_id_and_one_that_moved_far_does_not() -> None:
    lines = [MAIN, road("side", (4000, 0), (4000, 900), (4300, 1500))]
    first = build(lines, CRISIS).network
    little = build([MAIN, road("side", (4000, 0), (4009, 905), (4310, 1512))], first).network
    assert little.segments.keys() == first.segments.keys()
    assert little.places.keys() == first.places.keys()

    far = build([MAIN, road("side", (4000, 0), (4100, 905), (4300, 1500))], first)
    assert (far.kept, far.new, far.gone) == (1, 1, 1)


def test_a_change_of_class_or_limit_keeps_the_id() -> None:
    first = build([MAIN], CRISIS).network
    now = build([replace(MAIN, road_class="track", weight_limit_kg=3500)], first).network

    assert now.segments.keys() == first.segments.keys()
    assert {s.road_class for s in now.segments.values()} == {"track"}


def test_a_published_length_stays_with_the_same_road() -> None:
    first = build([MAIN], CRISIS).network
    (name,) = first.segments
    told = replace(first, segments={name: replace(first.segments[name], length_m=4900, length_derived=False)})

    assert build([MAIN], told).network.segments[name].length_m == 4900


def test_a_named_road_that_was_split_leaves_its_reports_to_its_parts() -> None:
    first = build([MAIN], CRISIS).network
    (old,) = first.segments
    now = build([MAIN, road("side", (2000, 30), (2000, 900))], first, named=named(old), tolerances=NEAR)

    assert now.lost == ()
    assert set(now.heirs[old].segments) == {s.id for s in now.network.segments.values() if s.name == "main"}
    closed = Evidence(
        position=1, learned_at=time("2016-09-01 00:00"), valid=Window(time("2016-09-01 00:00")), source="desk",
        fact=RoadReport(segments=(old,), state="closed"),
    )  # fmt: skip
    start = time("2016-09-01 06:00")
    access = fold((closed,), now.network, AsOf(at=start, known=1), Window(start, start + HOUR), ZONE, POLICY)
    status = {s.name: access.at(s.id, start).status for s in now.network.segments.values()}
    assert status == {"main": Status.BLOCKED, "side": Status.OPEN}


def test_heirs_have_heirs() -> None:
    first = build([MAIN], CRISIS).network
    (old,) = first.segments
    side, other = road("side", (2000, 30), (2000, 900)), road("other", (1000, 15), (1000, 900))
    second = build([MAIN, side], first, named=named(old)).network
    third = build([MAIN, side, other], second, named=named(*second.standing_for((old,)))).network

    heirs = third.standing_for((old,))
    assert {third.segments[s].name for s in heirs} == {"main"}
    assert sum(third.segments[s].length_m for s in heirs) == first.segments[old].length_m


def test_a_road_that_comes_back_is_itself_again() -> None:
    first = build([MAIN], CRISIS).network
    (old,) = first.segments
    split = build([MAIN, road("side", (2000, 30), (2000, 900))], first, named=named(old)).network
    back = build([MAIN], split, named=named(old)).network

    assert old in back.segments or {back.segments[s].name for s in back.standing_for((old,))} == {"main"}


def test_a_named_road_that_is_gone_is_lost_by_name_and_its_reports_still_fold() -> None:
    first = build([MAIN, road("side", (4000, 0), (4000, 900))], CRISIS).network
    side = next(s.id for s in first.segments.values() if s.name == "side")
    now = build([MAIN], first, named=named(side))

    assert now.lost == (side,)
    assert now.network.holds_or_held(side)
    assert now.network.standing_for((side,)) == ()


def test_ends_of_named_roads_are_not_merged_away() -> None:
    first = build([MAIN, road("side", (2000, 30), (2000, 900))], CRISIS).network
    mains = {s.id for s in first.segments.values() if s.name == "main"}
    assert len(mains) == 2

    kept = build([MAIN], first, named=named(*mains)).network
    assert kept.segments.keys() == mains
    merged = build([MAIN], first).network
    assert len(merged.segments) == 1
