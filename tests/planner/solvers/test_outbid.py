"""What one more need would cost is the same whoever of two lanes is asked, and with the search over whole visits."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.solvers.case import Case
from planner.solvers.equity import equity_of
from planner.solvers.outbid import Forcing
from planner.solvers.value import solve_value
from tests.planner.solvers.tiny import random_case, silent


def forcing(seed: int) -> tuple[Forcing, list[tuple[str, str, int]]]:
    """Return the value model of a tiny case with its levels kept, and questions about all that its sites need."""
    snapshot, options, _ = random_case(seed)
    case = Case(snapshot, options)
    equity = equity_of(case, (), snapshot.limits, silent)
    value = solve_value(snapshot, options, equity, (), snapshot.limits, silent).level.value
    asked = [(line.site, line.commodity, line.units) for line in case.lines]
    return Forcing(case, equity, (), max(value, 1.0), snapshot.limits), asked


@pytest.mark.parametrize("seed", range(6))
def test_two_lanes_answer_at_one_time_as_one_does_alone(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.solvers.outbid.WHOLE_UP_TO", 0)
    alone, asked = forcing(seed)
    expected = [alone.loss(*question) for question in asked]
    lanes = forcing(seed)[0].lanes()
    assert len(lanes) == 2
    assert lanes[0].full is lanes[1].full
    # What PuLP does with a model is over before two threads look at it.
    assert all(lane._loose is not None for lane in lanes)
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda lane: [lane.loss(*question) for question in asked], lanes):
            assert [loss and loss.rule for loss in found] == [loss and loss.rule for loss in expected]
            for loss, known in zip(found, expected, strict=True):
                assert loss is None or loss.lost == pytest.approx(known.lost if known else 0.0, abs=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_a_relaxation_never_claims_a_larger_loss_than_whole_visits_do(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, asked = forcing(seed)
    assert len(whole.lanes()) == 1
    known = [whole.loss(*question) for question in asked]
    monkeypatch.setattr("planner.solvers.outbid.WHOLE_UP_TO", 0)
    loose = forcing(seed)[0]
    for question, proved in zip(asked, known, strict=True):
        found = loose.loss(*question)
        if found is not None and found.rule == "value" and proved is not None and proved.rule == "value":
            assert found.lost <= proved.lost * (1 + 1e-3) + 1e-6
