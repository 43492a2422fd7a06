"""The scenarios and sweeps that come with each crisis can be read, and name what is there."""

import pytest

from planner.intake.scenario import parse_scenario
from planner.intake.seed import find_seed, read_seed, seed_names
from planner.intake.sweep import parse_sweep


@pytest.mark.parametrize("crisis", seed_names())
def test_every_example_reads_in_its_crisis(crisis: str) -> None:
    world = read_seed(find_seed(crisis))
    zone = world.catalogue.crisis.tz
    scenarios = [
        parse_scenario(file.name, file.read_text(encoding="utf-8"), zone, world)
        for file in (find_seed(crisis) / "scenarios").iterdir()
    ]
    sweeps = [
        parse_sweep(file.name, file.read_text(encoding="utf-8"), zone, world)
        for file in (find_seed(crisis) / "sweeps").iterdir()
    ]
    names = {scenario.name for scenario in scenarios}
    assert "truce-48-hours-longer" in names
    assert names & {"truce-ends-early", "truce-collapses-on-the-15th"}
    assert all(len(sweep.cells) == sweep.combinations > 20 for sweep in sweeps)
    assert sweeps
