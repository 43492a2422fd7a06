"""A seed crisis is read whole or refused with one line that names file, row, value and way out."""

from pathlib import Path

import pytest

from planner.domain.errors import BadInput, NotFound
from planner.domain.world import World
from planner.intake.seed import find_seed, read_seed, seed_names
from routing.evidence import Control
from routing.network import RoadNetwork
from tests.planner.intake.folders import copy_seed, mend, mend_cell


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    return {name: read_seed(find_seed(name)) for name in seed_names()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_seed(tmp_path)


def complaint(folder: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_seed(folder)
    return str(caught.value)


def test_a_table_of_trucks_may_say_how_high_wide_and_heavy_on_an_axle_they_are(folder: Path) -> None:
    plain = read_seed(folder).catalogue.truck_types
    assert {(t.height_m, t.width_m, t.axle_kg) for t in plain.values()} == {(4.0, 2.55, 11_500)}
    file = folder / "truck_types.csv"
    header, first, *rest = file.read_text(encoding="utf-8").splitlines()
    told = [f"{header},height_m,axle_kg", f"{first},3.4,8000", *(f"{row},," for row in rest)]
    file.write_text("\n".join(told) + "\n", encoding="utf-8")
    found = sorted(read_seed(folder).catalogue.truck_types.values(), key=lambda t: t.height_m)
    assert [(t.height_m, t.width_m, t.axle_kg) for t in found] == [(3.4, 2.55, 8_000), (4.0, 2.55, 11_500)]

    file.write_text("\n".join([told[0], told[1].replace("3.4", "34"), *told[2:]]) + "\n", encoding="utf-8")
    assert "truck_types.csv row 2: height_m is '34'" in complaint(folder)


def gateless_lines(network: RoadNetwork, holders: dict[str, set[str]]) -> list[str]:
    """Segments without a gate between areas that two different parties have held."""
    return [
        segment.id
        for segment in network.segments.values()
        if segment.gate is None
        and len(areas := network.areas_of(segment.id)) > 1
        and len(holders.get(areas[0], set()) | holders.get(areas[1], set())) > 1
    ]


def test_both_seed_crises_load(worlds: dict[str, World]) -> None:
    assert tuple(worlds) == ("syria-2016-09", "two-rivers")
    syria, rivers = worlds.values()
    assert (rivers.catalogue.crisis.zone, len(rivers.catalogue.sites)) == ("Etc/GMT-3", 6)
    assert (syria.catalogue.crisis.zone, len(syria.catalogue.sites)) == ("Asia/Damascus", 55)
    for world in (syria, rivers):
        assert [record.position for record in world.log] == list(range(1, world.head + 1))
        learned = [record.learned_at for record in world.log]
        assert learned == sorted(learned)


@pytest.mark.parametrize("name", ["syria-2016-09", "two-rivers"])
def test_every_road_over_a_line_names_a_gate(worlds: dict[str, World], name: str) -> None:
    world = worlds[name]
    at_once: dict[str, set[str]] = {}
    for record in world.log:
        if isinstance(record.fact, Control) and record.valid.contains(world.catalogue.crisis.demo_from):
            at_once.setdefault(record.fact.area, set()).add(record.fact.party)
    assert gateless_lines(world.network, at_once) == []


def test_a_line_without_a_gate_is_refused_with_the_segment(folder: Path) -> None:
    waypoints = (folder / "waypoints.csv").read_text(encoding="utf-8")
    (folder / "waypoints.csv").write_text(waypoints.replace("amber-bridge", ""), encoding="utf-8")
    said = complaint(folder)
    assert "south-bank" in said
    assert "south-plain and kessa-pocket" in said
    assert said.endswith("Name the gate that lets through there.")


def test_an_unknown_crisis_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotFound, match=r"'atlantis', and no folder .* There are: syria-2016-09, two-rivers\."):
        find_seed("atlantis")


def test_a_folder_of_ones_own_is_found_by_its_path(folder: Path) -> None:
    assert read_seed(find_seed(str(folder))).catalogue.crisis.id == "two-rivers"


def test_an_unknown_place_in_a_seed_row_names_file_row_value_and_way_out(folder: Path) -> None:
    mend_cell(folder, "sites.csv", 2, "kessa,kessa,", "kessa,kesa,")
    said = complaint(folder)
    assert said.startswith("sites.csv row 2: place is 'kesa'. Give one of: ")
    assert "\n" not in said


def test_a_naive_time_names_file_row_value_and_way_out(folder: Path) -> None:
    mend_cell(folder, "movements.csv", 3, "2031-04-12T08:30:00+03:00", "2031-04-12T08:30:00")
    assert complaint(folder) == (
        "movements.csv row 3: dispatched_at is '2031-04-12T08:30:00'. The time '2031-04-12T08:30:00' has no offset "
        "from UTC. Add one, as in 2016-09-12T19:00+03:00."
    )


def test_a_naive_time_in_the_log_names_the_record(folder: Path) -> None:
    mend_cell(folder, "log.toml", 19, "2031-03-05T08:00:00+03:00", "2031-03-05T08:00:00")
    assert complaint(folder).startswith("log.toml row 18: The time '2031-03-05T08:00:00' has no offset from UTC.")


def test_a_negative_stock_names_file_row_value_and_way_out(folder: Path) -> None:
    mend_cell(folder, "stock.csv", 2, "5200", "-5200")
    assert complaint(folder) == "stock.csv row 2: units is '-5200'. Give 0 or more."


def test_a_broken_toml_names_file_line_and_way_out(folder: Path) -> None:
    line = mend(folder, "crisis.toml", 'zone = "Etc/GMT-3"', 'zone = "Etc/GMT-3')
    said = complaint(folder)
    assert said.startswith("crisis.toml: ")
    assert f"line {line}" in said
    assert said.endswith("Mend the TOML there.")


def test_a_broken_log_names_file_line_and_way_out(folder: Path) -> None:
    mend_cell(folder, "log.toml", 9, "=", "")
    said = complaint(folder)
    assert said.startswith("log.toml: ")
    assert "line 9" in said


def test_a_segment_without_length_names_file_row_value_and_way_out(folder: Path) -> None:
    mend_cell(folder, "places.csv", 3, "1.7000,0.7000", "1.9000,0.5000")
    with (folder / "corridors.csv").open("a", encoding="utf-8") as file:
        file.write("short-cut,Short cut,x,N9,primary,paved,no,,fictional,fictional,yes\n")
    with (folder / "waypoints.csv").open("a", encoding="utf-8") as file:
        file.write("short-cut,1,port-selm,,,\nshort-cut,2,merro,,,\n")
    rows = len((folder / "waypoints.csv").read_text(encoding="utf-8").splitlines())
    assert complaint(folder) == (
        f"waypoints.csv row {rows}: place is 'merro'. The segment from port-selm has no length. Give the two other "
        "positions."
    )


def test_a_published_length_of_nothing_names_file_row_value_and_way_out(folder: Path) -> None:
    mend_cell(folder, "corridors.csv", 2, ",72,", ",0,")
    assert complaint(folder) == "corridors.csv row 2: published_km is '0'. Give a number from 0.1 to 2000."


@pytest.mark.parametrize(
    ("file", "line", "old", "new", "said"),
    [
        ("sites.csv", 2, "besieged,", "surrounded,", "sites.csv row 2: listed is 'surrounded'. Give one of: "),
        ("sites.csv", 3, "twin-towns", "triplets", "sites.csv row 3: group is 'triplets'. Give one of: twin-towns."),
        ("people.csv", 2, "30000", "many", "people.csv row 2: people is 'many'. Give a whole number"),
        ("people.csv", 2, "30000", "30_000", "people.csv row 2: people is '30_000'. Give a whole number"),
        ("people.csv", 2, "kessa", "kesa", "people.csv row 2: site is 'kesa'. Give one of: "),
        ("needs.csv", 2, "family-ration", "caviar", "needs.csv row 2: commodity is 'caviar'. Give one of: "),
        ("needs.csv", 2, "2031-05-01", "2031-03-01", "needs.csv row 2: The window "),
        ("needs.csv", 2, "2031-04-01", "1 April", "needs.csv row 2: needed_from is '1 April'. '1 April' is no date"),
        ("stock.csv", 3, "OR-2", "OR-1", "stock.csv row 3: batch is 'OR-1'. Row 2 has it already at ordan."),
        ("fleets.csv", 2, "semi-25t", "cart", "fleets.csv row 2: truck_type is 'cart'. Give one of: "),
        ("gates.csv", 2, ",permit,", ",bribe,", "gates.csv row 2: regime is 'bribe'. Give one of: "),
        ("gates.csv", 2, "07:00", "7 am", "gates.csv row 2: opens is '7 am'. '7 am' is no time of day."),
        ("gates.csv", 2, ",90,240,", ",20,240,", "gates.csv row 2: delay_mode_min is '20'. Give 30 or more."),
        ("corridors.csv", 2, "primary", "boulevard", "corridors.csv row 2: road_class is 'boulevard'. Give one of: "),
        ("waypoints.csv", 2, ",1,", ",2,", "waypoints.csv row 3: order is '2'. Row 2 has it already on selm-road."),
        ("waypoints.csv", 2, "port-selm", "port-salem", "waypoints.csv row 2: place is 'port-salem'. Give one of: "),
        ("places.csv", 3, "1.7000", "181", "places.csv row 3: lon is '181'. Give a number from -180 to 180."),
        ("places.csv", 3, "1.7000", "nan", "places.csv row 3: lon is 'nan'. Give a number from -180 to 180."),
        ("places.csv", 3, "merro", "port-selm", "places.csv row 3: id is 'port-selm'. Row 2 has it already"),
        ("commodities.csv", 2, ",67,", ",0,", "commodities.csv row 2: kg is '0'. Give 1 or more."),
        ("commodities.csv", 2, "yes,no,no", "perhaps,no,no", "commodities.csv row 2: counts_as_food is 'perhaps'."),
        ("movements.csv", 2, "cross_line", "by_sea", "movements.csv row 2: channel is 'by_sea'. Give one of: "),
        ("control.csv", 2, ",south,", ",east,", "control.csv row 2: party is 'east'. Give one of: "),
        ("escorts.csv", 2, "ordan,2", "nowhere,2", "escorts.csv row 2: base is 'nowhere'. Give one of: "),
        ("hubs.csv", 2, ",2,40,", ",0,40,", "hubs.csv row 2: loading_lines is '0'. Give 1 or more."),
        ("groups.csv", 2, ",180,", ",soon,", "groups.csv row 2: tolerance_min is 'soon'. Give a whole number"),
        ("truck_types.csv", 2, ",10000,", ",,", "truck_types.csv row 2: payload_kg is ''. Fill it in."),
        ("areas.csv", 1, "name_ar", "arabic", "areas.csv row 1: the column 'name_ar' is missing. The columns are "),
        ("governorates.csv", 2, "XR01,", "XR01,,", "governorates.csv row 2: the row has another number of values"),
        ("crisis.toml", 5, "Etc/GMT-3", "Mars/Olympus", "crisis.toml: No time zone found with key Mars/Olympus. Give"),
        ("crisis.toml", 7, "monday", "mondai", "crisis.toml: working_days holds 'mondai'. Give some of: monday, "),
        ("crisis.toml", 15, "18:00", "05:00", "crisis.toml: dusk is '05:00', which is not after dawn."),
        ("crisis.toml", 20, "6", '"six"', "crisis.toml: days is 'six'. Give a whole number of days"),
        ("crisis.toml", 3, "name =", "title =", "crisis.toml: the value 'name' is missing. Fill it in."),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith((".csv", ".toml")) else None,
)
def test_a_wrong_value_is_said_in_one_line(folder: Path, file: str, line: int, old: str, new: str, said: str) -> None:
    mend_cell(folder, file, line, old, new)
    found = complaint(folder)
    assert found.startswith(said)
    assert "\n" not in found


def test_every_wrong_row_of_a_table_is_said_at_once(folder: Path) -> None:
    mend_cell(folder, "stock.csv", 2, "5200", "-1")
    mend_cell(folder, "stock.csv", 4, "ordan", "nowhere")
    assert [line.split(":")[0] for line in complaint(folder).splitlines()] == ["stock.csv row 2", "stock.csv row 4"]


@pytest.mark.parametrize("file", ["stock.csv", "log.toml", "crisis.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert complaint(folder).startswith(f"{file} is missing. Add it")


@pytest.mark.parametrize("file", ["stock.csv", "log.toml", "crisis.toml"])
def test_a_file_in_another_encoding_is_named(folder: Path, file: str) -> None:
    (folder / file).write_bytes((folder / file).read_bytes() + "# قافلة".encode("cp1256"))
    assert complaint(folder).startswith(f"{file} is not UTF-8. Save it as ")


def test_a_stretch_of_road_belongs_to_one_corridor(folder: Path) -> None:
    with (folder / "corridors.csv").open("a", encoding="utf-8") as file:
        file.write("twin,Twin,x,N9,primary,paved,no,,fictional,fictional,yes\n")
    with (folder / "waypoints.csv").open("a", encoding="utf-8") as file:
        file.write("twin,1,merro,,,\ntwin,2,port-selm,,,\n")
    assert "selm-road and twin both hold the segment" in complaint(folder)
