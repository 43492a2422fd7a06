"""A convoy's journey in words, line by line: for the phone, for paper, and for those who do not see the chart."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from markupsafe import Markup, escape

from planner.domain.plan import Stop
from planner.domain.snapshot import Snapshot
from planner.services.itinerary import Itinerary, Phase
from routing.units import Instant, Metres, local_midnight
from web.i18n import gettext as _
from web.i18n import ngettext
from web.plan_words import wall_said
from web.words import clock, number, say, span

StepKind: TypeAlias = Literal["", "gate", "stand", "inside", "back", "home", "end"]
NOTHING: Final = Markup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line: when, what, details, how far from the hub (None: not on the way), whether a day begins with it."""

    at: Instant
    kind: StepKind
    title: str
    detail: Markup = NOTHING
    metres: Metres | None = None
    new_day: bool = False


def list_steps(told: Itinerary, snapshot: Snapshot) -> tuple[Step, ...]:
    """Return what the convoy does from leaving to being back, and when its window ends."""
    steps = [_step(told, phase, snapshot) for phase in told.phases if phase.kind != "load"]
    steps[0] = _leaving(told, snapshot, steps[0])
    metres = sum(snapshot.network.segments[s].length_m for s in told.convoy.segments)
    hub = say(snapshot.hubs[told.convoy.hub])
    steps.append(Step(at=told.convoy.back_at, kind="home", title=_("Back at %(hub)s", hub=hub), metres=metres))
    if told.wall is not None:
        gate = told.wall.gate
        where = say(snapshot.network.gates[gate]) if gate else snapshot.network.segments[told.wall.segment].name
        detail = Markup("{}: {}").format(where, wall_said(told.wall))
        steps.append(Step(at=told.wall.ends_at, kind="end", title=_("Window ends"), detail=detail))
    return tuple(_with_days(sorted(steps, key=lambda step: step.at), snapshot))


def _with_days(steps: list[Step], snapshot: Snapshot) -> Iterator[Step]:
    before = None
    for step in steps:
        day = local_midnight(step.at, snapshot.crisis.tz)
        yield replace(step, new_day=before is not None and day != before)
        before = day


def _leaving(told: Itinerary, snapshot: Snapshot, first: Step) -> Step:
    """Return the first step as the departure; a convoy whose first gate is the hub's own keeps the gate's detail."""
    count = told.convoy.truck_count
    column = escape(ngettext("%(num)s truck in one column", "%(num)s trucks in one column", count))
    detail = Markup("{}; {}: {}").format(column, first.title, first.detail) if first.kind == "gate" else column
    title = _("Leave %(hub)s", hub=say(snapshot.hubs[told.convoy.hub]))
    return Step(at=told.convoy.depart_at, kind=first.kind if first.kind == "gate" else "", title=title, detail=detail,
                metres=0)  # fmt: skip


def _step(told: Itinerary, phase: Phase, snapshot: Snapshot) -> Step:
    name, length = where_of(phase, snapshot), span(phase.window.seconds)
    at, metres = phase.window.start, phase.metres
    if phase.kind == "gate":
        if not phase.loaded:
            detail = escape(_("empty, through in {}")).format(length)
            return Step(at=at, kind="gate", title=name, detail=detail, metres=metres)
        gate = snapshot.network.gates[phase.where]
        said = escape(_("planned {}: columns wait {} to {} there, then pass truck by truck"))
        detail = said.format(length, span(gate.delay_low_s), span(gate.delay_high_s))
        return Step(at=at, kind="gate", title=name, detail=detail, metres=metres)
    if phase.kind == "unload":
        return _unload(told, phase, snapshot)
    if phase.kind == "rest":
        kind: StepKind = "inside" if phase.inside else "stand"
        return Step(at=at, kind=kind, title=_("Rest at %(place)s", place=name), detail=length, metres=metres)
    if phase.kind == "return":
        return Step(at=at, kind="back", title=_("Drive back, empty"), detail=length, metres=metres)
    to = None if phase.to is None else say(snapshot.network.places[phase.to])
    title = _("Drive on") if to is None else _("Drive to %(place)s", place=to)
    return Step(at=at, kind="", title=title, detail=length, metres=metres)


def _unload(told: Itinerary, phase: Phase, snapshot: Snapshot) -> Step:
    stop, site = stop_at(told, phase), snapshot.sites[phase.where]
    trucks = 0 if stop is None else sum(stop.trucks.values())
    pace = Markup("{} {}").format(number(site.offload_trucks_per_hour), _("an hour"))
    many = ngettext("%(num)s truck", "%(num)s trucks", trucks)
    detail = escape(_(", ")).join([many, pace, span(phase.window.seconds)])
    kind: StepKind = "inside" if phase.inside else "stand"
    title = _("Unload at %(site)s", site=say(site))
    return Step(at=phase.window.start, kind=kind, title=title, detail=detail, metres=phase.metres)


def stop_at(told: Itinerary, phase: Phase) -> Stop | None:
    """Return the stop that a phase of unloading is at."""
    return next((s for s in told.convoy.stops if s.site == phase.where and s.arrive_at == phase.window.start), None)


def where_of(phase: Phase, snapshot: Snapshot) -> str:
    """Return where a phase is, by name."""
    if phase.kind == "gate":
        return say(snapshot.network.gates[phase.where])
    if phase.kind == "unload":
        return say(snapshot.sites[phase.where])
    if phase.kind == "load":
        return say(snapshot.hubs[phase.where])
    return say(snapshot.network.places[phase.where])


def sites_of(told: Itinerary, snapshot: Snapshot) -> str:
    """Return the sites of a convoy by name, in order."""
    return _(" and ").join(say(snapshot.sites[stop.site]) for stop in told.convoy.stops)


def spoken(told: Itinerary, snapshot: Snapshot) -> str:
    """Return a convoy's timetable as one sentence."""
    parts = [f"{told.number} {sites_of(told, snapshot)}"]
    parts += [f"{step.title} {clock(step.at).striptags()}" for step in list_steps(told, snapshot)]
    return _(", ").join(parts)
