"""The smallest change that would serve a site: stated as a scenario, found by solving again, and true when tried."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from planner.domain.plan import Change, Plan
from planner.domain.policy import Limits
from planner.domain.scenario import (
    BASELINE,
    ArrangementAdded,
    Edit,
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
from planner.services import changes
from planner.services.changes import scenario_line, with_changes
from planner.services.opening_candidates import Candidates
from planner.services.plans import make_plan
from planner.services.remedies import Remedies, Remedy, merged, size_of
from planner.services.snapshots import Terms, horizon_from, planning_as_of, take_snapshot
from planner.services.supposed import suppose
from planner.solvers.option import Refusal
from planner.solvers.options import OptionSet, build
from planner.solvers.solve import solve_options
from routing.evidence import Evidence, GateReport, PermitStep, RoadReport
from routing.units import HOUR, Window, parse_instant
from tests.planner.instances import far_site, four_towns, two_sites_one_gate
from tests.planner.solvers.tiny import silent

RIVERS = read_seed(find_seed("two-rivers"))
ZONE = RIVERS.catalogue.crisis.tz


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A world planned from a day on, without changes and with them."""

    world: World
    day: str
    days: int
    snapshot: Snapshot
    found: OptionSet
    bare: Plan
    plan: Plan

    def with_scenario(self, scenario: Scenario) -> Snapshot:
        return frozen(self.world, self.day, self.days, scenario)


def frozen(world: World, day: str, days: int, scenario: Scenario = BASELINE) -> Snapshot:
    start = parse_instant(day, ZONE)
    horizon = horizon_from(start, days, world)
    terms = Terms(limits=Limits(change_resolves=4))
    return take_snapshot(world, as_of=planning_as_of(world, start), horizon=horizon, scenario=scenario, terms=terms)


def planned(world: World, day: str, days: int = 4) -> Case:
    snapshot = frozen(world, day, days)
    found = build(snapshot, silent)
    bare = solve_options(snapshot, found, silent)
    plan = with_changes(snapshot, bare, found, silent)
    return Case(world=world, day=day, days=days, snapshot=snapshot, found=found, bare=bare, plan=plan)


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
    (change,) = {change_for(after_the_truce.plan, site, "family-ration") for site in ("osk", "tarn")}
    (edit,) = read_back(change, tmp_path).edits
    assert isinstance(edit, ArrangementAdded)
    assert (edit.gates, edit.parties) == (("osk", "tarn"), ("north", "south"))


@pytest.mark.parametrize("case", ["no_letter", "closed_gate", "after_the_truce"])
def test_every_verified_change_serves_its_site_and_gains_what_is_said_when_it_is_tried(
    case: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    tried: Case = request.getfixturevalue(case)
    found = {row.change: row.site for row in tried.plan.unmet if row.change is not None}
    assert found
    for change, site in sorted(found.items(), key=lambda item: item[1]):
        again = tried.with_scenario(read_back(change, tmp_path))
        plan = replanned(again)
        assert change.verified
        assert change.people_gained == pytest.approx(plan.people_reached - tried.bare.people_reached, rel=0.01)
        assert site in visited(plan)
        assert violations(plan, again) == ()


def test_an_item_that_the_papers_strike_is_not_served_by_a_letter(no_letter: Case) -> None:
    assert change_for(no_letter.plan, "kessa", "trauma-kit") is None


def test_a_plan_is_made_with_its_changes(after_the_truce: Case) -> None:
    assert make_plan(after_the_truce.snapshot, lambda _: None) == after_the_truce.plan


def test_a_supposed_snapshot_is_the_one_that_would_have_been_frozen(no_letter: Case, tmp_path: Path) -> None:
    edits = (
        *read_back(change_for(no_letter.plan, "kessa", "family-ration"), tmp_path).edits,
        GateSet(gate="west-ford", state="closed", window=no_letter.snapshot.horizon),
        FleetChange(hub="ordan", truck_type="semi-25t", trucks=6),
        EscortChange(teams=1),
    )
    whole = no_letter.with_scenario(Scenario(name="baseline", edits=edits))
    half = no_letter.with_scenario(Scenario(name="baseline", edits=edits[:2]))
    assert suppose(no_letter.snapshot, edits) == whole
    assert suppose(half, edits[2:]) == whole


def test_the_same_plan_gets_the_same_changes(after_the_truce: Case) -> None:
    again = with_changes(after_the_truce.snapshot, after_the_truce.bare, after_the_truce.found, silent)
    assert again == after_the_truce.plan


def test_nothing_but_the_changes_is_added(no_letter: Case) -> None:
    bare = replace(no_letter.plan, unmet=tuple(replace(row, change=None) for row in no_letter.plan.unmet))
    assert bare == no_letter.bare


# ------------------------------------------------------------------------------------------------- tiny worlds


def without_paper(snapshot: Snapshot, site: str, step: str) -> Snapshot:
    return replace(snapshot, papers=tuple(p for p in snapshot.papers if (p.site, p.step) != (site, step)))


def few_trucks() -> Snapshot:
    snapshot = two_sites_one_gate()
    return replace(snapshot, fleets=tuple(replace(fleet, trucks=3) for fleet in snapshot.fleets))


WINDOW = two_sites_one_gate().horizon
SERVABLE: dict[str, tuple[Snapshot, str, Edit]] = {
    "letter": (
        without_paper(two_sites_one_gate(), "across", "letter"), "across",
        PaperGranted(site="across", steps=("letter",), window=WINDOW),
    ),
    "one paper for two towns": (
        without_paper(four_towns(), "hilltop", "permission"), "valley",
        PaperGranted(site="hilltop", steps=("permission",), window=four_towns().horizon),
    ),
    "trucks": (few_trucks(), "near", FleetChange(hub="hub", truck_type="ten", trucks=6)),
    "escort": (replace(two_sites_one_gate(), escorts=()), "across", EscortChange(teams=1)),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVABLE)
def test_a_tiny_world_asks_for_exactly_what_it_lacks_and_gains_what_is_said(name: str, tmp_path: Path) -> None:
    snapshot, site, lacks = SERVABLE[name]
    snapshot = replace(snapshot, limits=Limits(change_resolves=4))
    found = build(snapshot, silent)
    bare = solve_options(snapshot, found, silent)
    change = change_for(with_changes(snapshot, bare, found, silent), site, "food")
    scenario = read_back(change, tmp_path)
    assert scenario.edits == (lacks,)
    plan = replanned(suppose(snapshot, scenario.edits))
    assert change is not None
    assert site in visited(plan)
    assert change.people_gained == plan.people_reached - bare.people_reached


def test_where_there_are_many_sites_the_other_convoys_stay_and_the_change_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    snapshot = without_paper(two_sites_one_gate(), "across", "letter")
    whole = change_for(with_change(snapshot), "across", "food")
    monkeypatch.setattr(changes, "WHOLE_UP_TO", 0)
    kept = change_for(with_change(snapshot), "across", "food")
    assert kept == whole


def no_rest_on_the_way() -> Snapshot:
    snapshot = far_site()
    places = {name: replace(place, overnight=False) for name, place in snapshot.network.places.items()}
    return replace(snapshot, network=replace(snapshot.network, places=places))


def too_risky() -> Snapshot:
    snapshot = two_sites_one_gate()
    return replace(snapshot, policy=replace(snapshot.policy, risk_cap_p=0.99))


def empty_stores() -> Snapshot:
    return replace(two_sites_one_gate(), stock=())


@pytest.mark.parametrize(
    ("make", "site"), [(no_rest_on_the_way, "remote"), (too_risky, "across"), (empty_stores, "near")]
)
def test_distance_risk_and_empty_stores_are_no_matter_of_a_change(make: Callable[[], Snapshot], site: str) -> None:
    plan = with_change(make())
    assert site not in visited(plan)
    assert all(row.change is None for row in plan.unmet)


def test_no_more_sites_are_tried_than_the_limits_allow() -> None:
    snapshot = without_paper(two_sites_one_gate(), "across", "letter")
    snapshot = replace(snapshot, limits=replace(snapshot.limits, change_resolves=0))
    assert all(row.change is None for row in with_change(snapshot).unmet)


def test_a_change_against_the_scenario_itself_is_not_proposed() -> None:
    snapshot = without_paper(two_sites_one_gate(), "across", "letter")
    refused = PaperGranted(site="across", steps=("letter",), window=snapshot.horizon, people=0)
    assert all(
        row.change is None
        for row in with_change(replace(snapshot, scenario=Scenario(name="no letter", edits=(refused,)))).unmet
    )


# --------------------------------------------------------------------------------------------- what is proposed


def refusal(rule: str, *proof: str, site: str = "kessa", day: int = 0) -> Refusal:
    return Refusal(site=site, hub="ordan", day=day, rule=rule, reason="", proof=proof)


def proposed(snapshot: Snapshot, *refusals: Refusal) -> set[Remedy]:
    return set(Remedies(snapshot).against({r.site for r in refusals}, refusals))


def test_hours_grow_by_two_up_to_dusk_and_else_before_the_opening(no_letter: Case) -> None:
    # The bridge opens from 08:00 to 17:00; dusk is at 18:00.
    told = refusal("gate_hours", "segment:south-bank--kessa-bank", "gate:amber-bridge")
    longer = GateHoursSet(
        gate="amber-bridge", opens=7 * HOUR, closes=18 * HOUR, window=no_letter.snapshot.horizon
    )  # fmt: skip
    assert proposed(no_letter.snapshot, told) == {frozenset({longer})}


def test_a_closed_road_is_to_be_opened_and_the_paper_to_be_granted_besides() -> None:
    closed = Evidence(
        position=RIVERS.head + 1, learned_at=parse_instant("2031-04-12T07:00+03:00", ZONE),
        valid=Window(parse_instant("2031-04-12T06:00+03:00", ZONE)),
        fact=RoadReport(segments=("kessa-bank--kessa",), state="closed"), source="fictional road report",
    )  # fmt: skip
    known_by = tuple(r for r in RIVERS.log if r.learned_at < closed.learned_at)
    world = replace(RIVERS, log=(*known_by, replace(closed, position=len(known_by) + 1)))
    snapshot = frozen(world, "2031-04-12", 3)
    told = (refusal("letter", "gate:amber-bridge"), refusal("blocked_segment", "segment:kessa-bank--kessa"))
    road = SegmentSet(segment="kessa-bank--kessa", state="open", window=snapshot.horizon)
    (remedy,) = proposed(snapshot, *told)
    assert road in remedy


def test_nothing_is_proposed_where_something_else_stands_in_the_way_too(no_letter: Case) -> None:
    assert proposed(no_letter.snapshot, refusal("letter", "gate:amber-bridge"), refusal("night_driving")) == set()


def test_a_risk_that_comes_of_an_uncertain_ceasefire_is_met_by_the_consent_of_both_sides() -> None:
    # The truce is firm until the evening of the 9th; from then on its renewal is as likely as not.
    snapshot = frozen(RIVERS, "2031-04-08", 4)
    (remedy,) = proposed(snapshot, refusal("risk", "gate:amber-bridge", "gate:grey-gate", day=3))
    (edit,) = remedy
    assert isinstance(edit, ArrangementAdded)
    assert (edit.gates, edit.parties) == (("amber-bridge",), ("north", "south"))
    assert proposed(snapshot, refusal("risk", "gate:amber-bridge", day=0)) == set()


def test_what_a_letter_leaves_shut_for_its_risk_is_offered_with_the_consent_that_opens_it(no_letter: Case) -> None:
    # With the letter the bridge may be driven while the truce is firm, and is too risky once its renewal is awaited.
    snapshot = replace(no_letter.snapshot, policy=replace(no_letter.snapshot.policy, risk_cap_p=0.45))
    found = build(snapshot, silent)
    plan = solve_options(snapshot, found, silent)
    offered = [one.edits for one in Candidates(snapshot, plan, found, {}).all(silent) if "kessa" in one.sites]
    letter = PaperGranted(site="kessa", steps=("letter",), window=snapshot.horizon)
    assert (letter,) in offered
    assert any(letter in edits and any(isinstance(e, ArrangementAdded) for e in edits) for edits in offered)


def test_papers_of_one_site_and_consents_of_the_same_parties_are_one_edit_each() -> None:
    window = WINDOW
    steps: tuple[Literal["letter", "permission"], ...] = ("letter", "permission")
    papers = [PaperGranted(site="across", steps=(step,), window=window) for step in steps]
    consents = [ArrangementAdded(gates=(gate,), parties=("a", "b"), window=window) for gate in ("y", "x")]
    assert merged([*papers, *consents]) == (
        ArrangementAdded(gates=("x", "y"), parties=("a", "b"), window=window),
        PaperGranted(site="across", steps=("permission", "letter"), window=window),
    )


def test_one_edit_is_smaller_than_two_and_a_paper_smaller_than_a_gate() -> None:
    paper = PaperGranted(site="across", steps=("letter",), window=WINDOW)
    gate = GateSet(gate="river-gate", state="open", window=WINDOW)
    remedies: list[Remedy] = [frozenset({paper}), frozenset({gate}), frozenset({paper, gate})]
    assert sorted(remedies, key=size_of) == remedies


def test_a_stated_change_is_toml_with_times_in_the_zone_of_the_crisis() -> None:
    line = scenario_line(
        [GateHoursSet(gate="river-gate", opens=7 * HOUR, closes=24 * HOUR, window=WINDOW)], two_sites_one_gate()
    )
    (told,) = tomllib.loads(line)["edit"]
    assert told == {
        "kind": "gate_hours_set", "gate": "river-gate", "opens": "07:00", "closes": "24:00",
        "from": "2016-09-12T00:00:00+03:00", "until": "2016-09-15T00:00:00+03:00",
    }  # fmt: skip
