"""A page with one map on it, served to a browser without the site around it."""

import gzip
import html
import json
import mimetypes
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect

import web
from planner.domain.world import World
from planner.services.access import as_of, status_at
from planner.services.map_data import draw_network, draw_status
from web.headers import SECURITY_HEADERS
from web.i18n import read_catalogues
from web.map_words import WORDS

STATIC = Path(web.__file__).parent / "static"
mimetypes.add_type("text/javascript", ".js")
DESK, PHONE = (1000, 640), (390, 480)
ROUTE = ["port-selm--merro", "merro--ordan"]
PLAN = {
    "routes": [{"sel": "convoy:c01", "label": "C1", "segments": ROUTE, "state": "planned"}],
    "points": [
        {"sel": "hub:port", "at": [1.9, 0.5], "kind": "hub", "name": "Port Selm store", "bold": True, "priority": 0},
        {"sel": "site:ordan", "at": [1.5, 0.9], "kind": "site", "name": "Ordan camp", "people": 40_000, "priority": 2},
        {"sel": "site:calder", "at": [1.2, 1.5], "kind": "unmet", "name": "<b>Calder</b>", "people": 90_000},
    ],
}


@dataclass(kw_only=True)
class MapPage:
    """What the page holds and what the server answers; a test may change it while the page is open."""

    roads: str = ""
    statuses: dict[str, str] = field(default_factory=dict)
    """Answers of the status address by its `at`; the empty one where none is asked for."""
    overlay: Mapping[str, Any] = field(default_factory=dict)
    disclaimer: str = "Boundaries and names shown do not imply endorsement."
    says_disclaimer: bool = True
    """Whether the page itself holds the words of caution."""
    words: Mapping[str, str] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    """The HTTP status that an address answers with instead."""
    asked: list[str] = field(default_factory=list)
    sent_bytes: dict[str, int] = field(default_factory=dict)
    size: tuple[str, str] = ("100vw", "100vh")

    def document(self, language: str, theme: str) -> str:
        direction = "rtl" if language == "ar" else "ltr"
        data = 'data-map="/data/roads?at=x" ' if self.roads else ""
        data += 'data-status="/data/status" ' if self.statuses else ""
        caution = f' data-disclaimer="{html.escape(self.disclaimer)}"' if self.says_disclaimer else ""
        overlay = json.dumps(self.overlay, ensure_ascii=False).replace("<", "\\u003c")
        return (
            f'<!doctype html><html lang="{language}" dir="{direction}" data-theme="{theme}"><head>'
            '<meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Map</title>'
            + "".join(
                f'<link rel="stylesheet" href="/static/x/{name}">'
                for name in ("css/tokens.css", "css/frame.css", "css/map.css", "test.css")
            )
            + '<script type="module" src="/static/x/js/core.js"></script>'
            '<script type="module" src="/static/x/js/map.js"></script></head><body><main>'
            f'<div class="map" id="map" {data}data-overlay="overlay"{caution}'
            ' role="region" aria-label="Roads"></div>'
            f'<script type="application/json" id="overlay">{overlay}</script></main></body></html>'
        )

    def answer(self, path: str, query: Mapping[str, list[str]]) -> tuple[bytes, str]:
        match path:
            case "/":
                said = self.document(query.get("lang", ["en"])[0], query.get("theme", ["light"])[0])
                return said.encode(), "text/html"
            case "/data/roads":
                return self.roads.encode(), "application/json"
            case "/data/status":
                return self.statuses[query.get("at", [""])[0]].encode(), "application/json"
            case "/data/words":
                return json.dumps({"words": self.words, "disclaimer": self.disclaimer}).encode(), "application/json"
            case "/static/x/test.css":
                return (
                    f"#map{{width:{self.size[0]};height:{self.size[1]}}}main{{padding:0;margin:0}}".encode(),
                    "text/css",
                )
        file = STATIC / path.removeprefix("/static/x/")
        return file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream"


@contextmanager
def serving(page: MapPage) -> Iterator[str]:
    """Serve the page under the site's own content policy; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            page.asked.append(self.path)
            if parts.path in page.broken:
                self.send_error(page.broken[parts.path])
                return
            try:
                body, kind = page.answer(parts.path, parse_qs(parts.query))
            except (FileNotFoundError, KeyError):
                self.send_error(404)
                return
            packed = gzip.compress(body, 9)
            page.sent_bytes[parts.path] = len(packed)
            self.send_response(200)
            for name, value in SECURITY_HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(packed)))
            self.end_headers()
            self.wfile.write(packed)

        def log_message(self, *_args: object) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def page_of(world: World, overlay: Mapping[str, Any] | None = None, language: str = "en") -> MapPage:
    drawn, crisis = draw_network(world.network), world.catalogue.crisis
    times = {"": crisis.demo_known, "before": crisis.demo_known - 7 * 86_400}
    zone = crisis.tz
    statuses = {}
    for name, at in times.items():
        question = as_of(world, at, None)
        statuses[name] = draw_status(drawn, world.network, status_at(world, question), at, zone)
    catalogue = read_catalogues("ar")
    return MapPage(
        roads=drawn.body,
        statuses=statuses,
        overlay=overlay or {},
        disclaimer=crisis.disclaimer_ar if language == "ar" else crisis.disclaimer,
        words={word: catalogue.gettext(word) for word in WORDS},
    )


def opened(
    chromium: Browser, address: str, size: tuple[int, int] = DESK, query: str = "", *, loaded: bool = True
) -> Page:
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security" in message.text else None)
    page.add_init_script(
        "window.heard = []; document.addEventListener('qafila:status', (e) => window.heard.push(e.detail))"
    )
    page.goto(f"{address}?{query}")
    if loaded:
        expect(page.locator("#map")).to_have_attribute("aria-busy", "false", timeout=60_000)
        page.wait_for_function("() => window.heard.length > 0 && document.querySelector('.mapkey')")
    assert said == []
    return page


def api(page: Page, call: str) -> Any:  # noqa: ANN401 - whatever the call gives
    return page.evaluate(f"document.querySelector('#map').map.{call}")
