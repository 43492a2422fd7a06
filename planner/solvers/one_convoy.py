"""When one convoy may start, and with how many trucks at most, if it had the roads, gates and lines to itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.needs import SiteId
from planner.domain.permits import NOTIFIED_REGIMES, REGIME_STEPS, windows_in_force
from planner.solvers.ground import Ground, on_the_minute, whole_minute
from planner.solvers.way import RunTime, Way, run_times, split
from planner.solvers.way_home import Inside, Passed, insides
from routing.evidence import PermitStepName
from routing.network import GateId
from routing.status import HoldSpan
from routing.units import (
    MINUTE,
    Instant,
    Seconds,
    Window,
    intersect_windows,
    merge_windows,
    subtract_windows,
)

Domains: TypeAlias = tuple[tuple[Window, ...], ...]
"""The windows in which the first run of each phase may start."""
RuleName: TypeAlias = Literal[
    "window_return", "night_driving", "least_slack", "hold", "permission", "letter", "clearance", "notification",
    "loading",
]  # fmt: skip
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
    times = run_times(ground, way, trucks)
    domains = _passable(ground, way, times, sum(trucks), by_night="night_driving" not in rules)
    for rule in rules:
        if not all(domains):
            break
        domains = _LAYERS[rule](ground, way, times, sum(trucks), domains)
    domains = _in_sequence(way, times, tuple(on_the_minute(windows) for windows in domains))
    return domains if all(domains) else tuple(() for _ in way.phases)


def _passable(ground: Ground, way: Way, times: Sequence[RunTime], column: int, *, by_night: bool) -> Domains:
    domains: list[tuple[Window, ...]] = [(ground.days[p.day],) if p.day in ground.days else () for p in way.phases]
    for time in times:
        day = way.phases[time.phase].day
        allowed = ground.departures(time.run, column, day, by_night=by_night)
        shifted = tuple(window.shift(-time.start_s) for window in allowed)
        domains[time.phase] = intersect_windows(domains[time.phase], shifted)
    return tuple(domains)


def _in_sequence(way: Way, times: Sequence[RunTime], domains: Domains) -> Domains:
    # A night at a site follows the unloading, which may end after midnight.
    trimmed = list(domains)
    for later in range(1, len(way.phases)):
        before = later - 1
        if not trimmed[before] or not trimmed[later]:
            break
        lasts = max(time.unloaded_s for time in times if time.phase == before)
        earliest = whole_minute(trimmed[before][0].start + lasts)
        trimmed[later] = _from(trimmed[later], earliest)
        if trimmed[later]:
            latest = (trimmed[later][-1].end - 1) // MINUTE * MINUTE - lasts
            trimmed[before] = on_the_minute(_until(trimmed[before], latest + 1))
    return tuple(trimmed)


def _from(windows: tuple[Window, ...], at: Instant) -> tuple[Window, ...]:
    return intersect_windows(windows, (Window(at),))


def _until(windows: tuple[Window, ...], at: Instant) -> tuple[Window, ...]:
    return tuple(part for part in (w if w.end <= at else _head(w, at) for w in windows) if part is not None)


def _head(window: Window, at: Instant) -> Window | None:
    return Window(window.start, at) if window.start < at else None


# ---------------------------------------------------------------------------------------------------------- rules


def _already(_ground: Ground, _way: Way, _times: Sequence[RunTime], _column: int, domains: Domains) -> Domains:
    return domains


def _with_way_home(ground: Ground, _way: Way, times: Sequence[RunTime], column: int, domains: Domains) -> Domains:
    for inside in _insides(ground, times, column):
        domains = within(inside, inside.consented, domains)
    return domains


def insides_of(ground: Ground, way: Way, trucks: Sequence[int]) -> tuple[Inside, ...]:
    """Return when a convoy is behind lines that lapse at some time."""
    return tuple(_insides(ground, run_times(ground, way, trucks), sum(trucks)))


def _insides(ground: Ground, times: Sequence[RunTime], column: int) -> Iterator[Inside]:
    return insides(
        ground,
        (
            Passed(
                phase=time.phase, loaded=time.run.loaded, segment=passing.segment,
                enter_s=time.start_s + passing.enter_s, leave_s=time.start_s + passing.leave_s,
            )
            for time in times
            for passing in ground.drive(time.run, column).passings
        ),
    )  # fmt: skip


def _with_slack(ground: Ground, _way: Way, times: Sequence[RunTime], column: int, domains: Domains) -> Domains:
    """Keep the starts with which the empty column is off each road long enough before that road closes."""
    least, kept = ground.snapshot.policy.least_slack_s, list(domains)
    for time in times if least else ():
        for passing in ground.drive(time.run, column).passings if not time.run.loaded else ():
            if not ground.closes(passing.segment):
                continue
            enter, leave = time.start_s + passing.enter_s, time.start_s + passing.leave_s
            spans = ((span, 0 if ground.lasts(span) else least) for span in ground.passable(passing.segment))
            good = [
                Window(span.start - enter, span.end - leave - spare + 1)
                for span, spare in spans
                if span.seconds >= leave - enter + spare
            ]
            kept[time.phase] = intersect_windows(kept[time.phase], merge_windows(good))
    return tuple(kept)


def _without_holds(ground: Ground, _way: Way, times: Sequence[RunTime], column: int, domains: Domains) -> Domains:
    freed = list(domains)
    for hold in ground.access.holds:
        for time in times:
            for enter, leave in _spans_under(ground, time, column, hold):
                forbidden = Window(hold.window.start - leave + 1, hold.window.end - enter)
                freed[time.phase] = tuple(
                    part for window in freed[time.phase] for part in subtract_windows(window, (forbidden,))
                )
    return tuple(freed)


def _spans_under(ground: Ground, time: RunTime, column: int, hold: HoldSpan) -> tuple[tuple[Seconds, Seconds], ...]:
    if hold.segments is None:
        return ((time.start_s, time.end_s),)
    if not hold.segments & set(time.run.segments):
        return ()
    return tuple(
        (time.start_s + passing.enter_s, time.start_s + passing.leave_s)
        for passing in ground.drive(time.run, column).passings
        if passing.segment in hold.segments
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSpan:
    """A paper must hold from `from_s` after the start of one phase until `until_s` after the start of another."""

    site: SiteId
    gate: GateId
    from_phase: int
    from_s: Seconds
    until_phase: int
    until_s: Seconds


def paper_spans(
    ground: Ground, way: Way, times: Sequence[RunTime], column: int, step: PermitStepName
) -> tuple[PaperSpan, ...]:
    """Return when a step must be in force.

    For each site: from the head's arrival at each gate that is passed with its loads until it is unloaded.
    """
    spans: list[PaperSpan] = []
    unvisited = set(range(len(way.sites)))
    unloaded = {time.site: time for time in times if time.site is not None}
    for time in times:
        for stand in ground.drive(time.run, column).stands if time.run.loaded else ():
            if step not in REGIME_STEPS[ground.network.gates[stand.gate].regime]:
                continue
            spans += [
                PaperSpan(
                    site=way.sites[index], gate=stand.gate, from_phase=time.phase,
                    from_s=time.start_s + stand.arrive_s, until_phase=unloaded[index].phase,
                    until_s=unloaded[index].unloaded_s,
                )
                for index in sorted(unvisited)
            ]  # fmt: skip
        unvisited.discard(-1 if time.site is None else time.site)
    return tuple(spans)


def _with_paper(step: PermitStepName) -> "_Layer":
    def lay(ground: Ground, way: Way, times: Sequence[RunTime], column: int, domains: Domains) -> Domains:
        for span in paper_spans(ground, way, times, column, step):
            in_force = merge_windows(windows_in_force(ground.snapshot.papers, span.site, span.gate, step))
            domains = within(span, in_force, domains)
        return domains

    return lay


def within(span: PaperSpan | Inside, windows: Sequence[Window], domains: Domains) -> Domains:
    """Return the starts with which a span of a convoy's time lies in one of the windows as a whole."""
    first, last = span.from_phase, span.until_phase
    kept = list(domains)
    if first == last:
        # A departure is good if one window holds both ends, as gate and unloading; its end may be the unloading's.
        good = [
            Window(w.start - span.from_s, w.end - span.until_s + 1)
            for w in windows
            if w.seconds >= span.until_s - span.from_s
        ]
        kept[first] = intersect_windows(domains[first], merge_windows(good))
        return tuple(kept)
    for window in windows:
        # The ends lie on two days: the first window that allows both is taken; only one can hold the night between.
        starts = _from(domains[first], window.start - span.from_s)
        ends = _until(domains[last], window.end - span.until_s + 1)
        if starts and ends:
            kept[first], kept[last] = starts, ends
            return tuple(kept)
    kept[first] = ()
    return tuple(kept)


def _notified(ground: Ground, way: Way, _times: Sequence[RunTime], _column: int, domains: Domains) -> Domains:
    if not any(ground.network.gates[gate].regime in NOTIFIED_REGIMES for run in way.loaded_runs for gate in run.gates):
        return domains
    earliest = ground.snapshot.as_of.at + ground.snapshot.policy.notification_lead_s
    return (_from(domains[0], earliest), *domains[1:])


def _loaded_before(ground: Ground, way: Way, _times: Sequence[RunTime], column: int, domains: Domains) -> Domains:
    needed = ground.snapshot.hubs[way.hub].loading_seconds(column)
    ends = [window.start + needed for window in loading_starts(ground, way, column)]
    return (_from(domains[0], min(ends)), *domains[1:]) if ends else tuple(() for _ in domains)


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


_Layer: TypeAlias = Callable[[Ground, Way, Sequence[RunTime], int, Domains], Domains]
_LAYERS: Final[dict[RuleName, _Layer]] = {
    "window_return": _with_way_home, "night_driving": _already, "least_slack": _with_slack, "hold": _without_holds,
    "permission": _with_paper("permission"), "letter": _with_paper("letter"), "clearance": _with_paper("clearance"),
    "notification": _notified, "loading": _loaded_before,
}  # fmt: skip


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
