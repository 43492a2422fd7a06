"""What maps draw from: the network's geometry once, and one character a segment for its status."""

import gzip
import hashlib
from typing import Final, cast

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import Refused
from planner.services.map_data import DrawnNetwork, draw_network, draw_status
from routing.network import RoadNetwork
from web.desk import the_desk
from web.frame import current_asof, language
from web.i18n import RIGHT_TO_LEFT
from web.i18n import gettext as _
from web.map_words import map_words
from web.rights import Right, needs

page = Blueprint("data", __name__, url_prefix="/data")
ASKED_AGAIN: Final = "private, no-cache"
"""Kept by the reader's own browser, and asked about again each time: an old status is never taken for the present."""
KEY: Final = "qafila_map"


@page.get("/roads")
@needs(Right.READ)
def roads() -> Answer:
    """Return places, gates and segments with their shapes; it changes only with the network."""
    drawn, packed = _drawn()
    return _answer(drawn.body.encode(), drawn.digest, packed)


@page.get("/status")
@needs(Right.READ)
def status() -> Answer:
    """Return every segment's status at the page's as-of, in the order of `/data/roads`.

    A map that drew another network (`v`) is refused: it would paint the statuses on the wrong roads.

    Raises
    ------
    Refused
        If the map drew another network than there is now.
    """
    drawn, _packed = _drawn()
    wanted = request.args.get("v")
    if wanted is not None and wanted != drawn.digest:
        raise Refused(_("The road network has changed since this map was drawn. Load the page again."))
    desk, question = the_desk(), current_asof()
    network = desk.world().network
    body = draw_status(drawn, network, desk.access_at(question), question.at, desk.zone).encode()
    # The digest of the answer, not of the question: statuses made by other rules are never taken for the same.
    return _answer(body, hashlib.sha256(body).hexdigest()[:16])


@page.get("/words")
@needs(Right.ANYBODY)
def words() -> Answer:
    """Return the words of the map in the reader's language, by their English, and the crisis's words of caution."""
    crisis = the_desk().crisis
    disclaimer = crisis.disclaimer_ar if language() in RIGHT_TO_LEFT else crisis.disclaimer
    answer = jsonify(words=map_words(), disclaimer=disclaimer)
    answer.headers["Cache-Control"] = ASKED_AGAIN
    answer.add_etag()
    return answer.make_conditional(request)


def _drawn() -> tuple[DrawnNetwork, bytes]:
    """Return the network as it is drawn and its packed text, made once a network."""
    network = the_desk().world().network
    held = cast("tuple[RoadNetwork, DrawnNetwork, bytes] | None", current_app.extensions.get(KEY))
    if held is None or held[0] is not network:
        drawn = draw_network(network)
        held = (network, drawn, gzip.compress(drawn.body.encode(), 9, mtime=0))
        current_app.extensions[KEY] = held
    return held[1], held[2]


def _answer(body: bytes, digest: str, packed: bytes | None = None) -> Answer:
    answer = Response(body, mimetype="application/json")
    if packed is not None and request.accept_encodings["gzip"]:
        answer.set_data(packed)
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = ASKED_AGAIN
    answer.set_etag(digest)
    return answer.make_conditional(request)
