"""Whatever bytes come in, an import of evidence answers in words, and writes nothing unless it writes all."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.intake.drafts import Teller
from planner.intake.seed import find_seed, read_seed
from planner.services.crises import load_world
from planner.services.evidence_import import KINDS, EvidenceKind, EvidencePlan, compare_evidence, import_evidence
from planner.services.tables import compare_table
from planner.store.store import Store
from routing.errors import RoutingError
from tests.planner.desks import Desk
from tests.planner.intake.files import csv_of, event, feature, geojson, square, workbook

pytest_plugins = ["tests.planner.desk_fixtures"]
WORLD = read_seed(find_seed("two-rivers"))
NOW = 1_933_300_000
TELLER = Teller(learned_at=NOW, zone=WORLD.catalogue.crisis.tz, source="field team")
CLASH = event(event_id_cnty="XR1", event_date="2031-04-01", latitude="0.9", longitude="1.5")
ROAD = {"segment": "merro--ordan", "status": "Not passable", "date": "2031-04-01", "lat": "0.81", "lon": "1.61"}
LAND = feature("Polygon", square(-9, -9, 9, 9), party="north", date="2031-04-01")
WHOLE = {
    "csv of events": csv_of(CLASH, CLASH | {"event_id_cnty": "XR2"}),
    "csv of roads": csv_of(ROAD, ROAD | {"segment": ""}),
    "workbook of events": workbook(list(CLASH), list(CLASH.values())),
    "land": geojson(LAND, feature("LineString", [[1.6, 0.8], [1.7, 0.7]], **ROAD)),
}
KIND = st.sampled_from(KINDS)
TEXTS = st.text(max_size=12) | st.sampled_from(
    ["1e999", "-0", "nan", "1,5", "2031-04-31", "٣", "\x00", "'", '"', "=1+1"]
)


def answer(kind: EvidenceKind, content: bytes, world: World = WORLD) -> EvidencePlan | None:
    """Return the plan, or None where the file was refused in words; any other exception is a fault."""
    try:
        return compare_evidence(world, kind, "file", content, TELLER)
    except (BadInput, RoutingError):
        return None


@given(KIND, st.binary(max_size=400))
def test_any_bytes_are_answered(kind: EvidenceKind, content: bytes) -> None:
    answer(kind, content)
    answer(kind, b"PK\x03\x04" + content)
    answer(kind, b'{"type": "FeatureCollection", "features": [' + content)


@given(KIND, st.sampled_from(sorted(WHOLE)), st.data())
def test_a_file_cut_off_or_with_a_byte_changed_is_answered(kind: EvidenceKind, which: str, data: st.DataObject) -> None:
    content = WHOLE[which]
    at = data.draw(st.integers(0, len(content)))
    answer(kind, content[:at])
    if at < len(content):
        answer(kind, content[:at] + bytes([data.draw(st.integers(0, 255))]) + content[at + 1 :])


@given(st.dictionaries(st.sampled_from(sorted(CLASH)), TEXTS, min_size=1, max_size=4))
def test_an_event_with_any_values_is_read_or_set_aside_and_its_neighbour_is_read(changes: dict[str, str]) -> None:
    plan = answer("events", csv_of(CLASH, CLASH | {"event_id_cnty": "XR2"} | changes))
    if plan is not None:
        assert 2 in {draft.row for draft in plan.added}
        assert len(plan.added) + len(plan.quarantined) + plan.same <= 3


@given(st.dictionaries(st.sampled_from(sorted(ROAD)), TEXTS, min_size=1, max_size=4))
def test_a_road_with_any_values_is_read_or_set_aside(changes: dict[str, str]) -> None:
    answer("roads", csv_of(ROAD, ROAD | changes))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.sampled_from(["roads", "control"]), st.sampled_from(["Point", "LineString", "MultiPolygon", "Polygon"]), JSON)
def test_a_geometry_of_any_shape_is_read_or_set_aside(kind: EvidenceKind, shape: str, coordinates: object) -> None:
    properties = {"status": "passable", "date": "2031-04-01", "party": "north"}
    answer(kind, geojson(feature(shape, coordinates, **properties)))
    answer(kind, geojson(coordinates))


@given(st.lists(st.lists(TEXTS, max_size=6), max_size=4))
def test_needs_of_any_values_are_read_or_refused(rows: list[list[str]]) -> None:
    header = ["site", "commodity", "units", "needed_from", "needed_until", "source"]
    table = csv_of(*(dict(zip(header, row, strict=False)) for row in [header, *rows]))
    for skip in (False, True):
        with suppress(BadInput, RoutingError):
            compare_table(WORLD, "needs", "t.csv", table, skip_broken=skip)


def test_a_workbook_with_any_part_broken_is_answered() -> None:
    whole = WHOLE["workbook of events"]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for broken in parts:
        for content in (b"", b"<a/>", b"\xff\xfe", parts[broken][:-20]):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for name, part in parts.items():
                    archive.writestr(name, content if name == broken else part)
            answer("events", out.getvalue())


@pytest.fixture
def store(fresh: Desk) -> Iterator[Store]:
    opened = fresh.store()
    yield opened
    opened.close()


def test_an_import_that_fails_at_its_last_record_writes_nothing(store: Store, fresh: Desk) -> None:
    world = load_world(store, "two-rivers")
    plan = compare_evidence(world, "events", "e.csv", WHOLE["csv of events"], TELLER)
    last = plan.added[-1]
    unstorable = replace(last, evidence=replace(last.evidence, note="\x00"))
    before = fresh.digest()
    with pytest.raises(BadInput, match="NUL"):
        import_evidence(store, world, replace(plan, added=(*plan.added[:-1], unstorable)), by="nour", at=NOW)
    assert fresh.digest() == before
