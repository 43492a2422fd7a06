"""Keep on disk what took long to make: written whole or not at all, and never believed unless every byte is right."""

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

_LIST: Final = "contents.json"
_KEPT: Final = 4
"""Of so many things the ones used last are kept; a crisis has one map, and its former ones are of no use."""

_log = logging.getLogger(__name__)
Found = TypeVar("Found")


def find_kept(shelf: Path, name: str, read: Callable[[Path], Found | None]) -> Found | None:
    """Return what `read` makes of the folder of that name, or None where there is none or anything in it is wrong."""
    folder = shelf / name
    if not folder.is_dir():
        return None
    try:
        found = read(folder) if _is_whole(folder, name) else None
    except Exception:  # noqa: BLE001 - whatever a broken file does to its reader, it can be made anew
        found = None
    if found is None:
        _log.warning("%s is damaged and is made anew.", folder)
        shutil.rmtree(folder, ignore_errors=True)
    else:
        with suppress(OSError):
            os.utime(folder)
    return found


def keep(shelf: Path, name: str, write: Callable[[Path], None]) -> None:
    """Keep under the name what `write` puts in a folder; a disk that is full or closed to us only costs time later.

    The folder appears under its name by one rename, after all is written. Whoever comes second leaves the first's.
    """
    new: Path | None = None
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=shelf))
        write(new)
        (new / _LIST).write_text(json.dumps({"name": name, "files": _contents(new)}), encoding="utf-8")
        new.rename(shelf / name)
    except (OSError, RuntimeError) as problem:
        if not (shelf / name).is_dir():
            _log.warning("%s could not be kept: %s", shelf / name, problem)
        if new is not None:
            shutil.rmtree(new, ignore_errors=True)
    else:
        _forget_the_eldest(shelf)


def _is_whole(folder: Path, name: str) -> bool:
    """Tell whether the folder was written under this name, and each file is as it was written."""
    said = json.loads((folder / _LIST).read_text(encoding="utf-8"))
    return bool(said["files"]) and said == {"name": name, "files": _contents(folder)}


def _contents(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(folder.iterdir()):
        if file.name != _LIST:
            with file.open("rb") as stream:
                found[file.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found


def _forget_the_eldest(shelf: Path) -> None:
    with suppress(OSError):
        folders = [folder for folder in shelf.iterdir() if folder.is_dir() and not folder.name.startswith(".new-")]
        for folder in sorted(folders, key=lambda each: each.stat().st_mtime, reverse=True)[_KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)
