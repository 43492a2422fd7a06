"""The frame holds: the lock covers every direct dependency, and the wheel carries what the product reads."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from web.assets import Assets

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
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


@pytest.mark.parametrize("folder", ["seed_data", "planner", "routing", "web"])
def test_the_wheel_carries_every_file_the_product_reads(wheel: zipfile.ZipFile, folder: str) -> None:
    on_disk = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "node_modules" not in path.parts
    }

    assert on_disk <= set(wheel.namelist())


def test_the_wheel_leaves_the_tests_at_home(wheel: zipfile.ZipFile) -> None:
    assert not [name for name in wheel.namelist() if name.startswith("tests/")]


def test_an_installed_wheel_serves_the_same_page_files(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    script = "from web.assets import Assets, FOLDER; print(Assets().digest, FOLDER)"
    away = {"PYTHONPATH": str(tmp_path / "site"), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=away, capture_output=True, text=True, check=True
    )
    said = done.stdout.split()

    assert said == [Assets().digest, str(tmp_path / "site/web/static")]
