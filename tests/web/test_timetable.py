"""The geometry of the timetable: where an hour lies, what the night hides, which side time runs from."""

from dataclasses import replace

import pytest

from planner.domain.plan import Convoy, Move, Stop
from planner.services.itinerary import Itinerary, Phase, Wall
from routing.status import Part, Status
from routing.units import DAY, HOUR, Window
from tests.planner.instances import two_sites_one_gate
from web.timetable import Axis, day_axis, draw_lane, draw_lanes, figures_below, week_axis

WORLD = two_sites_one_gate()
ZONE = WORLD.crisis.tz
MONDAY = WORLD.crisis.days(WORLD.horizon)[0].start
WEEK = [Window(MONDAY + n * DAY, MONDAY + (n + 1) * DAY) for n in range(4)]
HORIZON = Window(WEEK[0].start, WEEK[-1].end)
CLOSES = Part(name="gate", status=Status.BLOCKED, p=0.0, code="outside_hours", detail="06:00-18:00")


def at(hour: float, day: int = 0) -> int:
    return MONDAY + day * DAY + round(hour * HOUR)


def journey(*, end: float | None = 18, name: str = "c1", group: str | None = None, leaves: float = 8) -> Itinerary:
    """Leave, stand at a gate, unload, drive back; the road closes at `end`."""
    stop = Stop(site="s", arrive_at=at(leaves + 3), unloaded_at=at(leaves + 6), trucks={}, loads=())
    out = Move(start="h", end="s", depart_at=at(leaves), arrive_at=at(leaves + 3), segments=(), gates=(), loaded=True)
    back = replace(out, start="s", end="h", depart_at=at(leaves + 6), arrive_at=at(leaves + 8), loaded=False)
    convoy = Convoy(
        id=name, hub="h", stops=(stop,), moves=(out, back), trucks={}, group=group, p=0.9, slack_s=0,
        loading=Window(at(leaves - 3), at(leaves - 2)), exposure_truck_s=0,
    )  # fmt: skip
    phases = (
        Phase(kind="load", window=convoy.loading, where="h"),
        Phase(kind="drive", window=Window(at(leaves), at(leaves + 1)), where="h"),
        Phase(kind="gate", window=Window(at(leaves + 1), at(leaves + 3)), where="g"),
        Phase(kind="unload", window=Window(at(leaves + 3), at(leaves + 6)), where="s", inside=True),
        Phase(kind="return", window=Window(at(leaves + 6), at(leaves + 8)), where="s", loaded=False),
    )
    wall = None
    if end is not None:
        opened = Window(at(6), at(end))
        wall = Wall(open=opened, left_at=at(leaves + 8), segment="x", gate="g", part=CLOSES)
    return Itinerary(convoy=convoy, number="C1", phases=phases, wall=wall, inside=None)


def week(*, mirrored: bool = False) -> Axis:
    return week_axis(WORLD.crisis, WEEK, mirrored=mirrored)


def test_a_day_is_four_to_twenty_two() -> None:
    axis = week()

    assert [axis.x(at(hour)) for hour in (0, 4, 13, 22, 23.5)] == [0, 0, 12.5, 25, 25]
    assert axis.x(at(4, day=1)) == 25
    assert axis.x(at(30, day=3)) == 100


def test_in_arabic_time_runs_from_right_to_left() -> None:
    left, right = week(), week(mirrored=True)
    window = Window(at(8), at(12))
    ahead, back = left.bar("drive", window), right.bar("drive", window)

    assert ahead is not None
    assert back is not None
    assert back.x == pytest.approx(100 - ahead.end, abs=0.01)
    assert back.width == ahead.width


def test_what_goes_on_in_the_night_is_cut_and_goes_on_at_dawn() -> None:
    bars = list(week().bars("unload", Window(at(20), at(6, day=1))))

    assert [(bar.x, bar.end) for bar in bars] == [(22.222, 25), (25, 27.778)]
    assert list(week().bars("unload", Window(at(22.5), at(23.5)))) == []


def test_a_stay_of_a_minute_is_still_seen() -> None:
    bar = week().bar("gate", Window(at(8), at(8) + 60))

    assert bar is not None
    assert bar.width >= 0.1


def test_nights_lie_around_the_daylight() -> None:
    nights = week().nights(WORLD.crisis.daylight(HORIZON))

    assert len(nights) == 8
    assert nights[0].x == 0
    assert nights[1].end == 25


def test_the_window_ends_in_a_wall_and_nothing_of_the_slack_lies_beyond() -> None:
    lane = draw_lane(week(), journey(), HORIZON)
    marks = {bar.mark: bar for bar in lane.bars}

    assert lane.end_x == marks["window"].end == marks["slack"].end
    assert marks["slack"].x == marks["return"].end
    assert lane.bars[0].mark == "window"  # below all others


def test_no_window_is_drawn_where_none_is_known_to_end() -> None:
    unknown = draw_lane(week(), journey(end=None), HORIZON)
    far = draw_lane(week(), journey(end=24 * 9), HORIZON)

    for lane in (unknown, far):
        assert lane.end_x is None
        assert {bar.mark for bar in lane.bars} == {"load", "drive", "gate", "unload", "return"}


def test_convoys_that_arrive_together_are_joined() -> None:
    lanes = draw_lanes(
        week(), [journey(name="a", group="g"), journey(name="b", group="g", leaves=9), journey(name="c")], HORIZON
    )

    assert [lane.together_lanes for lane in lanes] == [2, 0, 0]
    assert lanes[0].together_x == week().x(at(12))


def test_a_day_is_drawn_from_before_leaving_to_after_its_end() -> None:
    axis = day_axis(WORLD.crisis, journey(), mirrored=False)

    assert len(axis.spans) == 1
    assert axis.spans[0].start < at(8)
    assert axis.spans[0].end > at(18)
    assert next(tick.at for tick in axis.hours()) == at(8)


def test_figures_stand_apart_and_never_on_the_hard_end() -> None:
    told = journey()
    axis = day_axis(WORLD.crisis, told, mirrored=False)
    ticks = [tick for tick in figures_below(axis, told) if not tick.low]

    assert {tick.at for tick in ticks} >= {at(8), at(11), at(14)}
    assert told.wall is not None
    gaps = [abs(tick.x - axis.x(told.wall.ends_at)) for tick in ticks]
    assert min(gaps) >= 3.4
