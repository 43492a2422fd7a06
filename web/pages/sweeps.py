"""Sweeps: many scenarios at once, as a heat map over two of the values that vary and as a table."""

import csv
import io
from typing import Final, get_args

from flask import Blueprint, Response, abort, flash, g, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import BadInput
from planner.domain.sweep import Sweep
from planner.intake.sweep import parse_sweep
from planner.services.scenarios import Example, list_examples
from planner.services.sweep_view import INDICATORS, Indicator, csv_rows, heat_map
from planner.services.sweeps import (
    SweepView,
    list_sweeps,
    request_sweep,
    resume_sweep,
    stop_sweep,
    view_sweep,
)
from web.desk import the_desk
from web.forms import Form, do_once
from web.frame import page as address
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.rights import Right, needs
from web.sessions import unattended

page = Blueprint("sweeps", __name__, url_prefix="/what-if/sweeps")
MOST: Final = 500
"""So many scenarios are queued from a page; the command line takes more and shows how far it is."""
SAID: Final = {
    "people_reached": _l("People reached"),
    "convoys": _l("Convoys"),
    "trucks": _l("Trucks sent"),
    "sites_served": _l("Sites served"),
    "needs_unmet": _l("Needs unmet"),
    "value": _l("Assistance expected, person-days"),
}
"""What each indicator is called."""


@page.get("")
@needs(Right.PLAN)
def index() -> str:
    """List the sweeps, and offer a new one: empty, or one of the examples."""
    form = Form(values={"base": request.args.get("base", "latest")})
    example = next((e for e in _examples() if e.name == request.args.get("example")), None)
    if example is not None:
        form.values["text"] = example.text
    return _shown(form)


def _examples() -> tuple[Example, ...]:
    return list_examples(the_desk().crisis_id, "sweeps")


def _shown(form: Form) -> str:
    desk = the_desk()
    with desk.store.reading() as read:
        plans = read.list_plans(desk.crisis_id, limit=20, supposed=False)
    sweeps = list_sweeps(desk.store, desk.crisis_id)
    return render_template("what_if/sweeps.html", form=form, plans=plans, sweeps=sweeps, examples=_examples())


@page.post("")
@needs(Right.PLAN)
def ask() -> str | Answer | tuple[str, int]:
    """Queue every scenario of a sweep file beside a plan."""
    form, desk = Form.sent(), the_desk()
    text = form.text("text", required=True, longest=100_000).replace("\r\n", "\n")
    sweep = form.attempt("text", lambda: _read(text)) if text else None
    if sweep is None or not form.ok:
        return _shown(form), 422

    def deed() -> str:
        base = desk.plan(form.values.get("base") or "latest")
        card = request_sweep(desk.store, desk.world(), base, sweep, desk.versions, at=desk.clock(), by=g.me.id)
        return address("sweeps.sweep", sweep=card.id)

    return do_once(deed)


def _read(text: str) -> Sweep:
    desk = the_desk()
    sweep = parse_sweep(_("sweep"), text, desk.zone, desk.world())
    if len(sweep.cells) > MOST:
        way_out = _("Draw some of them with a table [sample], or use the command line.")
        said = _(
            "%(count)d scenarios are more than the %(most)d that a page queues.", count=len(sweep.cells), most=MOST
        )
        raise BadInput(f"{said} {way_out}")
    return sweep


def _view(sweep: int) -> SweepView:
    desk = the_desk()
    return view_sweep(desk.store, desk.crisis_id, sweep)


@page.get("/<int:sweep>")
@needs(Right.PLAN)
def sweep(sweep: int) -> str:
    """Show a sweep: the heat map of an indicator over two variables, and every scenario."""
    view = _view(sweep)
    asked = request.args.get("show", INDICATORS[0])
    indicator: Indicator = next((one for one in get_args(Indicator) if one == asked), INDICATORS[0])
    heat = heat_map(view, indicator, request.args.get("down"), request.args.get("across"))
    return render_template("what_if/sweep.html", view=view, heat=heat, indicators=SAID)


@page.get("/<int:sweep>/progress")
@needs(Right.PLAN)
@unattended
def progress(sweep: int) -> str:
    """Return how far a sweep is, for a page that waits."""
    return render_template("what_if/sweep_progress.html", view=_view(sweep))


@page.get("/<int:sweep>.csv")
@needs(Right.PLAN)
def export(sweep: int) -> Response:
    """Return the table of results as CSV, marked as UTF-8 for spreadsheets."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows(csv_rows(_view(sweep)))
    answer = Response("\ufeff" + written.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="sweep-{sweep}.csv"'
    return answer


@page.post("/<int:sweep>/<do>")
@needs(Right.PLAN)
def change(sweep: int, do: str) -> Answer:
    """Stop what is not done of a sweep, or queue anew what failed or was stopped."""
    desk = the_desk()

    def deed() -> str:
        if do == "stop":
            stopped = stop_sweep(desk.store, desk.crisis_id, sweep, at=desk.clock(), by=g.me.id)
            flash(_("%(count)d scenarios are stopped; what is solved stays.", count=stopped))
        elif do == "resume":
            resume_sweep(desk.store, desk.crisis_id, sweep, at=desk.clock(), by=g.me.id)
        else:
            abort(404)
        return address("sweeps.sweep", sweep=sweep)

    return do_once(deed)
