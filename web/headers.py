"""The headers that no answer leaves without."""

from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request

# Routes and times of future convoys pass through these answers: nothing may be framed by another page, loaded
# from another host, guessed to be another type, told to the next site, or kept by a cache on the way.
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# A style, a script or a picture fetches nothing and is no page; opened as one, it may do nothing at all.
FILE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FILE_ENDPOINTS: Final = frozenset({"static_file", "favicon"})
NOT_KEPT: Final = "no-store"
CHALLENGE: Final = 'Bearer realm="qafila"'
"""How a script may show who it is; of this scheme no browser makes a window that asks for a password."""


def install_headers(app: Flask) -> None:
    """Give every answer its security headers; one that says nothing of caching is kept by nobody."""
    app.after_request(_harden)


def _harden(response: Response) -> Response:
    # Set, not defaulted: a page that needs a looser rule must say so here, where it is reviewed.
    is_file = request.endpoint in FILE_ENDPOINTS and response.status_code == HTTPStatus.OK
    response.headers.update(FILE_HEADERS if is_file else SECURITY_HEADERS)
    response.headers.setdefault("Cache-Control", NOT_KEPT)
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        # Demanded of every 401 by RFC 9110, section 11.6.1.
        response.headers.setdefault("WWW-Authenticate", CHALLENGE)
    return response
