"""Read what a form sent: every complaint at once beside its field, sent twice is done once, a lost race shows both."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Self, TypeVar

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response

from planner.domain.errors import BadInput
from planner.store.receipts import AlreadyDone, note_location, receipt
from routing.errors import RoutingError
from routing.units import Instant
from web.desk import the_desk
from web.frame import read_moment
from web.i18n import gettext as _
from web.service_words import say_refusal

__all__ = ["ONCE", "WHOLE", "AlreadyDone", "Form", "do_once", "do_once_json", "install_forms", "new_token", "once"]

T = TypeVar("T")
ONCE: Final = "once"
"""The field that makes a form sent twice one deed."""
WHOLE: Final = ""
"""The name under which a complaint stands that belongs to no single field."""


@dataclass(kw_only=True)
class Form:
    """The values of a form as they were typed, and what is wrong with them by field."""

    values: dict[str, str] = field(default_factory=dict)
    complaints: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def sent(cls) -> Self:
        """Return the form of this request."""
        return cls(values={name: request.form.get(name, "") for name in request.form})

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong so far."""
        return not self.complaints

    def complain(self, name: str, what: str) -> None:
        """Note what is wrong with a field (or with the whole, under the empty name), in the reader's language."""
        self.complaints.setdefault(name, []).append(say_refusal(what))

    def of(self, name: str) -> list[str]:
        """Return the complaints about a field."""
        return self.complaints.get(name, [])

    def text(self, name: str, *, required: bool = False, longest: int = 2_000) -> str:
        """Return a text without the space around it."""
        value = self.values.get(name, "").strip()
        if required and not value:
            self.complain(name, _("Fill this in."))
        if len(value) > longest:
            self.complain(name, _("At most %(longest)d characters.", longest=longest))
        return value

    def choice(self, name: str, choices: Mapping[str, object] | frozenset[str] | tuple[str, ...]) -> str:
        """Return one of the choices."""
        value = self.text(name, required=True)
        if value and value not in choices:
            self.complain(name, _("Choose one of the list."))
        return value

    def whole(self, name: str, *, least: int = 0, most: int | None = None) -> int | None:
        """Return a whole number, None where the field is empty."""
        value = self.text(name).replace(",", "").replace(" ", "")
        if not value:
            return None
        try:
            found = int(value)
        except ValueError:
            self.complain(name, _("%(value)s is no whole number.", value=value))
            return None
        if found < least or (most is not None and found > most):
            limit = _("at least %(least)d", least=least) if most is None else f"{least}–{most}"
            self.complain(name, _("%(value)s is out of range: %(limit)s.", value=value, limit=limit))
            return None
        return found

    def decimal(self, name: str, *, least: float, most: float) -> float | None:
        """Return a number that must be given, None where it is wrong; Arabic digits and their point are read too."""
        value = self.text(name, required=True, longest=40).replace("٫", ".")  # noqa: RUF001 - how Arabic keyboards write the point
        if not value:
            return None
        try:
            found = float(value)
        except ValueError:
            self.complain(name, _("%(value)s is no number. Write it like 0.5.", value=value))
            return None
        if not least <= found <= most:  # what is no number is in no range either
            self.complain(name, _("%(value)s is out of range: %(limit)s.", value=value, limit=f"{least:g}–{most:g}"))
            return None
        return found

    def moment(self, name: str, *, required: bool = False) -> Instant | None:
        """Return an instant, None where the field is empty."""
        value = self.text(name, required=required)
        if not value:
            return None
        try:
            return read_moment(value)
        except RoutingError:
            self.complain(name, _("%(value)s is no date and time. Write 2016-09-12T19:00.", value=value))
            return None

    def checked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return self.values.get(name, "") in {"1", "on", "true", "yes"}

    def attempt(self, name: str, make: Callable[[], T]) -> T | None:
        """Return what `make` makes; what it refuses becomes a complaint about the field, line by line."""
        try:
            return make()
        except (BadInput, RoutingError) as wrong:
            for line in str(wrong).splitlines():
                self.complain(name, line)
            return None


def install_forms(app: Flask) -> None:
    """Lead a form that was sent before and is done to where it led then, before its view looks at the world.

    A view would look for the row that the first sending removed, or find changed what the first has changed.
    """

    @app.before_request
    def lead_again() -> Response | None:
        token = request.form.get(ONCE, "") if request.method == "POST" else ""
        if not token or g.me.anonymous:
            return None
        with the_desk().store.reading() as read:
            location = read.find_location(token, actor=g.me.id)
        return None if location is None else redirect(location, 303)

    app.jinja_env.globals["new_token"] = new_token


def new_token() -> str:
    """Return a token for one sending of one form."""
    return secrets.token_urlsafe(18)


@contextmanager
def once() -> Iterator[None]:
    """Do what stands under it once, however often this form is sent.

    Raises
    ------
    AlreadyDone
        If it was done before; `done` answers it.
    """
    token = request.form.get(ONCE) or request.headers.get("Idempotency-Key") or ""
    if not token:
        yield
        return
    with receipt(token, actor=g.me.id, at=the_desk().clock()):
        yield


def do_once(deed: Callable[[], str]) -> Response:
    """Do a deed once and go to the address that it returns; sent again, go there without doing it again.

    Raises
    ------
    PlannerError
        Whatever the deed raises; nothing is written then and the form may be sent again.
    """
    token = request.form.get(ONCE, "")
    try:
        with once():
            where = deed()
    except AlreadyDone as before:
        return redirect(before.location or request.path, 303)
    if token:
        note_location(the_desk().store, token, where)
    return redirect(where, 303)


def do_once_json(deed: Callable[[], str]) -> str:
    """Do a deed once for its `Idempotency-Key` and return what it returns, the first time's if it was done before."""
    key = request.headers.get("Idempotency-Key", "")
    try:
        with once():
            told = deed()
    except AlreadyDone as before:
        if before.location is None:
            raise
        return before.location
    if key:
        note_location(the_desk().store, key, told)
    return told
