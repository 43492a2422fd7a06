"""Pack answers for slow lines; what is small, streamed or packed already goes as it is."""

import gzip
from typing import Final

from flask import Flask, Response, request

WORTH_PACKING: Final = 500
PACKED: Final = frozenset({
    "text/html", "text/css", "text/csv", "text/plain", "application/json", "application/problem+json",
    "application/geo+json",
})  # fmt: skip


def install_compression(app: Flask) -> None:
    """Pack texts with gzip where the reader takes it.

    Tokens against forged requests are signed anew with each answer and sent to the site itself only, so that
    packing them beside what a stranger chose tells that stranger nothing (BREACH).
    """
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if (
        response.direct_passthrough
        or response.is_streamed
        or response.mimetype not in PACKED
        or "Content-Encoding" in response.headers
        or not request.accept_encodings["gzip"]
    ):
        return response
    content = response.get_data()
    if len(content) >= WORTH_PACKING:
        response.set_data(gzip.compress(content, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.headers.add("Vary", "Accept-Encoding")
    return response
