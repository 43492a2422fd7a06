"""Say in the reader's language what a plan says in codes: rules, causes, hard ends, levels, proofs, stages."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final

from markupsafe import Markup, escape

from planner.domain.errors import BadInput
from planner.domain.plan import ObjectiveLevel
from planner.domain.scenario import Edit
from planner.intake.scenario import parse_scenario
from planner.services.itinerary import Wall
from planner.services.plan_page import UnmetCause
from routing.units import DAY, HOUR, MINUTE, Instant, Window
from web.desk import the_desk
from web.edit_fields import EDIT_KINDS
from web.event_words import PAPER_STATES, STEPS, said
from web.evidence_words import body_name
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.i18n import ngettext
from web.words import day, ltr, moment, month, say, weekday

RULES: Final[dict[str, Any]] = {
    "well_formed": _l("The plan is complete and speaks only of what is there"),
    "path": _l("Every way connects, from the hub over the sites and back"),
    "travel_time": _l("Every drive takes the time it says"),
    "blocked_segment": _l("No convoy drives a closed road"),
    "segment_window": _l("No road closes under a convoy"),
    "gate_hours": _l("Gates are passed in their hours"),
    "window_return": _l("Every convoy is back past the last gate before the window ends"),
    "unknown_segment": _l("Roads without a fresh report are used only where the policy allows it"),
    "truck_limit": _l("No truck is too heavy for its road"),
    "night_driving": _l("Nobody drives in the dark"),
    "overnight": _l("Convoys rest only where they may"),
    "hold": _l("Nobody moves under a hold"),
    "risk": _l("The probability of arrival is right and above the least"),
    "slack": _l("The slack is right"),
    "least_slack": _l("Every convoy is off its way back early enough before the roads close"),
    "exposure": _l("The time inside contested areas is right"),
    "permission": _l("The permission is in force"),
    "letter": _l("The facilitation letter is in force"),
    "clearance": _l("The clearance is in force"),
    "notification": _l("Parties are notified in time"),
    "people_ceiling": _l("No more people are fed than the papers allow"),
    "struck_commodity": _l("Nothing is loaded that the papers strike"),
    "capacity_kg": _l("No truck carries too much weight"),
    "capacity_volume": _l("No truck carries too much volume"),
    "load_arithmetic": _l("Weights, volumes and people follow from the units"),
    "need": _l("No site gets more than it needs"),
    "stock": _l("Nothing is loaded that is not in store"),
    "expiry": _l("Nothing expires before it arrives"),
    "cold_chain": _l("What must stay cold arrives in time"),
    "storage": _l("No site gets more than it can store"),
    "people_reached": _l("The people reached are counted right"),
    "coverage": _l("The shares covered are counted right"),
    "horizon": _l("Everything happens within the plan's days"),
    "convoy_size": _l("No convoy is too small or too large"),
    "stop_count": _l("No convoy stops too often or too far apart"),
    "loading": _l("Hubs load one convoy at a time, in their hours"),
    "unloading": _l("Unloading takes the time that the site needs"),
    "fleet": _l("No truck is in two places"),
    "escort": _l("There is an escort for every convoy that needs one"),
    "gate_capacity": _l("Gates pass no more than they can"),
    "column_meeting": _l("Columns do not meet on a single lane"),
    "coupling": _l("Coupled sites are served together or not at all"),
    "one_visit_a_day": _l("No site is visited twice a day"),
    "pinned": _l("Promised movements are kept"),
}
"""What each hard rule says; the names are the verifier's own."""

CAUSES: Final[dict[str, Any]] = {
    "gate_hours": _l("The gate is not open long enough for the way there, unloading and the way back."),
    "window_return": _l("No departure is back in time before the roads close."),
    "least_slack": _l("No departure leaves the least time asked for before the way back closes."),
    "caught_cap": _l("Its convoy would be caught inside in more of the drawn futures than is asked for."),
    "driving_time": _l("Too long a drive for a day, and no place on the way to rest."),
    "night_driving": _l("It cannot be driven between dawn and dusk."),
    "coupling": _l("Coupled with other sites: all are served or none, and one of them cannot be."),
    "struck_commodity": _l("The papers do not allow these goods."),
    "people_ceiling": _l("The papers allow no more people."),
    "stock": _l("Not enough in store in time."),
    "storage": _l("The site cannot store more."),
    "fleet": _l("Not enough trucks."),
    "escort": _l("No escort team is free."),
    "need": _l("Nothing that can be sent is needed there."),
    "risk": _l("The probability of arrival is below the least that is accepted."),
    "hold": _l("Nobody moves under a hold."),
    "value": _l("The trucks bring more assistance elsewhere."),
    "search": _l("More could arrive; the search stopped before it was proved that another use is better."),
    "unloading": _l("Unloading takes longer than the window."),
    "truck_limit": _l("The road carries no truck of this weight."),
    "unknown_segment": _l("Nobody has reported on the road lately, and the policy does not use such roads."),
}
"""Why goods do not arrive, by the rule or resource that decides."""

PROOFS: Final[dict[str, Any]] = {
    "global": _l("no plan does better than the bound"),
    "given the first visits": _l("bound holds given the first visits"),
    "none": _l("no proof: the bound is only where the search stood"),
}
STAGES: Final[dict[str, Any]] = {
    "options": _l("Looking for ways there and back"),
    "equity": _l("Worst-off sites first"),
    "value": _l("Choosing convoys and loads"),
    "timetable": _l("Making the timetable"),
    "exposure": _l("Shortening the time inside contested areas"),
    "unmet": _l("Finding why the rest is not served"),
    "changes": _l("Trying what would serve more"),
}
STATUSES: Final[dict[str, Any]] = {
    "optimal": _l("Proved best"),
    "feasible": _l("Feasible"),
    "no_plan": _l("No plan found"),
}
CHOICES: Final[dict[str, Any]] = {
    "hold": _l("hold it"),
    "reroute": _l("take another road"),
    "turn back": _l("turn it back"),
}
ASPECTS: Final[dict[str, Any]] = {
    "day": _l("on another day"),
    "departure": _l("leaves at another time"),
    "timetable": _l("other times on the way"),
    "trucks": _l("other trucks"),
    "segments": _l("another road"),
    "loads": _l("other loads"),
}


def cause_said(cause: UnmetCause, at: Instant) -> Markup:
    """Say in one sentence why goods do not arrive; what is reported comes with its source and its age at the plan."""
    row = cause.first
    if row.rule in STEPS:
        return _paper_said(cause, at)
    if row.rule == "blocked_segment":
        cut = [item for item in row.proof if item.startswith("segment:")]
        if not cut:
            return escape(_("No road joins it with any hub."))
        said_cut = ngettext("%(num)s closed segment cuts it off", "%(num)s closed segments cut it off", len(cut))
        return Markup("{} {}").format(_("Every road in is closed:"), said_cut)
    if row.rule.startswith("equity"):
        days = row.rule.removeprefix("equity").strip(" >d")
        return escape(_("Trucks go first to sites that wait longer than %(days)s days.", days=days))
    return escape(str(CAUSES[row.rule]) if row.rule in CAUSES else row.rule.replace("_", " "))


def _paper_said(cause: UnmetCause, at: Instant) -> Markup:
    step, record = said(STEPS, cause.first.rule), cause.paper_record
    if cause.paper is None:
        return escape(_("No %(step)s in force: none is on record.", step=step))
    state = said(PAPER_STATES, cause.paper.state)
    told = escape(_("No %(step)s in force: %(state)s", step=step, state=state))
    if record is None:
        return told
    age = ngettext("%(num)s day old", "%(num)s days old", max(0, at - record.learned_at) // DAY)
    return Markup("{} · <bdi>{}</bdi>{}{}").format(told, record.source, _(", "), age)


def wall_said(wall: Wall | None) -> str:
    """Say in a few words what ends a window."""
    if wall is None:
        return _("no end is known")
    code = wall.part.code
    if code == "outside_hours":
        return _("the gate closes for the day")
    if code in {"ceasefire_expired", "ceasefire_over", "ceasefire_suspended"} or wall.part.name == "ceasefire":
        return _("the ceasefire or arrangement ends")
    if code == "gate_closed":
        return _("the gate is closed from then on")
    if wall.part.name == "control":
        return _("nobody consents to the crossing from then on")
    return _("the road closes")


def equity_days(level: ObjectiveLevel) -> str:
    """Return the threshold of a level of fairness, in days."""
    return level.name.removeprefix("equity").strip(" >d")


def level_said(level: ObjectiveLevel) -> tuple[str, str, float, float]:
    """Return a level's name, its unit, and its value and bound in that unit."""
    if level.name.startswith("equity"):
        name = _("Waiting over %(days)s days", days=equity_days(level))
        return name, _("person-days"), level.value, level.bound
    if level.name == "value":
        return _("Aid expected"), _("person-days"), level.value, level.bound
    if level.name == "disturbance":
        return _("Notified, changed"), _("convoys"), level.value, level.bound
    return _("Exposure"), _("truck-hours"), level.value / 3600, level.bound / 3600


def gap_of(best: float, bound: float) -> float:
    """Return the distance to the bound as a share of what is best so far, whichever way it is better."""
    return abs(bound - best) / max(abs(best), 1e-9) if best != bound else 0.0


def fill_of(level: ObjectiveLevel) -> int:
    """Return how near a level is to its bound, 0 to 100, whichever way it is better."""
    low, high = sorted((abs(level.value), abs(level.bound)))
    return 100 if high == 0 else round(100 * low / high)


def days_said(first: Instant, last: Instant) -> Markup:
    """Write the days of a plan: `18–26 September`, or `28 August – 3 September`."""
    begin, end = local_day(first), local_day(last)
    if month(first, full=True) == month(last, full=True):
        days = begin if begin == end else f"{begin}–{end}"
        return Markup("{} {}").format(ltr(days), month(last, full=True))
    return Markup("{} {} – {} {}").format(ltr(begin), month(first, full=True), ltr(end), month(last, full=True))


def local_day(at: Instant) -> int:
    """Return the day of the month in the crisis's zone."""
    return datetime.fromtimestamp(at, the_desk().zone).day


def offset_said(at: Instant) -> str:
    """Write how far the crisis's clocks are from UTC: `UTC+3`."""
    minutes = int((datetime.fromtimestamp(at, the_desk().zone).utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02d}' if rest else ''}"


def clock_text(at: Instant) -> str:
    """Write an hour and minute as plain text, for a chart: `06:00`."""
    return datetime.fromtimestamp(at, the_desk().zone).strftime("%H:%M")


def long_day(at: Instant) -> Markup:
    """Write a day as a sheet of paper does: `Monday 19 September 2016`."""
    local = datetime.fromtimestamp(at, the_desk().zone)
    return Markup("{} {} {} {}").format(weekday(at, full=True), ltr(local.day), month(at, full=True), ltr(local.year))


def step_said(step: str) -> str:
    """Say which of the five papers it is."""
    return said(STEPS, step)


def state_said(state: str) -> str:
    """Say how a paper stands."""
    return said(PAPER_STATES, state)


def edit_said(line: str) -> Markup:
    """Say the change that a line of a scenario file makes; one that cannot be read is shown as it is."""
    try:
        edits = parse_scenario("edit", line, the_desk().zone).edits
    except BadInput:
        return escape(line)
    return Markup("; ").join(Markup("{}: {}").format(EDIT_KINDS[edit.kind][0], values_said(edit)) for edit in edits)


def values_said(edit: Edit) -> Markup:
    """Say of what an edit speaks and for which time, every thing by its name."""
    world = the_desk().world()
    named: dict[str, Mapping[str, Any]] = {
        "site": world.catalogue.sites,
        "gate": world.network.gates,
        "segment": world.network.segments,
        "hub": world.catalogue.hubs,
        "truck_type": world.catalogue.truck_types,
        "commodity": world.catalogue.commodities,
    }
    told: list[str] = []
    for field in fields(edit):
        value = getattr(edit, field.name)
        if field.name == "kind" or value is None:
            continue
        if field.name in named and value in named[field.name]:
            told.append(say(named[field.name][value]))
        elif isinstance(value, tuple):
            told.append(_(", ").join(_one_said(field.name, one) for one in value))
        else:
            told.append(_plainly(field.name, value))
    return escape(_(", ")).join(told)


def _plainly(field: str, value: object) -> Markup:
    """Say a time, a figure or a state that an edit holds."""
    if isinstance(value, Window):
        begins, ends = moment(value.start, year=False), moment(value.end, year=False)
        if clock_text(value.start) == clock_text(value.end) == "00:00":
            begins, ends = day(value.start), day(value.end - 1)
        return Markup("{} – {}").format(begins, ends)
    if field == "state" and str(value) in PAPER_STATES:
        return escape(said(PAPER_STATES, str(value)))
    if isinstance(value, int) and field == "at":
        return moment(value, year=False)
    if isinstance(value, int) and field in {"opens", "closes"}:
        return ltr(f"{value // HOUR:02d}:{value % HOUR // MINUTE:02d}")
    return ltr(f"{value} %" if field == "percent" else value)


def _one_said(field: str, one: object) -> str:
    """Say one of several things that an edit lists, by its name."""
    world = the_desk().world()
    if field == "gates" and one in world.network.gates:
        return say(world.network.gates[str(one)])
    if field == "sites" and one in world.catalogue.sites:
        return say(world.catalogue.sites[str(one)])
    if field == "parties":
        return body_name(str(one), world)
    return said(STEPS, str(one)) if field == "steps" else str(one)


def trucks_said(trucks: dict[str, int], kinds: dict[str, Any]) -> Markup:
    """Write a column's trucks by payload: `18×25 + 6×10 t`."""
    parts = sorted(((kinds[kind].payload_kg, count) for kind, count in trucks.items() if count), reverse=True)
    text = " + ".join(f"{count}×{kg / 1000:g}" for kg, count in parts)
    return Markup("{} {}").format(ltr(text), _("t"))
