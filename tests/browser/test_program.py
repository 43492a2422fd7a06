"""The browser of the tests: taken as asked, found, installed by root on Debian, or asked for in one line."""

import os
from pathlib import Path

import pytest

from tests.browser import program
from tests.browser.program import NoBrowser, browser_path, ensure_browser


def lay(path: Path, script: str = "exit 0") -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_asked_browser_goes_before_the_found_one(tmp_path: Path) -> None:
    found, asked = lay(tmp_path / "chromium"), lay(tmp_path / "mine")

    assert browser_path({"PATH": str(tmp_path)}) == str(found)
    assert browser_path({"PATH": str(tmp_path), "QAFILA_BROWSER": str(asked)}) == str(asked)


def test_an_asked_browser_that_is_not_there_is_not_replaced_by_another(tmp_path: Path) -> None:
    lay(tmp_path / "chromium")

    with pytest.raises(NoBrowser, match=r"QAFILA_BROWSER=/nowhere/chromium is no program"):
        ensure_browser({"PATH": str(tmp_path), "QAFILA_BROWSER": "/nowhere/chromium"})


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path with an apt-get that writes down what it was told, and lays down a browser when installing."""
    monkeypatch.setattr(program, "DEBIAN", lay(tmp_path / "debian_version"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    installs = f"{{ : > {tmp_path}/chromium; /bin/chmod +x {tmp_path}/chromium; }}"
    lay(tmp_path / "apt-get", f'echo "$@" >> {tmp_path}/told; [ "$2" = update ] || {installs}')
    return tmp_path


def test_root_on_debian_gets_it_installed(debian: Path) -> None:
    assert ensure_browser({"PATH": str(debian)}) == str(debian / "chromium")
    assert (debian / "told").read_text().splitlines() == [
        "-qq update",
        "-qq install -y --no-install-recommends chromium fonts-noto-core",
    ]


def test_nobody_else_gets_anything_installed_but_one_line(debian: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(NoBrowser, match=r"As root on Debian: apt-get install .* QAFILA_BROWSER=/path") as told:
        ensure_browser({"PATH": str(debian)})
    assert "\n" not in str(told.value)
    assert not (debian / "told").exists()


def test_a_refused_installation_is_told_in_one_line(debian: Path) -> None:
    lay(debian / "apt-get", "echo 'E: no network' >&2; echo again >&2; exit 100")

    with pytest.raises(NoBrowser, match=r"apt-get update failed \(E: no network again\)"):
        ensure_browser({"PATH": str(debian)})
