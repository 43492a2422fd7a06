"""Failed deliveries: every figure by source for those who run the operation, for partners the rows released to them."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, g, render_template, request

from planner.domain.denials import AMRF, Period, day_of
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.partners.report import Table
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
from planner.services.released_rows import released_denials, tellable_events
from routing.errors import RoutingError
from routing.units import Instant
from web import event_words as words
from web.desk import the_desk
from web.frame import current_asof, language, read_moment
from web.i18n import gettext as _
from web.request_views import requests_now
from web.rights import Right, needs
from web.roles import FOR_PARTNERS, partners_tier
from web.words import say

page = Blueprint("failed", __name__, url_prefix="/failed")
MEASURES: Final = ("cases", "people")


@page.app_template_filter("local_day")
def local_day(at: Instant) -> str:
    """Write a day as addresses and date fields want it: `2016-09-19`."""
    return day_of(at, the_desk().zone)


@page.get("")
@needs(Right.PARTNER)
def index() -> str | tuple[str, int]:
    """Show the failed deliveries of a period: in full, or what was released to partners."""
    if not g.me.can(Right.READ):
        return _partner_page(preview=False)
    if request.args.get("view") == "partner":
        return _partner_page(preview=True)
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
# Partners: made from the rows of released reports alone


def _partner_page(*, preview: bool) -> str | tuple[str, int]:
    """Show what was released to partners, whatever time the address asks for: none but the present opens it."""
    desk = the_desk()
    try:
        at = min(desk.now, read_moment(request.args["at"])) if "at" in request.args else desk.now
        period = as_happened(_period(at), desk.now)
    except (BadInput, RoutingError) as wrong:
        return render_template("failed/unread.html", wrong=str(wrong), at=desk.now), 422
    tier = FOR_PARTNERS if preview else partners_tier()
    told = released_denials(desk.store, desk.world(), tier, period, now=desk.now)
    rows = _named(told.tables[0])
    waiting = 0
    if preview:
        tellable = tellable_events(desk.store, desk.world(), tier, period, now=desk.now)
        waiting = len(tellable - {str(row["event_id"]) for row in rows})
    return render_template(
        "failed/partner.html", rows=rows, waiting=waiting, period=period, preview=preview, tier=tier, words=words,
        chosen=_chosen(period), categories=[(code, sum(row["amrf_code"] == code for row in rows)) for code in AMRF],
    )  # fmt: skip


def _named(table: Table) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in reversed(table.rows)]


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
