"""Serve the files of the pages under an address that holds their digest, so that browsers may keep them for ever."""

import gzip
import hashlib
import mimetypes
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, request, url_for

from web.rights import Right, needs

FOLDER: Final = Path(__file__).parent / "static"
DIGITS: Final = 12
KEPT_FOR_EVER: Final = "public, max-age=31536000, immutable"
WORTH_PACKING: Final = 500
"""Bytes: a smaller answer fits into one packet as it is."""

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/svg+xml", ".svg")


class Assets:
    """The files of a folder, read once, each with its packed form; one digest over all of them.

    One digest, not one a file: modules name each other by relative addresses, which then hold for all of them.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Each file's content by its address below the folder."""
        found = sorted(path for path in self._folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        return {path.relative_to(self._folder).as_posix(): path.read_bytes() for path in found}

    @cached_property
    def packed(self) -> dict[str, bytes]:
        """Each file's gzip form, where that is worth it."""
        return {
            name: gzip.compress(content, 9, mtime=0)
            for name, content in self.files.items()
            if len(content) >= WORTH_PACKING
        }

    @cached_property
    def digest(self) -> str:
        """The first digits of the digest of all names and contents."""
        digest = hashlib.sha256()
        for name, content in self.files.items():
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:DIGITS]


def install_assets(app: Flask, assets: Assets | None = None) -> None:
    """Serve the files and give templates `asset(name)`, which refuses a name that is no file."""
    held = assets or Assets()

    def asset(name: str) -> str:
        if name not in held.files:
            raise LookupError(f"There is no page file {name!r}. Built without assets? Install the project again.")
        return url_for("static_file", digest=held.digest, name=name)

    @needs(Right.OPEN)
    def static_file(digest: str, name: str) -> Response:
        content = held.files.get(name)
        # A page of an older version asks for its own files: better none than others than it was written for.
        if content is None or digest != held.digest:
            abort(HTTPStatus.NOT_FOUND)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        answer = Response(content, mimetype=kind)
        if name in held.packed and request.accept_encodings["gzip"]:
            answer.set_data(held.packed[name])
            answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
        answer.headers["Cache-Control"] = KEPT_FOR_EVER
        return answer

    @needs(Right.OPEN)
    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")

    app.add_url_rule("/static/<digest>/<path:name>", "static_file", static_file)
    app.add_url_rule("/robots.txt", "robots", robots)
    app.jinja_env.globals["asset"] = asset
