"""What a site could get alone is the same whether few convoys are asked first or all at once."""

import pytest

from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.solvers import alone
from planner.solvers.alone import Alone, units_brought
from planner.solvers.case import Case
from planner.solvers.certain import certainly
from planner.solvers.highs import solve
from planner.solvers.loads import full_model
from planner.solvers.options import build
from tests.planner.drawn import drawn_world
from tests.planner.instances import four_towns
from tests.planner.solvers.tiny import silent


@pytest.mark.parametrize("snapshot", [*(drawn_world(seed) for seed in range(6)), four_towns()])
def test_few_convoys_bring_what_all_of_them_could(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "DAYS_TRIED", 1)
    case = Case(snapshot, build(snapshot, silent).options)
    whole = full_model(case, case.options, (), (), whole_trucks=True, whole_units=True)
    asked = {(line.site, line.commodity): line.units for line in case.lines}
    assert asked
    for (site, commodity), needed in sorted(asked.items()):
        if not any(site in option.sites for option in case.options):
            continue
        whole.model.setObjective(units_brought(case, whole, site, commodity))
        most = round(solve(whole.model, Limits()).objective)
        found = Alone(case, site).most(site, commodity, needed, Limits())
        assert found is not None
        assert found.units == most
        assert bool(found.rule) == (most < needed)
        assert certainly(case, site, commodity, needed) <= most
