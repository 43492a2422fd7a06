"""Requests and convoys from the command line: asked for, stepped through, refused with the legal steps, counted."""

from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]


def test_a_request_is_asked_for_and_taken_through_its_steps(fresh: Desk) -> None:
    made = fresh.qafila(
        "request", "new", "osk", "--plan", "2026-12", "--hub", "ordan", "--people", "900", "--agency", "WFP",
        "--line", "family-ration=180", "--source", "desk", "--submitted", "2025-11-20",
    )  # fmt: skip
    assert made.out == "osk@osk-2026-12\n"

    refused = fresh.qafila("request", "step", "osk@osk-2026-12", "load", "--source", "hub")
    assert refused.code == 1
    assert "Steps that can: approve, approve_in_part, agree_in_principle, deny" in refused.err
    taken = fresh.qafila(
        "request", "step", "osk@osk-2026-12", "approve-in-part", "--people", "700", "--source", "ministry",
        "--at", "2025-11-27",
    )  # fmt: skip
    assert taken.code == 0, taken.err

    told = fresh.qafila("request", "show", "osk@osk-2026-12", "--json").json()
    assert (told["stage"], told["holder"], told["people_approved"]) == ("partially_approved", "central", 700)
    assert told["lines"][0]["approved"] == 180
    listed = fresh.qafila("request", "list", "--plan", "2026-12", "--json").json()
    assert [row["request"] for row in listed] == ["osk@osk-2026-12"]
    assert "Next: " in fresh.qafila("request", "show", "osk@osk-2026-12").out


def test_what_became_of_a_convoy_is_reported_with_its_items(fresh: Desk) -> None:
    fresh.qafila("request", "new", "varn", "--plan", "2025-12", "--hub", "ordan", "--source", "desk")
    told = fresh.qafila(
        "convoy", "outcome", "varn-2025-12", "turned_back", "--source", "convoy leader", "--reason", "items_removed",
        "--stated", "come back with another list", "--line", "removed:trauma-kit=3,kg=1500,treatments=300",
        "--asked", "900=desk",
    )  # fmt: skip
    assert told.code == 0, told.err

    (shown,) = fresh.qafila("convoy", "show", "varn-2025-12", "--json").json()
    assert shown["lines"][0]["removed_treatments"] == 300
    wrong = fresh.qafila("convoy", "outcome", "varn-2025-12", "load", "--source", "x")
    assert wrong.code == 2
    assert "ends or stops no convoy" in wrong.err


def test_bad_values_name_the_way_out(fresh: Desk) -> None:
    for arguments, said in (
        (("request", "step", "varn@varn-01", "fly", "--source", "x"), "Step 'fly' is none"),
        (("request", "step", "varn@varn-01", "approve", "--source", "x", "--line", "kits"), "Write it as removed:"),
        (("request", "step", "nowhere", "approve", "--source", "x"), "See: qafila request list"),
        (("request", "month", "2031"), "Write a month as 2016-10"),
        (("request", "new", "osk", "--plan", "2031-13", "--hub", "ordan", "--source", "x"), "Write a month"),
    ):
        told = fresh.qafila(*arguments)
        assert told.code == 2, arguments
        assert said in told.err


def test_a_month_is_counted_with_its_denominator(fresh: Desk) -> None:
    told = fresh.qafila("request", "month", "2031-03", "--json").json()

    assert told["locations"]["requested"] >= 1
    assert set(told["people"]) >= {"requested", "requested_stated_by", "reached", "reached_of_requested"}
    assert "inter-agency convoys delivered to" in fresh.qafila("request", "month", "2031-03").out
