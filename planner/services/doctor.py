"""Look whether everything that the product needs is here and works."""

import platform
import shutil
from pathlib import Path
from typing import Final

from planner.solvers.engines import engines

ENOUGH_DISK_BYTES: Final = 500_000_000


def examine(home: Path) -> dict[str, object]:
    """Return versions, free disk and whether each engine solves a tiny problem; `ok` sums it up."""
    there = home
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free
    tried = engines()
    return {
        "python": platform.python_version(),
        "home": str(home),
        "disk_free_bytes": free,
        "browser": shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"),
        "engines": tried,
        "ok": free >= ENOUGH_DISK_BYTES and all(engine["works"] is True for engine in tried.values()),
    }
