"""Build the web server that coordinators open in their browser."""

from http import HTTPStatus

from flask import Flask, Response, jsonify

# Routes and times of future convoys pass through these answers: nothing may be framed by another page, loaded
# from another host, guessed to be another type, told to the next site, or kept by a cache on the way.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_app() -> Flask:
    """Return a server of its own settings, so that two can live in one process without sharing anything."""
    app = Flask(__name__, static_folder=None)
    app.after_request(_harden)
    app.add_url_rule("/healthz", view_func=_healthz, methods=["GET"])
    return app


def _healthz() -> tuple[Response, HTTPStatus]:
    """Say that the server answers, without touching the database: for process supervisors."""
    return jsonify(status="ok"), HTTPStatus.OK


def _harden(response: Response) -> Response:
    # Set, not defaulted: a page that needs a looser rule must say so here, where it is reviewed.
    response.headers.update(SECURITY_HEADERS)
    return response
