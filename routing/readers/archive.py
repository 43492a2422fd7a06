"""Unpack a zip that holds one road file, counting every byte, so that a small file cannot become a large one."""

import zipfile
import zlib
from pathlib import Path
from typing import Final

from routing.readers.roadline import Limits, UnreadableRoads

ROADS: Final = frozenset({".geojson", ".json", ".gpkg", ".shp"})
BESIDE: Final = frozenset({".shx", ".dbf", ".prj", ".cpg"})
"""What belongs to a shapefile."""
MOST_MEMBERS: Final = 1_000
_BLOCK: Final = 1 << 20


def unpack(path: Path, folder: Path, limits: Limits) -> Path:
    """Unpack the one road file of a zip into a folder and return its path; archives inside it are not opened.

    Raises
    ------
    UnreadableRoads
        If it is no zip, is damaged, holds none or several road files, or more bytes than may be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _unpack(archive, path.name, folder, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as cause:
        if isinstance(cause, UnreadableRoads):
            raise
        raise UnreadableRoads(
            f"{path.name} cannot be unpacked ({cause}). Unpack it by hand, or fetch it again."
        ) from cause


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path, limits: Limits) -> Path:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MOST_MEMBERS:
        raise UnreadableRoads(f"{name} holds {len(members)} files. Give a zip with the one road file alone.")
    roads = [m for m in members if Path(m.filename).suffix.lower() in ROADS and not m.filename.startswith("__MACOSX")]
    if len(roads) != 1:
        names = ", ".join(m.filename for m in roads[:6]) or "none"
        raise UnreadableRoads(f"{name} holds {len(roads)} road files: {names}. Give a zip with one of them.")
    stem = Path(roads[0].filename).with_suffix("")
    wanted = [m for m in members if Path(m.filename).with_suffix("") == stem
              and Path(m.filename).suffix.lower() in ROADS | BESIDE]  # fmt: skip
    left = limits.file_mb * 1_000_000
    for member in wanted:
        # Under a name of ours: a member's own could lead out of the folder.
        target = folder / f"roads{Path(member.filename).suffix.lower()}"
        with archive.open(member) as packed, target.open("wb") as out:
            while block := packed.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise UnreadableRoads(
                        f"{name} unpacks to more than {limits.file_mb} MB. Cut out the region that is needed, or raise "
                        "--max-mb."
                    )
                out.write(block)
    return folder / f"roads{Path(roads[0].filename).suffix.lower()}"
