"""The smallest change that would serve a site: stated as a scenario, found by solving again, and true when tried."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from planner.domain.plan import Change, Plan
from planner.domain.scenario import (
    ArrangementAdded,
    EscortChange,
    FleetChange,
    GateHoursSet,
    GateSet,
    PaperGranted,
    Scenario,
    SegmentSet,
)
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.domain.world import World
from planner.intake.scenario import read_scenario
from planner.intake.seed import find_seed, read_seed
from planner.services.changes import scenario_line, suppose, with_changes
from planner.services.remedies import Remedies, Remedy, merged, size_of
from planner.services.snapshots import horizon_from, planning_as_of, take_snapshot
from planner.solvers.option import Refusal
from planner.solvers.options import OptionSet, build
from planner.solvers.solve import solve_options
from routing.evidence import Evidence, GateReport, PermitStep
from routing.units import HOUR, Window, parse_instant
from tests.planner import instances as known
from tests.planner.instances import at, far_site, four_towns, two_sites_one_gate
from tests.planner.solvers.tiny import silent

RIVERS = read_seed(find_seed("two-rivers"))
ZONE = RIVERS.catalogue.crisis.tz


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A world planned from a day on, without changes and with them."""

    world: World
    snapshot: Snapshot
    found: OptionSet
    bare: Plan
    plan: Plan


def frozen(world: World, day: str, days: int, scenario: Scenario | None = None) -> Snapshot:
    start = parse_instant(day, ZONE)
    terms = {} if scenario is None else {"scenario": scenario}
    return take_snapshot(world, as_of=planning_as_of(world, start), horizon=horizon_from(start, days, world), **terms)


def planned(world: World, day: str, days: int = 4) -> Case:
    snapshot = frozen(world, day, days)
    found = build(snapshot, silent)
    bare = solve_options(snapshot, found, silent)
    return Case(
        world=world, snapshot=snapshot, found=found, bare=bare, plan=with_changes(snapshot, bare, found, silent)
    )


def replanned(snapshot: Snapshot) -> Plan:
    return solve_options(snapshot, build(snapshot, silent), silent)


def with_change(snapshot: Snapshot) -> Plan:
    found = build(snapshot, silent)
    return with_changes(snapshot, solve_options(snapshot, found, silent), found, silent)


def change_for(plan: Plan, site: str, commodity: str) -> Change | None:
    return next(row.change for row in plan.unmet if (row.site, row.commodity) == (site, commodity))


def visited(plan: Plan) -> set[str]:
    return {stop.site for convoy in plan.convoys for stop in convoy.stops}


def read_back(change: Change | None, folder: Path) -> Scenario:
    assert change is not None
    file = folder / "change.toml"
    file.write_text(f'name = "change"\n{change.edit}\n', encoding="utf-8")
    return read_scenario(file, ZONE)


@pytest.fixture(scope="module")
def no_letter() -> Case:
    def is_letter(record: Evidence) -> bool:
        return isinstance(record.fact, PermitStep) and (record.fact.site, record.fact.step) == ("kessa", "letter")

    return planned(replace(RIVERS, log=tuple(r for r in RIVERS.log if not is_letter(r))), "2031-04-08")


@pytest.fixture(scope="module")
def closed_gate() -> Case:
    closed = Evidence(
        position=RIVERS.head + 1, learned_at=parse_instant("2031-04-07T20:00+03:00", ZONE),
        valid=Window(parse_instant("2031-04-07T20:00+03:00", ZONE)),
        fact=GateReport(gate="grey-gate", state="closed"), source="fictional gate report",
    )  # fmt: skip
    early = tuple(r for r in RIVERS.log if r.learned_at < closed.learned_at)
    return planned(replace(RIVERS, log=(*early, replace(closed, position=len(early) + 1))), "2031-04-08", days=2)


@pytest.fixture(scope="module")
def after_the_truce() -> Case:
    return planned(RIVERS, "2031-04-15", days=3)


# ------------------------------------------------------------------------------------------------- Two Rivers


def test_a_missing_letter_is_all_that_is_asked_for(no_letter: Case, tmp_path: Path) -> None:
    assert "kessa" not in visited(no_letter.bare)
    scenario = read_back(change_for(no_letter.plan, "kessa", "family-ration"), tmp_path)
    assert scenario.edits == (PaperGranted(site="kessa", steps=("letter",), window=no_letter.snapshot.horizon),)


def test_a_closed_gate_is_to_be_opened(closed_gate: Case, tmp_path: Path) -> None:
    assert "ulmar" not in visited(closed_gate.bare)
    scenario = read_back(change_for(closed_gate.plan, "ulmar", "family-ration"), tmp_path)
    assert scenario.edits == (GateSet(gate="grey-gate", state="open", window=closed_gate.snapshot.horizon),)


def test_coupled_sites_get_one_change_that_serves_both(after_the_truce: Case, tmp_path: Path) -> None:
    assert visited(after_the_truce.bare).isdisjoint({"osk", "tarn"})
    changes = {change_for(after_the_truce.plan, site, "family-ration") for site in ("osk", "tarn")}
    (change,) = changes
    (edit,) = read_back(change, tmp_path).edits
    assert isinstance(edit, ArrangementAdded)
    assert (edit.gates, edit.parties) == (("osk", "tarn"), ("north", "south"))


@pytest.mark.parametrize("case", ["no_letter", "closed_gate", "after_the_truce"])
def test_every_verified_change_serves_its_site_when_it_is_tried(
    case: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    tried: Case = request.getfixturevalue(case)
    changes = {row.change: row.site for row in tried.plan.unmet if row.change is not None}
    assert changes
    for change, site in sorted(changes.items(), key=lambda item: item[1]):
        again = frozen(tried.world, *_terms(tried), scenario=read_back(change, tmp_path))
        plan = replanned(again)
        assert change.verified
        assert site in visited(plan)
        assert violations(plan, again) == ()


def test_people_gained_are_those_of_the_real_plan_with_the_letter(no_letter: Case, tmp_path: Path) -> None:
    change = change_for(no_letter.plan, "kessa", "family-ration")
    again = frozen(no_letter.world, *_terms(no_letter), scenario=read_back(change, tmp_path))
    assert change is not None
    gained = replanned(again).people_reached - no_letter.bare.people_reached
    assert change.people_gained == pytest.approx(gained, rel=0.01)


def test_an_item_that_the_papers_strike_is_not_served_by_a_letter(no_letter: Case) -> None:
    assert change_for(no_letter.plan, "kessa", "trauma-kit") is None


def test_a_supposed_snapshot_is_the_one_that_would_have_been_frozen(no_letter: Case, tmp_path: Path) -> None:
    edits = (
        *read_back(change_for(no_letter.plan, "kessa", "family-ration"), tmp_path).edits,
        GateSet(gate="west-ford", state="closed", window=no_letter.snapshot.horizon),
        FleetChange(hub="ordan", truck_type="semi-25t", trucks=6),
        EscortChange(teams=1),
    )
    whole = frozen(no_letter.world, *_terms(no_letter), scenario=Scenario(name="baseline", edits=edits))
    half = frozen(no_letter.world, *_terms(no_letter), scenario=Scenario(name="baseline", edits=edits[:2]))
    assert suppose(no_letter.snapshot, edits) == whole
    assert suppose(half, edits[2:]) == whole


def test_the_same_plan_gets_the_same_changes(after_the_truce: Case) -> None:
    again = with_changes(after_the_truce.snapshot, after_the_truce.bare, after_the_truce.found, silent)
    assert again == after_the_truce.plan


def test_nothing_but_the_changes_is_added(no_letter: Case) -> None:
    bare = replace(no_letter.plan, unmet=tuple(replace(row, change=None) for row in no_letter.plan.unmet))
    assert bare == no_letter.bare


def _terms(case: Case) -> tuple[str, int]:
    days = case.snapshot.days
    return format(days[0]), len(days)


# ------------------------------------------------------------------------------------------------- tiny worlds
