"""Whatever bytes a file holds, reading it ends in lines or in one clear error."""

import os
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.readers.roadline import UnreadableRoads
from tests.routing.readers.files import geojson, pbf, read, vector

EXAMPLES = 2000 if os.environ.get("QAFILA_PROVE") else 40
KINDS = ("town.geojson", "town.osm.pbf", "town.gpkg", "town.shp", "town.zip")


@cache
def whole(name: str) -> dict[str, bytes]:
    """Return a good file of each kind, with those that belong beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("town.geojson", whole("town.geojson")["town.geojson"])
        else:
            {".geojson": geojson, ".pbf": pbf}.get(path.suffix, vector)(path)
        return {part.name: part.read_bytes() for part in Path(folder).iterdir()}


def reads_or_says_why(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        for part, good in whole(name).items():
            (Path(folder) / part).write_bytes(good)
        path.write_bytes(content)
        before = {part.name: part.read_bytes() for part in Path(folder).iterdir()}
        try:
            read(path)
        except UnreadableRoads as told:
            assert str(told).endswith(".")  # noqa: PT017 - either is right
        assert {part.name: part.read_bytes() for part in Path(folder).iterdir()} == before


@pytest.mark.parametrize("name", KINDS)
@given(content=st.binary(max_size=400))
@settings(max_examples=EXAMPLES)
def test_random_bytes_are_one_clear_error(name: str, content: bytes) -> None:
    reads_or_says_why(name, content)


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
@settings(max_examples=EXAMPLES)
def test_a_truncated_or_damaged_file_ends_in_lines_or_a_clear_error(name: str, data: st.DataObject) -> None:
    good = bytearray(whole(name)[name])
    cut = data.draw(st.integers(0, len(good)))
    for place, value in data.draw(
        st.dictionaries(st.integers(0, len(good) - 1), st.integers(0, 255), max_size=8)
    ).items():
        good[place] = value
    reads_or_says_why(name, bytes(good[:cut] if data.draw(st.booleans()) else good))
