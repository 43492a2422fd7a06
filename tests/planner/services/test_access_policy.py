"""The policy on record is what every question is answered by, and what every plan is made and stored with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.services.access import access_over, status_at
from planner.services.access_page import make_panel
from planner.services.access_policy import preview_policy, read_changed, set_policy
from planner.services.ceasefire_page import ceasefire_views
from planner.services.crises import load_world
from planner.services.evidence import retract, touched_convoys
from planner.services.in_hand import InHand
from planner.services.plan_records import find_latest_plan
from planner.services.readings import Readings
from planner.services.routes import route
from planner.services.selection import select
from planner.services.snapshots import Terms, horizon_from, take_snapshot
from planner.store.codec import pack_snapshot
from planner.store.store import Store
from routing.policy import AccessPolicy
from routing.status import Status
from routing.units import DAY, AsOf, Window, parse_instant
from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]
BRIDGE = "south-bank--kessa-bank"
STRICT = AccessPolicy(blocked_below_p=0.88)
"""A ceasefire at p 0.85 is not good enough."""
NOW = 1_933_300_000


@pytest.fixture
def store(desk: Desk) -> Iterator[Store]:
    opened = desk.store()
    yield opened
    opened.close()


@pytest.fixture
def world(store: Store) -> World:
    return load_world(store, "two-rivers")


@pytest.fixture
def strict(store: Store, world: World) -> World:
    set_policy(store, world, STRICT, "strict", source="access group", actor="nour", at=NOW)
    return load_world(store, "two-rivers")


def noon(world: World, known: int) -> AsOf:
    return AsOf(at=parse_instant("2031-04-08T12:00+03:00", world.catalogue.crisis.tz), known=known)


def test_a_policy_counts_from_its_record_on_and_changes_nothing_known_before(world: World, strict: World) -> None:
    head = world.head
    assert strict.head == head + 1
    assert status_at(strict, noon(strict, head)).at(BRIDGE, noon(strict, head).at).status is Status.CONTESTED
    assert status_at(strict, noon(strict, head + 1)).at(BRIDGE, noon(strict, head).at).status is Status.BLOCKED


def test_withdrawing_the_record_brings_the_policy_before_back(store: Store, strict: World) -> None:
    retract(store, strict, strict.head, "too strict", actor="nour", at=NOW, source="access group")
    again = load_world(store, "two-rivers")
    assert status_at(again, noon(again, again.head)).at(BRIDGE, noon(again, 0).at).status is Status.CONTESTED


def test_the_panel_judges_a_stretch_by_the_numbers_of_the_map(world: World, strict: World) -> None:
    question = noon(strict, strict.head)
    exact = status_at(strict, question)
    (shown,) = make_panel(strict, question, exact, select(strict, f"segment:{BRIDGE}"), ()).stretches
    here = next(piece for piece in shown.timeline if piece.window.contains(question.at))

    assert here.status is exact.at(BRIDGE, question.at).status is Status.BLOCKED
    before = noon(strict, world.head)
    (shown,) = make_panel(strict, before, status_at(strict, before), select(strict, f"segment:{BRIDGE}"), ()).stretches
    assert next(p for p in shown.timeline if p.window.contains(before.at)).status is Status.CONTESTED


def test_every_question_is_answered_by_the_policy_on_record(store: Store, strict: World) -> None:
    question = noon(strict, strict.head)
    horizon = Window(question.at, question.at + DAY)
    assert access_over(strict, question, horizon).at(BRIDGE, question.at).status is Status.BLOCKED
    desk = Readings(store, "two-rivers")
    for shown in (desk.access_at(question), desk.access_around(question), desk.access_over(question, horizon)):
        assert shown.at(BRIDGE, question.at).status is Status.BLOCKED
    legs, refused = route(strict, "ordan", "kessa", question)
    assert legs == ()
    assert refused is not None


def test_ceasefires_are_judged_by_the_policy_on_record(store: Store, world: World) -> None:
    at = parse_instant("2031-04-09T08:00+03:00", world.catalogue.crisis.tz)
    states = [view.state for view in ceasefire_views(world, AsOf(at=at, known=world.head)) if view.violations]
    forgiving = AccessPolicy(strained_for_s=0)
    set_policy(store, world, forgiving, "forgiving", source="access group", actor="nour", at=NOW)
    after = load_world(store, "two-rivers")
    told = [view.state for view in ceasefire_views(after, AsOf(at=at, known=after.head)) if view.violations]
    assert (states, told) == (["strained"], ["in_force"])


def test_a_snapshot_is_taken_by_the_policy_on_record_and_has_another_digest(world: World, strict: World) -> None:
    day = parse_instant("2031-04-08", world.catalogue.crisis.tz)
    taken = [
        take_snapshot(strict, as_of=AsOf(at=day, known=known), horizon=horizon_from(day, 2, strict))
        for known in (world.head, strict.head)
    ]
    assert [one.access_policy for one in taken] == [AccessPolicy(), STRICT]
    assert pack_snapshot(taken[0]).digest != pack_snapshot(taken[1]).digest
    by_file = take_snapshot(
        strict, as_of=AsOf(at=day, known=strict.head), horizon=horizon_from(day, 2, strict),
        terms=Terms(access_policy=AccessPolicy()),
    )  # fmt: skip
    assert by_file.access_policy == AccessPolicy()


def test_a_policy_touches_the_convoys_whose_roads_turn(store: Store, world: World, strict: World) -> None:
    plan = find_latest_plan(store, "two-rivers")
    assert plan is not None
    touched = touched_convoys(plan, world, strict)
    assert any(BRIDGE in convoy.segments for convoy in touched)
    assert touched_convoys(plan, world, world) == ()


def test_a_preview_names_what_would_turn_and_writes_nothing(desk: Desk, world: World) -> None:
    before = desk.digest()
    impact = preview_policy(world, STRICT, InHand(convoys=(), latest=None), noon(world, world.head))
    turned = {turn.segment: (turn.before, turn.after) for turn in impact.turned}
    assert turned[BRIDGE] == (Status.CONTESTED, Status.BLOCKED)
    assert desk.digest() == before


def test_a_file_changes_the_policy_in_force_and_not_the_default(strict: World, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[access]\np_stale = 0.6\n", encoding="utf-8")
    assert read_changed(strict, file) == AccessPolicy(blocked_below_p=0.88, p_stale=0.6)
    file.write_text("[access]\nblocked_below_p = 0.88\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"changes nothing in the policy in force \(strict, version 1\)"):
        read_changed(strict, file)


@pytest.mark.parametrize("name", ["", "  ", "default", "strict"])
def test_a_name_is_given_once(store: Store, strict: World, name: str) -> None:
    with pytest.raises(BadInput, match="give a name that no policy on record has"):
        set_policy(store, strict, AccessPolicy(p_stale=0.6), name, source="s", actor="nour", at=NOW)
