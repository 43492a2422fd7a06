"""A map brought up to date is the map folded anew, and shares with the old one all that did not change."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.access import Folded, fold, fold_numbers
from routing.errors import InvalidEvidence
from routing.evidence import Evidence, GateHours
from routing.geometry import Geometry, Numbers
from routing.hand_set import PassageOverride
from routing.ledger import Ledger
from routing.network import Retired, RoadNetwork
from routing.refold import refold
from routing.status import AccessMap
from routing.track import Question
from routing.units import HOUR, AsOf, Window
from tests.routing.builders import (
    EAST_SOUTH,
    POLICY,
    WEST_NORTH,
    ZONE,
    agreed,
    arranged,
    claimed_over,
    extended,
    gate,
    gate_hours,
    gate_is,
    held,
    hold,
    incident,
    log,
    outcome,
    paused,
    reported,
    retracted,
    road,
    time,
    two_sides,
    violated,
)
from tests.routing.test_access_laws import HORIZON, NETWORK, ORIGIN, logs

few = settings(max_examples=settings().max_examples // 2)
KNOWN = (
    WEST_NORTH,
    EAST_SOUTH,
    agreed(),
    gate_is("by_permit", "2016-09-12 19:00"),
    incident("shelling", "2016-09-11 08:00"),
)
AT_A_LINE = (WEST_NORTH, EAST_SOUTH, agreed("2016-09-09 00:00"))
SPAN = Window(time("2016-09-13 00:00"), time("2016-09-25 00:00"))
ROADS = two_sides(opens="06:00", closes="20:00")


def whole(rows: tuple[Evidence, ...], known: int) -> AccessMap:
    return fold(rows, ROADS, AsOf(at=SPAN.start, known=known), SPAN, ZONE, POLICY)


def grown(*more: Evidence) -> tuple[AccessMap, AccessMap]:
    """Return the map of what was known, and that map brought up to date with more."""
    rows = log(*KNOWN, *more)
    base = whole(rows, len(KNOWN))
    found = refold(base, rows, ROADS, len(rows), ZONE, POLICY)
    assert found == whole(rows, len(rows))
    return base, found


def changed(base: AccessMap, found: AccessMap) -> set[str]:
    return {name for name in ROADS.segments if found.timelines[name] is not base.timelines[name]}


@few
@given(logs, st.data())
def test_a_map_brought_up_to_date_is_the_map_folded_anew(rows: tuple[Evidence, ...], choice: st.DataObject) -> None:
    """From any position to any other, later or earlier, over any horizon: records, retractions and clusters alike."""
    if choice.draw(st.integers(0, 2)):
        # A line under a ceasefire, so that all that is said of both makes a difference.
        rows = log(*AT_A_LINE, *rows)
    knowns = st.integers(0, len(rows))
    now = AsOf(at=ORIGIN + choice.draw(st.integers(-24, 96)) * 3_600, known=choice.draw(knowns))
    start = choice.draw(st.integers(0, HORIZON.seconds - 1))
    horizon = choice.draw(st.sampled_from((HORIZON, Window(HORIZON.start + start, HORIZON.start + start + 1))))
    base = fold(rows, NETWORK, now, horizon, ZONE, POLICY)
    for known in choice.draw(st.lists(knowns, min_size=1, max_size=3)):
        anew = fold(rows, NETWORK, AsOf(at=now.at, known=known), horizon, ZONE, POLICY)
        found = refold(base, rows, NETWORK, known, ZONE, POLICY)
        assert found == anew
        for name, timeline in base.timelines.items():
            assert (found.timelines[name] is timeline) == (anew.timelines[name] == timeline)
        base = found


@pytest.mark.parametrize(
    ("record", "roads"),
    [
        (road("inland", "closed", "2016-09-14 00:00"), {"inland"}),
        (gate_is("closed", "2016-09-14 00:00"), {"crossing"}),
        (gate_hours("08:00", "12:00", "2016-09-14 00:00"), {"crossing"}),
        (arranged("2016-09-20 00:00", "2016-09-21 00:00"), {"crossing"}),
        (paused("north", "2016-09-20 00:00", "2016-09-21 00:00", accepted=True), {"crossing"}),
        (claimed_over("north", "2016-09-14 00:00"), {"crossing"}),
        (extended("2016-09-14 00:00", firm_end="2016-09-15 00:00"), {"crossing"}),
        (violated("east", "2016-09-14 00:00"), {"crossing"}),
        (held("east", "north", "2016-09-14 00:00"), {"supply", "crossing", "inland", "remote"}),
        (incident("air_strike", "2016-09-14 00:00", at=(37.9, 36.0)), {"remote"}),
        (retracted(5, "2016-09-14 00:00"), {"supply", "crossing"}),
        (outcome("denied", "2016-09-14 00:00"), set()),
        (reported(PassageOverride(gate="gate", passed=1, turned_back=9, reason="new"), "2016-09-14 00:00"), set()),
        (hold("2016-09-14 00:00", "2016-09-15 00:00", "gate:gate"), set()),
    ],
    ids=lambda value: value.fact.kind if isinstance(value, Evidence) else "",
)
def test_a_record_touches_its_own_roads_only(record: Evidence, roads: set[str]) -> None:
    base, found = grown(record)
    assert changed(base, found) <= roads
    assert bool(changed(base, found)) == bool(roads)


def test_an_incident_between_two_clusters_gives_the_farther_one_another_name() -> None:
    """The roads of the later cluster are far from the new incident, and change nevertheless."""
    west, middle, east = (
        incident("armed_clash", "2016-09-12 00:00", at=(longitude, 36.0)) for longitude in (36.02, 36.12, 36.22)
    )
    rows = log(*KNOWN[:3], west, east, middle)
    base = whole(rows, 5)
    found = refold(base, rows, ROADS, 6, ZONE, POLICY)
    assert found == whole(rows, 6)
    named = {name for piece in found.timelines["inland"] for name, _ in piece.causes if name.startswith("incidents")}
    assert named == {"incidents:4"}


def test_new_hours_of_one_gate_leave_the_flow_of_another_as_it_was_reported() -> None:
    ferry = replace(gate("ferry", "far"), trucks_per_hour=30)
    remote = replace(ROADS.segments["remote"], gate="ferry")
    roads = replace(ROADS, gates={**ROADS.gates, "ferry": ferry}, segments={**ROADS.segments, "remote": remote})
    slow = reported(GateHours(gate="ferry", opens=0, closes=24 * HOUR, trucks_per_hour=5), "2016-09-12 00:00")
    rows = log(WEST_NORTH, EAST_SOUTH, slow, gate_hours("08:00", "12:00", "2016-09-14 00:00", flow=7))
    base = fold(rows, roads, AsOf(at=SPAN.start, known=3), SPAN, ZONE, POLICY)
    found = refold(base, rows, roads, 4, ZONE, POLICY)
    assert found.gate_flow == {"gate": 7, "ferry": 5}
    assert found == fold(rows, roads, AsOf(at=SPAN.start, known=4), SPAN, ZONE, POLICY)


def test_counts_set_by_hand_forget_the_outcomes_before_them_and_count_those_after() -> None:
    override = reported(PassageOverride(gate="gate", passed=1, turned_back=9, reason="new"), "2016-09-14 00:00")
    rows = log(*KNOWN, outcome("denied", "2016-09-13 06:00"), override, outcome("facilitated", "2016-09-14 06:00"))
    for one, other in ((6, 7), (7, 8), (6, 8), (8, 6)):
        now = Window(time("2016-09-15 00:00"), SPAN.end)
        base = fold(rows, ROADS, AsOf(at=now.start, known=one), now, ZONE, POLICY)
        found = refold(base, rows, ROADS, other, ZONE, POLICY)
        assert found == fold(rows, ROADS, AsOf(at=now.start, known=other), now, ZONE, POLICY)


def test_a_report_on_a_road_of_an_earlier_network_reaches_its_heirs() -> None:
    roads = replace(ROADS, retired=(Retired(segment="old-road", heirs=("inland", "remote")),))
    closed = road("old-road", "closed", "2016-09-14 00:00")
    rows = log(*KNOWN, closed)
    base = fold(rows, roads, AsOf(at=SPAN.start, known=len(KNOWN)), SPAN, ZONE, POLICY)
    found = refold(base, rows, roads, len(rows), ZONE, POLICY)
    assert found == fold(rows, roads, AsOf(at=SPAN.start, known=len(rows)), SPAN, ZONE, POLICY)
    assert {n for n in roads.segments if found.timelines[n] is not base.timelines[n]} == {"inland", "remote"}


def test_only_touched_roads_are_folded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[str]] = []

    def counted(question: Question, ledger: Ledger, network: RoadNetwork, chosen: Numbers) -> Folded:
        asked.append(set(Geometry.of(network).names(chosen)))
        return fold_numbers(question, ledger, network, chosen)

    monkeypatch.setattr("routing.refold.fold_numbers", counted)
    grown(road("inland", "closed", "2016-09-14 00:00"))
    grown(outcome("denied", "2016-09-14 00:00"))
    assert asked == [{"inland"}]


def test_a_record_of_an_unknown_road_is_refused_as_by_the_fold() -> None:
    with pytest.raises(InvalidEvidence, match="nowhere"):
        grown(road("nowhere", "closed", "2016-09-14 00:00"))
