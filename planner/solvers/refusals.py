"""Why a hub cannot serve a site on a day: the rule that decides, its values, and what proves it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planner.domain.permits import REGIME_STEPS, papers_for
from planner.solvers.demand import day_name
from planner.solvers.ground import Ground, spells_of
from planner.solvers.limits import home_limit, insides_of, paper_spans, under
from planner.solvers.one_convoy import RULES, departures_under, first_against
from planner.solvers.option import Refusal
from planner.solvers.way import RunTime, Way, run_times, split
from routing.evidence import PermitStepName
from routing.network import GateId, SegmentId
from routing.status import Part, Piece, Status
from routing.units import HOUR, MINUTE, Seconds, Window, format_instant, intersect_windows

PAPER_STEPS: tuple[PermitStepName, ...] = ("permission", "letter", "clearance")
GATE_CODES = frozenset({"outside_hours", "gate_closed"})
STAGES: tuple[str, ...] = ("blocked_segment", "fleet", "driving_time", "gate_hours", *RULES, "risk")
"""Rules in the order in which a way meets them: of several ways the one that gets furthest says why."""
BY_THE_CLOCK = frozenset({"gate_hours", "window_return", "night_driving", "least_slack"})
"""Rules that a column may meet by resting a night on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A rule that stands against a way, with its values and its proof."""

    rule: str
    reason: str
    proof: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """How far the way got."""
        return STAGES.index(self.rule)

    def refuse(self, site: str, hub: str, day: int) -> Refusal:
        """Return the verdict as the refusal of a hub, a site and a day."""
        return Refusal(site=site, hub=hub, day=day, rule=self.rule, reason=self.reason, proof=self.proof)


def why_not(ground: Ground, way: Way, least: int) -> Verdict:
    """Return the first rule that leaves a way without a departure even for `least` trucks."""
    trucks = split(ground, way, least)
    rule = first_against(ground, way, trucks)
    match rule:
        case "window_return":
            found = _lapsing(ground, way, trucks) or _too_short(ground, way, trucks)
        case "least_slack":
            found = _too_close(ground, way, trucks)
        case "night_driving":
            found = Verdict(rule=rule, reason=_night(ground, way, trucks))
        case "hold":
            found = _held(ground)
        case "permission" | "letter" | "clearance":
            found = _paper_too_short(ground, way, trucks, rule)
        case "notification":
            found = _not_notified(ground, way, trucks)
        case _:
            found = Verdict(rule="loading", reason=_not_loaded(ground, way, least))
    return found


def missing_papers(ground: Ground, way: Way) -> tuple[Verdict, ...]:
    """Return the steps that are in force at no time of the day on which the way passes a gate that asks for them.

    The step with the latest word comes first, steps without a record last.
    """
    found: list[tuple[int, Verdict]] = []
    for phase in way.phases:
        day = ground.days.get(phase.day)
        gates = dict.fromkeys(gate for run in phase.runs if run.loaded for gate in run.gates)
        if day is not None:
            for site in way.sites:
                found += _missing(ground, site, gates, day)
    return tuple(verdict for _, verdict in sorted(found, key=lambda item: -item[0]))


def missing_at(ground: Ground, site: str, gates: Iterable[GateId], day: Window) -> tuple[Verdict, ...]:
    """Return the steps that are in force at no time of a day for a site at some gates."""
    found = _missing(ground, site, dict.fromkeys(gates), day)
    return tuple(verdict for _, verdict in sorted(found, key=lambda item: -item[0]))


def _missing(ground: Ground, site: str, gates: Iterable[GateId], day: Window) -> list[tuple[int, Verdict]]:
    """Return one verdict for each step that is missing at some of the gates, with the position of its latest word."""
    papers, gates = ground.snapshot.papers, tuple(gates)
    found: list[tuple[int, Verdict]] = []
    for step in PAPER_STEPS:
        at = [
            gate
            for gate in gates
            if step in REGIME_STEPS[ground.network.gates[gate].regime]
            and not any(start < day.end and day.start < end for start, end in ground.in_force(site, gate, step))
        ]
        if not at:
            continue
        known = [paper for gate in at for paper in papers_for(papers, site, gate, step)]
        positions = sorted({position for paper in known for position in paper.evidence})
        last = max(known, key=lambda paper: max(paper.evidence, default=0), default=None)
        state = "no record" if last is None else "not in force then" if last.in_force else last.state.replace("_", " ")
        date = day_name(ground.snapshot, day)
        verdict = Verdict(
            rule=step,
            reason=f"The {step} for {site} at gate {', gate '.join(at)} is not in force on {date}: {state}.",
            proof=(*map(str, positions), *(f"gate:{gate}" for gate in at)),
        )
        found.append((positions[-1] if positions else 0, verdict))
    return found


def blocked(ground: Ground, hub: str, site: str, cut: Sequence[SegmentId], day: Window) -> Verdict:
    """Return the verdict of a cut of segments that are closed all day, with the evidence that closes each.

    Where all of the cut is closed by its gates, the rule is `gate_hours`.
    """
    date, names = day_name(ground.snapshot, day), ", ".join(cut)
    pieces = {segment: _blocking(ground, segment, day) for segment in cut}
    parts = [piece.deciding() for found in pieces.values() for piece in found]
    codes = sorted({part.code or part.name for part in parts})
    evidence = sorted({position for part in parts for position in part.evidence})
    gates = sorted({gate for segment in cut if (gate := ground.network.segments[segment].gate) is not None})
    proof = (*(f"segment:{segment}" for segment in cut), *(f"gate:{gate}" for gate in gates), *map(str, evidence))
    if not cut:
        return Verdict(rule="blocked_segment", reason=f"No road joins {hub} and {site}.")
    return Verdict(
        rule="gate_hours" if codes and GATE_CODES.issuperset(codes) else "blocked_segment",
        reason=f"Every road from {hub} to {site} is closed on {date} at {names}: {', '.join(codes)}.",
        proof=proof,
    )


def too_risky(way: Way, p: float, cap: float, causes: Iterable[tuple[str, float]]) -> Verdict:
    """Return the verdict of a way whose probability of arrival is below the cap."""
    listed = ", ".join(f"{cause} {value:.2f}" for cause, value in sorted(causes, key=lambda item: (item[1], item[0])))
    return Verdict(
        rule="risk",
        reason=f"The probability of arrival is {p:.2f}, below the cap of {cap:.2f}: {listed}.",
        proof=tuple(dict.fromkeys(f"gate:{gate}" for run in way.loaded_runs for gate in run.gates)),
    )


def duration(seconds: Seconds) -> str:
    """Return a duration as people say it: 5 h 40 min."""
    hours, minutes = divmod(-(-seconds // MINUTE), HOUR // MINUTE)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


# -------------------------------------------------------------------------------------------------- by rule


def _too_short(ground: Ground, way: Way, trucks: Sequence[int]) -> Verdict:
    """Name the segment whose longest window of the day is shortest against the time between going in and being out."""
    worst: tuple[Seconds, SegmentId, int, Seconds, Seconds] | None = None
    for index, phase in enumerate(way.phases):
        if phase.day not in ground.days:
            return Verdict(rule="window_return", reason="The way takes days beyond those for which access is known.")
        needed = _needed(ground, way, trucks, index)
        for segment, seconds in needed.items():
            spans = intersect_windows(ground.passable(segment), (ground.days[phase.day],))
            longest = max((span.seconds for span in spans), default=0)
            if worst is None or seconds - longest > worst[0]:
                worst = (seconds - longest, segment, phase.day, seconds, longest)
    if worst is None or worst[0] <= 0:
        return Verdict(rule="window_return", reason="No departure fits the windows of all roads on the way.")
    _, segment, day, seconds, longest = worst
    pieces = _blocking(ground, segment, ground.days[day])
    parts = [piece.deciding() for piece in pieces]
    return Verdict(
        rule="gate_hours" if parts and all(part.code in GATE_CODES for part in parts) else "window_return",
        reason=f"Drive, unloading and return through {segment} needs {duration(seconds)} on "
        f"{day_name(ground.snapshot, ground.days[day])}, window has {duration(longest)}.",
        proof=_named(ground, segment, parts),
    )


def _lapsing(ground: Ground, way: Way, trucks: Sequence[int]) -> Verdict | None:
    """Name the line that lapses while the column is behind it; None where roads alone leave no departure."""
    hours = tuple(spells_of(windows) for windows in departures_under(ground, way, trucks, ()))
    if not all(hours):
        return None
    for inside in insides_of(ground, way, trucks):
        entered = hours[inside.from_phase][0][0] + inside.from_s
        hours = under((home_limit(inside),), hours)
        if not all(hours):
            lapse = next((span for span in inside.lapses if span.end > entered), inside.lapses[-1])
            span = f"from {_clock(ground, lapse.start)} to {_clock(ground, lapse.end)}"
            return Verdict(
                rule="window_return",
                reason=f"Nobody consents to the way home through {inside.segment} {span}, while the column is inside.",
                proof=_named(ground, inside.segment, ground.against_line(inside.segment, lapse)),
            )
    return None


def _named(ground: Ground, segment: SegmentId, parts: Iterable[Part]) -> tuple[str, ...]:
    """Return a segment, its gate and the evidence of what closes it as a proof."""
    gate = ground.network.segments[segment].gate
    positions = sorted({position for part in parts for position in part.evidence})
    return (f"segment:{segment}", *(() if gate is None else (f"gate:{gate}",)), *map(str, positions))


def _too_close(ground: Ground, way: Way, trucks: Sequence[int]) -> Verdict:
    """Name the road of the way back that closes soonest behind the column at its best, and how long before."""
    before = departures_under(ground, way, trucks, RULES[: RULES.index("least_slack")])
    worst: tuple[Seconds, SegmentId, int] | None = None
    for time in run_times(ground, way, trucks):
        for passing in time.drive.passings if not time.run.loaded else ():
            enter, leave = time.start_s + passing.enter_s, time.start_s + passing.leave_s
            best = _best_slack(ground, passing.segment, before[time.phase], enter, leave)
            if best is not None and (worst is None or best < worst[0]):
                worst = (best, passing.segment, way.phases[time.phase].day)
    if worst is None:
        return Verdict(rule="least_slack", reason="No departure leaves time on the way back before a road closes.")
    slack, segment, day = worst
    asked, on = duration(ground.snapshot.policy.least_slack_s), ground.days[day]
    parts = [piece.deciding() for piece in _blocking(ground, segment, on)]
    return Verdict(
        rule="least_slack",
        reason=f"The way back leaves {segment} at best {duration(slack)} before it closes on "
        f"{day_name(ground.snapshot, on)}, {asked} are asked for.",
        proof=_named(ground, segment, parts),
    )


def _best_slack(
    ground: Ground, segment: SegmentId, starts: Sequence[Window], enter: Seconds, leave: Seconds
) -> Seconds | None:
    """Return the most time between leaving a segment and its closing over all starts; None where nothing closes."""
    found: list[Seconds] = []
    for window in starts:
        for span in ground.passable(segment):
            first = max(window.start, span.start - enter)
            if first <= min(window.end - 1, span.end - leave):
                if ground.lasts(span):
                    return None
                found.append(span.end - leave - first)
    return max(found, default=None)


def _needed(ground: Ground, way: Way, trucks: Sequence[int], phase: int) -> dict[SegmentId, Seconds]:
    entered: dict[SegmentId, Seconds] = {}
    needed: dict[SegmentId, Seconds] = {}
    for time in run_times(ground, way, trucks):
        for passing in time.drive.passings if time.phase == phase else ():
            entered.setdefault(passing.segment, time.start_s + passing.enter_s)
            needed[passing.segment] = time.start_s + passing.leave_s - entered[passing.segment]
    return needed


def _blocking(ground: Ground, segment: SegmentId, day: Window) -> list[Piece]:
    pieces = ground.access.timeline(segment)
    return [piece for piece in pieces if piece.status is Status.BLOCKED and piece.window.overlaps(day)]


def _night(ground: Ground, way: Way, trucks: Sequence[int]) -> str:
    times = run_times(ground, way, trucks)
    longest = max(range(len(way.phases)), key=lambda index: _lasts(times, index))
    light = max((span.seconds for span in ground.daylight.get(way.phases[longest].day, ())), default=0)
    return f"Drive, unloading and return takes {duration(_lasts(times, longest))}, daylight has {duration(light)}."


def _lasts(times: Sequence[RunTime], phase: int) -> Seconds:
    return max(time.end_s for time in times if time.phase == phase)


def _held(ground: Ground) -> Verdict:
    holds = ground.access.holds
    evidence = sorted({position for hold in holds for position in hold.evidence})
    reasons = "; ".join(
        f"{hold.reason} ({_clock(ground, hold.window.start)} to {_clock(ground, hold.window.end)})" for hold in holds
    )
    return Verdict(rule="hold", reason=f"No convoy moves under a hold: {reasons}.", proof=tuple(map(str, evidence)))


def _paper_too_short(ground: Ground, way: Way, trucks: Sequence[int], step: PermitStepName) -> Verdict:
    found = missing_papers(ground, way)
    if found:
        return found[0]
    spans = paper_spans(ground, way, run_times(ground, way, trucks), step)
    first = spans[0]
    known = papers_for(ground.snapshot.papers, first.site, first.gate, step)
    evidence = sorted({position for paper in known for position in paper.evidence})
    return Verdict(
        rule=step,
        reason=f"The {step} for {first.site} at gate {first.gate} does not hold from the head's arrival at the gate "
        f"until all is unloaded ({duration(first.until_s - first.from_s)}).",
        proof=(*map(str, evidence), f"gate:{first.gate}"),
    )


def _not_notified(ground: Ground, way: Way, trucks: Sequence[int]) -> Verdict:
    lead = duration(ground.snapshot.policy.notification_lead_s)
    latest = departures_under(ground, way, trucks, RULES[: RULES.index("notification")])[0][-1].end - MINUTE
    return Verdict(
        rule="notification",
        reason=f"Notification needs {lead} from {_clock(ground, ground.snapshot.as_of.at)}; "
        f"the last departure is {_clock(ground, latest)}.",
    )


def _not_loaded(ground: Ground, way: Way, least: int) -> str:
    hub = ground.snapshot.hubs[way.hub]
    needed = duration(hub.loading_seconds(least))
    if not ground.loading_starts(way.hub, way.phases[0].day, least):
        return f"Loading {least} trucks at {hub.id} takes {needed}; no session before the departure has as much."
    return f"Loading {least} trucks at {hub.id} takes {needed} and ends after the last departure."


def _clock(ground: Ground, at: int) -> str:
    return format_instant(at, ground.snapshot.crisis.tz)
