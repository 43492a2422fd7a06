"""How the status of a stretch went: each turn with the records that turned it."""

from collections.abc import Iterator

import pytest

from planner.services.access import status_at
from planner.services.access_page import make_panel
from planner.services.crises import load_world
from planner.services.selection import select
from planner.services.stretches import Stretch
from planner.store.store import Store
from routing.evidence import Evidence, RoadReport, RoadState
from routing.status import Status
from routing.units import HOUR, AsOf, Window, parse_instant
from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]
ROAD = "varn--hightop"


@pytest.fixture
def store(fresh: Desk) -> Iterator[Store]:
    opened = fresh.store()
    yield opened
    opened.close()


def stretch(store: Store, *states: tuple[RoadState, int]) -> tuple[Stretch, list[int]]:
    """Return a road as it is told of after reports at hours of 8 April, and where in the log these stand."""
    world = load_world(store, "two-rivers")
    noon = parse_instant("2031-04-08T12:00+03:00", world.catalogue.crisis.tz)
    records = [
        Evidence(
            position=0, learned_at=noon, valid=Window(noon + hour * HOUR), source="a driver",
            fact=RoadReport(segments=(ROAD,), state=state),
        )
        for state, hour in states
    ]  # fmt: skip
    with store.writing() as write:
        positions = list(write.append("two-rivers", records, actor="nour", recorded_at=noon))
    world = load_world(store, "two-rivers")
    question = AsOf(at=noon, known=world.head)
    panel = make_panel(world, question, status_at(world, question), select(world, f"segment:{ROAD}"), ())
    return panel.stretches[0], positions


def test_a_closure_and_what_lifts_it_are_the_turns_of_a_road(store: Store) -> None:
    told, (closed, opened) = stretch(store, ("closed", -24), ("open", -2))

    turns = [(turn.before, turn.piece.status, turn.records) for turn in told.turns][-2:]

    assert turns[0] == (Status.BLOCKED, Status.OPEN, (opened,))
    assert turns[1][1:] == (Status.BLOCKED, (closed,))


def test_turns_are_told_the_last_first(store: Store) -> None:
    told, _positions = stretch(store, ("closed", -48), ("open", -24), ("closed", -2))
    times = [turn.at for turn in told.turns]
    assert times == sorted(times, reverse=True)
    assert len(times) >= 3
