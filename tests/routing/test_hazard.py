"""What incidents leave behind: how much, how far, how long."""

from dataclasses import replace

import pytest

from routing.evidence import Evidence
from routing.network import distance_m
from routing.policy import AccessPolicy
from routing.status import Part, Status
from tests.routing.builders import access, incident, log, part, piece, time

NEAR = (36.10, 36.0)  # on the supply road


def hazard(records: tuple[Evidence, ...], at: str, name: str = "supply") -> Part:
    return part(piece(records, name, at), "hazard")


@pytest.mark.parametrize(
    ("kind", "hours", "p"),
    [
        ("air_strike", 0, 0.3),
        ("air_strike", 72, 0.65),
        ("shelling", 0, 0.3),
        ("shelling", 144, 0.825),
        ("armed_clash", 0, 0.2),
        ("armed_clash", 48, 0.6),
    ],
)
def test_a_hazard_halves_its_distance_from_one_each_half_life(kind: str, hours: int, p: float) -> None:
    records = log(incident(kind, "2016-09-10 12:00", NEAR))  # type: ignore[arg-type] # parametrised
    day, hour = divmod(12 + hours, 24)
    found = hazard(records, f"2016-09-{10 + day} {hour:02d}:00")
    assert found.p == pytest.approx(p, abs=1e-6)
    assert (found.status, found.code, found.evidence) == (Status.CONTESTED, kind, (1,))


def test_before_the_incident_nothing_is_felt() -> None:
    assert hazard(log(incident("shelling", "2016-09-10 12:00", NEAR)), "2016-09-10 11:59").code == "no_hazard"


def test_over_incidents_the_smallest_counts_and_not_the_product() -> None:
    records = log(*(incident("shelling", "2016-09-10 12:00", NEAR) for _ in range(20)))
    found = hazard(records, "2016-09-10 12:00")
    assert (found.p, found.status) == (0.3, Status.CONTESTED)


def test_a_fresh_shelling_outweighs_an_older_clash() -> None:
    records = log(incident("armed_clash", "2016-09-06 12:00", NEAR), incident("shelling", "2016-09-10 12:00", NEAR))
    found = hazard(records, "2016-09-10 12:00")
    assert (found.p, found.code, found.evidence) == (0.3, "shelling", (2,))
    assert dict(piece(records, "supply", "2016-09-10 12:00").causes) == {"incidents:1": 0.3}


def test_a_hazard_faded_past_the_threshold_leaves_the_road_open() -> None:
    records = log(incident("armed_clash", "2016-09-01 12:00", NEAR))
    found = hazard(records, "2016-09-08 12:00")
    assert found.status is Status.OPEN
    assert found.p == pytest.approx(1 - 0.8 * 2**-3.5, abs=1e-6)


def test_an_attack_on_aid_blocks_the_roads_around_for_seven_days() -> None:
    records = log(incident("attack_on_aid", "2016-09-19 19:12", NEAR))
    found = hazard(records, "2016-09-26 19:11")
    assert (found.status, found.p, found.code) == (Status.BLOCKED, 0.0, "attack_on_aid")
    assert hazard(records, "2016-09-26 19:12").status is Status.OPEN


@pytest.mark.parametrize(
    ("kind", "radius_m"), [("air_strike", 10_000), ("armed_clash", 5_000), ("attack_on_aid", 15_000)]
)
def test_a_hazard_is_felt_up_to_its_radius(kind: str, radius_m: int) -> None:
    def north_of_the_road(metres: float) -> tuple[float, float]:
        degree = distance_m((36.1, 36.0), (36.1, 37.0))
        return 36.1, 36.0 + metres / degree

    inside = log(incident(kind, "2016-09-10 12:00", north_of_the_road(radius_m * 0.995)))  # type: ignore[arg-type] # parametrised
    outside = log(incident(kind, "2016-09-10 12:00", north_of_the_road(radius_m * 1.005)))  # type: ignore[arg-type] # parametrised
    assert hazard(inside, "2016-09-10 12:00").code == kind
    assert hazard(outside, "2016-09-10 12:00").code == "no_hazard"


def test_an_incident_without_a_hazard_is_not_felt() -> None:
    assert hazard(log(incident("none", "2016-09-10 12:00", NEAR)), "2016-09-10 12:00").code == "no_hazard"


def test_incidents_near_each_other_are_one_cause_named_by_the_first() -> None:
    chain = log(
        incident("shelling", "2016-09-10 12:00", (36.00, 36.0)),
        incident("shelling", "2016-09-10 12:00", (36.20, 36.0)),
        incident("air_strike", "2016-09-10 12:00", (36.10, 36.0)),
    )
    assert {name for name, _ in piece(chain, "supply", "2016-09-10 13:00").causes} == {"incidents:1"}
    apart = log(*chain[:2])
    assert {name for name, _ in piece(apart, "supply", "2016-09-10 13:00").causes} == {"incidents:1", "incidents:2"}


def test_within_a_step_the_hazard_is_held_at_its_worst_and_the_threshold_is_kept_to_the_second() -> None:
    records = log(incident("armed_clash", "2016-09-10 13:07", NEAR))
    timeline = access(records, "2016-09-10 12:00", "2016-09-20 12:00").timeline("supply")
    hazards = [(each.window.start, part(each, "hazard")) for each in timeline]
    assert hazards[0][1].code == "no_hazard"
    assert hazards[1] == (time("2016-09-10 13:07"), hazards[1][1])
    assert hazards[1][1].p == 0.2
    assert hazards[2][0] == time("2016-09-10 18:00")
    calm_at = next(start for start, felt in hazards[1:] if felt.status is Status.OPEN)
    assert calm_at == time("2016-09-10 13:07") + 144 * 3600
    just_before = access(records, "2016-09-10 12:00", "2016-09-20 12:00").at("supply", calm_at - 1)
    assert part(just_before, "hazard").status is Status.CONTESTED


def test_a_policy_may_make_a_hazard_block_below_the_threshold() -> None:
    harsh = replace(AccessPolicy(), air_strike_factor=0.1)
    found = access(log(incident("air_strike", "2016-09-10 12:00", NEAR)), "2016-09-10 12:00", policy=harsh)
    assert found.at("supply", time("2016-09-10 12:00")).status is Status.BLOCKED
