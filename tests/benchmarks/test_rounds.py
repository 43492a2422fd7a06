"""Public instances are read as their authors mean them, and every engine is judged on them."""

from pathlib import Path

import pytest

from planner.domain.errors import BadInput
from planner.domain.rounds import RoundLimits
from tests.benchmarks.rounds.__main__ import line, measure, summary
from tests.benchmarks.rounds.instances import read_folder
from tests.benchmarks.rounds.peers import PEERS

VRPTW = """NAME : SMALL
TYPE : VRPTW
DIMENSION : 4
VEHICLES : 2
CAPACITY : 10
SERVICE_TIME : 1
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 0 3
3 4 3
4 1 1
DEMAND_SECTION
1 0
2 4
3 5
4 6
TIME_WINDOW_SECTION
1 0 40
2 0 30
3 0 30
4 2 30
DEPOT_SECTION
1
-1
EOF
"""
BEST = "Route #1: 1 2\nRoute #2: 3\nCost 14.8\n"
SPLIT = "3 10\n6 6 6\n0 0\n0 3\n4 3\n1 1\n"


@pytest.fixture
def instance_folder(tmp_path: Path) -> Path:
    (tmp_path / "SMALL.vrp").write_text(VRPTW, encoding="utf-8")
    (tmp_path / "SMALL.sol").write_text(BEST, encoding="utf-8")
    (tmp_path / "SPLIT.sd").write_text(SPLIT, encoding="utf-8")
    return tmp_path


def test_distances_are_tenths_cut_off_and_costs_those_of_the_stored_routes(instance_folder: Path) -> None:
    small, split = read_folder(instance_folder)

    assert small.problem.tables["all"].seconds[0].tolist() == [0, 30, 50, 14]
    assert (small.best_known, small.kind) == (148, "VRPTW")
    assert [site.window.start for site in small.problem.sites] == [0, 0, 20]
    assert {site.visit_s for site in small.problem.sites} == {10}
    assert (split.divisible, split.best_known) == (True, None)


@pytest.mark.parametrize("peer", PEERS)
def test_every_engine_is_measured_and_judged(peer: str, instance_folder: Path) -> None:
    small, _ = read_folder(instance_folder)
    rows = list(measure(small, [peer], RoundLimits(iterations=50, wall_s=1)))

    assert [(row.cost, row.violations, row.left) for row in rows] == [(148, 0, 0)]
    assert rows[0].gap == pytest.approx(0)
    assert peer in line(rows[0])
    assert f"{peer} 0.00" in "".join(summary(rows))


def test_an_empty_folder_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no instance"):
        list(read_folder(tmp_path))
