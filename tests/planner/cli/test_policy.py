"""The numbers of the fold from the command line: shown as a file, tried, set; and the record of each gate."""

import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest

from routing.policy import AccessPolicy
from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]
NOON = "2031-04-08T12:00+03:00"
LEARNED = ("--source", "access group", "--learned", "2031-04-08T09:00+03:00")


def strict(folder: Path, text: str = "[access]\nblocked_below_p = 0.88\n") -> str:
    file = folder / "strict.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_what_is_shown_can_be_read_again(seeded_desk: Desk) -> None:
    told = seeded_desk.qafila("access", "policy", "show").out
    assert told.startswith("# default, version 0\n[access]\n")
    assert tomllib.loads(told)["access"] == asdict(AccessPolicy())


def test_a_policy_is_tried_set_shown_and_withdrawn(fresh: Desk, tmp_path: Path) -> None:
    file = strict(tmp_path)
    before = fresh.digest()
    tried = fresh.qafila("access", "policy", "preview", file, "--at", NOON)
    assert "blocked_below_p: 0.2 -> 0.88" in tried.out
    assert "south-bank--kessa-bank: CONTESTED -> BLOCKED at 2031-04-08T12:00:00+03:00" in tried.out
    assert tried.out.endswith("Nothing was set.\n")
    told = fresh.qafila("access", "policy", "preview", file, "--at", NOON, "--json").json()
    assert told["changed"] == {"blocked_below_p": {"from": 0.2, "to": 0.88}}
    assert fresh.digest() == before
    said = fresh.qafila("access", "policy", "set", file, "--name", "strict", *LEARNED).out
    assert said.startswith("Policy strict is in force from record 96 on")
    shown = fresh.qafila("access", "policy", "show").out
    assert "# strict, version 1, set by record 96 on 2031-04-08T09:00:00+03:00, decided by access group" in shown
    assert "blocked_below_p = 0.88  # the default is 0.2" in shown
    history = fresh.qafila("access", "policy", "show", "--json").json()["history"]
    assert [(one["name"], one["version"], one["position"]) for one in history] == [("strict", 1, 96)]
    assert fresh.qafila("access", "policy", "show", "--known", "95").out.startswith("# default")
    fresh.qafila("access", "retract", "96", "--reason", "too strict", "--source", "access group")
    assert fresh.qafila("access", "policy", "show").out.startswith("# default")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[access]\np_stale = 1.5\n", "p_stale is 1.5. Give a number from 0 to 1."),
        ("[access]\np_style = 0.5\n", "'p_style' is no parameter"),
        ("access = 3\n", "is no table"),
        ("[access]\n", "changes nothing in the policy in force"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_in_one_line(fresh: Desk, tmp_path: Path, text: str, said: str) -> None:
    told = fresh.qafila("access", "policy", "set", strict(tmp_path, text), "--name", "x", *LEARNED)
    assert (told.code, len(told.err.splitlines())) == (2, 1)
    assert said in told.err


def test_a_plan_file_changes_the_policy_in_force(fresh: Desk, tmp_path: Path) -> None:
    assert fresh.qafila("access", "policy", "set", strict(tmp_path), "--name", "strict", *LEARNED).code == 0
    store = fresh.store()
    file = strict(tmp_path, "[access]\np_stale = 0.6\n")
    asked = ("plan", "new", "--from", "2031-04-08", "--days", "1", "--known", "96", "--policy", file)
    assert fresh.qafila(*asked).code in {0, 1}
    store.close()
    from planner.services.plan_records import get_plan  # noqa: PLC0415 - only here

    store = fresh.store()
    made = get_plan(store, "latest", "two-rivers").snapshot.access_policy
    store.close()
    assert (made.blocked_below_p, made.p_stale) == (0.88, 0.6)


def test_the_record_of_gates_and_authorities_is_shown_and_set_by_hand(fresh: Desk) -> None:
    told = fresh.qafila("access", "passage", "--at", NOON, "--json").json()
    bridge = next(one for one in told["gates"] if one["gate"] == "amber-bridge")
    assert (bridge["passed"], bridge["turned_back"], bridge["cases"], bridge["set_by"]) == (4, 2, 1, None)
    values = ("gate=amber-bridge", "passed=9", "turned_back=1", "reason=new commander")
    since = ("--source", "access group", "--from", "2031-04-08", "--learned", "2031-04-08T09:00+03:00")
    assert fresh.qafila("access", "record", "passage_override", *values, *since).code == 0
    told = fresh.qafila("access", "passage", "--at", NOON, "--known", "96", "--json").json()
    bridge = next(one for one in told["gates"] if one["gate"] == "amber-bridge")
    assert (bridge["p"], bridge["cases"], bridge["set_by"]) == (0.9, 0, 96)
    assert {"authority": bridge["authority"], "passed": 9, "turned_back": 1, "p": 0.9, "cases": 0, "set_by": None} in (
        told["authorities"]
    )
    assert "record 96" in fresh.qafila("access", "passage", "--at", NOON, "--known", "96").out


def test_a_reported_inspection_lengthens_the_way(fresh: Desk) -> None:
    def seconds(known: str) -> int:
        told = fresh.qafila("access", "route", "ordan", "kessa", "--at", NOON, "--known", known, "--json").json()
        return int(min(leg["seconds"] for leg in told["legs"]))

    values = ("gate=amber-bridge", "delay_low_s=10800", "delay_mode_s=14400", "delay_high_s=18000")
    since = ("--source", "driver", "--from", "2031-04-08", "--learned", "2031-04-08T09:00+03:00")
    assert fresh.qafila("access", "record", "gate_inspection", *values, *since).code == 0
    assert seconds("96") > seconds("95")
