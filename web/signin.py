"""Know who asks, hold back who must first do something, and take no form that another site has made."""

from http import HTTPStatus
from typing import Any, Final

from flask import Flask, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response

from planner.domain.accounts import Account
from planner.services import sign_ins
from planner.store.records import DatabaseBusy
from web import account_pages
from web.desk import Desk
from web.i18n import gettext as _
from web.identity import Person, install_identity, must_have_codes, role_name
from web.problems import problem, wants_json
from web.rights import Me, Right, guard, right_of
from web.sessions import StoredSessions, keeps_awake, this_visit

__all__ = ["install_signin"]

WITHOUT_SIGN_IN: Final = frozenset({"static_file", "favicon", "robots", "home.health"})
"""Answered without asking the store who is there."""
CHANGES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
BEARER: Final = "Bearer "
FIRST_STEPS: Final = frozenset({"signin.change_password", "signin.sign_out"})
SECOND_STEPS: Final = FIRST_STEPS | {"signin.second_factor"}


def install_signin(app: Flask, desk: Desk) -> None:
    """Sign people in and out and guard every route.

    Settings: REQUIRE_TOTP (coordinators and administrators must set up one-time codes before anything else),
    FORCE_PASSWORD_CHANGE (a one-time password must be changed before anything else), SESSION_COOKIE_SECURE
    (served by https), SIGN_IN_FLOOR_S (a refused sign-in is answered no sooner).
    """
    app.config.setdefault("REQUIRE_TOTP", True)
    app.config.setdefault("FORCE_PASSWORD_CHANGE", True)
    app.config.setdefault("SIGN_IN_FLOOR_S", 0.6)
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # checked below, after the rights
        WTF_CSRF_TIME_LIMIT=None,  # a form's token ends with its session
        WTF_CSRF_SSL_STRICT=False,  # it asks for the referrer, which our pages never send
    )
    app.jinja_env.globals["role_name"] = role_name
    app.session_interface = StoredSessions(desk.store)

    @app.before_request
    def recognise() -> None:
        g.me, g.account, g.person, g.pending, g.token = Me(), None, None, None, None
        if request.endpoint not in WITHOUT_SIGN_IN:
            _recognise(desk)

    csrf = CSRFProtect(app)
    install_identity(app, desk.store)

    @app.before_request
    def hold_back() -> Response | None:
        return None if g.account is None else _first_things_first(g.account)

    guard(app, lambda me, right: _note_refusal(desk, me, right))

    @app.before_request
    def check_origin() -> None:
        # A script with a token of its own has no cookie that another site could use.
        if request.method in CHANGES and request.endpoint is not None and g.token is None:
            if request.headers.get("Sec-Fetch-Site") == "cross-site":
                raise CSRFError("Sent from another site.")
            csrf.protect()

    app.register_error_handler(CSRFError, _forged)
    app.register_blueprint(account_pages.page)


def _recognise(desk: Desk) -> None:
    now = desk.clock()
    token = _token_of_script()
    if token is not None:
        by_token = sign_ins.find_by_token(desk.store, token, now)
        if by_token is None:
            abort(HTTPStatus.UNAUTHORIZED)
        g.token, account = by_token
        sign_ins.note_use(desk.store, g.token, now)
        _is_here(account)
        return
    visit = this_visit()
    if not visit.came_with_cookie:
        return
    found = sign_ins.find_signed_in(desk.store, visit.token, now)
    if found is None:
        return
    sign_in, account = found
    visit.fill(sign_in)
    if sign_in.stage == "password":
        g.pending = account
        return
    _is_here(account)
    if keeps_awake(request.endpoint):
        try:
            sign_ins.note_life(desk.store, sign_in, now)
        except DatabaseBusy:
            current_app.logger.warning("A sign of life was not kept: the database is busy.")


def _token_of_script() -> str | None:
    """Return the token that a script speaks with; feed readers know no bearer and send it as a password."""
    header = request.headers.get("Authorization", "")
    if not request.path.startswith("/api/"):
        return None
    if header.startswith(BEARER):
        return header.removeprefix(BEARER).strip()
    given = request.authorization
    if given is not None and given.type == "basic":
        return given.password or ""
    return None


def _is_here(account: Account) -> None:
    g.account, g.person = account, Person(account)
    g.me = Me(
        id=account.id, name=account.name or account.username, roles=account.roles, last_visit_at=account.visit_before
    )


def _first_things_first(account: Account) -> Response | None:
    """Lead to what must be done before anything else: an own password, and one-time codes where they are required."""
    if right_of(current_app.view_functions.get(request.endpoint or "")) is Right.OPEN:
        return None
    if account.must_change_password and current_app.config["FORCE_PASSWORD_CHANGE"]:
        return _lead(
            "signin.change_password", FIRST_STEPS, _("Choose your own password first: the one you have was printed.")
        )
    if account.totp_secret is None and must_have_codes(account):
        return _lead(
            "signin.second_factor",
            SECOND_STEPS,
            _("Set up one-time codes first: your role can move convoys or people."),
        )
    return None


def _lead(endpoint: str, allowed: frozenset[str], why: str) -> Response | None:
    if request.endpoint in allowed:
        return None
    if wants_json():
        return problem(HTTPStatus.FORBIDDEN, why)
    flash(why, "info")
    return redirect(url_for(endpoint), HTTPStatus.SEE_OTHER)


def _note_refusal(desk: Desk, me: Me, right: Right) -> None:
    where = f"{request.method} {request.endpoint}"
    sign_ins.note_refusal(desk.store, me.id, right=right.value, where=where, at=desk.clock())


def _forged(_wrong: CSRFError) -> Any:  # noqa: ANN401 - as Flask's error handlers
    said = _(
        "This form does not belong to the sign-in it came with, or was open across two of them. Nothing was done. "
        "Load the page again and send it once more."
    )
    if wants_json():
        return problem(HTTPStatus.BAD_REQUEST, said)
    return render_template("frame/problem.html", status=HTTPStatus.BAD_REQUEST, detail=said), HTTPStatus.BAD_REQUEST
