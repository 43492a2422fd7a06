"""Fuzz the readers of one subject, by so many inputs or seconds: python -m tests.fuzzing roads -runs=8000 FOLDER.

The folder gets the corpus and, should an input break a reader, that input. A reader may answer or refuse in words;
anything else ends the process with a code other than 0.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["planner.intake", "routing.readers", "routing.matching"]):
    from planner.domain.errors import BadInput
    from planner.domain.world import World
    from planner.intake.drafts import Teller
    from planner.intake.seed import find_seed, read_seed
    from planner.services.evidence_import import KINDS, compare_evidence
    from planner.services.tables import Subject, compare_table
    from routing.errors import RoutingError
    from routing.readers.classes import default_table
    from routing.readers.roadline import Limits
    from routing.readers.roads import read_roads
    from tests.fuzzing.mutations import mutated
    from tests.planner.intake.files import PASSABLE, csv_of, event, feature, square, workbook
    from tests.planner.intake.files import geojson as land
    from tests.routing.readers import files

ROAD_FILES: Final = ("town.geojson", "town.osm.pbf", "town.gpkg", "town.shp", "town.zip")
NOW: Final = 1_933_300_000
Fuzzed = tuple[Callable[[bytes], None], list[bytes]]
"""What is run on each input, and the inputs to begin with; the first byte of each chooses the reader."""


def roads() -> Fuzzed:
    """Road files of every kind."""
    table, limits = default_table(), Limits(file_mb=1)
    begin = []
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(ROAD_FILES[:4]):
            path = Path(folder) / name
            {".geojson": files.geojson, ".pbf": files.pbf}.get(path.suffix, files.vector)(path)
            begin.append(bytes([number]) + path.read_bytes())
    work = Path(tempfile.mkdtemp(prefix="qafila-fuzz-"))

    def run(data: bytes) -> None:
        path = work / ROAD_FILES[data[0] % len(ROAD_FILES)] if data else work / "town.geojson"
        path.write_bytes(data[1:])
        _answers(lambda: read_roads(path, table, limits))

    return run, begin


def evidence() -> Fuzzed:
    """Events, road conditions and control, as tables, workbooks and polygons."""
    world = read_seed(find_seed("two-rivers"))
    teller = Teller(learned_at=NOW, zone=world.catalogue.crisis.tz, source="field team")
    clash = event(event_id_cnty="XR1", event_date="2031-04-01", latitude="0.9", longitude="1.5")
    polygon = feature("Polygon", square(-9, -9, 9, 9), party="north", date="2031-04-01")
    line = feature("LineString", [[1.6, 0.8], [1.7, 0.7]], status="passable", date="2031-04-01")
    wkt = {"party": "north", "date": "2031-04-01", "wkt": "POLYGON((-9 -9, 9 -9, 9 9, -9 -9))"}
    wholes = [csv_of(clash), workbook(list(clash), list(clash.values())), csv_of(PASSABLE), land(line), land(polygon),
              csv_of(wkt), _package()]  # fmt: skip

    def run(data: bytes) -> None:
        kind = KINDS[data[0] % len(KINDS)] if data else KINDS[0]
        _answers(lambda: compare_evidence(world, kind, "file", data[1:], teller))

    return run, [bytes([kind]) + whole for whole in wholes for kind in range(len(KINDS))]


def _package() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return files.vector(Path(folder) / "a.gpkg").read_bytes()


def tables() -> Fuzzed:
    """Needs, people and P-codes, stock and trucks."""
    seed = find_seed("two-rivers")
    world: World = read_seed(seed)

    def run(data: bytes) -> None:
        subject: Subject = "supply" if data and data[0] & 1 else "needs"
        _answers(lambda: compare_table(world, subject, "t.csv", data[1:], skip_broken=bool(data and data[0] & 2)))

    names = ("needs", "people", "places", "stock", "fleets")
    wholes = [(seed / f"{name}.csv").read_bytes()[:2_000] for name in names]
    return run, [bytes([first]) + whole for whole in wholes for first in range(4)]


SUBJECTS: Final[Mapping[str, Callable[[], Fuzzed]]] = {"roads": roads, "evidence": evidence, "tables": tables}


def _answers(read: Callable[[], object]) -> None:
    try:
        read()
    except (BadInput, RoutingError) as told:
        if not str(told).strip():
            raise AssertionError("It was refused without a word.") from told


def _mutate(data: bytes, most: int, seed: int) -> bytes:
    """Change a value in two of three cases, else bytes; the first byte, which chooses the reader, may change too."""
    changed = mutated(data[1:], seed) if seed % 3 else None
    if changed is None or len(changed) >= most:
        return bytes(atheris.Mutate(data, most))
    return (bytes([seed // 3 % 256]) if seed % 11 == 0 else data[:1]) + changed


def main() -> None:
    """Fuzz one subject until an option of libFuzzer says (`-runs=…`, `-max_total_time=…`); the process ends within."""
    subject, until, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    run, begin = SUBJECTS[subject]()
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, whole in enumerate(begin):
        (corpus / f"whole-{number}").write_bytes(whole)
    options = [until, "-seed=1", "-max_len=16384", "-timeout=20", "-rss_limit_mb=2000",
               "-print_final_stats=1", f"-artifact_prefix={folder}/found-"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], run, custom_mutator=_mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
