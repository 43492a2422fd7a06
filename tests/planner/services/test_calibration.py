"""Calibration on the seed: what is scored is what was told before, and the figures of the documentation hold."""

from dataclasses import replace
from pathlib import Path

import pytest

from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.intake.funnel import read_funnel
from planner.intake.seed import find_seed, read_seed
from planner.services.calibration import calibrate, past_periods
from routing.evidence import DeliveryOutcome
from routing.units import parse_instant


@pytest.fixture(scope="module")
def calibrated_world() -> World:
    return read_seed(find_seed("syria-2016-09"))


def held_back(world: World) -> int:
    return parse_instant("2016-09-01", world.catalogue.crisis.tz)


def test_the_funnel_of_the_held_back_periods_beats_both_baselines(calibrated_world: World) -> None:
    found = {one.subject: one for one in calibrate(calibrated_world, held_back(calibrated_world))}
    reached = found["share of the requested that is reached"]
    assert [f.what for f in reached.forecasts] == ["2016-10", "2016-12", "2017-06"]
    assert [round(f.came, 3) for f in reached.forecasts] == [0.297, 0.006, 0.187]
    assert round(reached.ours.brier, 3) == 0.207
    assert {b.name: round(b.brier, 3) for b in reached.baselines} == {
        "approved means delivered": 0.692,
        "overall mean": 0.269,
    }
    assert reached.beats_all


def test_passage_is_forecast_by_what_the_log_held_before(calibrated_world: World) -> None:
    passage = calibrate(calibrated_world, held_back(calibrated_world))[0]
    assert passage.ours.cases == 14
    # The gates' records do not beat the mean: on record nearly everybody who came to a gate passed it.
    assert not passage.beats_all
    last = passage.forecasts[-1]
    without = replace(
        calibrated_world,
        log=tuple(
            r
            for r in calibrated_world.log
            if not (isinstance(r.fact, DeliveryOutcome) and r.fact.happened_at > last.at)
        ),
    )
    assert calibrate(without, held_back(without))[0].forecasts[-1] == last


def test_a_crisis_without_a_table_is_scored_by_its_gates_alone() -> None:
    world = read_seed(find_seed("two-rivers"))
    assert past_periods(world) == ()
    assert [one.subject for one in calibrate(world, 0)] == ["passage at a gate"]


def test_a_broken_row_is_named(tmp_path: Path, calibrated_world: World) -> None:
    file = tmp_path / "funnel.csv"
    file.write_text(
        "period,ends,unit,requested,approved,reached,source,synthetic,note\n2016-10,2016-11-01,people,0,,,x,no,\n"
    )
    with pytest.raises(BadInput, match=r"funnel.csv row 2: requested is '0'. Give 1 or more."):
        read_funnel(file, calibrated_world.catalogue.crisis.tz)
