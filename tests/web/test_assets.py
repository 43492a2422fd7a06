"""Page files: served by digest, packed, kept for ever; nothing else from the disk, and just the files of the lock."""

import gzip
import hashlib
from pathlib import Path

import pytest

from tests.web.doors import Door
from web.assets import FOLDER, KEPT_FOR_EVER, Assets

pytest_plugins = ["tests.web.site_fixtures"]
VENDORED = {
    "basemap.json": "262aa9b14ca3eee37eb230c436ee53eff841fcbd319f023bb167add364907eca",
    "htmx.LICENSE.txt": "d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38",
    "htmx.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "leaflet.LICENSE.txt": "53e8dc25862014e4324741ca18fbe3611e11d42ef69f59f86ea8c5389647d4cb",
    "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    "world-atlas.LICENSE.txt": "8048290dfdb6e83fbed17e8985c8cfc4ce9da9b842642f3d3e497280790cfa31",
}


@pytest.mark.parametrize(("name", "digest"), VENDORED.items())
def test_a_vendored_file_is_the_one_that_was_looked_at(name: str, digest: str) -> None:
    assert hashlib.sha256((FOLDER / "vendor" / name).read_bytes()).hexdigest() == digest


def test_every_vendored_file_has_its_licence_beside_it() -> None:
    names = {path.name for path in (FOLDER / "vendor").iterdir()}

    assert {"leaflet.LICENSE.txt", "htmx.LICENSE.txt", "world-atlas.LICENSE.txt"} <= names


def test_a_file_is_kept_for_ever_under_its_digest_and_packed(shared_site: Door) -> None:
    browser, digest = shared_site.browser(), Assets().digest

    answer = browser.get(f"/static/{digest}/css/frame.css", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Cache-Control"] == KEPT_FOR_EVER
    assert gzip.decompress(answer.data) == (FOLDER / "css/frame.css").read_bytes()
    assert answer.mimetype == "text/css"


@pytest.mark.parametrize("name", ["../app.py", "css/../../app.py", "/etc/passwd", "css/nothing.css", ".hidden"])
def test_nothing_else_is_served(shared_site: Door, name: str) -> None:
    browser = shared_site.browser()

    assert browser.get(f"/static/{Assets().digest}/{name}", follow_redirects=True).status_code == 404
    assert browser.get("/static/000000000000/css/frame.css").status_code == 404


def test_another_file_gives_another_digest(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    before = Assets(tmp_path).digest
    (tmp_path / "a.css").write_text("b")

    assert Assets(tmp_path).digest != before


def test_our_own_styles_and_modules_name_no_address_outside() -> None:
    own = [path for kind in ("css", "js") for path in (FOLDER / kind).rglob("*") if path.is_file()]

    assert own
    for path in own:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, path
        assert "localStorage" not in text, path
        assert "sessionStorage" not in text, path
