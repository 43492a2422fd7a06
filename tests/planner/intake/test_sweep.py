"""A sweep file is a scenario with variables: a grid of values, or a sample of it that is drawn alike everywhere."""

from zoneinfo import ZoneInfo

import pytest

from planner.domain.errors import BadInput
from planner.domain.scenario import CeasefireEnds, FleetChange
from planner.domain.sweep import Base, Sweep
from planner.intake.seed import find_seed, read_seed
from planner.intake.sweep import parse_sweep
from routing.units import parse_instant

ZONE = ZoneInfo("Etc/GMT-3")
WORLD = read_seed(find_seed("two-rivers"))
EDITS = """
[[edit]]
kind = "ceasefire_ends"
ceasefire = "river-truce"
at = "$end"

[[edit]]
kind = "fleet_change"
hub = "ordan"
truck_type = "semi-25t"
trucks = "$trucks"
"""
GRID = """
name = "ends and trucks"
[base]
from = "2031-04-08"
days = 3
[vary]
end = { from = "2031-04-09T06:00+03:00", until = "2031-04-10T06:00+03:00", every = "12 h" }
trucks = ["as is", -10]
"""


def sweep(text: str, edits: str = EDITS) -> Sweep:
    return parse_sweep("many.toml", text + edits, ZONE, WORLD)


def complaints(text: str, edits: str = EDITS) -> list[str]:
    with pytest.raises(BadInput) as caught:
        sweep(text, edits)
    return str(caught.value).splitlines()


def test_every_combination_is_a_scenario_named_by_its_values() -> None:
    found = sweep(GRID)
    assert found.base == Base(start=parse_instant("2031-04-08", ZONE), days=3)
    assert (found.combinations, found.sampled, [cell.number for cell in found.cells]) == (6, None, [1, 2, 3, 4, 5, 6])
    assert found.cells[1].values == {"end": "2031-04-09T06:00:00+03:00", "trucks": -10}
    assert found.cells[1].scenario.name == "end 2031-04-09T06:00:00+03:00, trucks -10"
    ends = CeasefireEnds(ceasefire="river-truce", at=parse_instant("2031-04-09T06:00+03:00", ZONE))
    assert set(found.cells[1].scenario.edits) == {ends, FleetChange(hub="ordan", truck_type="semi-25t", trucks=-10)}
    assert found.cells[0].scenario.edits == (ends,)


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("{ from = 0, until = 7, every = 3 }", (0, 3, 6)),
        ("{ from = 0.1, until = 0.3, every = 0.1 }", (0.1, 0.2, 0.3)),
        ('{ from = "06:00", until = "08:00", every = "60 min" }', ("06:00", "07:00", "08:00")),
        (
            "{ from = 2031-04-09, until = 2031-04-10, every = '1 d' }",
            ("2031-04-09T00:00:00+03:00", "2031-04-10T00:00:00+03:00"),
        ),
        ("[3, 1, 3]", (3, 1)),
    ],
)  # fmt: skip
def test_a_range_holds_its_end(given: str, values: tuple[object, ...]) -> None:
    text = f'[vary]\nx = {given}\n[[edit]]\nkind = "access_policy_set"\nname = "p_arrangement"\nvalue = "$x"'
    try:
        assert sweep(text, "").axes[0].values == values
    except BadInput:  # values that this edit cannot take are said; the axis itself was read
        text = f'[vary]\nx = {given}\n[[edit]]\nkind = "gate_hours_set"\ngate = "amber-bridge"\nopens = "$x"\n'
        assert "with x" in complaints(text, "")[0]


def test_a_sample_is_drawn_alike_and_without_repeats() -> None:
    text = GRID.replace('every = "12 h"', 'every = "1 min"') + "[sample]\ncount = 40\nseed = 7\n"
    first, again, other = sweep(text), sweep(text), sweep(text.replace("seed = 7", "seed = 8"))
    assert first == again
    assert (len(first.cells), first.combinations, first.sampled) == (40, 2 * (24 * 60 + 1), 7)
    assert len({cell.scenario for cell in first.cells}) == 40
    assert {cell.scenario for cell in first.cells} != {cell.scenario for cell in other.cells}
    # Drawn by `random()` alone, whose sequence Python promises to keep: the same on every machine.
    assert first.cells[0].values == {"end": "2031-04-09T06:54:00+03:00", "trucks": "as is"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[vary]", "[varied]", "many.toml: nothing varies."),
        ('trucks = ["as is", -10]', "trucks = []", "many.toml row 8: trucks is empty."),
        ('every = "12 h"', 'every = "often"', "many.toml row 7: end is a range of times with every 'often'."),
        ('every = "12 h"', 'each = "12 h"', "many.toml row 7: end is a range with from, until and every; wrong"),
        ('every = "12 h"', 'every = "1 min"', ""),
        ('trucks = ["as is", -10]', 'lorries = ["as is", -10]', "many.toml: no edit uses lorries."),
        (
            'trucks = ["as is", -10]', 'trucks = [1, "six"]',
            "many.toml row 19: trucks is 'six'. Give a whole number. (with trucks six)",
        ),
        ('T06:00+03:00", until', 'T06:00", until', "many.toml row 7: end: The time '2031-04-09T06:00' has no offset"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_row(old: str, new: str, said: str) -> None:
    if not said:
        assert len(sweep(GRID.replace(old, new)).cells) == 2 * (24 * 60 + 1)
        return
    assert any(line.startswith(said) for line in complaints(GRID.replace(old, new)))


def test_more_combinations_than_anybody_waits_for_are_refused_with_the_way_out() -> None:
    text = GRID.replace('every = "12 h"', 'every = "1 min"').replace('["as is", -10]', "[1, 2, 3, 4]")
    assert complaints(text) == [
        "many.toml: 5,764 combinations are more than 5,000. Draw some of them with a table [sample]: count and seed."
    ]


def test_names_and_contradictions_are_looked_for_in_every_combination() -> None:
    wrong = EDITS.replace('"river-truce"', '"$truce"')
    said = complaints(GRID + 'truce = ["river-truce", "nobodys"]\n', wrong)
    assert len(said) == 3  # once for each end that goes with it
    assert all("no ceasefire 'nobodys'. There are: river-truce." in line for line in said)
    twice = EDITS + EDITS.replace("$trucks", "$more").replace("$end", "$end")
    assert "Two edits change fleet" in "".join(complaints(GRID + "more = [1, 2]\n", twice))
