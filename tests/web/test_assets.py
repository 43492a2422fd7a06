"""Page files: served by digest, packed, kept for ever; nothing else from the disk, and just the files of the lock."""

import gzip
import hashlib
import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from planner.domain.errors import BadInput
from web import assets as subject
from web.assets import FETCHED, FOLDER, KEPT_FOR_EVER, Assets, install_assets, shortened
from web.headers import install_headers

VENDORED = {
    "basemap.json": "fca4f9a8e0a3590e1ae7baa067a80e788d722de464b9ac5bcddb94bd6d183031",
    "leaflet.LICENSE.txt": "53e8dc25862014e4324741ca18fbe3611e11d42ef69f59f86ea8c5389647d4cb",
    "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    "world-atlas.LICENSE.txt": "8048290dfdb6e83fbed17e8985c8cfc4ce9da9b842642f3d3e497280790cfa31",
}
"""SHA-256 of each file as it was looked at; a new version of a package is looked at again, then its digest changed."""


def server(assets: Assets | None = None, *, debug: bool = False) -> Flask:
    app = Flask("page files", static_folder=None)
    app.debug = debug
    install_headers(app)
    install_assets(app, assets)
    return app


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return str(app.jinja_env.globals["asset"](name))  # type: ignore[operator] # our own function


@pytest.fixture
def browser() -> FlaskClient:
    return server().test_client()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("css/frame.css", "js/a.js", *FETCHED):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("first")
    return tmp_path


@pytest.mark.parametrize(("name", "digest"), VENDORED.items())
def test_a_vendored_file_is_the_one_that_was_looked_at(name: str, digest: str) -> None:
    assert hashlib.sha256((FOLDER / "vendor" / name).read_bytes()).hexdigest() == digest


def test_nothing_else_is_vendored_and_licences_lie_beside() -> None:
    names = {path.name for path in (FOLDER / "vendor").iterdir() if not path.name.startswith(".")}

    assert names == VENDORED.keys()
    assert {f"{package}.LICENSE.txt" for package in ("leaflet", "world-atlas")} <= names


@pytest.mark.parametrize(
    ("name", "kind"),
    [("css/frame.css", "text/css"), ("js/core.js", "text/javascript"), ("vendor/basemap.json", "application/json")],
)
def test_a_file_is_kept_for_ever_under_its_digest_and_packed(name: str, kind: str) -> None:
    app = server()
    plain, packed = (
        app.test_client().get(address(app, name), headers={"Accept-Encoding": coding})
        for coding in ("identity", "gzip")
    )

    assert plain.data == gzip.decompress(packed.data) == shortened(name, (FOLDER / name).read_bytes())
    assert packed.headers["Content-Encoding"] == "gzip"
    for answer in (plain, packed):
        assert answer.headers["Cache-Control"] == KEPT_FOR_EVER == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == kind
        assert "Set-Cookie" not in answer.headers


def test_our_own_files_are_sent_without_comments_and_fetched_ones_as_they_came() -> None:
    script = b"// Why.\nconst said = `// kept`;\n"

    assert shortened("js/core.js", script) == b"const said=`// kept`;"
    assert shortened("css/frame.css", b"/* Why. */\na { color: red; }\n") == b"a{color:red}"
    assert shortened("vendor/leaflet.js", script) == script


def test_relative_addresses_between_modules_hold() -> None:
    app = server()

    beside = {address(app, name).removesuffix(name) for name in ("js/core.js", "css/frame.css", "vendor/leaflet.js")}

    assert beside == {f"/static/{Assets().files().digest}/"}


@pytest.mark.parametrize(
    "name",
    [
        "../app.py", "css/../../app.py", "%2e%2e/app.py", "..%2fapp.py", "..%5capp.py", "/etc/passwd", "css",
        "css/none.css", ".hidden", "vendor/.made-from",
    ],
)  # fmt: skip
def test_nothing_else_is_served(browser: FlaskClient, name: str) -> None:
    now = Assets().files().digest

    assert browser.get(f"/static/{now}/{name}", follow_redirects=True).status_code == 404


def test_files_of_another_version_are_not_served_and_not_kept(browser: FlaskClient) -> None:
    answer = browser.get("/static/000000000000/css/frame.css")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_a_misspelt_name_fails_the_page() -> None:
    with pytest.raises(LookupError, match=r"css/fraem\.css"):
        address(server(), "css/fraem.css")


def test_a_server_without_the_fetched_files_does_not_start(folder: Path) -> None:
    (folder / "vendor/basemap.json").unlink()

    with pytest.raises(BadInput, match=r"vendor/basemap\.json.*Install qafila again"):
        server(Assets(folder))


@pytest.mark.parametrize("debug", [True, False])
def test_a_changed_file_gets_a_new_address_only_while_somebody_works_on_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, debug: bool
) -> None:
    monkeypatch.setattr(subject, "LOOK_AGAIN_S", 0.0)
    app = server(Assets(folder), debug=debug)
    before = address(app, "js/a.js")
    (folder / "js/a.js").write_text("other")
    os.utime(folder / "js/a.js", ns=(1, 1))

    after = address(app, "js/a.js")

    assert (after != before) is debug
    assert app.test_client().get(after).data == (b"other" if debug else b"first")
    assert app.test_client().get(before).status_code == (404 if debug else 200)


def test_a_renamed_file_gives_another_digest(folder: Path) -> None:
    before = Assets(folder).files().digest
    (folder / "js/a.js").rename(folder / "js/b.js")

    assert Assets(folder).files().digest != before


def test_the_mark_and_the_word_to_search_engines(browser: FlaskClient) -> None:
    mark, robots = browser.get("/favicon.ico"), browser.get("/robots.txt")

    assert (mark.status_code, mark.mimetype) == (200, "image/svg+xml")
    assert robots.text == "User-agent: *\nDisallow: /\n"


def test_our_own_styles_and_modules_name_no_address_outside() -> None:
    own = [path for kind in ("css", "js", "img") for path in (FOLDER / kind).rglob("*") if path.is_file()]

    assert own
    for path in own:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, path
        assert "localStorage" not in text, path
        assert "sessionStorage" not in text, path
