"""Runs: what is being solved, how far it is and who works on it; stop it, or stop it and keep the best."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, current_app, flash, g, render_template
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import Refused
from planner.services.runs import RunView, keep_run, list_runs, stop_run, view_run
from web.desk import the_desk
from web.forms import do_once
from web.frame import page as address
from web.i18n import gettext as _
from web.live import Streams
from web.people import names_of
from web.plan_view import words
from web.rights import Right, needs
from web.sessions import unattended

page = Blueprint("runs", __name__, url_prefix="/runs")
KEY: Final = "qafila-streams"


@page.record_once
def _prepare(state: object) -> None:
    app = getattr(state, "app")  # noqa: B009 - Flask's setup state has no public type
    app.extensions[KEY] = Streams()


def _view(run: int) -> RunView:
    desk = the_desk()
    return view_run(desk.store, desk.crisis_id, run, desk.clock())


@page.get("")
@needs(Right.READ)
def index() -> str:
    """List the runs, newest first."""
    desk = the_desk()
    views = list_runs(desk.store, desk.crisis_id, desk.clock())
    names = names_of(view.run.queued_by for view in views)
    return render_template("runs/index.html", views=views, names=names, **words())


@page.get("/<int:run>")
@needs(Right.READ)
def run(run: int) -> str:
    """Follow one run; without scripts the page loads itself again."""
    view = _view(run)
    return render_template("runs/run.html", v=view, names=names_of([view.run.queued_by]), **words())


@page.get("/<int:run>/progress")
@needs(Right.READ)
@unattended
def progress(run: int) -> str:
    """Return the part of the page that changes."""
    return _progress(_view(run))


def _progress(view: RunView) -> str:
    return render_template("runs/progress.html", v=view, **words())


@page.get("/<int:run>/events")
@needs(Right.READ)
@unattended
def events(run: int) -> Response | tuple[str, HTTPStatus]:
    """Send the part of the page that changes whenever it does, until the run ends."""
    _view(run)  # what there is not is said before a stream is opened
    streams: Streams = current_app.extensions[KEY]

    def look() -> tuple[str, bool]:
        view = _view(run)
        return _progress(view), not view.going

    answer = streams.open(look)
    if answer is None:
        return _("Too many are watching. The page asks by itself now and then."), HTTPStatus.SERVICE_UNAVAILABLE
    return answer


@page.post("/<int:run>/stop")
@needs(Right.PLAN)
def stop(run: int) -> Answer:
    """Stop a run and drop what it has found."""

    def deed() -> str:
        desk = the_desk()
        try:
            stop_run(desk.store, desk.crisis_id, run, by=g.me.id, at=desk.clock())
            flash(_("Stopped. Nothing was kept."))
        except Refused:
            flash(_("It had ended already. Nothing was changed."))
        return address("runs.run", run=run)

    return do_once(deed)


@page.post("/<int:run>/keep")
@needs(Right.PLAN)
def keep(run: int) -> Answer:
    """Ask a run to end now and keep the best it has."""

    def deed() -> str:
        desk = the_desk()
        try:
            keep_run(desk.store, desk.crisis_id, run, by=g.me.id, at=desk.clock())
            flash(_("Its worker is told to end with the best it has."))
        except Refused:
            flash(_("Nobody works on it now, so there is nothing to keep. Nothing was changed."))
        return address("runs.run", run=run)

    return do_once(deed)
