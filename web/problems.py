"""What went wrong, said once: a page for a reader, problem+json (RFC 9457) for a script."""

import logging
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from planner.domain.errors import BadInput, NotFound, PlannerError, Refused
from planner.store.records import ChangedMeanwhile, DatabaseBusy
from routing.errors import RoutingError
from web.i18n import gettext as _
from web.rights import SCRIPTED
from web.service_words import say_refusal

ANSWERS: Final[tuple[tuple[type[Exception], HTTPStatus], ...]] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (ChangedMeanwhile, HTTPStatus.CONFLICT),
    (DatabaseBusy, HTTPStatus.SERVICE_UNAVAILABLE),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (RoutingError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Refused, HTTPStatus.CONFLICT),
    (PlannerError, HTTPStatus.UNPROCESSABLE_ENTITY),
)
"""The first kind that fits decides; our own errors are written for the reader and hold no secret of the machine."""
_log = logging.getLogger(__name__)


def status_of(wrong: Exception) -> HTTPStatus:
    """Return the HTTP status that one of our own errors is answered with."""
    return next((status for kind, status in ANSWERS if isinstance(wrong, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def wants_json() -> bool:
    """Tell whether a script asks."""
    return request.path.startswith(SCRIPTED)


def problem(status: HTTPStatus, detail: str) -> Response:
    """Return a problem document."""
    answer = jsonify({"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail})
    answer.status_code = status
    answer.mimetype = "application/problem+json"
    return answer


def install_problems(app: Flask) -> None:
    """Answer every error in one way; what is not meant for readers goes to the log alone."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(PlannerError, _ours)
    app.register_error_handler(RoutingError, _ours)


def _ours(wrong: PlannerError | RoutingError) -> Response | tuple[str, int]:
    return _answer(status_of(wrong), str(wrong) if wants_json() else say_refusal(str(wrong)))


def _http(wrong: HTTPException) -> Response | tuple[str, int]:
    if wrong.response is not None:  # a redirect, or an answer that is complete already
        return Response(wrong.get_response().get_data(), wrong.code, dict(wrong.get_response().headers))
    status = HTTPStatus(wrong.code or 500)
    if isinstance(wrong, InternalServerError):
        return _answer(status, _("Something broke here. It is on record; nothing was changed. Try again."))
    return _answer(status, _said(status, wrong.description or ""))


def _said(status: HTTPStatus, description: str) -> str:
    known = {
        HTTPStatus.UNAUTHORIZED: _("Sign in first."),
        HTTPStatus.FORBIDDEN: _("Your role does not allow this. Ask an administrator if it should."),
        HTTPStatus.NOT_FOUND: _("There is no such page."),
        HTTPStatus.METHOD_NOT_ALLOWED: _("This address does not take that kind of request."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("The file is too large."),
    }
    return known.get(status, description)


def _answer(status: HTTPStatus, detail: str) -> Response | tuple[str, int]:
    if wants_json():
        return problem(status, detail)
    return render_template("frame/problem.html", status=status, detail=detail), int(status)
