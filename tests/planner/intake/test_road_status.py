"""Road conditions become reports on the segment that is meant; what could mean two roads, or none, is set aside."""

from typing import Any

import pytest

from planner.intake.drafts import Draft, Drafts
from planner.intake.road_status import read_road_status
from routing.evidence import RoadReport
from routing.units import FOREVER, Window, parse_instant
from tests.planner.intake.files import PASSABLE, TELLER, ZONE, csv_of, feature, geojson, workbook
from tests.routing.builders import network_of, place, segment, two_sides

NETWORK = two_sides()


def read(content: bytes) -> Drafts:
    return read_road_status("roads.csv", content, NETWORK, TELLER)


def rows(*changes: dict[str, str]) -> Drafts:
    return read(csv_of(*(PASSABLE | change for change in changes)))


def report(found: Drafts) -> RoadReport:
    assert len(found.drafts) == 1, found.quarantined
    fact = found.drafts[0].evidence.fact
    assert isinstance(fact, RoadReport)
    return fact


def reason(**changes: str) -> str:
    found = rows(changes)
    assert not found.drafts
    return found.quarantined[0].reason


def shaped(kind: str, coordinates: object, **more: Any) -> Drafts:  # noqa: ANN401 - properties of any kind
    told = {"status": "Passable", "date": "2016-09-16", "source": "Logistics Cluster", **more}
    return read(geojson(feature(kind, coordinates, **told)))


def only(found: Drafts) -> Draft:
    assert len(found.drafts) == 1, found.quarantined
    return found.drafts[0]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Passable", "open"),
        ("PASSABLE with restrictions", "restricted"),
        ("Not passable", "closed"),
        ("closed – insecurity", "closed"),
    ],
)
def test_the_published_words_become_states(said: str, state: str) -> None:
    assert report(rows({"status": said})).state == state


def test_a_report_keeps_remark_source_and_dates() -> None:
    found = only(rows({"remark": "mud", "until": "2016-09-18"})).evidence
    assert (found.note, found.source) == ("mud", "Logistics Cluster")
    assert found.valid == Window(parse_instant("2016-09-16", ZONE), parse_instant("2016-09-18", ZONE))
    assert only(rows({})).evidence.valid.end == FOREVER


@pytest.mark.parametrize(
    ("said", "kg"),
    [("10 t", 10_000), ("max 7,5 MT", 7_500), ("3500", 3_500), ("3500 kg", 3_500), ("no limit", None), ("", None)],
)
def test_a_vehicle_limit_is_a_weight(said: str, kg: int | None) -> None:
    assert report(rows({"vehicle_limit": said})).weight_limit_kg == kg


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vehicle_limit": "4x4 only"}, "Give a weight with its unit"),
        ({"status": "no information"}, "status is 'no information'"),
        ({"status": ""}, "status is ''"),
        ({"date": "16/09/2016"}, "Write it as 2016-09-19"),
        ({"until": "2016-09-01"}, ""),
        ({"source": ""}, "source is ''"),
        ({"segment": "atlantis"}, "It is no segment of this network"),
        ({"segment": ""}, "does not say which road"),
        ({"segment": "", "from": "hub", "to": "nowhere"}, "to is 'nowhere'. No place of the network is called so"),
        ({"segment": "", "from": "hub", "to": ""}, "to is ''"),
        ({"segment": "", "from": "hub", "to": "far"}, "No segment joins 'hub' and 'far' directly"),
        ({"segment": "", "latitude": "36.3", "longitude": "36.1"}, "The nearest is supply, 33.3 km away"),
    ],
)
def test_a_row_that_cannot_be_understood_is_set_aside(changes: dict[str, str], said: str) -> None:
    assert said in reason(**changes)
    assert [draft.row for draft in rows({}, changes).drafts] == [2]


def test_a_road_is_found_by_the_names_of_its_ends_in_either_order() -> None:
    assert report(rows({"segment": "", "from": "HUB", "to": "post"})).segments == ("supply",)
    assert report(rows({"segment": "", "from": "post", "to": "hub"})).segments == ("supply",)


def test_ends_that_two_places_or_two_roads_share_are_ambiguous() -> None:
    a, b, twin = place("a", (36.0, 36.0), "west"), place("b", (36.1, 36.0), "west"), place("c", (36.2, 36.0), "west")
    network = network_of([a, b, twin], [segment("one", a, b), segment("two", a, b), segment("three", b, twin)])
    content = csv_of(PASSABLE | {"segment": "", "from": "a", "to": "b"})
    found = read_road_status("r.csv", content, network, TELLER)
    assert "one, two all join 'a' and 'b'" in found.quarantined[0].reason


def test_a_point_means_the_nearest_road_and_says_how_far_it_is() -> None:
    draft = only(rows({"segment": "", "latitude": "36.002", "longitude": "36.1"}))
    assert draft.evidence.fact == RoadReport(segments=("supply",), state="open")
    assert draft.said == ("222 m from supply",)


def test_a_point_where_two_roads_meet_is_set_aside_with_both_names() -> None:
    found = reason(segment="", latitude="36.0", longitude="36.2")
    assert "could mean crossing (0 m) and supply (0 m)" in found


def test_a_workbook_with_tags_reads_as_the_table_does() -> None:
    content = workbook(
        ["Voie", "État", "Jour", "Source"],
        ["#access+road+code", "#access+status", "#date+start", "#meta+source"],
        ["supply", "Not passable", 42629, "Logistics Cluster"],
    )
    draft = only(read(content))
    assert draft.evidence.fact == RoadReport(segments=("supply",), state="closed")
    assert draft.evidence.valid.start == parse_instant("2016-09-16", ZONE)


def test_a_line_means_the_roads_that_it_follows() -> None:
    found = only(shaped("LineString", [[36.0, 36.001], [36.2, 36.001]], status="Not passable"))
    assert found.evidence.fact == RoadReport(segments=("supply",), state="closed")
    part = only(shaped("LineString", [[36.05, 36.001], [36.1, 36.001]]))
    assert part.evidence.fact == RoadReport(segments=("supply",), state="open")
    whole = only(shaped("MultiLineString", [[[36.0, 36.0], [36.2, 36.0]], [[36.2, 36.0], [36.22, 36.0]]]))
    assert isinstance(whole.evidence.fact, RoadReport)
    assert whole.evidence.fact.segments == ("crossing", "supply")


def test_a_road_beside_which_a_line_runs_in_part_is_told_and_not_reported_on() -> None:
    found = only(shaped("LineString", [[36.0, 36.0], [36.2, 36.0], [36.21, 36.0]]))
    assert found.evidence.fact == RoadReport(segments=("supply",), state="open")
    assert "only beside part of crossing: nothing is reported on it" in found.said[1]


@pytest.mark.parametrize(
    ("kind", "coordinates", "said"),
    [
        ("LineString", [[36.1, 35.9], [36.1, 36.1]], "follows no segment within 500 m"),
        ("Polygon", [[[36, 36], [36.1, 36], [36.1, 36.1], [36, 36]]], "A Polygon is no road"),
        ("Point", [[36.1, 36.0]], "not nested as its type demands"),
        ("Point", [36.1], "needs a longitude and a latitude"),
        ("Point", [360.1, 36], "none on earth"),
        ("Point", [], "empty"),
        ("Point", "36, 36", "not lists of numbers"),
    ],
)
def test_a_shape_that_is_no_road_is_set_aside(kind: str, coordinates: object, said: str) -> None:
    found = shaped(kind, coordinates)
    assert not found.drafts
    assert said in found.quarantined[0].reason
