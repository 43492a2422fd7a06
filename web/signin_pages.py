"""Sign in, in one step or two, and sign out."""

import time
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from planner.domain.accounts import FAILURES_ALLOWED, LOCKED_S
from planner.domain.errors import Refused
from routing.units import MINUTE
from web import sessions
from web.desk import the_desk
from web.forms import WHOLE, Form
from web.i18n import gettext as _
from web.identity import Person, check_password, the_codes, the_library
from web.rights import Right, needs

page = Blueprint("signin", __name__)
LONGEST_CODE: Final = 40


@page.route("/sign-in", methods=["GET", "POST"])
@needs(Right.OPEN)
def sign_in() -> str | Response | tuple[str, int]:
    """Ask for username and password."""
    wanted = request.values.get("next", "")
    if not g.me.anonymous:
        return redirect(safe_next(wanted), HTTPStatus.SEE_OTHER)
    if request.method == "GET":
        return render_template("signin/sign_in.html", form=None, next=wanted)
    arrived = time.monotonic()
    person = check_password(the_desk().clock)
    if person is None:
        _wait_until(arrived + current_app.config["SIGN_IN_FLOOR_S"])
        return _refused(wanted)
    has_codes = person.account.totp_secret is not None
    try:
        sessions.begin(
            the_desk().store, person.account.id, stage="password" if has_codes else "whole",
            agent=request.user_agent.string, at=the_desk().clock(),
        )  # fmt: skip
    except Refused:
        return _refused(wanted)
    if has_codes:
        return redirect(url_for("signin.code", next=wanted or None), HTTPStatus.SEE_OTHER)
    return redirect(safe_next(wanted), HTTPStatus.SEE_OTHER)


@page.route("/sign-in/code", methods=["GET", "POST"])
@needs(Right.OPEN)
def code() -> str | Response | tuple[str, int]:
    """Ask for the second factor: a code of the phone, or a recovery code."""
    wanted = request.values.get("next", "")
    if g.pending is None:
        return redirect(url_for("signin.sign_in", next=wanted or None), HTTPStatus.SEE_OTHER)
    form = Form.sent() if request.method == "POST" else None
    if form is None:
        return render_template("signin/code.html", form=None, next=wanted)
    person, now = Person(g.pending), the_desk().clock()
    typed = "".join(form.text("code", required=True, longest=LONGEST_CODE).split()).lower()
    if form.ok and not person.is_locked() and _takes(person, typed):
        sessions.begin(the_desk().store, person.account.id, stage="whole", agent=request.user_agent.string, at=now)
        return redirect(safe_next(wanted), HTTPStatus.SEE_OTHER)
    if form.ok:
        person.track_failed_authn("code", tfa=True)
        form.complain(
            "code",
            _("This code is wrong or was used already, or the account rests. Wait for the next code."),
        )
    return render_template("signin/code.html", form=form, next=wanted), HTTPStatus.UNPROCESSABLE_ENTITY


@page.post("/sign-out")
@needs(Right.ANYBODY)
def sign_out() -> Response:
    """End this sign-in, and have the browser forget what it holds of it."""
    sessions.end(the_desk().store, the_desk().clock())
    answer = redirect(url_for("signin.sign_in"), HTTPStatus.SEE_OTHER)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def safe_next(wanted: str) -> str:
    """Return an address of this site that can be opened; whatever else is asked for becomes the first page."""
    home = url_for("home.index")
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return home
    odd = parts.scheme or parts.netloc or not wanted.startswith("/") or "\\" in wanted or not wanted.isprintable()
    if odd or wanted.startswith("//"):
        return home
    routes = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, _args = routes.match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return home  # an address that only takes forms, or none of ours
    return home if endpoint.startswith("signin.") and endpoint != "signin.account" else wanted


def _takes(person: Person, typed: str) -> bool:
    """Tell whether a code is good, and use it up."""
    if typed.isdecimal():
        return the_codes().verify_totp(typed, person.account.totp_secret or "", person)
    util = the_library().mf_recovery_codes_util
    try:
        return bool(util.check_recovery_code(person, typed) and util.delete_recovery_code(person, typed))
    except Refused:
        return False  # the same code, or another, was used in the same moment


def _refused(wanted: str) -> tuple[str, int]:
    form = Form.sent()
    form.complain(
        WHOLE,
        _(
            "Name and password do not fit, or the account cannot be used now. "
            "After %(tries)d wrong tries an account rests for %(minutes)d minutes.",
            tries=FAILURES_ALLOWED,
            minutes=LOCKED_S // MINUTE,
        ),
    )
    return render_template("signin/sign_in.html", form=form, next=wanted), HTTPStatus.UNPROCESSABLE_ENTITY


def _wait_until(moment: float) -> None:
    """Let a refusal take the same time whatever it was refused for."""
    time.sleep(max(0.0, moment - time.monotonic()))
