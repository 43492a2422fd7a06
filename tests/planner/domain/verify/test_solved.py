"""What the solvers make, the verifier accepts; and it can say so because it shares no code with them."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import planner.domain.verify
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.intake.seed import find_seed, read_seed
from planner.services.snapshots import horizon_from, planning_as_of, take_snapshot
from planner.solvers.solve import solve
from tests.planner.instances import far_site, four_towns, two_sites_one_gate


@pytest.fixture(scope="module")
def two_rivers() -> tuple[Plan, Snapshot]:
    world = read_seed(find_seed("two-rivers"))
    start = world.catalogue.crisis.demo_from
    snapshot = take_snapshot(world, as_of=planning_as_of(world, start), horizon=horizon_from(start, 6, world))
    return solve(snapshot, lambda _: None), snapshot


@pytest.mark.parametrize("world", [two_sites_one_gate, four_towns, far_site], ids=lambda world: world.__name__)
def test_a_solved_tiny_world_breaks_no_rule(world: Callable[[], Snapshot]) -> None:
    snapshot = world()
    plan = solve(snapshot, lambda _: None)
    assert plan.convoys
    assert violations(plan, snapshot) == ()


def test_the_solved_seed_breaks_no_rule(two_rivers: tuple[Plan, Snapshot]) -> None:
    plan, snapshot = two_rivers
    assert len(plan.convoys) >= 5
    assert plan.people_reached > 0
    assert violations(plan, snapshot) == ()


def test_the_solved_seed_is_refused_once_a_convoy_is_left_out(two_rivers: tuple[Plan, Snapshot]) -> None:
    plan, snapshot = two_rivers
    rules = set()
    for gone in plan.convoys:
        rules |= {v.rule for v in violations(_without(plan, gone.id), snapshot)}
    assert {"people_reached", "coverage"} <= rules


def _without(plan: Plan, name: str) -> Plan:
    return replace(plan, convoys=tuple(convoy for convoy in plan.convoys if convoy.id != name))


def test_the_verifier_shares_no_code_with_what_it_judges() -> None:
    folder = Path(planner.domain.verify.__file__).parent
    imported = {
        name
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _modules(node)
    }
    ours = {name for name in imported if name.startswith(("planner.", "routing."))}
    assert {name for name in ours if name.startswith("routing.travel")} == {"routing.travel.recheck"}
    assert not {name for name in ours if not name.startswith(("planner.domain.", "routing."))}


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
