"""Gates stand where roads cross their lines, and no line is crossed without one."""

from dataclasses import replace

import shapely

from routing.building.build import Named
from routing.building.crossings import CROSSING, lines_between
from routing.evidence import Control, Evidence
from routing.network import RoadNetwork
from routing.readers.vector import Outline
from tests.routing.builders import gate, reported, segment
from tests.routing.building.lines import at, build, place, road, towns

LINE = frozenset({frozenset({"west", "east"})})
ROAD = road("main", *((500 * k, 0) for k in range(9)))
FAR = road("far", *((500 * k, 9000) for k in range(9)))
UP = road("up", (0, 0), (0, 9000))


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
    assert [s.name for s in found.network.segments.values() if s.gate == made] == ["far"]


def test_where_no_line_ever_ran_no_gate_is_made() -> None:
    assert build([ROAD, FAR, UP], crisis()).gated.made == ()


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


def test_a_line_runs_between_areas_that_different_parties_held_at_one_time() -> None:
    def held(area: str, party: str, since: str, until: str | None = None) -> Evidence:
        return reported(Control(area=area, party=party), since, until)

    log = (held("west", "a", "2016-01-01 00:00"), held("east", "b", "2016-01-01 00:00", "2016-02-01 00:00"),
           held("south", "a", "2016-01-01 00:00"), held("north", "c", "2016-03-01 00:00"))  # fmt: skip
    pairs = {frozenset(p) for p in (("west", "east"), ("east", "south"), ("west", "north"), ("south", "north"))}
    assert lines_between(log) == pairs
