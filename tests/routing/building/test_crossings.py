"""Gates stand where roads cross their lines, and no line is crossed without one."""

from dataclasses import replace

import shapely

from routing.building.build import Named
from routing.building.crossings import CROSSING, lines_between, stand_gates
from routing.evidence import Control, Evidence
from routing.network import RoadNetwork
from routing.readers.vector import Outline
from tests.routing.builders import gate, reported, segment
from tests.routing.building.lines import at, build, place, road, towns

LINE = frozenset({frozenset({"west", "east"})})
ROAD = road("main", *((500 * k, 0) for k in range(9)))
FAR = road("far", *((500 * k, 9000) for k in range(9)))
UP = road("up", (0, 0), (0, 9000))
ANEW = Outline(id="anew", name="Anew", name_ar="Anew", land=shapely.box(*at(2750, -1000), *at(90_000, 90_000)))


def crisis() -> RoadNetwork:
    plain = towns(place("hub", 0, 0), place("post", 1500, 0), place("town", 4000, 0, "east"))
    old = segment("old", plain.places["post"], plain.places["town"], "post-gate")
    return replace(plain, segments={"old": old}, gates={"post-gate": gate("post-gate", "post")})


def test_the_gate_stands_on_the_road_that_crosses_its_line() -> None:
    found = build([ROAD], crisis(), between=LINE).network

    crossing = [s for s in found.segments.values() if len(found.areas_of(s.id)) > 1]
    assert [s.gate for s in crossing] == ["post-gate"]
    assert [s.gate for s in found.segments.values() if s not in crossing] == [None, None, None][
        : len(found.segments) - 1
    ]


def test_a_line_crossed_far_from_every_gate_gets_one_that_asks_for_papers() -> None:
    found = build([ROAD, FAR, UP], crisis(), between=LINE)

    (made,) = found.gated.made
    assert made.startswith(CROSSING)
    assert found.network.gates[made].regime == "permit"
    assert found.network.gates[made].name == "Line on far near post, no gate on record"
    assert [s.name for s in found.network.segments.values() if s.gate == made] == ["far"]


def test_where_no_line_ever_ran_no_gate_is_made() -> None:
    assert build([ROAD, FAR, UP], crisis()).gated.made == ()


def drawn_anew() -> RoadNetwork:
    """The town's land is drawn anew, in an area that nobody was known to hold, and no gate stands on any road."""
    found = build([ROAD, FAR, UP], crisis(), outlines=[ANEW]).network
    return replace(found, segments={s.id: replace(s, gate=None) for s in found.segments.values()})


def test_once_a_line_is_known_a_gate_beside_it_that_stood_on_no_road_is_taken_and_others_are_made() -> None:
    lines = frozenset({frozenset({"west", "anew"})})
    gated, stood = stand_gates(drawn_anew(), lines, 5_000)

    assert sorted(gate.startswith(CROSSING) for gate in stood.values()) == [False, True]
    assert "post-gate" in stood.values()
    assert {gated.segments[s].gate for s in stood} == set(stood.values())
    assert build([ROAD, FAR, UP], gated, outlines=[ANEW], between=lines).network == gated


def test_a_gate_farther_than_the_limit_is_not_taken() -> None:
    _gated, stood = stand_gates(drawn_anew(), frozenset({frozenset({"west", "anew"})}), 100)

    assert all(gate.startswith(CROSSING) for gate in stood.values())


def test_a_network_whose_lines_all_have_gates_stays_itself() -> None:
    first = build([ROAD], crisis(), between=LINE).network

    assert stand_gates(first, LINE, 5_000) == (first, {})


def test_gates_are_the_same_when_imported_again() -> None:
    first = build([ROAD, FAR, UP], crisis(), between=LINE).network

    assert build([ROAD, FAR, UP], first, between=LINE).network == first


def test_a_gate_inside_an_area_stands_on_the_road_in_its_old_direction() -> None:
    plain = towns(place("hub", 0, 0), place("post", 2000, 0), place("town", 4000, 0))
    old = segment("old", plain.places["post"], plain.places["town"], "check")
    before = replace(plain, segments={"old": old}, gates={"check": gate("check", "post", "none")})
    found = build([ROAD, road("north", (2000, 0), (2000, 900))], before).network

    (stands,) = found.segments_of_gate["check"]
    assert {found.segments[stands].start, found.segments[stands].end} == {"post", "town"}


def test_a_gate_that_no_road_comes_near_is_named() -> None:
    found = build([FAR], crisis(), between=LINE)

    assert found.gated.idle == ("post-gate",)


def test_a_made_gate_that_evidence_names_stays_on_record_when_its_road_is_gone() -> None:
    first = build([ROAD, FAR, UP], crisis(), between=LINE)
    spoken = Named(gates=frozenset(first.gated.made))
    now = build([ROAD], first.network, between=LINE, named=spoken)

    assert now.lost_gates == now.gated.idle == first.gated.made
    assert now.network.gates[now.lost_gates[0]] == first.network.gates[now.lost_gates[0]]
    again = build([ROAD], now.network, between=LINE, named=spoken)
    assert again.network == now.network
    assert again.lost_gates == ()


def test_outlines_say_where_an_area_begins() -> None:
    lon, lat = at(2750, -1000)
    east = Outline(id="east", name="East", name_ar="East", land=shapely.box(lon, lat, lon + 1, lat + 1))
    found = build([ROAD], crisis(), outlines=[east], between=LINE).network

    (crossing,) = (s for s in found.segments.values() if len(found.areas_of(s.id)) > 1)
    assert {crossing.shape[0], crossing.shape[-1]} >= {at(3000, 0)}


def test_a_pocket_drawn_over_the_land_around_it_counts_there() -> None:
    lon, lat = at(-500, -1000)
    around = Outline(id="around", name="Around", name_ar="Around", land=shapely.box(lon, lat, lon + 1, lat + 1))
    west, south = at(2250, -200)
    east, north = at(2750, 200)
    pocket = Outline(id="pocket", name="Pocket", name_ar="Pocket", land=shapely.box(west, south, east, north))
    for outlines in ([around, pocket], [pocket, around]):
        found = build([ROAD], towns(), outlines=outlines).network
        assert {found.places[s.start].area for s in found.segments.values()} >= {"around", "pocket"}


def test_a_road_outside_every_outline_is_in_no_area_that_has_one() -> None:
    lon, lat = at(2750, -1000)
    east = Outline(id="east", name="East", name_ar="East", land=shapely.box(lon, lat, lon + 1, lat + 1))
    found = build([ROAD], towns(place("town", 4000, 0, "east")), outlines=[east])

    assert {found.network.places[s.start].area for s in found.network.segments.values()} == {"elsewhere", "east"}
    assert found.area_read_from_m == 0


def test_a_line_runs_between_areas_that_different_parties_held_at_one_time() -> None:
    def held(area: str, party: str, since: str, until: str | None = None) -> Evidence:
        return reported(Control(area=area, party=party), since, until)

    log = (held("west", "a", "2016-01-01 00:00"), held("east", "b", "2016-01-01 00:00", "2016-02-01 00:00"),
           held("south", "a", "2016-01-01 00:00"), held("north", "c", "2016-03-01 00:00"))  # fmt: skip
    pairs = {frozenset(p) for p in (("west", "east"), ("east", "south"), ("west", "north"), ("south", "north"))}
    assert lines_between(log) == pairs
