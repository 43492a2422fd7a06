"""A relaxation that is solved again from where it ended says what one solved anew says."""

import pulp
import pytest

from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.relaxation import Relaxation


def small() -> tuple[pulp.LpProblem, list[pulp.LpVariable], pulp.LpConstraint]:
    model = pulp.LpProblem("small", pulp.LpMaximize)
    columns = [model.add_variable(f"x{number}", 0, 4, pulp.LpInteger) for number in range(3)]
    kept = columns[0] + columns[1] >= 1
    model += kept
    model += columns[0] + 2 * columns[1] + 3 * columns[2] <= 7.5
    model.setObjective(columns[0] + columns[1] + columns[2])
    return model, columns, kept


def test_rows_come_and_go_and_sides_move() -> None:
    model, (x, y, z), kept = small()
    loose = Relaxation(model, Limits())
    total = x + y + z
    assert loose.solve(total).bound == pytest.approx(highs.solve(model, Limits(), relaxed=True).bound)
    with loose.demanding(z >= 1.5):
        assert loose.solve(total).bound == pytest.approx(1.5 + 3)
    with loose.demanding(z >= 3):
        assert loose.solve(total).status == "infeasible"
    assert loose.solve(total).bound == pytest.approx(4 + 1.75)
    assert loose.solve(2 * z + 3).bound == pytest.approx(2 * 6.5 / 3 + 3)
    loose.at_least(kept, 4)
    assert loose.solve(1 * z).bound == pytest.approx(3.5 / 3)
    loose.at_least(kept, 0)
    assert loose.solve(1 * z).bound == pytest.approx(2.5)


def test_questions_begin_where_the_relaxation_was_remembered_and_columns_take_other_bounds() -> None:
    model, (x, y, z), _ = small()
    loose = Relaxation(model, Limits())
    total = x + y + z
    home = loose.solve(total, values=True)
    loose.remember()
    for least in (1.5, 3, 1.5):
        with loose.demanding(z >= least):
            assert loose.solve(total).status == ("infeasible" if least > 2 else "optimal")
    assert loose.solve(total, values=True).values == home.values
    loose.between({x: (0.0, 1.0), z: (2.0, 2.0)})
    assert loose.solve(total).bound == pytest.approx(1 + 0.25 + 2)
