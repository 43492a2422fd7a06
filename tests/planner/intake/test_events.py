"""Events in ACLED's columns become incidents; what is not known for sure has no effect on roads, or is set aside."""

import pytest

from planner.domain.errors import BadInput
from planner.intake.drafts import Drafts
from planner.intake.event_hazards import DEFAULT_RULES, find_hazard, read_hazard_rules, write_hazard_rules
from planner.intake.events import read_events
from routing.evidence import Figure, Incident
from routing.units import FOREVER, parse_instant
from tests.planner.intake.files import TELLER, ZONE, csv_of, event, workbook
from tests.routing.builders import two_sides

NETWORK = two_sides()


def read(*rows: dict[str, str]) -> Drafts:
    return read_events("events.csv", csv_of(*rows), NETWORK, TELLER)


def incident(*rows: dict[str, str]) -> Incident:
    found = read(*rows).drafts[0].evidence.fact
    assert isinstance(found, Incident)
    return found


def reason(**changes: str) -> str:
    found = read(event(**changes))
    assert not found.drafts
    return found.quarantined[0].reason


def test_an_event_keeps_what_its_source_says() -> None:
    draft = read(event()).drafts[0]
    assert draft.evidence.fact == Incident(
        event_type="Battles", sub_event_type="Armed clash", hazard="armed_clash", lon=36.1, lat=36.0, place_name="Hub",
        geo_precision=1, figures=(Figure(what="killed", count=3, source="Local Radio"),), event_id="SYR1",
        actors=("Military Forces", "Armed Group"), updated_at=1_474_000_000,
    )  # fmt: skip
    assert (draft.evidence.source, draft.evidence.note) == ("Local Radio", "heard at noon")
    assert draft.evidence.learned_at == TELLER.learned_at
    assert draft.evidence.valid.start == parse_instant("2016-09-16", ZONE)
    assert draft.evidence.valid.end == FOREVER


@pytest.mark.parametrize(
    ("event_type", "sub_type", "hazard"),
    [
        ("Explosions/Remote violence", "Air/drone strike", "air_strike"),
        ("Explosions/Remote violence", "Shelling/artillery/missile attack", "shelling"),
        ("Battles", "Armed clash", "armed_clash"),
        ("Protests", "Peaceful protest", "none"),
        ("Strategic developments", "Agreement", "none"),
    ],
)
def test_a_sub_type_leaves_the_hazard_of_the_table(event_type: str, sub_type: str, hazard: str) -> None:
    assert incident(event(event_type=event_type, sub_event_type=sub_type)).hazard == hazard


def test_an_attack_on_aid_workers_is_one_on_aid() -> None:
    attack = event(event_type="Violence against civilians", sub_event_type="Attack")
    assert incident(attack).hazard == "armed_clash"
    assert incident(attack | {"actor2": "Aid Workers (International)"}).hazard == "attack_on_aid"


def test_an_unknown_sub_type_is_set_aside() -> None:
    assert "No rule says what 'Battles' of this kind leaves on roads" in reason(sub_event_type="Melee")
    assert "sub_event_type is 'Air/drone strike'" in reason(sub_event_type="Air/drone strike")


@pytest.mark.parametrize("column", ["geo_precision", "time_precision"])
def test_an_event_known_to_its_region_or_month_only_is_no_hazard_at_its_point(column: str) -> None:
    draft = read(event(**{column: "3"})).drafts[0]
    assert isinstance(draft.evidence.fact, Incident)
    assert draft.evidence.fact.hazard == "none"
    assert getattr(draft.evidence.fact, column) == 3
    assert draft.evidence.fact.sub_event_type == "Armed clash"
    assert "no effect on roads" in draft.said[0]
    assert incident(event(**{column: "2"})).hazard == "armed_clash"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"event_id_cnty": ""}, "event_id is ''"),
        ({"event_date": "05/09/2016"}, "Write it as 2016-09-19"),
        ({"event_date": "2016-09-31"}, "event_date is '2016-09-31'"),
        ({"event_date": "2016-09-16T10:00"}, "offset"),
        ({"event_date": "1066-10-14"}, "Give a day from 1970 to 2199"),
        ({"event_date": "2016-09-21"}, "lies after the time at which this was learned"),
        ({"latitude": "36.1.2"}, "latitude is '36.1.2'"),
        ({"latitude": "91"}, "from -90 to 90"),
        ({"latitude": "3.0", "longitude": "3.0"}, "200 km or more from every place of this crisis"),
        ({"geo_precision": "4"}, "geo_precision is '4'"),
        ({"fatalities": "-1"}, "fatalities is '-1'"),
        ({"fatalities": "some"}, "fatalities is 'some'"),
        ({"source": ""}, "source is ''"),
        ({"notes": "x" * 4_001}, "notes has 4001 characters"),
    ],
)
def test_a_broken_value_sets_its_row_aside_and_says_why(changes: dict[str, str], said: str) -> None:
    assert said in reason(**changes)
    found = read(event(event_id_cnty="SYR0"), event(**changes))
    assert [draft.row for draft in found.drafts] == [2]
    assert [aside.row for aside in found.quarantined] == [3]


@pytest.mark.parametrize("text", ["16 September 2016", "16-Sep-2016", "2016-09-16", "2016-09-16 00:00:00"])
def test_a_day_may_be_written_in_digits_or_with_its_month_in_words(text: str) -> None:
    assert read(event(event_date=text)).drafts[0].evidence.valid.start == parse_instant("2016-09-16", ZONE)


def test_an_event_that_stands_twice_in_a_file_is_set_aside_the_second_time() -> None:
    found = read(event(), event(fatalities="4"))
    assert [draft.row for draft in found.drafts] == [2]
    assert "Row 2 has it already" in found.quarantined[0].reason


def test_a_workbook_of_events_reads_as_the_table_does() -> None:
    row = event()
    numbers = {"latitude": 36.0, "longitude": 36.1, "fatalities": 3, "geo_precision": 1, "time_precision": 1}
    values = [{**row, **numbers, "event_date": 42629, "timestamp": 1474000000}[key] for key in row]
    content = workbook(list(row), values)
    assert read_events("e.xlsx", content, NETWORK, TELLER).drafts == read(row).drafts


def test_the_table_of_hazards_is_printed_changed_and_read_again() -> None:
    text = write_hazard_rules(DEFAULT_RULES)
    assert read_hazard_rules("hazards.csv", text.encode()) == DEFAULT_RULES
    changed = read_hazard_rules("hazards.csv", (text + "Battles,Melee,,armed_clash\n").encode())
    assert find_hazard(changed, "battles", "melee ", ()) == "armed_clash"
    assert find_hazard(DEFAULT_RULES, "Battles", "Melee", ()) is None
    with pytest.raises(BadInput, match="row 2: hazard is 'earthquake'"):
        read_hazard_rules("h.csv", b"event_type,sub_event_type,hazard\nBattles,Melee,earthquake\n")
