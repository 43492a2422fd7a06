"""A file of evidence adds what the log does not have, corrects what its source says differently, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from planner.domain.world import World
from planner.intake.drafts import Teller
from planner.services.crises import load_seed, load_world
from planner.services.evidence import retract
from planner.services.evidence_import import EvidencePlan, compare_evidence, import_evidence, read_evidence_file
from planner.store.records import ChangedMeanwhile
from planner.store.store import Store
from routing.evidence import Control, Incident, Retraction, RoadReport, standing
from tests.planner.intake.files import csv_of, event, feature, geojson, square

pytest_plugins = ["tests.database_fixtures"]
NOW = 1_933_300_000
"""April 2031."""


def happened(number: int, **changes: str) -> dict[str, str]:
    return event(
        **{"event_id_cnty": f"XR{number}", "event_date": "2031-04-01", "latitude": "0.9", "longitude": "1.5"} | changes
    )


@pytest.fixture
def world(store: Store) -> World:
    return load_seed(store, "two-rivers", actor="nour", at=NOW)


@pytest.fixture
def compare(store: Store, world: World) -> Callable[..., EvidencePlan]:
    teller = Teller(learned_at=NOW, zone=world.catalogue.crisis.tz)

    def compared(*rows: dict[str, str]) -> EvidencePlan:
        return compare_evidence(load_world(store, "two-rivers"), "events", "events.csv", csv_of(*rows), teller)

    return compared


@pytest.fixture
def bring(store: Store, compare: Callable[..., EvidencePlan]) -> Callable[..., EvidencePlan]:
    def brought(*rows: dict[str, str]) -> EvidencePlan:
        plan = compare(*rows)
        import_evidence(store, load_world(store, "two-rivers"), plan, by="nour", at=NOW)
        return plan

    return brought


def counts(plan: EvidencePlan) -> tuple[int, int, int, int]:
    return len(plan.added), len(plan.corrected), plan.same, len(plan.left)


def events(store: Store) -> list[Incident]:
    log = load_world(store, "two-rivers").log
    facts = [record.fact for record in standing(log, len(log))]
    return [fact for fact in facts if isinstance(fact, Incident) and fact.event_id]


Bring = Callable[..., EvidencePlan]


def test_a_comparison_writes_nothing(store: Store, world: World, compare: Bring) -> None:
    assert counts(compare(happened(1))) == (1, 0, 0, 0)
    assert load_world(store, "two-rivers").head == world.head


def test_the_same_file_twice_adds_nothing_and_ten_new_rows_add_ten(store: Store, world: World, bring: Bring) -> None:
    first = [happened(number) for number in range(20)]
    assert counts(bring(*first)) == (20, 0, 0, 0)
    assert counts(bring(*first)) == (0, 0, 20, 0)
    assert counts(bring(*first, *(happened(number) for number in range(20, 30)))) == (10, 0, 20, 0)
    assert load_world(store, "two-rivers").head == world.head + 30


def test_a_corrected_event_withdraws_the_record_before_it(store: Store, world: World, bring: Bring) -> None:
    bring(happened(1))
    plan = bring(happened(1, fatalities="5", timestamp="1933000000"))
    assert counts(plan) == (0, 1, 0, 0)
    log = load_world(store, "two-rivers").log
    assert [type(record.fact) for record in log[-3:]] == [Incident, Retraction, Incident]
    assert log[-2].fact == Retraction(position=world.head + 1, reason="the source has changed its word")
    assert [event.figures[0].count for event in events(store)] == [5]


def test_an_event_told_anew_in_the_same_words_is_no_correction(bring: Bring) -> None:
    bring(happened(1))
    assert counts(bring(happened(1, timestamp="1933000000"))) == (0, 0, 1, 0)


def test_an_older_word_corrects_nothing(bring: Bring) -> None:
    bring(happened(1, timestamp="1933000000"))
    plan = bring(happened(1, fatalities="5", timestamp="1932000000"))
    assert counts(plan) == (0, 0, 0, 1)
    assert "has a newer word on event XR1" in plan.left[0].reason


def test_a_word_that_was_corrected_is_not_brought_back(store: Store, bring: Bring) -> None:
    old, new = happened(1, timestamp=""), happened(1, fatalities="5", timestamp="")
    bring(old)
    bring(new)
    plan = bring(old)
    assert counts(plan) == (0, 0, 0, 1)
    assert "was corrected by record" in plan.left[0].reason
    assert [event.figures[0].count for event in events(store)] == [5]


def test_what_somebody_withdrew_is_not_brought_back(store: Store, world: World, bring: Bring) -> None:
    bring(happened(1))
    retract(store, world, world.head + 1, "not in this valley", actor="nour", at=NOW, source="field team")
    for again in (happened(1), happened(1, fatalities="5", timestamp="1933000000")):
        plan = bring(again)
        assert counts(plan) == (0, 0, 0, 1)
        assert "was withdrawn: record by hand what holds again" in plan.left[0].reason


def test_an_import_is_refused_when_the_log_has_grown_since_the_comparison(
    store: Store, world: World, compare: Bring, bring: Bring
) -> None:
    plan = compare(happened(1), happened(2))
    bring(happened(2))
    before = load_world(store, "two-rivers").head
    with pytest.raises(ChangedMeanwhile, match=f"read up to record {world.head} and has {world.head + 1} by now"):
        import_evidence(store, world, plan, by="nour", at=NOW)
    assert load_world(store, "two-rivers").head == before


def test_an_import_is_audited_with_its_counts(store: Store, bring: Bring) -> None:
    bring(happened(1), happened(2), happened(3, latitude="x"))
    with store.reading() as read:
        entry = read.list_audit()[0]
    assert (entry.actor, entry.action, entry.target) == ("nour", "import events", "two-rivers")
    assert (entry.detail["added"], entry.detail["quarantined"]) == (2, 1)


def test_an_import_that_adds_nothing_leaves_no_trace(store: Store, bring: Bring) -> None:
    bring(happened(1))
    with store.reading() as read:
        before = len(read.list_audit())
    bring(happened(1))
    with store.reading() as read:
        assert len(read.list_audit()) == before


def test_roads_and_control_are_as_before_the_next_time(store: Store, world: World) -> None:
    teller = Teller(learned_at=NOW, zone=world.catalogue.crisis.tz)
    road = {"segment": "merro--ordan", "status": "Not passable", "date": "2031-04-01", "source": "Logistics group"}
    land = feature("Polygon", square(-9, -9, 9, 9), party="north", date="2031-04-01", source="map desk")
    for kind, content, added in (("roads", csv_of(road), 1), ("control", geojson(land), len(world.network.areas))):
        for expected in ((added, 0, 0, 0), (0, 0, added, 0)):
            here = load_world(store, "two-rivers")
            plan = compare_evidence(here, kind, "file", content, teller)  # type: ignore[arg-type] # one of its kinds
            assert counts(plan) == expected
            import_evidence(store, here, plan, by="nour", at=NOW)


def test_a_map_laid_under_what_is_on_record_fills_in_only_areas_that_nobody_holds(store: Store, world: World) -> None:
    free = replace(world.network.areas["south-plain"], id="free")
    port = replace(world.network.places["port-selm"], area="free")
    grown = replace(
        world.network, areas={**world.network.areas, "free": free}, places={**world.network.places, port.id: port}
    )
    with store.writing() as write:
        write.put_network("two-rivers", grown)
    here = load_world(store, "two-rivers")
    teller = Teller(learned_at=NOW, zone=world.catalogue.crisis.tz)
    land = geojson(feature("Polygon", square(-9, -9, 9, 9), party="north", date="2031-04-01", source="map desk"))
    over = compare_evidence(here, "control", "file", land, teller)
    under = compare_evidence(here, "control", "file", land, replace(teller, under=True))

    assert {d.evidence.fact.area for d in over.added if isinstance(d.evidence.fact, Control)} == set(here.network.areas)
    assert [d.evidence.fact for d in under.added] == [Control(area="free", party="north")]
    assert len(under.left) == len(here.network.areas) - 1
    said = next(left.reason for left in under.left if left.reason.startswith("south-plain"))
    assert said.startswith("south-plain: south holds it by record ")
    assert said.endswith(", and this map is laid under what is on record")
    import_evidence(store, here, under, by="nour", at=NOW)
    again = compare_evidence(load_world(store, "two-rivers"), "control", "file", land, replace(teller, under=True))
    assert (len(again.added), again.same) == (0, 1)


def test_a_road_told_otherwise_later_is_a_record_of_its_own(store: Store, world: World) -> None:
    teller = Teller(learned_at=NOW, zone=world.catalogue.crisis.tz)
    road = {"segment": "merro--ordan", "status": "Not passable", "date": "2031-04-01", "source": "Logistics group"}
    for row in (road, road | {"date": "2031-04-03", "status": "Passable"}):
        here = load_world(store, "two-rivers")
        plan = compare_evidence(here, "roads", "file", csv_of(row), replace(teller, reliability="B"))
        import_evidence(store, here, plan, by="nour", at=NOW)
    told = load_world(store, "two-rivers").log[-2:]
    assert [record.fact for record in told] == [
        RoadReport(segments=("merro--ordan",), state="closed"),
        RoadReport(segments=("merro--ordan",), state="open"),
    ]
    assert told[0].reliability == "B"


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(Exception, match="has 100 MB; up to 32 MB are read"):
        read_evidence_file(large)
