"""Find the browser that reads the pages, and put it there where that is possible: `python -m tests.browser.program`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ASKED: Final = "QAFILA_BROWSER"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
PACKAGES: Final = ("chromium", "fonts-noto-core")
"""Debian's; the second has the Arabic letters."""
BY_HAND: Final = f"apt-get install --no-install-recommends {' '.join(PACKAGES)}"
WAY_OUT: Final = f"As root on Debian: {BY_HAND}. Elsewhere: {ASKED}=/path/to/chromium."
DEBIAN: Final = Path("/etc/debian_version")


class NoBrowser(Exception):
    """The pages cannot be read by a browser; a test that needs one fails and is never skipped."""


def browser_path(environ: Mapping[str, str] = os.environ) -> str:
    """Return the Chromium to start: the one that is asked for, else the first on the path.

    Raises
    ------
    NoBrowser
        If there is none, with the way out.
    """
    if asked := environ.get(ASKED):
        if found := shutil.which(asked):
            return found
        raise NoBrowser(f"{ASKED}={asked} is no program that can be started. {WAY_OUT}")
    for name in NAMES:
        if found := shutil.which(name, path=environ.get("PATH")):
            return found
    raise NoBrowser(f"The pages are tested in Chromium, and there is none. {WAY_OUT}")


def ensure_browser(environ: Mapping[str, str] = os.environ) -> str:
    """Return the Chromium to start; on Debian, as root and with none asked for, install it first."""
    try:
        return browser_path(environ)
    except NoBrowser:
        apt = shutil.which("apt-get", path=environ.get("PATH"))
        if environ.get(ASKED) or apt is None or not DEBIAN.exists() or os.geteuid() != 0:
            raise
    sys.stderr.write(f"Installing {' and '.join(PACKAGES)} for the tests of the pages ...\n")
    quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run([apt, "-qq", *step], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            said = " ".join(done.stderr.split()) or f"exit {done.returncode}"
            raise NoBrowser(f"apt-get {step[0]} failed ({said}). {WAY_OUT}")
    return browser_path(environ)


if __name__ == "__main__":
    try:
        ensure_browser()
    except NoBrowser as missing:
        sys.exit(str(missing))
