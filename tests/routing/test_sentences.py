"""One sentence for each reason, with values and source."""

from dataclasses import replace

import pytest

from routing.access import describe
from routing.overlay import SupposedGate, apply
from routing.sentences import _SAYINGS
from routing.status import Part, Status
from tests.routing.builders import (
    EAST_SOUTH,
    WEST_NORTH,
    ZONE,
    access,
    agreed,
    gate_is,
    incident,
    log,
    part,
    piece,
    road,
    span,
    time,
    two_sides,
)

RECORDS = log(
    WEST_NORTH,
    EAST_SOUTH,
    agreed(),
    replace(gate_is("closed", "2016-09-11 00:00"), synthetic=True),
    road("crossing", "damaged", "2016-09-13 06:00"),
    incident("shelling", "2016-09-13 12:00"),
)
AT = "2016-09-13 12:00"


def test_a_part_is_said_with_its_values_and_its_source() -> None:
    found = piece(RECORDS, "crossing", AT)
    assert [describe(each, RECORDS, ZONE) for each in found.parts] == [
        "The road is damaged, passable with p 0.60, reported by field desk on 2016-09-13 (position 5).",
        (
            "The road crosses a line (south | north), reported by map desk on 2016-01-01 (position 1) and reported by "
            "map desk on 2016-01-01 (position 2)."
        ),
        (
            "A ceasefire is in force (truce, firm until 2016-09-14T19:00:00+03:00, intended until "
            "2016-09-19T19:00:00+03:00), passable with p 0.85, reported by sponsors on 2016-09-12 (position 3)."
        ),
        "The gate is closed to all, reported by field desk on 2016-09-11 (position 4, synthetic).",
        (
            "Shelling is felt on the road (within 10 km), passable with p 0.30, reported by field desk on 2016-09-13 "
            "(position 6)."
        ),
    ]


def test_what_nobody_reported_names_no_source() -> None:
    found = piece(log(WEST_NORTH, EAST_SOUTH), "supply", AT)
    assert describe(part(found, "physical"), ()) == (
        "Nobody has reported on the road, and one report is needed here, passable with p 0.50."
    )


def test_what_is_only_supposed_is_said_to_be_supposed() -> None:
    base = access(RECORDS, AT)
    opened = SupposedGate(gate="gate", state="open", window=span("2016-09-13 00:00", "2016-09-14 00:00"))
    found = apply(base, (opened,), RECORDS, two_sides(), base.as_of, ZONE).at("crossing", time(AT))
    assert describe(part(found, "gate"), RECORDS) == "The gate is open to all, supposed in this what-if."


@pytest.mark.parametrize("code", sorted(_SAYINGS))
def test_every_saying_takes_a_detail_or_none(code: str) -> None:
    bare = Part(name="gate", status=Status.OPEN, p=1.0, code=code)
    assert describe(bare, ()).endswith(".")
    assert "{}" not in describe(replace(bare, detail="07:00-19:00"), ())
