"""Access from the command line: what is open as known when, why, which way, and what was reported."""

import json

import pytest

from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]
NINE = "2031-04-08T09:00+03:00"
CLOSED = ("gate", "gate=amber-bridge", "state=closed", "--source", "field team", "--from", "2031-04-09T06:00+03:00")


def status(desk: Desk, *arguments: str) -> dict[str, str]:
    told = desk.qafila("access", "status", *arguments, "--json").json()
    return {segment["id"]: segment["status"] for segment in told["segments"]}


def test_the_status_of_every_segment_has_the_agreed_keys(seeded_desk: Desk) -> None:
    told = seeded_desk.qafila("access", "status", "--at", NINE, "--json").json()
    assert told["as_of"] == {"at": "2031-04-08T09:00:00+03:00", "known": 66}
    assert told["counts"] == {"OPEN": 33, "UNKNOWN": 0, "CONTESTED": 2, "BLOCKED": 2}
    assert len(told["segments"]) == sum(told["counts"].values())
    agreed = {"id", "name", "from", "to", "status", "p", "decided_by", "evidence", "valid_from", "valid_to"}
    assert all(agreed <= segment.keys() for segment in told["segments"])
    bridge = next(segment for segment in told["segments"] if segment["gate"] == "amber-bridge")
    assert (bridge["status"], bridge["p"], bridge["decided_by"], bridge["evidence"]) == (
        "CONTESTED", 0.85, "ceasefire", [42],
    )  # fmt: skip
    assert (bridge["valid_from"], bridge["valid_to"]) == ("2031-04-08T08:00:00+03:00", "2031-04-08T17:00:00+03:00")


def test_a_table_says_the_same_without_breaking_a_word(seeded_desk: Desk) -> None:
    lines = seeded_desk.qafila("access", "status", "--at", NINE).out.splitlines()
    assert lines[0] == "Access on 2031-04-08 09:00, as known at record 66"
    bridge = next(line for line in lines if "south-bank--kessa-bank" in line)
    assert bridge.split() == [
        "!",
        "CONTESTED",
        "0.85",
        "south-bank--kessa-bank",
        "amber-bridge",
        "ceasefire:",
        "ceasefire",
        "in",
        "force",
        "2031-04-08",
        "08:00",
        "42",
    ]
    assert lines[-1] == "33 OPEN, 0 UNKNOWN, 2 CONTESTED, 2 BLOCKED"


def test_a_status_that_has_long_held_is_not_given_a_false_beginning(seeded_desk: Desk) -> None:
    lines = seeded_desk.qafila("access", "status", "--at", NINE).out.splitlines()
    line = next(line for line in lines if "osk-line--osk" in line)
    assert "14 days or more" in line


def test_what_was_known_is_a_position_or_a_clock(seeded_desk: Desk) -> None:
    by_position = seeded_desk.qafila("access", "status", "--at", NINE, "--known", "41", "--json").json()
    by_clock = seeded_desk.qafila(
        "access", "status", "--at", NINE, "--known", "2031-04-05T19:00+03:00", "--json"
    ).json()
    assert by_position == by_clock
    assert by_position["counts"]["BLOCKED"] == 4
    assert by_position["as_of"]["known"] == 41


def test_a_named_gate_shows_its_segments_only(seeded_desk: Desk) -> None:
    assert status(seeded_desk, "--at", NINE, "--on", "amber-bridge") == {"south-bank--kessa-bank": "CONTESTED"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status", "--at", "2031-04-08T09:00"], "--at: The time '2031-04-08T09:00' has no offset"),
        (["status", "--at", "soon"], "--at: 'soon' is no date or time"),
        (["status", "--known", "96"], "Known 96 lies outside the log. Give a position from 0 to 95."),
        (["status", "--known", "lately"], "A log position is understood too."),
        (["status", "--on", "atlantis"], "No segment is called 'atlantis'."),
        (["explain", "atlantis"], "No segment is called 'atlantis'."),
        (["route", "ordan", "atlantis"], "No single place 'atlantis'. None matches."),
        (["route", "bank", "ordan"], "No single place 'bank'. Several match:"),
    ],
)
def test_a_question_that_cannot_be_asked_is_one_line(seeded_desk: Desk, arguments: list[str], said: str) -> None:
    told = seeded_desk.qafila("access", *arguments)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert told.err.count("\n") == 1


def test_explain_names_the_part_that_decides_and_all_others(seeded_desk: Desk) -> None:
    (told,) = seeded_desk.qafila("access", "explain", "osk-line--osk", "--at", NINE, "--json").json()
    assert (told["status"], told["decided_by"]) == ("BLOCKED", "control")
    assert [part["part"] for part in told["parts"]] == ["physical", "control", "ceasefire", "gate", "hazard"]
    assert len(told["sentences"]) == 5
    words = seeded_desk.qafila("access", "explain", "osk-line--osk", "--at", NINE).out
    assert "osk-line--osk BLOCKED p 0.00" in words
    assert told["sentences"][0] in words


def test_a_route_says_its_gates_and_when_one_may_leave(seeded_desk: Desk) -> None:
    told = seeded_desk.qafila("access", "route", "ordan", "Kessa", "--at", NINE, "--json").json()
    assert (told["from"], told["to"], told["refused"]) == ("ordan", "kessa", None)
    leg = told["legs"][0]
    assert leg.keys() == {"seconds", "metres", "p", "segments", "gates", "departures", "papers"}
    assert [gate["id"] for gate in leg["gates"]] == ["amber-bridge"]
    assert "south-bank--kessa-bank" in leg["segments"]
    assert leg["departures"]
    words = seeded_desk.qafila("access", "route", "ordan", "Kessa", "--at", NINE).out
    assert "gates amber-bridge" in words
    assert "leaving 2031-04-08 " in words


def test_no_route_exits_1_and_names_what_is_closed(seeded_desk: Desk) -> None:
    before_the_arrangement = ("ordan", "osk", "--at", NINE, "--known", "41")
    told = seeded_desk.qafila("access", "route", *before_the_arrangement, "--json")
    assert told.code == 1
    assert json.loads(told.out) == {
        "from": "ordan", "to": "osk", "legs": [], "refused": {"reason": "blocked", "cut": ["osk-line--osk"]},
    }  # fmt: skip
    words = seeded_desk.qafila("access", "route", *before_the_arrangement)
    assert words.out == "No way from ordan to osk: every road there is blocked all the time (osk-line--osk).\n"
    assert words.code == 1


def test_where_there_is_no_route_the_openings_tell_what_each_closure_is_worth(seeded_desk: Desk) -> None:
    asked = ("access", "route", "ordan", "osk", "--at", NINE, "--known", "41", "--openings")
    told = json.loads(seeded_desk.qafila(*asked, "--json").out)
    assert told["separated_by"] == ["gate:osk"]
    first = next(each for each in told["openings"] if each["legs"])
    assert (first["open"], first["segments"], first["places"]) == ("gate:osk", ["osk-line--osk"], ["osk"])
    assert first["people"] > 0
    assert [leg.keys() for leg in first["legs"]] == [{"seconds", "p"}]
    words = seeded_desk.qafila(*asked).out
    assert "The fewest that close it: gate:osk." in words
    assert f"Open gate:osk alone: {first['legs'][0]['seconds'] / 3600:.1f} h" in words


def test_a_route_may_be_asked_for_a_type_of_truck(seeded_desk: Desk) -> None:
    light = seeded_desk.qafila("access", "route", "ordan", "Kessa", "--at", NINE, "--truck", "rigid-10t")
    assert light.code == 0, light.err
    wrong = seeded_desk.qafila("access", "route", "ordan", "Kessa", "--at", NINE, "--truck", "zeppelin")
    assert wrong.code != 0
    assert "No truck type 'zeppelin'. There are: " in wrong.err


def test_a_line_that_opens_too_late_is_a_matter_of_the_window(seeded_desk: Desk) -> None:
    told = seeded_desk.qafila("access", "route", "ordan", "osk", "--at", NINE)
    assert (told.code, told.err) == (1, "")
    assert "no departure finds all of a way open in turn" in told.out
    assert seeded_desk.qafila("access", "route", "ordan", "osk", "--at", NINE, "--hours", "60").code == 0


def test_a_closed_gate_touches_the_convoys_through_it(desk: Desk) -> None:
    told = desk.qafila("access", "record", *CLOSED, "--learned", "2031-04-08T20:00+03:00")
    assert told.code == 0, told.err
    first, second = told.out.splitlines()
    assert first == "Recorded as 96."
    assert second.startswith("Touches c")
    assert "Kessa" in second
    assert "Ilva" not in second
    assert status(desk, "--at", "2031-04-09T09:00+03:00", "--known", "96", "--on", "amber-bridge") == {
        "south-bank--kessa-bank": "BLOCKED"
    }


def test_a_retraction_gives_the_gate_back(desk: Desk) -> None:
    before = status(desk, "--at", "2031-04-09T09:00+03:00", "--known", "95")
    assert desk.qafila("access", "record", *CLOSED).code == 0
    told = desk.qafila("access", "retract", "96", "--reason", "wrong gate", "--source", "field team")
    assert told.out.splitlines()[0] == "Record 96 withdrawn by record 97."
    assert "Kessa" in told.out.splitlines()[1]
    assert status(desk, "--at", "2031-04-09T09:00+03:00", "--known", "97") == before
    assert desk.qafila("access", "retract", "400", "--reason", "r", "--source", "s").code == 2


def test_a_record_learned_later_changes_today_and_no_older_view(desk: Desk) -> None:
    at = ("--at", "2031-04-09T09:00+03:00", "--known", "2031-04-09T09:00+03:00")
    before = status(desk, *at)
    assert desk.qafila("access", "record", *CLOSED, "--learned", "2031-04-14T09:00+03:00").code == 0
    assert status(desk, *at) == before
    assert status(desk, "--at", "2031-04-09T09:00+03:00", "--known", "96") != before


def test_an_incident_is_recorded_by_its_position(desk: Desk) -> None:
    told = desk.qafila(
        "access", "record", "incident", "event_type=Explosions/Remote violence", "sub_event_type=Shelling",
        "hazard=shelling", "lon=1.5", "lat=1.19", "--source", "field team", "--from", "2031-04-08T23:00+03:00",
        "--learned", "2031-04-08T23:30+03:00",
    )  # fmt: skip
    assert told.code == 0, told.err
    assert "Kessa" in told.out.splitlines()[1]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["gate", "gate=atlantis", "state=closed"], "gate is 'atlantis', which is not in the network."),
        (["gate", "gate=amber-bridge", "state=ajar"], "state is 'ajar'. Give one of: open, by_permit, closed."),
        (["gate", "gate=amber-bridge"], "state is missing in a record of kind 'gate'. Fill it in."),
        (["gate", "gate"], "'gate' is not of the form name=value."),
        (["earthquake"], "kind is 'earthquake'. Give one of: "),
        (["permit", "step=letter", "state=issued", "site=atlantis"], "site is 'atlantis', which this crisis does not"),
        (["permit", "step=letter", "state=issued", "site=kessa", "struck=bananas"], "struck is 'bananas', which"),
        (["arrangement", "gates=osk", "parties=north,atlantis"], "parties is 'atlantis', which this crisis does not"),
        (["ceasefire_claim", "ceasefire=nobodys", "by=north", "says=over"], "Give one of: river-truce."),
        (["hold", "scope=gate:atlantis", "reason=shots"], "gate:atlantis"),
        (["road", "segments=ordan--atlantis", "state=closed"], "is no segment. Write it as from--to with two places."),
        (["permit", "step=letter", "state=issued", "site=kessa", "people=-5"], "people is -5. Give a whole number"),
    ],
)
def test_a_wrong_record_is_one_line_and_is_not_written(desk: Desk, values: list[str], said: str) -> None:
    before = desk.digest()
    told = desk.qafila("access", "record", *values, "--source", "field team", "--from", "2031-04-09")
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert told.err.count("\n") == 1
    assert desk.digest() == before


def test_a_record_with_a_naive_time_is_refused(desk: Desk) -> None:
    before = desk.digest()
    told = desk.qafila("access", "record", *CLOSED[:-1], "2031-04-09T06:00")
    assert told.code == 2
    assert "2031-04-09T06:00" in told.err
    assert "offset" in told.err
    assert desk.digest() == before
