"""Replays: past days planned again with what was known each morning, beside what is on record of them."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, g, render_template
from werkzeug.wrappers import Response as Answer

from planner.domain.denials import day_of
from planner.domain.errors import BadInput, NotFound
from planner.domain.replayed import FLAGGED_FROM, RecordedOutcome, ReplayAnswer
from planner.partners.replay_pdf import write_replay_pdf
from planner.services.replay_queue import (
    ReplayWish,
    ask_replay,
    list_replays,
    note_taken,
    stop_replay,
    view_replay,
)
from planner.services.replay_view import counts, replay_json
from planner.services.report_sources import replay_paper
from planner.store.records import ReplayCard
from routing.units import DAY
from web.access_words import ADVICE
from web.desk import the_desk
from web.event_words import WHAT, said
from web.forms import Form, do_once
from web.frame import language
from web.frame import page as address
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.plan_view import words
from web.rights import Right, needs
from web.sessions import unattended

page = Blueprint("replays", __name__, url_prefix="/what-if/replays")
FATES: Final[dict[str, Any]] = {
    "nothing_stops_it": _l("nothing on record stops it"),
    "held": _l("held"),
    "turned_back": _l("turned back"),
    "caught_inside": _l("caught inside"),
}
CANNOT_GO: Final[dict[str, Any]] = {
    "arranged_later": _l("arranged for a later day"),
    "window": _l("no departure gets through before a road closes"),
    "blocked_segment": _l("every road is closed all day"),
    "trucks": _l("how many trucks it has is not stated"),
}
LARGEST_ID: Final = 2**31 - 1


@page.get("")
@needs(Right.PLAN)
def index() -> str:
    """List the replays, and offer a new one."""
    desk = the_desk()
    values = {"from": day_of(desk.now - 3 * DAY, desk.zone), "until": day_of(desk.now - DAY, desk.zone), "days": "2"}
    return _listed(Form(values=values))


def _listed(form: Form) -> str:
    desk = the_desk()
    cards = list_replays(desk.store, desk.crisis_id)
    return render_template("what_if/replays.html", form=form, replays=[(card, _wish(card)) for card in cards])


def _wish(card: ReplayCard) -> ReplayWish:
    return ReplayWish(**card.wish)


@page.post("")
@needs(Right.PLAN)
def ask() -> str | Answer | tuple[str, int]:
    """Queue a replay of some past days, by the record as it stands now."""
    form, desk = Form.sent(), the_desk()
    world = desk.world()
    first, last = (form.moment(name, required=True) for name in ("from", "until"))
    days = form.whole("days", least=1)
    if first is None or last is None or days is None or not form.ok:
        return _listed(form), 422
    wish = ReplayWish(first=first, last=last, days=days, known=world.head)

    def deed() -> str:
        card = ask_replay(desk.store, world, wish, desk.versions, at=desk.clock(), by=g.me.id)
        return address("replays.replay", number=card.id)

    try:
        return do_once(deed)
    except BadInput as wrong:
        form.complain("", str(wrong))
        return _listed(form), 422


def _view(number: int) -> tuple[ReplayCard, ReplayAnswer | None]:
    desk = the_desk()
    return view_replay(desk.store, desk.crisis_id, min(number, LARGEST_ID))


@page.get("/<int:number>")
@needs(Right.PLAN)
def replay(number: int) -> str:
    """Show a replay as far as it is: the mornings in one table, then each with its convoys."""
    card, answer = _view(number)
    mornings = () if answer is None else answer.mornings
    return render_template(
        "what_if/replay.html", card=card, wish=_wish(card), answer=answer, mornings=mornings,
        sums=[counts([one]) for one in mornings], total=counts(mornings), fates=FATES, why=_why, what=WHAT,
        flagged_from=FLAGGED_FROM, world=the_desk().world(), advice_word=lambda advice: said(ADVICE, advice),
        events=_events, isoday=lambda at: day_of(at, the_desk().zone), **words(),
    )  # fmt: skip


def _why(rule: str) -> str:
    """Return why a convoy cannot go; a rule that has no words of its own is a paper's."""
    return str(CANNOT_GO.get(rule) or _("papers are not in force"))


def _events(recorded: Sequence[RecordedOutcome]) -> Sequence[RecordedOutcome]:
    """Return each event once, whatever the number of its sources; of several the last word on record."""
    return tuple({(one.movement, one.at, one.what): one for one in recorded}.values())


@page.get("/<int:number>/progress")
@needs(Right.PLAN)
@unattended
def progress(number: int) -> str:
    """Return how far a replay is, for a page that waits."""
    card, _answer = _view(number)
    return render_template("what_if/replay_progress.html", card=card)


@page.get("/<int:number>.<kind>")
@needs(Right.PLAN)
def export(number: int, kind: str) -> Response:
    """Return what a replay found as a PDF or as JSON; it names routes, so who takes it is put on record."""
    card, answer = _view(number)
    if kind not in {"pdf", "json"}:
        abort(404)
    if answer is None:
        raise NotFound(_("Replay %(number)s has found nothing yet.", number=number))
    desk = the_desk()
    world = desk.world()
    if kind == "json":
        content = (json.dumps(replay_json(answer, world), ensure_ascii=False, indent=2) + "\n").encode()
    else:
        paper = replay_paper(world, answer, now=desk.now, reader=g.me.id)
        content = write_replay_pdf(paper, "ar" if language() == "ar" else "en")
    note_taken(
        desk.store, desk.crisis_id, card.id, hashlib.sha256(content).hexdigest(), at=desk.clock(), by=g.me.id
    )  # fmt: skip
    given = Response(content, mimetype="application/pdf" if kind == "pdf" else "application/json")
    given.headers["Content-Disposition"] = f'attachment; filename="replay-{card.id}.{kind}"'
    return given


@page.post("/<int:number>/stop")
@needs(Right.PLAN)
def stop(number: int) -> Answer:
    """Stop a replay; what is done stays, and asked for again it goes on."""
    desk = the_desk()

    def deed() -> str:
        stop_replay(desk.store, desk.crisis_id, min(number, LARGEST_ID), at=desk.clock(), by=g.me.id)
        flash(_("The replay is stopped; the mornings that are done stay."))
        return address("replays.replay", number=number)

    return do_once(deed)
