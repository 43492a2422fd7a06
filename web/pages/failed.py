"""Failed deliveries: every figure by source for those who run the operation, the redacted rows for partners."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, g, render_template, request
from werkzeug.exceptions import BadRequest

from planner.domain.denials import AMRF, Period, day_of, list_denials
from planner.domain.errors import BadInput
from planner.domain.gazetteer import make_gazetteer
from planner.domain.world import World
from planner.partners.redaction import EMBARGO_S, Frame, Redacted, redact
from planner.services.access import as_of
from planner.services.failure_breakdown import break_down
from planner.services.failures import (
    STAGES,
    Case,
    Failures,
    as_happened,
    get_case,
    list_failures,
    read_period,
    with_published,
)
from planner.services.funnel import Funnel, follow_requests
from routing.errors import RoutingError
from routing.units import DAY, AsOf, Instant
from web import event_words as words
from web.desk import the_desk
from web.frame import current_asof, language, read_moment
from web.i18n import gettext as _
from web.request_views import requests_now
from web.rights import Right, needs
from web.words import say

page = Blueprint("failed", __name__, url_prefix="/failed")
MEASURES: Final = ("cases", "people")
PARTNER_TIER: Final = "T1"


@page.app_template_filter("local_day")
def local_day(at: Instant) -> str:
    """Write a day as addresses and date fields want it: `2016-09-19`."""
    return day_of(at, the_desk().zone)


@page.get("")
@needs(Right.PARTNER)
def index() -> str | tuple[str, int]:
    """Show the failed deliveries of a period: in full, or what the partners' tier may read."""
    if not g.me.can(Right.READ):
        return _redacted_page(_released(), preview=False)
    if request.args.get("view") == "partner":
        return _redacted_page(current_asof(), preview=True)
    question = current_asof()
    world = _world()
    try:
        failures = list_failures(world, _period(question.at), question)
    except (BadInput, RoutingError) as wrong:
        return render_template("failed/unread.html", wrong=str(wrong), at=question.at), 422
    measure = request.args.get("count", MEASURES[0])
    funnel = follow_requests(world, failures.period, question)
    apart = break_down(world, failures.cases, requests_now(), failures.period.window, question)
    return render_template(
        "failed/index.html", apart=apart, failures=failures, funnel=funnel, words=words,
        world=world, stages=STAGES, measure=measure, at=question.at, overlay=_overlay(failures),
        drawn=_draw_funnel(funnel), chosen=_chosen(failures.period),
        weeks=_draw_weeks(failures, measure),
    )  # fmt: skip


@page.get("/<event_id>")
@needs(Right.READ)
def case(event_id: str) -> str:
    """Show one case with all figures by source, what was said beside what is assessed, and the records behind it."""
    found = get_case(_world(), event_id, current_asof())
    return render_template(
        "failed/case.html", case=found, words=words, world=_world(), stages=STAGES, figures=_figures(found)
    )


def _world() -> World:
    desk = the_desk()
    return with_published(desk.store, desk.world())


def _period(at: Instant) -> Period:
    first, last = request.args.get("from", ""), request.args.get("until", "")
    text = f"{first}..{last}" if first and last else request.args.get("period", "")
    return read_period(text, at, the_desk().zone)


def _chosen(period: Period) -> str:
    """Return which kind of period is shown."""
    if ".." in period.name or period.name.count("-") == 2:  # noqa: PLR2004 - year-month-day
        return "days"
    return "month" if "-" in period.name else "year"


# ---------------------------------------------------------------------------------------------------------------------
# Partners: made from redacted rows alone


def _released() -> AsOf:
    """Return the as-of of a partner: never later than the present, and what was known then, whatever is asked.

    Otherwise a date ahead in the address would open what the embargo withholds.

    Raises
    ------
    BadRequest
        If the address holds a time that cannot be understood.
    """
    desk = the_desk()
    wanted = request.args.get("at")
    try:
        at = desk.now if wanted is None else min(desk.now, read_moment(wanted))
    except (BadInput, RoutingError) as wrong:
        raise BadRequest(str(wrong)) from wrong
    return as_of(desk.world(), at, None)


def _redacted_page(question: AsOf, *, preview: bool) -> str | tuple[str, int]:
    zone = the_desk().zone
    try:
        period = as_happened(_period(question.at), question.at)
    except (BadInput, RoutingError) as wrong:
        return render_template("failed/unread.html", wrong=str(wrong), at=question.at), 422
    world = _world()
    frame = Frame(gazetteer=make_gazetteer(world), zone=zone, now=question.at)
    redacted = redact(list_denials(world, period, question.known), PARTNER_TIER, period, frame)
    rows = _named(redacted)
    return render_template(
        "failed/partner.html", rows=rows, withheld=sum(redacted.withheld.values()), period=period, preview=preview,
        words=words, embargo_days=EMBARGO_S[PARTNER_TIER] // DAY, chosen=_chosen(period),
        categories=[(code, sum(row["amrf_code"] == code for row in rows)) for code in AMRF],
    )  # fmt: skip


def _named(redacted: Redacted) -> list[dict[str, Any]]:
    names = [column.name for column in redacted.columns]
    rows = [dict(zip(names, row, strict=True)) for row in redacted.rows]
    return sorted(rows, key=lambda row: (str(row["occurred_on"]), str(row["event_id"])), reverse=True)


# ---------------------------------------------------------------------------------------------------------------------
# What is drawn


def _overlay(failures: Failures) -> dict[str, Any]:
    by_site: dict[str, list[Case]] = {}
    for one in failures.cases:
        by_site.setdefault(one.site.id, []).append(one)
    points = [
        {
            "sel": f"case:{cases[0].denial.event_id}", "at": list(cases[0].at), "kind": "case", "bold": True,
            "name": say(cases[0].site), "people": max(c.high or 0 for c in cases),
            "name2": ", ".join(dict.fromkeys(str(words.STATES[c.denial.what]) for c in cases)),
        }
        for cases in by_site.values()
    ]  # fmt: skip
    network = the_desk().world().network
    corners = [one.at for one in failures.cases] or [place.position for place in network.places.values()]
    pad = 0.5
    bounds = [
        min(at[0] for at in corners) - pad, min(at[1] for at in corners) - pad,
        max(at[0] for at in corners) + pad, max(at[1] for at in corners) + pad,
    ]  # fmt: skip
    return {"bounds": bounds, "points": points}


_TALL: Final = 130
_APART: Final = 142
_BAR: Final = 16
_WIDE: Final = 690


def _draw_funnel(funnel: Funnel) -> list[dict[str, Any]]:
    """Return the steps of the funnel with place and height; heights are requests, to scale."""
    mirrored = language() == "ar"
    asked = max(1, funnel.asked)
    drawn = []
    height = float(_TALL)
    for n, step in enumerate(funnel.steps):
        if step.requests is not None:
            height = max(2.0, _TALL * step.requests / asked) if step.requests else 0.0
        x = 16 + n * _APART
        drawn.append({"step": step, "x": _WIDE - _BAR - x if mirrored else x, "h": round(height, 1)})
    return drawn


def _draw_weeks(failures: Failures, measure: str) -> list[dict[str, Any]]:
    values = [week.people_high if measure == "people" else week.cases for week in failures.weeks]
    most = max([*values, 1])
    return [
        {"week": week, "value": v, "h": round(44 * v / most, 1)} for week, v in zip(failures.weeks, values, strict=True)
    ]


def _figures(found: Case) -> list[tuple[str, str, Mapping[int, int]]]:
    """Return (what, source, count by record) for every figure that any record gives."""
    told: dict[tuple[str, str], dict[int, int]] = {}
    kinds = (("people_requested", _("to be reached")), ("people_reached", _("reached")), ("figures", ""))
    for record in found.records:
        for name, said in kinds:
            for figure in getattr(record.fact, name, ()):
                what = said or figure.what.replace("_", " ")
                told.setdefault((what, figure.source), {})[record.position] = figure.count
    return [(what, source, counts) for (what, source), counts in told.items()]
