"""Look whether everything that the product needs is here and works."""

import platform
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from planner.solvers.engines import engines

ENOUGH_DISK_BYTES: Final = 500_000_000


def examine(home: Path, database: Mapping[str, object], versions: Mapping[str, str]) -> dict[str, object]:
    """Return versions, the state of the database, free disk, and whether each engine solves a tiny problem.

    `ok` sums it up; a database that is not there yet is no fault.
    """
    there = home
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free
    tried = engines()
    sound = database["works"] is not False and all(engine["works"] is True for engine in tried.values())
    return {
        "versions": {"python": platform.python_version(), **versions},
        "home": str(home),
        "database": dict(database),
        "disk_free_bytes": free,
        "browser": shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"),
        "engines": tried,
        "ok": free >= ENOUGH_DISK_BYTES and sound,
    }
