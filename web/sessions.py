"""The session of a browser: its cookie holds a random token, everything else stays on the server."""

import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

from flask import Flask, Request, Response, current_app, g, session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from planner.domain.accounts import AccountId, SignIn, Stage
from planner.services import sign_ins
from planner.store.records import DatabaseBusy
from planner.store.store import Store
from routing.units import Instant

View = TypeVar("View", bound=Callable[..., Any])
CSRF: Final = "csrf_token"
COOKIE: Final = "qafila"
SECURE_COOKIE: Final = "__Host-qafila"
"""With this name browsers take it from this host alone, over https alone."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
"""In this order: each pretends to be those after it."""
_SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
_log = logging.getLogger(__name__)


class Visit(CallbackDict[str, Any], SessionMixin):
    """What the pages remember of a browser between two requests.

    For somebody who is not signed in nothing is stored: the cookie's token alone answers for a form's origin.
    """

    def __init__(self, token: str, *, came_with_cookie: bool) -> None:
        def changed(_visit: "Visit") -> None:
            self.modified = True

        super().__init__({CSRF: _csrf_of(token)}, changed)
        self.modified = False
        self.token = token
        self.came_with_cookie = came_with_cookie
        self.asked_for_form = False
        self.renewed = False
        self.ended = False
        self.sign_in: SignIn | None = None

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - whatever a page has put in
        if key == CSRF:
            self.asked_for_form = True
        return super().__getitem__(key)

    def fill(self, sign_in: SignIn) -> None:
        """Take over what was stored with a sign-in."""
        self.sign_in = sign_in
        dict.update(self, sign_in.data)

    def renew(self, token: str) -> None:
        """Go on under another token, with other form tokens."""
        self.token, self.renewed, self.sign_in = token, True, None
        self.clear()
        self[CSRF] = _csrf_of(token)
        g.pop(CSRF, None)

    @property
    def kept(self) -> Mapping[str, Any]:
        """What is stored: all but the form token, which follows from the cookie."""
        return {name: value for name, value in self.items() if name != CSRF}


class StoredSessions(SessionInterface):
    """Sessions in the store; the sign-in behind one is looked up by `web.signin`, for those requests that need it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_cookie_name(self, app: Flask) -> str:
        return SECURE_COOKIE if self.get_cookie_secure(app) else COOKIE

    def open_session(self, app: Flask, request: Request) -> Visit:
        token = request.cookies.get(self.get_cookie_name(app), "")
        known = _TOKEN.match(token) is not None
        return Visit(token if known else secrets.token_urlsafe(32), came_with_cookie=known)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        visit = cast("Visit", session)
        name, secure = self.get_cookie_name(app), self.get_cookie_secure(app)
        if visit.ended:
            response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
        elif visit.renewed or (visit.asked_for_form and not visit.came_with_cookie):
            response.set_cookie(name, visit.token, path="/", secure=secure, httponly=True, samesite="Lax")
        if visit.sign_in is None or visit.ended or not visit.modified or visit.kept == visit.sign_in.data:
            return
        try:
            with self._store.writing() as write:
                write.put_sign_in_data(visit.sign_in.id, visit.kept)
        except DatabaseBusy as cause:
            _log.warning("A notice was not kept: %s", cause)  # what the page did is done; only its notice is lost


def this_visit() -> Visit:
    """Return the session of this request."""
    return cast("Visit", cast("Any", session)._get_current_object())  # noqa: SLF001 - werkzeug's way to the object


def begin(store: Store, account: AccountId, *, stage: Stage, agent: str, at: Instant) -> None:
    """Sign in under a new token: one that was planted or overheard before is worth nothing. Raises `Refused`."""
    visit = this_visit()
    before = None if visit.sign_in is None else visit.sign_in.id
    begun = sign_ins.begin_sign_in(store, account, stage=stage, device=device(agent), instead_of=before, at=at)
    visit.renew(begun.token)
    g.sign_in_id = begun.sign_in


def end(store: Store, at: Instant) -> None:
    """Sign out: the token counts no more, here and on the server."""
    visit = this_visit()
    if visit.sign_in is not None:
        sign_ins.sign_out(store, visit.sign_in, at)
    visit.ended = True


def device(agent: str) -> str:
    """Return the class of browser and system that a browser says it is; nothing that tells two of them apart."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(filter(None, (browser, system))) or "other"


def unattended(view: View) -> View:
    """Mark a view that pages ask by themselves, such as a progress poll: it does not keep a session awake."""
    cast("Any", view).unattended = True
    return view


def keeps_awake(endpoint: str | None) -> bool:
    """Tell whether a request for this endpoint shows that a person is there."""
    return not getattr(current_app.view_functions.get(endpoint or ""), "unattended", False)


def _csrf_of(token: str) -> str:
    return hashlib.sha256(f"form:{token}".encode()).hexdigest()
