"""Road data takes the place of a crisis's roads: all of it or nothing, and what is spoken of never vanishes unseen."""

from dataclasses import replace
from pathlib import Path

import pytest

from planner.domain.errors import Refused
from planner.services.convoy_state import segment_at
from planner.services.crises import load_seed, load_world
from planner.services.road_import import RoadFile, RoadImport, apply_road_import, plan_road_import
from planner.store import codec
from planner.store.records import ChangedMeanwhile
from planner.store.store import Store
from routing.access import fold
from routing.building.build import Tolerances
from routing.evidence import DeliveryOutcome, Evidence, RoadReport, RoadState
from routing.network import RoadNetwork
from routing.policy import AccessPolicy
from routing.units import HOUR, AsOf, Window
from tests.planner.desks import Desk
from tests.routing.readers.files import Row, geojson

pytest_plugins = ["tests.database_fixtures", "tests.planner.desk_fixtures"]

NOON = 1_932_811_200
"""Some noon in 2031."""
SEED = "two-rivers"


def rows_of(network: RoadNetwork, *without: str) -> list[Row]:
    """Return a crisis's roads as rows of a road file."""
    said = {"motorway": "motorway", "urban": "residential"}
    return [
        (list(s.shape), {"highway": said.get(s.road_class, s.road_class), "oneway": "no", "name": s.corridor})
        for s in network.segments.values()
        if s.id not in without
    ]


def planned(store: Store, path: Path, **near: float) -> RoadImport:
    return plan_road_import(store, SEED, RoadFile(path=path), Tolerances(**near))


def apply(store: Store, one: RoadImport, lost: tuple[str, ...] = (), off: tuple[str, ...] = ()) -> None:
    apply_road_import(
        store, one, allow_lost=frozenset(lost), leave_off=frozenset(off), source="roads.geojson", by="nour", at=NOON
    )


def report_on(store: Store, segment: str, state: RoadState) -> None:
    record = Evidence(
        position=0, learned_at=NOON, valid=Window(NOON), source="a driver",
        fact=RoadReport(segments=(segment,), state=state),
    )  # fmt: skip
    with store.writing() as write:
        write.append(SEED, [record], actor="nour", recorded_at=NOON)


@pytest.fixture
def loaded(store: Store) -> Store:
    load_seed(store, SEED, actor="nour", at=NOON)
    return store


def test_an_import_keeps_places_gates_and_reports_and_is_nothing_new_the_next_time(
    loaded: Store, tmp_path: Path
) -> None:
    before = load_world(loaded, SEED)
    path = geojson(tmp_path / "roads.geojson", rows_of(before.network))
    apply(loaded, planned(loaded, path))
    after = load_world(loaded, SEED)

    assert after.network.places.keys() >= before.network.places.keys()
    assert after.network.gates.keys() >= before.network.gates.keys()
    assert len(after.network.segments.keys() & before.network.segments.keys()) == 30
    assert all(after.network.standing_for((segment,)) for segment in before.network.segments)
    question = Window(NOON, NOON + HOUR)
    fold(after.log, after.network, AsOf(at=NOON, known=after.head), question, after.catalogue.crisis.tz, AccessPolicy())
    again = planned(loaded, path)
    assert not again.changes
    with loaded.reading() as read:
        stamp = read.stamp(SEED)
    apply(loaded, again)
    with loaded.reading() as read:
        assert read.stamp(SEED) == stamp
        entry = read.list_audit()[0]
    assert (entry.action, entry.actor, entry.detail["network"]) == ("import network", "nour", again.digest)


def test_every_line_has_a_gate_after_an_import(loaded: Store, tmp_path: Path) -> None:
    path = geojson(tmp_path / "roads.geojson", rows_of(load_world(loaded, SEED).network))
    apply(loaded, planned(loaded, path))
    network = load_world(loaded, SEED).network

    assert all(network.segments[s].gate for s in network.segments if len(network.areas_of(s)) > 1)


def test_a_needed_place_far_from_every_road_is_refused_by_name_and_nothing_is_stored(
    loaded: Store, tmp_path: Path
) -> None:
    network = load_world(loaded, SEED).network
    site = "kessa"
    path = geojson(tmp_path / "roads.geojson", rows_of(network, *network.segments_at(site)))
    one = planned(loaded, path)
    with pytest.raises(Refused, match=r"Place kessa is [\d,]+ m from any suitable road.*--leave-off kessa"):
        apply(loaded, one, lost=("all",))
    assert load_world(loaded, SEED).network == network

    gone = tuple(lost.segment for lost in one.lost)
    apply(loaded, one, lost=gone, off=(site,))
    assert load_world(loaded, SEED).network.segments_at(site) == ()


def test_a_road_that_evidence_names_is_not_forgotten_without_a_word(loaded: Store, tmp_path: Path) -> None:
    network = load_world(loaded, SEED).network
    path = geojson(tmp_path / "roads.geojson", rows_of(network, "varn--hightop"))
    one = planned(loaded, path)

    assert [lost.segment for lost in one.lost] == ["varn--hightop"]
    with pytest.raises(Refused, match=r"Segment varn--hightop would be gone \(0% of it is left\)"):
        apply(loaded, one)
    apply(loaded, one, lost=("all",))
    world = load_world(loaded, SEED)
    assert world.network.standing_for(("varn--hightop",)) == ()
    question = AsOf(at=NOON, known=world.head)
    fold(world.log, world.network, question, Window(NOON, NOON + 1), world.catalogue.crisis.tz, AccessPolicy())


def test_a_road_reported_closed_is_let_go_by_its_own_name_only(loaded: Store, tmp_path: Path) -> None:
    report_on(loaded, "varn--hightop", "closed")
    path = geojson(tmp_path / "roads.geojson", rows_of(load_world(loaded, SEED).network, "varn--hightop"))
    one = planned(loaded, path)

    assert [lost.closed for lost in one.lost] == [True]
    with pytest.raises(Refused, match=r"It must be named: --allow-lost varn--hightop"):
        apply(loaded, one, lost=("all",))
    apply(loaded, one, lost=("varn--hightop",))


def test_a_closure_reaches_the_parts_of_a_road_split_twice(loaded: Store, tmp_path: Path) -> None:
    before = load_world(loaded, SEED).network
    report_on(loaded, "varn--hightop", "closed")
    shape = before.segments["varn--hightop"].shape
    rows = rows_of(before)
    for step in (1, 2):
        lon, lat = shape[len(shape) * step // 3]
        rows.append(([(lon, lat), (lon + 0.01, lat + 0.02)], {"highway": "track"}))
        apply(loaded, planned(loaded, geojson(tmp_path / f"{step}.geojson", rows)))
    world = load_world(loaded, SEED)
    heirs = world.network.standing_for(("varn--hightop",))

    assert len(heirs) == 3
    assert planned(loaded, geojson(tmp_path / "again.geojson", rows)).changes is False
    lost = planned(loaded, geojson(tmp_path / "less.geojson", rows_of(before, "varn--hightop"))).lost
    assert {one.segment for one in lost} == set(heirs)
    assert all(one.closed for one in lost)


def test_what_was_recorded_meanwhile_stops_an_import(loaded: Store, tmp_path: Path) -> None:
    network = load_world(loaded, SEED).network
    one = planned(loaded, geojson(tmp_path / "roads.geojson", rows_of(network)))
    report_on(loaded, "varn--hightop", "closed")

    with pytest.raises(ChangedMeanwhile, match="Import it again"):
        apply(loaded, one)
    assert load_world(loaded, SEED).network == network


def test_a_promised_convoy_keeps_its_road_until_it_has_ended(planned_desk: Desk, tmp_path: Path) -> None:
    desk = planned_desk.copy(tmp_path / "desk")
    assert desk.qafila("plan", "publish", QAFILA_ACTOR="salma").code == 0
    store = desk.store()
    world = load_world(store, SEED)
    path = geojson(tmp_path / "roads.geojson", rows_of(world.network))
    one = planned(store, path)
    assert one.diverted
    with pytest.raises(Refused, match=r"is promised over .* Record how it ended first"):
        apply(store, one, lost=("all",))
    assert load_world(store, SEED).network == world.network

    with store.writing() as write:
        ends = [outcome(movement) for movement in one.diverted]
        write.append(SEED, ends, actor="nour", recorded_at=NOON)
    apply(store, planned(store, path))
    network = load_world(store, SEED).network
    with store.reading() as read:
        convoys = [m.convoy for m in read.list_movements(SEED) if m.convoy is not None]
    store.close()
    for convoy in convoys:
        where = {segment_at(convoy, network, at) for at in range(convoy.depart_at, convoy.back_at, HOUR)}
        assert where - {None} <= network.segments.keys()
        assert network.standing_for(convoy.segments)


def outcome(movement: str) -> Evidence:
    fact = DeliveryOutcome(movement=movement, site="kessa", happened_at=NOON, result="cancelled", what="not dispatched")
    return Evidence(position=0, learned_at=NOON, valid=Window(NOON), source="desk", fact=fact)


def test_a_network_stored_before_keeps_its_written_form_and_digest(loaded: Store) -> None:
    network = load_world(loaded, SEED).network
    written = codec.pack_part(network)

    assert b"retired" not in written
    assert b'"bridge":' not in written
    assert b"width_m" not in written
    assert codec.unpack_part(RoadNetwork, written) == network
    (name, plain) = next(iter(network.segments.items()))
    wide = replace(network, segments={**network.segments, name: replace(plain, bridge=True, width_m=3.5)})
    assert codec.unpack_part(RoadNetwork, codec.pack_part(wide)) == wide
