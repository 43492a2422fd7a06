"""One evidence record from named values: what it names must exist, and what it says must be understood."""

from typing import cast, get_args

import pytest

from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.intake.log import check_names, with_positions
from planner.intake.record import FACTS, read_record
from planner.intake.seed import find_seed, read_seed
from routing.evidence import DeliveryOutcome, Evidence, Fact, Figure, GateHours, Hold, Incident, RoadReport
from routing.units import FOREVER, HOUR, parse_instant

FRAME: dict[str, object] = {
    "learned_at": "2031-04-08T08:00:00+03:00",
    "valid_from": "2031-04-08",
    "source": "field office",
}


@pytest.fixture(scope="module")
def world() -> World:
    return read_seed(find_seed("two-rivers"))


def read(world: World, **values: object) -> Evidence:
    return read_record({**FRAME, **values}, world.network, world.catalogue.crisis.tz)


def refused(world: World, **values: object) -> str:
    with pytest.raises(BadInput) as caught:
        read(world, **values)
    return str(caught.value)


def test_every_kind_of_fact_can_be_read() -> None:
    assert set(FACTS.values()) == set(get_args(Fact))


def test_a_record_keeps_both_clocks_and_has_no_position_yet(world: World) -> None:
    record = read(world, kind="gate", gate="amber-bridge", state="closed")
    zone = world.catalogue.crisis.tz
    assert record.position == 0
    assert record.learned_at == parse_instant("2031-04-08T08:00:00+03:00", zone)
    assert (record.valid.start, record.valid.end) == (parse_instant("2031-04-08", zone), FOREVER)
    assert (record.reliability, record.credibility, record.synthetic) == ("C", 3, False)


def test_a_segment_is_named_in_either_direction_or_by_its_corridor(world: World) -> None:
    segment = next(iter(world.network.segments.values()))
    told = read(world, kind="road", state="damaged", segments=[f"{segment.end}--{segment.start}"])
    assert cast("RoadReport", told.fact).segments == (segment.id,)
    whole = cast("RoadReport", read(world, kind="road", state="closed", segments=[f"corridor:{segment.corridor}"]).fact)
    assert set(whole.segments) == {s.id for s in world.network.segments.values() if s.corridor == segment.corridor}


def test_hours_are_read_as_seconds_after_midnight(world: World) -> None:
    fact = read(world, kind="gate_hours", gate="amber-bridge", opens="07:30", closes="24:00").fact
    assert fact == GateHours(gate="amber-bridge", opens=7 * HOUR + 1_800, closes=24 * HOUR)


def test_a_hold_on_all_has_an_empty_scope(world: World) -> None:
    assert read(world, kind="hold", scope="all", reason="attack").fact == Hold(scope=(), reason="attack")


def test_figures_that_differ_stay_apart(world: World) -> None:
    fact = cast(
        "DeliveryOutcome",
        read(
            world, kind="outcome", movement="kessa-01", site="kessa", happened_at="2031-04-08T09:00:00+03:00",
            result="denied", what="turned_back", reason_code="letter_missing",
            people_requested=[{"count": 30_000, "source": "census"}, {"count": 26_000, "source": "authority"}],
        ).fact,
    )  # fmt: skip
    assert fact.people_requested == (
        Figure(what="people", count=30_000, source="census"),
        Figure(what="people", count=26_000, source="authority"),
    )


OUTCOME = {
    "kind": "outcome", "movement": "kessa-01", "site": "kessa", "happened_at": "2031-04-08", "what": "held",
    "result": "impeded", "reason_code": "attack",
}  # fmt: skip
INCIDENT = {"kind": "incident", "event_type": "x", "sub_event_type": "y", "hazard": "shelling", "lon": 1.0, "lat": 0.5}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "rumour"}, "kind is 'rumour'. Give one of: access_policy, arrangement, "),
        ({}, "kind is None. Fill it in as a text in quotes."),
        ({"kind": "gate", "gate": "amber-bridge"}, "state is missing in a record of kind 'gate'. Fill it in."),
        ({"kind": "gate", "gate": "amber", "state": "open"}, "gate is 'amber', which is not in the network."),
        ({"kind": "gate", "gate": "amber-bridge", "state": "ajar"}, "state is 'ajar'. Give one of: open, "),
        ({"kind": "gate", "gate": "amber-bridge", "state": "open", "mood": "fair"}, "mood is not a field of 'gate'."),
        ({"kind": "road", "state": "open", "segments": ["a--b"]}, "segments names 'a--b', which is no segment."),
        ({"kind": "road", "state": "open", "segments": "a--b"}, "segments is 'a--b'. Give a list of texts"),
        ({"kind": "road", "state": "open", "segments": ["corridor:x"]}, "segments names 'corridor:x', and no such"),
        ({"kind": "arrangement", "gates": ["x"], "parties": ["north", "south"]}, "gates names 'x', which is not"),
        ({"kind": "gate_hours", "gate": "amber-bridge", "opens": "7", "closes": "8:00"}, "'7' is no time of day."),
        (OUTCOME | {"happened_at": "2031-04-08T09:00"}, "The time '2031-04-08T09:00' has no offset from UTC."),
        (OUTCOME | {"trucks": -1}, "trucks is -1. Give a whole number, 0 or more."),
        (OUTCOME | {"trucks": True}, "trucks is True. Give a whole number, 0 or more."),
        (OUTCOME | {"follow_up": "yes"}, "follow_up is 'yes'. Write true or false, without quotes."),
        (OUTCOME | {"figures": ["20"]}, "figures is ['20']. Give a list of {count = 20, source = "),
        (OUTCOME | {"figures": [{"count": 20}]}, "source is None. Fill it in as a text in quotes."),
        (OUTCOME | {"amrf": 12}, "amrf is 12. Give one of the nine categories, 1 to 9."),
        (OUTCOME | {"reason_code": "bad_luck"}, "reason_code is 'bad_luck'. Give one of: abduction, "),
        (OUTCOME | {"reason_code": ""}, "reason_code is '' for a movement that was impeded. Say why, with a code."),
        (INCIDENT | {"lat": 91.0}, "lon is 1.0, lat 91.0: no point on earth."),
        (INCIDENT | {"lat": "north"}, "lat is 'north'. Give a number."),
        (INCIDENT | {"synthetic": "yes"}, "synthetic is 'yes'. Write true or false, without quotes."),
        (INCIDENT | {"reliability": "G"}, "Reliability 'G' is not one of A to F."),
        (INCIDENT | {"credibility": 7}, "Credibility 7 is not one of 1 to 6."),
        (INCIDENT | {"source": " "}, "source is ' '. Fill it in as a text in quotes."),
        (INCIDENT | {"valid_to": "2031-04-01"}, "The window "),
        (
            {"kind": "ceasefire_agreed", "ceasefire": "t", "areas": [], "parties": ["north"], "firm_end": "2031-05-01",
             "intended_end": "2031-05-01"},
            "Ceasefire t names fewer than two parties.",
        ),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_in_one_line(world: World, values: dict[str, object], said: str) -> None:
    found = refused(world, **values)
    assert found.startswith(said)
    assert "\n" not in found


def test_an_incident_keeps_longitude_first(world: World) -> None:
    fact = cast("Incident", read(world, **INCIDENT).fact)
    assert (fact.lon, fact.lat) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (OUTCOME | {"site": "kesa"}, "site is 'kesa', which is not in sites.csv."),
        (OUTCOME | {"movement": "kessa-99"}, "movement is 'kessa-99', which is not in movements.csv."),
        (
            {"kind": "permit", "step": "letter", "state": "partial", "site": "kessa", "struck": ["caviar"]},
            "struck is 'caviar', which is not in commodities.csv.",
        ),
        (
            {"kind": "arrangement", "gates": ["amber-bridge"], "parties": ["north", "sooth"]},
            "parties is 'sooth', which is not in crisis.toml.",
        ),
        ({"kind": "control", "area": "south-plain", "party": "east"}, "party is 'east', which is not in crisis.toml."),
        (
            {"kind": "ceasefire_claim", "ceasefire": "peace", "by": "north", "says": "over"},
            "ceasefire is 'peace', which no record before agrees.",
        ),
    ],
)
def test_a_name_that_nobody_has_entered_is_refused(world: World, values: dict[str, object], said: str) -> None:
    record = read(world, **values)
    with pytest.raises(BadInput) as caught:
        check_names(record, world.log, world.catalogue)
    assert str(caught.value).startswith(said)


def test_positions_follow_learning_and_keep_the_order_of_one_hour(world: World) -> None:
    def told(learned: str, gate: str) -> Evidence:
        return read(world, kind="gate", gate=gate, state="open", learned_at=learned)

    late, early, twin = (
        told("2031-04-09", "amber-bridge"), told("2031-04-08", "west-ford"), told("2031-04-08", "amber-bridge"),
    )  # fmt: skip
    ordered = with_positions([late, early, twin], first=5)
    assert [record.position for record in ordered] == [5, 6, 7]
    assert [record.fact for record in ordered] == [early.fact, twin.fact, late.fact]
