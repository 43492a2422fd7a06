"""A town of many junctions comes whole from a pbf: each junction a node, each street a segment."""

import os
from pathlib import Path

from tests.routing.building.lines import build
from tests.routing.readers.files import Row, pbf, read

SIDE = 145 if os.environ.get("QAFILA_PROVE") else 12
"""Streets each way: more than 20,000 junctions at proof size."""


def test_every_junction_of_a_town_is_a_node_and_every_street_a_segment(tmp_path: Path) -> None:
    def at(east: int, north: int) -> tuple[float, float]:
        # Bent by a little, so that no two streets are alike.
        return round(36 + east * 0.002 + north % 7 * 1e-5, 7), round(34 + north * 0.002 + east % 5 * 1e-5, 7)

    along: list[Row] = [([at(e, n) for e in range(SIDE)], {"highway": "residential"}) for n in range(SIDE)]
    across: list[Row] = [([at(e, n) for n in range(SIDE)], {"highway": "primary"}) for e in range(SIDE)]
    found = read(pbf(tmp_path / "town.osm.pbf", [*along, *across]))
    network = build(found.lines, noded=found.noded).network

    corners = 4  # where a primary and a residential street end in each other: a change of class
    assert len(network.places) == SIDE * SIDE
    assert len(network.segments) == 2 * SIDE * (SIDE - 1)
    assert sum(len(network.segments_at(place)) == 2 for place in network.places) == corners
