"""When one convoy may start, and with how many trucks at most, if it had the roads, gates and lines to itself."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, TypeAlias

from planner.solvers.ground import Ground, on_the_minute, spell, whole_minute
from planner.solvers.limits import Course, Hours, Limits, RuleName, starting_by, starting_from, under
from planner.solvers.way import Way, split
from routing.travel.spells import Spell
from routing.units import MINUTE, Window

Domains: TypeAlias = tuple[tuple[Window, ...], ...]
"""The windows in which the first run of each phase may start."""
RULES: Final[tuple[RuleName, ...]] = (
    "window_return", "night_driving", "least_slack", "hold", "permission", "letter", "clearance", "notification",
    "loading",
)  # fmt: skip
"""The rules in the order in which they are laid over a convoy's way: the first that leaves no departure decides."""


def departures(ground: Ground, way: Way, trucks: Sequence[int]) -> Domains:
    """Return when each phase may start, on whole minutes, under all rules.

    `trucks` are those unloaded at each site. Exact for a single phase. Where phases or a paper tie two phases
    together, each domain holds the starts that some start of the other phase allows. Empty domains everywhere
    mean that the way cannot be driven.
    """
    return _domains(_hours(ground, way, Course.of(ground, way).limits(trucks)))


def departures_under(ground: Ground, way: Way, trucks: Sequence[int], rules: Sequence[RuleName]) -> Domains:
    """Return what `departures` would be under the first few of the rules; before `night_driving` columns drive on."""
    limits = Course.of(ground, way).limits(trucks)
    hours = _on_roads(ground, way, limits, by_night="night_driving" not in rules)
    for rule in rules:
        hours = _under(rule, ground, way, limits, hours)
    return _domains(_in_sequence(limits, hours))


def first_against(ground: Ground, way: Way, trucks: Sequence[int]) -> RuleName:
    """Return the first rule that, with those before it, leaves a way without a departure; else the last of all."""
    first, *others = RULES
    if not all(departures_under(ground, way, trucks, (first,))):
        return first
    limits = Course.of(ground, way).limits(trucks)
    hours = _under(first, ground, way, limits, _on_roads(ground, way, limits, by_night=False))
    for rule in others:
        hours = _under(rule, ground, way, limits, hours)
        if not all(_in_sequence(limits, hours)):
            return rule
    return RULES[-1]


def _domains(hours: Hours) -> Domains:
    if not all(hours):
        return tuple(() for _ in hours)
    return tuple(tuple(Window(start, end) for start, end in spells) for spells in hours)


def _hours(ground: Ground, way: Way, limits: Limits) -> Hours:
    """Return the starts of each phase under all rules; some phase has none where the way cannot be driven.

    The order of the rules plays no part: of the spells of a tie only one can hold the night between two days.
    """
    if not ground.loading_starts(way.hub, way.phases[0].day, limits.column):
        return tuple(() for _ in way.phases)
    days = [ground.days.get(phase.day) for phase in way.phases]
    hours = tuple(_on_day(starts, day) for starts, day in zip(limits.starts, days, strict=True))
    if not all(hours):
        return hours
    hours = _loaded_before(ground, way, limits, _notified(ground, limits, under(limits.ties, hours)))
    return _in_sequence(limits, hours)


def _on_day(starts: tuple[Spell, ...], day: Window | None) -> tuple[Spell, ...]:
    if day is None:
        return ()
    return starts[bisect_left(starts, (day.start,)) : bisect_left(starts, (day.end,))]


def _on_roads(ground: Ground, way: Way, limits: Limits, *, by_night: bool) -> Hours:
    """Return the starts of each phase with which its runs find all roads open, in daylight or at any time."""
    days = [ground.days.get(phase.day) for phase in way.phases]
    hours = tuple(() if day is None else (spell(day),) for day in days)
    return under(limits.by_night if by_night else limits.by_day, hours)


def _in_sequence(limits: Limits, hours: Hours) -> Hours:
    """Return the starts on whole minutes that leave time for each phase between the one before and the one after."""
    starts = [on_the_minute(spells) for spells in hours]
    # A night at a site follows the unloading, which may end after midnight.
    for later in range(1, len(starts)):
        before = later - 1
        if not starts[before] or not starts[later]:
            break
        lasts = limits.lasts_s[before]
        starts[later] = starting_from(starts[later], whole_minute(starts[before][0][0] + lasts))
        if starts[later]:
            latest = (starts[later][-1][1] - 1) // MINUTE * MINUTE - lasts
            starts[before] = on_the_minute(starting_by(starts[before], latest))
    return tuple(starts)


# ---------------------------------------------------------------------------------------------------------- rules


def _under(rule: RuleName, ground: Ground, way: Way, limits: Limits, hours: Hours) -> Hours:
    """Return the starts that one more rule leaves."""
    if not all(hours):
        return hours
    match rule:
        case "night_driving":
            return hours  # the roads were asked for the hours of daylight, or else for all
        case "notification":
            return _notified(ground, limits, hours)
        case "loading":
            return _loaded_before(ground, way, limits, hours)
        case _:
            return under(limits.rules[rule], hours)


def _notified(ground: Ground, limits: Limits, hours: Hours) -> Hours:
    if not limits.notified:
        return hours
    earliest = ground.snapshot.as_of.at + ground.snapshot.policy.notification_lead_s
    return (starting_from(hours[0], earliest), *hours[1:])


def _loaded_before(ground: Ground, way: Way, limits: Limits, hours: Hours) -> Hours:
    loading = ground.loading_starts(way.hub, way.phases[0].day, limits.column)
    if not loading:
        return tuple(() for _ in hours)
    ready = min(window.start for window in loading) + ground.snapshot.hubs[way.hub].loading_seconds(limits.column)
    return (starting_from(hours[0], ready), *hours[1:])


# ------------------------------------------------------------------------------------------------------ most trucks


def most_trucks(ground: Ground, way: Way, least: int, most: int) -> int | None:
    """Return the most trucks with which the way can be driven under all rules; None if not even with `least`.

    Found by halving: it works with the number returned, and not with one truck more (unless that is `most`).
    """
    if most < least:
        return None
    course = Course.of(ground, way)

    def works(column: int) -> bool:
        return all(_hours(ground, way, course.limits(split(ground, way, column))))

    if works(most):
        return most
    if not works(least):
        return None
    good, bad = least, most
    while bad - good > 1:
        middle = (good + bad) // 2
        if works(middle):
            good = middle
        else:
            bad = middle
    return good
