"""Each view says which right it asks for; one that says nothing is answered to nobody."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from planner.domain.rights import Right, Role, can
from routing.units import Instant

__all__ = ["Me", "Right", "Role", "guard", "needs", "right_of", "takes"]

View = TypeVar("View", bound=Callable[..., Any])
SCRIPTED: Final = ("/api/", "/data/")
"""Addresses that scripts ask: they are told 401, not sent to the sign-in page."""
PART: Final = "X-Requested-With"
"""Sent by our scripts when they ask for a part of a page; they would put the sign-in page in its place."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Whoever asks: the id that log and audit keep, the name that can be erased, and the roles as they are now."""

    id: str = ""
    name: str = ""
    roles: frozenset[Role] = frozenset()
    last_visit_at: Instant | None = None
    """When their visit before this one ended; None at the first."""

    @property
    def anonymous(self) -> bool:
        """Whether nobody is signed in."""
        return not self.id

    def can(self, right: Right | str) -> bool:
        """Tell whether this person has a right."""
        wanted = Right(right)
        return wanted is Right.OPEN or (not self.anonymous and can(self.roles, wanted))


def roles_of(names: Collection[str]) -> frozenset[Role]:
    """Return the roles of their names; a name that is no role gives no right."""
    return frozenset(Role(name) for name in names if name in set(Role))


def needs(right: Right) -> Callable[[View], View]:
    """Mark a view with the right that it asks for."""

    def mark(view: View) -> View:
        cast("Any", view).right = right
        return view

    return mark


def takes(largest_bytes: int) -> Callable[[View], View]:
    """Mark a view that takes a larger form than others; whoever has not its right sends no more than to any other."""

    def mark(view: View) -> View:
        cast("Any", view).largest_bytes = largest_bytes
        return view

    return mark


def right_of(view: Callable[..., Any] | None) -> Right | None:
    """Return the right that a view asks for; None where it says nothing."""
    return cast("Right | None", getattr(view, "right", None))


def guard(app: Flask, refused: Callable[[Me, Right], None]) -> None:
    """Let nobody pass to a view without its right; `refused` puts a refusal on record."""

    @app.before_request
    def check() -> Response | None:
        if request.endpoint is None:
            return None
        view = current_app.view_functions.get(request.endpoint)
        right = right_of(view)
        if right is None:
            _log.error("Route %s declares no right; nobody may use it.", request.endpoint)
            abort(500)
        me: Me = g.get("me") or Me()
        if me.can(right):
            # Before anything of the form is read: the check of its token is the first that does.
            request.max_content_length = getattr(view, "largest_bytes", request.max_content_length)
            return None
        if not me.anonymous:
            refused(me, right)
            abort(403)
        if request.path.startswith(SCRIPTED) or PART in request.headers:
            abort(401)
        return redirect(url_for("signin.sign_in", next=request.full_path.rstrip("?")))
