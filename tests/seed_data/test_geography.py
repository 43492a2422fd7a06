"""The geography of September 2016 is whole: roads lead somewhere and no line is crossed without a gate."""

import csv
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "seed_data" / "syria-2016-09"
EARTH_KM = 6371.0
DERIVED_FACTOR = 1.15  # road length over drawn length where no distance is published
AUTHORITY_TYPES = {"central", "local", "armed_group", "neighbour_state", "un"}
PARTIES = {"government", "opposition", "isil", "sdf", "neighbour"}
ARABIC = re.compile(r"^[\u0600-\u06ff\s()،.\-]+$")
SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")

Row = dict[str, str]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One segment as the tables give it: two places, its corridor, its gate and its length in km."""

    corridor: str
    start: str
    end: str
    gate: str
    km: float


def rows(name: str) -> list[Row]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def by_id(name: str) -> dict[str, Row]:
    return {row["id"]: row for row in rows(name)}


PLACES = by_id("places.csv")
CORRIDORS = by_id("corridors.csv")
GATES = by_id("gates.csv")
AREAS = by_id("areas.csv")
CONTROL = rows("control.csv")
WAYPOINTS = rows("waypoints.csv")


def drawn_km(a: Point, b: Point) -> float:
    lon_a, lat_a, lon_b, lat_b = (math.radians(value) for value in (*a, *b))
    chord = math.sin((lat_b - lat_a) / 2) ** 2
    chord += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(chord))


def point_of(waypoint: Row) -> Point:
    at = PLACES[waypoint["place"]] if waypoint["place"] else waypoint
    return float(at["lon"]), float(at["lat"])


def lines() -> Iterator[tuple[str, list[Row]]]:
    for corridor in CORRIDORS:
        own = [row for row in WAYPOINTS if row["corridor"] == corridor]
        yield corridor, sorted(own, key=lambda row: int(row["order"]))


def links_of(corridor: str, line: list[Row]) -> list[Link]:
    raw: list[tuple[Row, Row, float]] = []
    start, km = line[0], 0.0
    for here, there in pairwise(line):
        km += drawn_km(point_of(here), point_of(there))
        if there["place"]:
            raw.append((start, there, km))
            start, km = there, 0.0
    published = CORRIDORS[corridor]["published_km"]
    factor = float(published) / sum(part for *_, part in raw) if published else DERIVED_FACTOR
    return [
        Link(corridor=corridor, start=a["place"], end=b["place"], gate=a["gate"], km=part * factor)
        for a, b, part in raw
    ]


LINKS = [link for corridor, line in lines() for link in links_of(corridor, line)]


def roads(closed: frozenset[str] = frozenset(), *, gates: frozenset[str] | None = None) -> "nx.Graph[str]":
    """The network without the corridors named; with `gates`, only those gates may be passed."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(PLACES)
    for link in LINKS:
        if link.corridor not in closed and (gates is None or not link.gate or link.gate in gates):
            graph.add_edge(link.start, link.end, km=link.km)
    return graph


def holder(area: str, day: str) -> str:
    held = [
        row["party"]
        for row in CONTROL
        if row["area"] == area and row["valid_from"] <= day and (not row["valid_to"] or day < row["valid_to"])
    ]
    assert len(held) == 1, f"{area} on {day} is held by {held}; exactly one party is needed"
    return held[0]


TURNING_DAYS = sorted({row["valid_from"] for row in CONTROL})


def ever_a_line(link: Link) -> bool:
    ends = PLACES[link.start]["area"], PLACES[link.end]["area"]
    return any(holder(ends[0], day) != holder(ends[1], day) for day in TURNING_DAYS)


def test_the_country_is_large_enough_to_plan_in() -> None:
    syrian = [place for place in PLACES.values() if place["governorate"]]
    assert len(syrian) >= 320
    assert len(LINKS) >= 430
    assert {place["governorate"] for place in syrian} == {f"SY{number:02d}" for number in range(1, 15)}


def test_the_fourteen_governorates_keep_their_official_order() -> None:
    table = rows("governorates.csv")
    assert [row["pcode"] for row in table] == [f"SY{number:02d}" for number in range(1, 15)]
    assert {row["pcode"]: row["name"] for row in table}["SY09"] == "Deir-ez-Zor"


@pytest.mark.parametrize("name", ["places.csv", "areas.csv", "corridors.csv", "gates.csv"])
def test_an_id_names_one_thing_and_is_a_slug(name: str) -> None:
    ids = [row["id"] for row in rows(name)]
    assert [one for one, count in Counter(ids).items() if count > 1] == []
    assert [one for one in ids if not SLUG.match(one)] == []


@pytest.mark.parametrize("name", ["places.csv", "areas.csv", "corridors.csv", "gates.csv"])
def test_every_arabic_name_is_in_arabic_script(name: str) -> None:
    assert [row["name"] for row in rows(name) if not ARABIC.match(row["name_ar"])] == []


@pytest.mark.parametrize("name", ["places.csv", "areas.csv", "control.csv", "corridors.csv", "gates.csv"])
def test_every_row_says_where_it_comes_from(name: str) -> None:
    assert [row for row in rows(name) if not row["source"] or row["synthetic"] not in {"yes", "no"}] == []


def test_every_reference_resolves() -> None:
    governorates = {row["pcode"] for row in rows("governorates.csv")} | {""}
    assert {place["area"] for place in PLACES.values()} == set(AREAS)
    assert {place["governorate"] for place in PLACES.values()} == governorates
    assert [row["area"] for row in CONTROL if row["area"] not in AREAS or row["party"] not in PARTIES] == []
    assert [g["id"] for g in GATES.values() if g["place"] not in PLACES] == []
    assert [w for w in WAYPOINTS if w["corridor"] not in CORRIDORS] == []
    assert [w for w in WAYPOINTS if w["place"] and w["place"] not in PLACES] == []
    assert [w for w in WAYPOINTS if w["gate"] and w["gate"] not in GATES] == []


def test_a_syrian_place_has_its_sub_district_in_both_languages() -> None:
    syrian = [place for place in PLACES.values() if place["governorate"]]
    assert [p["id"] for p in syrian if not p["sub_district"] or not ARABIC.match(p["sub_district_ar"])] == []


def test_every_place_lies_in_the_region_and_nowhere_twice() -> None:
    spots = Counter((place["lon"], place["lat"]) for place in PLACES.values())
    assert [spot for spot, count in spots.items() if count > 1] == []
    for waypoint in WAYPOINTS:
        lon, lat = point_of(waypoint)
        assert 35 < lon < 43, waypoint
        assert 32 < lat < 38, waypoint


def test_no_place_code_is_invented() -> None:
    assert [place["id"] for place in PLACES.values() if place["pcode"]] == []


def test_a_corridor_runs_from_a_place_to_a_place_in_order() -> None:
    for corridor, line in lines():
        assert len(line) >= 2, corridor
        assert [int(row["order"]) for row in line] == list(range(1, len(line) + 1)), corridor
        assert line[0]["place"], corridor
        assert line[-1]["place"], corridor
        assert not line[-1]["gate"], corridor
        assert [row for row in line if bool(row["place"]) == bool(row["lon"])] == [], corridor
        assert [row for row in line if row["gate"] and not row["place"]] == [], corridor


def test_a_segment_belongs_to_one_corridor_only() -> None:
    pairs = Counter(frozenset((link.start, link.end)) for link in LINKS)
    assert [sorted(pair) for pair, count in pairs.items() if count > 1] == []
    assert [link for link in LINKS if link.start == link.end] == []


def test_long_stretches_bend_at_least_every_27_km() -> None:
    for corridor, line in lines():
        assert max(drawn_km(point_of(a), point_of(b)) for a, b in pairwise(line)) <= 27, corridor


def test_every_place_can_be_reached_from_every_other() -> None:
    assert nx.number_connected_components(roads()) == 1


@pytest.mark.parametrize(
    ("start", "end", "published_km"),
    [
        ("damascus", "homs", 162),
        ("homs", "hama", 47),
        ("hama", "aleppo", 146),
        ("damascus", "aleppo", 355),
        ("homs", "tartous", 95),
        ("tartous", "lattakia", 90),
        ("homs", "tadmor", 157),
        ("tadmor", "deir-ez-zor", 208),
        ("damascus", "dar-a", 105),
        ("damascus", "as-sweida", 106),
        ("ar-raqqa", "deir-ez-zor", 140),
        ("al-hasakeh", "qamishli", 83),
        ("bab-al-hawa", "aleppo", 52),
        ("aleppo", "lattakia", 186),
        ("aleppo", "menbij", 88),
        ("deir-ez-zor", "albu-kamal", 130),
    ],
)
def test_the_shortest_road_is_near_the_published_distance(start: str, end: str, published_km: int) -> None:
    assert nx.shortest_path_length(roads(), start, end, weight="km") == pytest.approx(published_km, rel=0.10)


def test_each_area_is_held_by_one_party_at_every_turning_day() -> None:
    assert {row["area"] for row in CONTROL} == set(AREAS)
    for area in AREAS:
        for day in TURNING_DAYS:
            assert holder(area, day) in PARTIES


def test_every_segment_that_ever_crosses_a_line_names_a_gate() -> None:
    assert [link for link in LINKS if ever_a_line(link) and not link.gate] == []


def test_every_gate_stands_on_a_segment_that_ends_at_its_place() -> None:
    ends: dict[str, set[str]] = {gate: set() for gate in GATES}
    for link in LINKS:
        if link.gate:
            assert GATES[link.gate]["place"] in {link.start, link.end}, link
            ends[link.gate] |= {link.start, link.end}
    assert [gate for gate, places in ends.items() if not places] == []


def test_a_gate_has_sane_hours_and_delays() -> None:
    for gate in GATES.values():
        assert gate["regime"] in {"permit", "notification", "none"}, gate["id"]
        assert gate["authority_type"] in AUTHORITY_TYPES, gate["id"]
        assert "05:00" <= gate["opens"] < gate["closes"] <= "20:00", gate["id"]
        low, mode, high = (int(gate[f"delay_{part}_min"]) for part in ("low", "mode", "high"))
        assert 0 <= low <= mode <= high, gate["id"]
        assert int(gate["trucks_per_hour"]) >= 1, gate["id"]
        assert min(int(gate["prior_passed"]), int(gate["prior_turned_back"])) >= 1, gate["id"]


def test_the_four_authorised_border_crossings_ask_for_notification_only() -> None:
    authorised = {gate["id"] for gate in GATES.values() if gate["regime"] == "notification"}
    assert authorised == {"bab-al-hawa", "bab-al-salam", "al-ramtha", "al-yarubiyah"}


def test_only_crossings_of_the_castello_strip_carry_its_name() -> None:
    for link in LINKS:
        if "castello" in (link.corridor + CORRIDORS[link.corridor]["name"] + link.start + link.end).lower():
            assert link.gate, link
            assert ever_a_line(link), link


def test_eastern_aleppo_is_a_short_drive_beyond_two_lines() -> None:
    assert nx.shortest_path_length(roads(), "aleppo", "northern-junction", weight="km") < 11
    assert nx.shortest_path_length(roads(), "northern-junction", "eastern-aleppo", weight="km") < 11
    both = roads(gates=frozenset({"bab-al-hawa", "castello-north", "castello"}))
    north_only = roads(gates=frozenset({"bab-al-hawa", "castello-north"}))
    assert nx.has_path(both, "reyhanli", "eastern-aleppo")
    assert not nx.has_path(north_only, "reyhanli", "eastern-aleppo")


def test_the_supply_road_to_aleppo_meets_no_gate_and_is_long() -> None:
    inside = roads(gates=frozenset())
    way = nx.shortest_path(inside, "homs", "aleppo", weight="km")
    assert {"salamiyeh", "ithriya", "khanasser", "safira"} <= set(way)
    assert 230 < nx.path_weight(inside, way, "km") < 330


def test_government_hubs_reach_one_another_without_a_gate() -> None:
    inside = roads(gates=frozenset())
    for hub in ("homs", "hama", "tartous", "lattakia", "aleppo", "as-sweida", "dar-a", "kisweh"):
        assert nx.has_path(inside, "damascus", hub), hub


@pytest.mark.parametrize(
    ("hub", "gates", "site", "at_most_km"),
    [
        ("damascus", {"madaya"}, "madaya", 50),
        ("damascus", {"zabadani"}, "zabadani", 60),
        ("damascus", {"duma"}, "duma", 30),
        ("kisweh", {"moadamiyeh"}, "moadamiyet-elsham", 40),
        ("homs", {"talbiseh"}, "talbiseh", 20),
        ("homs", {"al-waer"}, "al-waer", 10),
        ("homs", {"hama-idleb", "foah-kafraya"}, "foah", 230),
        ("aleppo", {"western-aleppo"}, "urum-al-kubra", 25),
        ("reyhanli", {"bab-al-hawa"}, "maarrat-an-numan", 110),
        ("reyhanli", {"bab-al-hawa"}, "jisr-ash-shugur", 110),
        ("kilis", {"bab-al-salam"}, "mare", 50),
        ("ar-ramtha-jordan", {"al-ramtha"}, "busra", 70),
    ],
)
def test_a_site_is_reached_through_its_own_gates_only(hub: str, gates: set[str], site: str, at_most_km: int) -> None:
    assert nx.shortest_path_length(roads(gates=frozenset(gates)), hub, site, weight="km") <= at_most_km
    for gate in gates:
        assert not nx.has_path(roads(gates=frozenset(gates - {gate})), hub, site)


def test_deir_ez_zor_city_has_no_way_in_without_its_gate() -> None:
    everything_else = roads(gates=frozenset(set(GATES) - {"deir-ez-zor"}))
    assert len(nx.node_connected_component(everything_else, "deir-ez-zor")) == 1


@pytest.mark.parametrize(
    ("area", "day", "before", "after"),
    [
        ("castello-strip", "2016-07-07", "opposition", "government"),
        ("ramouseh-strip", "2016-08-06", "government", "opposition"),
        ("menbij", "2016-08-12", "isil", "sdf"),
        ("jarablus-strip", "2016-08-24", "isil", "opposition"),
        ("darayya", "2016-08-27", "opposition", "government"),
        ("ramouseh-strip", "2016-09-04", "opposition", "government"),
    ],
)
def test_control_changed_hands_on_the_known_day(area: str, day: str, before: str, after: str) -> None:
    eve = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    assert (holder(area, eve), holder(area, day)) == (before, after)


def test_nobody_stages_overnight_beyond_a_line() -> None:
    staging = [place for place in PLACES.values() if place["overnight"] == "yes"]
    held = {place["id"]: holder(place["area"], "2016-09-12") for place in staging}
    # Between the posts of Bab al-Hawa columns from across the border have crossed no line yet.
    assert {name for name, party in held.items() if party not in {"government", "neighbour"}} == {"bab-al-hawa"}
    ids = {place["id"] for place in staging}
    assert {"damascus", "homs", "hama", "tartous", "lattakia", "aleppo", "qamishli"} <= ids
    assert not {"foah", "kafraya", "deir-ez-zor"} & ids
