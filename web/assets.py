"""Serve the files of the pages under an address that holds their digest, so that browsers may keep them for ever."""

import gzip
import hashlib
import mimetypes
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Final

import rcssmin
import rjsmin
from flask import Flask, Response, abort, current_app, request, url_for

from planner.domain.errors import BadInput
from web.rights import Right, needs

FOLDER: Final = Path(__file__).parent / "static"
DIGITS: Final = 12
KEPT_FOR_EVER: Final = "public, max-age=31536000, immutable"
KEPT_A_DAY: Final = "public, max-age=86400"
WORTH_PACKING: Final = 500
"""Bytes: a smaller answer fits into one packet as it is."""
LOOK_AGAIN_S: Final = 1.0
FETCHED: Final = ("vendor/leaflet.js", "vendor/leaflet.css", "vendor/basemap.json")
"""Without these a map would stay empty and nobody would be told: the server does not start."""
MARK: Final = "img/mark.svg"
SHORTEN: Final[Mapping[str, Callable[[str], str]]] = {".js": rjsmin.jsmin, ".css": rcssmin.cssmin}

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/svg+xml", ".svg")


@dataclass(frozen=True, kw_only=True)
class PageFiles:
    """What a folder held at one moment: each file's content by its address below the folder.

    One digest over all of them, not one a file: modules name each other by relative addresses, which then hold.
    """

    contents: dict[str, bytes]
    _packed: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The first digits of the digest of all names and contents."""
        digest = hashlib.sha256()
        for name, content in self.contents.items():
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:DIGITS]

    def packed(self, name: str) -> bytes | None:
        """Return a file's gzip form, made once; None where it is not worth it."""
        if len(self.contents[name]) < WORTH_PACKING:
            return None
        if name not in self._packed:
            self._packed[name] = gzip.compress(self.contents[name], 9, mtime=0)
        return self._packed[name]


def shortened(name: str, content: bytes) -> bytes:
    """Return our own scripts and styles without comments and spaces: a fifth of their weight on slow lines."""
    shorten = None if name in FETCHED else SHORTEN.get(Path(name).suffix)
    return content if shorten is None else shorten(content.decode()).encode()


class Assets:
    """The files of a folder, read when the server starts; while somebody works on them, read again when they change."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen = self._look()
        self._looked_at = time.monotonic()
        self._files = self._read()

    def files(self, *, watch: bool = False) -> PageFiles:
        """Return the files as they were read; watched, as they were at most a second ago."""
        if watch:
            with self._lock:
                self._follow()
        return self._files

    def _follow(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_AGAIN_S:
            return
        self._looked_at = time.monotonic()
        # A file that goes while it is looked at, as editors save, is looked for again a second later.
        with suppress(FileNotFoundError):
            if (seen := self._look()) != self._seen:
                # Looked before reading: one that changes in between is read once more.
                self._files, self._seen = self._read(), seen

    def _paths(self) -> list[Path]:
        return sorted(path for path in self._folder.rglob("*") if path.is_file() and not path.name.startswith("."))

    def _look(self) -> list[tuple[Path, int, int]]:
        states = ((path, path.stat()) for path in self._paths())
        return [(path, state.st_mtime_ns, state.st_size) for path, state in states]

    def _read(self) -> PageFiles:
        found = {path.relative_to(self._folder).as_posix(): path.read_bytes() for path in self._paths()}
        return PageFiles(contents={name: shortened(name, content) for name, content in found.items()})


def install_assets(app: Flask, assets: Assets | None = None) -> None:
    """Serve the files and give templates `asset(name)`, which refuses a name that is no file.

    Nothing is read from the disk by an asked name: what was not found in the folder does not exist. In debug mode,
    or with the setting `WATCH_PAGE_FILES`, changed files are served under their new address.

    Raises
    ------
    BadInput
        If the files that come from npm are missing.
    """
    held = assets or Assets()
    if missing := [name for name in FETCHED if name not in held.files().contents]:
        raise BadInput(f"Page files are missing: {', '.join(missing)}. Install qafila again: pip install -e .")

    def files() -> PageFiles:
        return held.files(watch=current_app.debug or bool(current_app.config.get("WATCH_PAGE_FILES")))

    def asset(name: str) -> str:
        now = files()
        if name not in now.contents:
            raise LookupError(f"There is no page file {name!r} in {FOLDER.name}/. Is it misspelt?")
        return url_for("static_file", digest=now.digest, name=name)

    @needs(Right.OPEN)
    def static_file(digest: str, name: str) -> Response:
        now = files()
        # A page of an older version asks for its own files: better none than others than it was written for.
        if name not in now.contents or digest != now.digest:
            abort(HTTPStatus.NOT_FOUND)
        return _answer(now, name, KEPT_FOR_EVER)

    @needs(Right.OPEN)
    def favicon() -> Response:
        return _answer(files(), MARK, KEPT_A_DAY)

    @needs(Right.OPEN)
    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")

    app.add_url_rule("/static/<digest>/<path:name>", "static_file", static_file)
    app.add_url_rule("/favicon.ico", "favicon", favicon)
    app.add_url_rule("/robots.txt", "robots", robots)
    app.jinja_env.globals["asset"] = asset


def _answer(files: PageFiles, name: str, kept: str) -> Response:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = files.packed(name) if request.accept_encodings["gzip"] else None
    answer = Response(packed or files.contents[name], mimetype=kind)
    if packed is not None:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = kept
    return answer
