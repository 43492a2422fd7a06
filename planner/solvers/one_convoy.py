"""When one convoy may start, and with how many trucks at most, if it had the roads, gates and lines to itself."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from planner.domain.permits import NOTIFIED_REGIMES
from planner.solvers.ground import Ground, on_the_minute, spell, whole_minute
from planner.solvers.limits import Hours, Limits, RuleName, lasting, limits_of, starting_by, starting_from
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


def departures(ground: Ground, way: Way, trucks: Sequence[int], rules: Sequence[RuleName] = RULES) -> Domains:
    """Return when each phase may start, on whole minutes, under the given rules.

    `trucks` are those unloaded at each site. Exact for a single phase. Where phases or a paper tie two phases
    together, each domain holds the starts that some start of the other phase allows. Empty domains everywhere
    mean that the way cannot be driven.
    """
    limits = limits_of(ground, way, trucks)
    hours = _on_roads(ground, way, limits, by_night="night_driving" not in rules)
    for rule in rules:
        if not all(hours):
            break
        hours = _under(rule, ground, way, limits, hours)
    hours = _in_sequence(limits, hours)
    if not all(hours):
        return tuple(() for _ in way.phases)
    return tuple(tuple(Window(start, end) for start, end in spells) for spells in hours)


def first_against(ground: Ground, way: Way, trucks: Sequence[int]) -> RuleName:
    """Return the first rule that, with those before it, leaves a way without a departure; else the last of all.

    The first rule alone is asked of columns that drive by night as well.
    """
    first, *others = RULES
    if not all(departures(ground, way, trucks, (first,))):
        return first
    limits = limits_of(ground, way, trucks)
    hours = _under(first, ground, way, limits, _on_roads(ground, way, limits, by_night=False))
    for rule in others:
        hours = _under(rule, ground, way, limits, hours)
        if not all(_in_sequence(limits, hours)):
            return rule
    return RULES[-1]


def _on_roads(ground: Ground, way: Way, limits: Limits, *, by_night: bool) -> Hours:
    """Return the starts of each phase with which all runs start on its day and find all roads open, in time."""
    if not all(phase.day in ground.days for phase in way.phases):
        return tuple(() for _ in way.phases)
    known, days = spell(ground.access.horizon), [phase.day for phase in way.phases]
    starts: list[tuple[Spell, ...]] = [(spell(ground.days[day]),) for day in days]
    for time in limits.runs:
        found, day = starts[time.phase], days[time.phase]
        if by_night or not time.run.segments:
            found = lasting(found, (spell(ground.days[day]),), time.start_s, time.start_s + 1)
            starts[time.phase] = lasting(found, (known,), time.start_s, time.end_s)
        else:
            starts[time.phase] = lasting(found, ground.light[day], time.start_s, time.end_s)
    hours: Hours = tuple(starts)
    for limit in limits.roads:
        hours = limit.keep(hours)
    return hours


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
    match rule:
        case "night_driving":
            return hours  # the roads were asked for the hours of daylight, or else for all
        case "notification":
            return _notified(ground, way, hours)
        case "loading":
            return _loaded_before(ground, way, limits.column, hours)
        case _:
            for limit in limits.rules[rule]:
                hours = limit.keep(hours)
            return hours


def _notified(ground: Ground, way: Way, hours: Hours) -> Hours:
    if not any(ground.network.gates[gate].regime in NOTIFIED_REGIMES for run in way.loaded_runs for gate in run.gates):
        return hours
    earliest = ground.snapshot.as_of.at + ground.snapshot.policy.notification_lead_s
    return (starting_from(hours[0], earliest), *hours[1:])


def _loaded_before(ground: Ground, way: Way, column: int, hours: Hours) -> Hours:
    needed = ground.snapshot.hubs[way.hub].loading_seconds(column)
    ends = [window.start + needed for window in loading_starts(ground, way, column)]
    return (starting_from(hours[0], min(ends)), *hours[1:]) if ends else tuple(() for _ in hours)


def loading_starts(ground: Ground, way: Way, column: int) -> tuple[Window, ...]:
    """Return when loading of so many trucks may start: within the evening before or the morning of departure.

    A session must hold the whole loading, and nothing is loaded before the plan is made (`as_of.at`).
    """
    needed = ground.snapshot.hubs[way.hub].loading_seconds(column)
    found: list[Window] = []
    for session in ground.sessions(way.hub, way.phases[0].day):
        start = whole_minute(max(session.start, ground.snapshot.as_of.at))
        if start + needed <= session.end:
            found.append(Window(start, session.end - needed + 1))
    return tuple(found)


# ------------------------------------------------------------------------------------------------------ most trucks


def most_trucks(ground: Ground, way: Way, least: int, most: int) -> int | None:
    """Return the most trucks with which the way can be driven under all rules; None if not even with `least`.

    Found by halving: it works with the number returned, and not with one truck more (unless that is `most`).
    """
    if most < least:
        return None
    if _works(ground, way, most):
        return most
    if not _works(ground, way, least):
        return None
    works, fails = least, most
    while fails - works > 1:
        middle = (works + fails) // 2
        if _works(ground, way, middle):
            works = middle
        else:
            fails = middle
    return works


def _works(ground: Ground, way: Way, column: int) -> bool:
    return all(departures(ground, way, split(ground, way, column)))
