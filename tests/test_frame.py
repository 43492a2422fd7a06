"""The frame holds: the lock covers every direct dependency, and the wheel carries what the product reads."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from web.assets import FOLDER, Assets

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked() -> dict[str, str]:
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK)
    return {_normal(block.split("==")[0]): block for block in blocks if not block.startswith("#")}


def test_the_lock_holds_every_direct_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {_normal(re.match(r"[A-Za-z0-9._-]+", line).group()) for line in asked}  # type: ignore[union-attr] # a requirement starts with its name

    assert names <= _locked().keys()


def test_every_locked_package_has_one_version_and_a_hash() -> None:
    for name, block in _locked().items():
        assert block.count("==") - block.count(" == ") == 1, name
        assert "--hash=sha256:" in block, name


def test_the_lock_names_no_address_and_no_folder() -> None:
    assert re.findall(r"https?:|file:|--index|--find-links|(?m:^| )/\w+", LOCK) == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made from the source archive, which npm need not be asked for again."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "added " not in done.stdout  # what npm says when it fetches
    return next(folder.glob("*.whl"))


@pytest.mark.parametrize("folder", ["seed_data", "planner", "routing", "web"])
def test_the_wheel_carries_every_file_the_product_reads(wheel: Path, folder: str) -> None:
    on_disk = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "node_modules" not in path.parts
    }

    assert on_disk <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_leaves_the_tests_at_home(wheel: Path) -> None:
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(("tests/", "build/"))]


SERVE_ONE = """
import web
from flask import Flask
from web.assets import Assets, install_assets
app = Flask("installed", static_folder=None)
install_assets(app)
digest = Assets().files().digest
answer = app.test_client().get(f"/static/{digest}/vendor/leaflet.js")
print(web.__file__, digest, answer.status_code, len(answer.data))
"""


def test_an_installed_wheel_serves_the_same_page_files(wheel: Path, tmp_path: Path) -> None:
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*install, "--no-index", "--no-compile", "--target", str(site), str(wheel)], check=True)
    away = {"PYTHONPATH": str(site), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", SERVE_ONE], cwd=empty, env=away, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    file, digest, status, size = done.stdout.split()

    assert Path(file) == site / "web/__init__.py"
    assert digest == Assets().files().digest
    assert (status, int(size)) == ("200", (FOLDER / "vendor/leaflet.js").stat().st_size)


@pytest.mark.parametrize("name", ["web/package.json", "web/package-lock.json", "web/.npmrc"])
def test_what_names_the_page_files_names_no_address(name: str) -> None:
    assert re.findall(r"https?:|file:|registry\s*=|resolved\"", (ROOT / name).read_text(encoding="utf-8")) == []
