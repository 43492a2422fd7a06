"""Limits keep exactly the starts that they say, and the first rule against a way is the first that empties it."""

import random

import pytest

from planner.solvers.ground import Ground
from planner.solvers.limits import Course, Hours, Limit, under
from planner.solvers.one_convoy import RULES, departures, departures_under, first_against
from planner.solvers.phases import ways_to
from planner.solvers.roads import Roads
from planner.solvers.way import Way, split
from routing.travel.engine import TravelEngine
from routing.travel.spells import Spell
from routing.truck import ANY_TRUCK
from tests.planner.drawn import drawn_world

LAST = 60


def drawn_spells(draw: random.Random) -> tuple[Spell, ...]:
    """Return a few spells between 0 and 60 that neither overlap nor touch."""
    edges = sorted(draw.sample(range(LAST), 2 * draw.randint(0, 4)))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((start, end) for start, end in pairs if end - start > 1)


def starts_in(spells: tuple[Spell, ...]) -> set[int]:
    return {at for start, end in spells for at in range(start, end)}


@pytest.mark.parametrize("seed", range(200))
def test_a_limit_within_a_phase_keeps_the_starts_with_which_one_spell_lasts(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - test data, not secrets
    hours, spells = drawn_spells(draw), drawn_spells(draw)
    from_s = draw.randint(0, 9)
    until_s = from_s + draw.randint(1, 9)
    limit = Limit(from_phase=0, from_s=from_s, until_phase=0, until_s=until_s, spells=spells)
    (kept,) = under((limit,), (hours,))
    lasts = {
        at for at in starts_in(hours) if any(start <= at + from_s and at + until_s <= end for start, end in spells)
    }
    assert starts_in(kept) == lasts


def test_a_limit_over_two_phases_keeps_what_one_spell_allows_of_both_and_leaves_the_others_alone() -> None:
    hours: Hours = (((0, 10),), ((20, 30),), ((40, 50),))
    limit = Limit(from_phase=0, from_s=2, until_phase=2, until_s=3, spells=((0, 9), (7, 48)))
    assert under((limit,), hours) == (((5, 10),), ((20, 30),), ((40, 46),))
    shut = Limit(from_phase=0, from_s=2, until_phase=2, until_s=3, spells=((0, 9), (20, 48)))
    assert not all(under((shut,), hours))


def drawn_ways(seed: int) -> tuple[Ground, list[Way]]:
    snapshot = drawn_world(seed)
    ground = Ground.of(snapshot)
    roads = Roads.of(ground, TravelEngine.of(snapshot.network), ANY_TRUCK)
    days = range(len(snapshot.days))
    ways = [
        w for hub in snapshot.hubs for site in snapshot.sites for day in days for w in ways_to(roads, hub, site, day)
    ]
    return ground, ways


@pytest.mark.parametrize("seed", range(12))
def test_the_first_rule_against_a_way_is_the_first_that_with_those_before_leaves_no_departure(seed: int) -> None:
    ground, ways = drawn_ways(seed)
    for way in ways:
        for column in (1, 4, 30):
            trucks = split(ground, way, column)
            emptied = (r for n, r in enumerate(RULES, 1) if not all(departures_under(ground, way, trucks, RULES[:n])))
            assert first_against(ground, way, trucks) == next(emptied, RULES[-1])


@pytest.mark.parametrize("seed", range(12))
def test_all_rules_at_once_leave_what_they_leave_one_by_one(seed: int) -> None:
    ground, ways = drawn_ways(seed)
    for way in ways:
        for column in (1, 4, 9, 30):
            trucks = split(ground, way, column)
            assert departures(ground, way, trucks) == departures_under(ground, way, trucks, RULES)


def test_on_another_day_a_way_has_the_same_limits() -> None:
    ground, ways = drawn_ways(3)
    by_shape: dict[object, list[Way]] = {}
    for way in ways:
        shape = (way.hub, way.sites, tuple(phase.runs for phase in way.phases))
        by_shape.setdefault(shape, []).append(way)
    first, second = next(same for same in by_shape.values() if len(same) > 1)[:2]
    assert first.phases[0].day != second.phases[0].day
    assert Course.of(ground, first).limits((4,)) is Course.of(ground, second).limits((4,))
