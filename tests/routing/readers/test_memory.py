"""A large file, a bomb and a file full of broken rows end in a clear answer within stated memory."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROVE = bool(os.environ.get("QAFILA_PROVE"))
MEGABYTES = 100 if PROVE else 6
"""Size of the GeoJSON; at proof size that of docs/roads.md."""
READING_MB = 400 if PROVE else 150
"""What reading may take above the libraries, in megabytes."""
LIBRARIES_MB = 200
"""What Python and the libraries take before anything is read."""

READ = """
import sys
from pathlib import Path
from routing.readers.classes import default_table
from routing.readers.roadline import Limits, UnreadableRoads
from routing.readers.roads import read_roads
try:
    found = read_roads(Path(sys.argv[1]), default_table(), Limits())
    said = f"{len(found.lines)} {len(found.quarantine)} {found.rows}"
except UnreadableRoads as told:
    said = f"refused: {told}"
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) // 1024, said)
"""


def read_apart(path: Path) -> tuple[int, str]:
    """Read a file in a process of its own and return its largest memory in megabytes, and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        capture_output=True, text=True, check=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    megabytes, _, said = done.stdout.strip().partition(" ")
    return int(megabytes), said


def many_roads(path: Path, megabytes: int) -> int:
    """Write so many megabytes of roads, every tenth broken, and return how many rows."""
    bad = [
        "null", '{"type":"Point","coordinates":[36,35]}', '{"type":"LineString","coordinates":[[936,35],[36,35]]}',
        '{"type":"LineString","coordinates":[["a","b"],[36,35]]}', '{"type":"LineString","coordinates":[[36,35]]}',
    ]  # fmt: skip
    rows = written = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[\n')
        while written < megabytes * 1_000_000:
            lon, lat = 36 + rows % 500 * 0.003, 33 + rows // 500 * 0.003
            way = ",".join(f"[{lon + k * 0.0003:.7f}, {lat + k % 2 * 0.0001:.7f}]" for k in range(11))
            shape = bad[rows // 10 % 5] if rows % 10 == 9 else f'{{"type":"LineString","coordinates":[{way}]}}'
            said = f'{{"id":{rows},"highway":"primary","name":"Road number {rows}"}}'
            line = f'{"," if rows else ""}{{"type":"Feature","properties":{said},"geometry":{shape}}}\n'
            file.write(line)
            written += len(line)
            rows += 1
        file.write("]}")
    return rows


def test_a_large_file_with_a_tenth_of_its_rows_broken_is_read_within_stated_memory(tmp_path: Path) -> None:
    rows = many_roads(tmp_path / "large.geojson", MEGABYTES)
    megabytes, said = read_apart(tmp_path / "large.geojson")

    assert said == f"{rows - rows // 10} {rows // 10} {rows}"
    assert megabytes < LIBRARIES_MB + READING_MB


def test_a_zip_bomb_is_refused_without_unpacking_it_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    block = b"0" * 1_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("b.geojson", "w") as member:
        for _ in range(600):
            member.write(block)
    megabytes, said = read_apart(path)

    assert said.startswith("refused: bomb.zip unpacks to more than 500 MB")
    assert megabytes < LIBRARIES_MB


@pytest.mark.parametrize("deep", ["[" * 2_000_000, '{"a":' * 2_000_000], ids=["lists", "objects"])
def test_a_nested_bomb_is_refused_within_stated_memory(tmp_path: Path, deep: str) -> None:
    path = tmp_path / "deep.geojson"
    path.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":' + deep)
    megabytes, said = read_apart(path)

    assert said.startswith("refused: deep.geojson cannot be read")
    assert megabytes < LIBRARIES_MB


def test_one_feature_as_large_as_a_file_is_refused_within_stated_memory(tmp_path: Path) -> None:
    path = tmp_path / "one.geojson"
    with path.open("w") as file:
        file.write('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"highway":"primary"},')
        file.write('"geometry":{"type":"LineString","coordinates":[[36,35]')
        for _ in range(60):
            file.write(",[36.1234567,35.1234567],[36.2345678,35.2345678]" * 15_000)
        file.write("]}}]}")
    megabytes, said = read_apart(path)

    assert said.startswith("refused: one.geojson cannot be read")
    assert megabytes < LIBRARIES_MB + 500
