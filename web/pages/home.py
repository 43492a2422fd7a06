"""The first address: whoever comes is sent to the first page their role may see."""

from http import HTTPStatus

from flask import Blueprint, Response, g, jsonify, redirect
from werkzeug.wrappers import Response as Answer

from web.frame import PAGES
from web.frame import page as address
from web.rights import Right, needs

page = Blueprint("home", __name__)


@page.get("/")
@needs(Right.ANYBODY)
def index() -> Answer:
    """Go to the first page of the navigation."""
    first = next((endpoint for endpoint, _name, right in PAGES if g.me.can(right)), "signin.account")
    return redirect(address(first))


@page.get("/healthz")
@needs(Right.OPEN)
def health() -> tuple[Response, HTTPStatus]:
    """Say that the server answers, without touching the database: for process supervisors."""
    return jsonify(status="ok"), HTTPStatus.OK
