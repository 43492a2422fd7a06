"""Gates: state, hours, flow and record."""

from dataclasses import replace

import pytest

from routing.deliveries import MovementStep
from routing.errors import InvalidEvidence
from routing.evidence import DeliveryOutcome, Evidence
from routing.gates import as_inspected, authority_priors
from routing.hand_set import GateInspection, PassageOverride
from routing.ledger import read_ledger
from routing.network import Regime
from routing.status import Part, Status
from tests.routing.builders import (
    EAST_SOUTH,
    WEST_NORTH,
    access,
    arranged,
    gate_hours,
    gate_is,
    log,
    outcome,
    part,
    piece,
    reported,
    time,
    two_sides,
)

SIDES = (WEST_NORTH, EAST_SOUTH, arranged("2016-09-01 00:00", "2016-10-01 00:00"))


def gate_part(
    records: tuple[Evidence, ...], at: str, regime: Regime = "permit", hours: tuple[str, str] = ("00:00", "24:00")
) -> Part:
    return part(piece(records, "crossing", at, two_sides(regime, *hours)), "gate")


def test_a_closed_gate_blocks() -> None:
    found = gate_part(log(*SIDES, gate_is("closed", "2016-09-13 06:00")), "2016-09-13 12:00")
    assert (found.status, found.code, found.evidence) == (Status.BLOCKED, "gate_closed", (4,))


def test_a_gate_by_permit_is_contested_at_full_p_for_whoever_holds_the_papers() -> None:
    found = gate_part(log(*SIDES, gate_is("by_permit", "2016-08-01 06:00")), "2016-09-13 12:00")
    assert (found.status, found.code, found.p) == (Status.CONTESTED, "gate_by_permit", 1.0)


def test_an_open_gate_is_open_until_the_report_goes_stale() -> None:
    records = log(*SIDES, gate_is("open", "2016-09-10 12:00"))
    assert gate_part(records, "2016-09-13 11:59").code == "gate_open"
    stale = gate_part(records, "2016-09-13 12:00")
    assert (stale.status, stale.code, stale.p) == (Status.CONTESTED, "stale_gate", 0.8)


@pytest.mark.parametrize(
    ("regime", "status"),
    [("permit", Status.CONTESTED), ("notification", Status.OPEN), ("none", Status.OPEN)],
)
def test_a_gate_never_reported_on_is_what_its_regime_says_and_flagged(regime: Regime, status: Status) -> None:
    found = gate_part(log(*SIDES), "2016-09-13 12:00", regime)
    assert (found.status, found.code, found.p, found.evidence) == (status, "gate_not_reported", 1.0, ())


def test_outside_its_listed_hours_the_gate_blocks() -> None:
    hours = ("07:00", "19:00")
    assert gate_part(log(*SIDES), "2016-09-13 06:59", hours=hours).code == "outside_hours"
    assert gate_part(log(*SIDES), "2016-09-13 07:00", hours=hours).code == "gate_not_reported"
    closed = gate_part(log(*SIDES), "2016-09-13 19:00", hours=hours)
    assert (closed.status, closed.detail) == (Status.BLOCKED, "07:00-19:00")


def test_reported_hours_stand_in_for_the_listed_ones_while_they_hold() -> None:
    records = log(*SIDES, gate_hours("10:00", "12:00", "2016-09-13 00:00", "2016-09-14 00:00"))
    hours = ("07:00", "19:00")
    outside = gate_part(records, "2016-09-13 09:00", hours=hours)
    assert (outside.code, outside.detail, outside.evidence) == ("outside_hours", "10:00-12:00", (4,))
    assert gate_part(records, "2016-09-14 09:00", hours=hours).code == "gate_not_reported"


def test_hours_that_pass_midnight_run_into_the_next_day() -> None:
    hours = ("20:00", "04:00")
    assert gate_part(log(*SIDES), "2016-09-13 03:59", hours=hours).code == "gate_not_reported"
    assert gate_part(log(*SIDES), "2016-09-13 12:00", hours=hours).code == "outside_hours"


def test_closed_is_said_before_outside_hours() -> None:
    records = log(*SIDES, gate_is("closed", "2016-09-13 00:00"))
    assert gate_part(records, "2016-09-13 03:00", hours=("07:00", "19:00")).code == "gate_closed"


def test_an_open_gate_is_no_consent_to_cross_the_line() -> None:
    found = piece(log(WEST_NORTH, EAST_SOUTH, gate_is("open", "2016-09-13 06:00")), "crossing", "2016-09-13 12:00")
    assert (found.status, found.decided_by) == (Status.BLOCKED, "control")


def test_the_flow_is_the_smallest_that_holds_within_the_horizon() -> None:
    assert access(log(), "2016-09-13 00:00", "2016-09-14 00:00").gate_flow == {"gate": 12}
    slow = log(
        gate_hours("08:00", "17:00", "2016-09-13 12:00", flow=6), gate_hours("08:00", "16:00", "2016-09-13 14:00")
    )
    assert access(slow, "2016-09-13 00:00", "2016-09-14 00:00").gate_flow == {"gate": 6}
    assert access(slow, "2016-09-12 00:00", "2016-09-13 00:00").gate_flow == {"gate": 12}


def test_outcomes_enter_the_gates_record_and_are_counted() -> None:
    records = log(
        outcome("facilitated", "2016-09-01 12:00"),
        outcome("impeded", "2016-09-02 12:00", what="delayed"),
        outcome("denied", "2016-09-03 12:00", what="turned_back"),
        outcome("cancelled", "2016-09-04 12:00", what="cancelled"),
        outcome("impeded", "2016-09-05 12:00", what="attacked"),
    )
    prior = access(records, "2016-09-13 00:00").gate_priors["gate"]
    assert (prior.passed, prior.turned_back, prior.cases) == (2, 3, 3)
    assert prior.p == pytest.approx(0.4)
    earlier = access(records, "2016-09-13 00:00", known=1).gate_priors["gate"]
    assert (earlier.passed, earlier.turned_back, earlier.cases) == (2, 1, 1)


def test_two_reports_of_one_refusal_are_one_case() -> None:
    first = outcome("impeded", "2016-09-03 12:00", what="delayed")
    second = reported(outcome("denied", "2016-09-03 12:00", what="turned_back").fact, "2016-09-04 00:00")
    prior = access(log(first, second), "2016-09-13 00:00").gate_priors["gate"]
    assert (prior.turned_back, prior.cases) == (2, 1)


def test_a_column_that_was_let_through_passed_whatever_became_of_it() -> None:
    def let_through(movement: str) -> Evidence:
        return reported(MovementStep(movement=movement, step="proceeded", gate="gate"), "2016-09-05 10:00")

    attacked = outcome("impeded", "2016-09-05 12:00", what="attacked")
    assert isinstance(attacked.fact, DeliveryOutcome)
    prior = access(log(let_through(attacked.fact.movement), attacked), "2016-09-13 00:00").gate_priors["gate"]
    assert (prior.passed, prior.turned_back, prior.cases) == (2, 1, 1)

    delivered = outcome("facilitated", "2016-09-05 12:00")
    once = access(log(let_through(attacked.fact.movement), delivered), "2016-09-13 00:00").gate_priors["gate"]
    assert (once.passed, once.cases) == (2, 1), "the outcome speaks of the same passage"


def test_a_gates_record_does_not_enter_the_segments_status() -> None:
    refused = [outcome("denied", f"2016-09-0{day} 12:00", what="turned_back") for day in range(1, 9)]
    at = "2016-09-13 12:00"
    assert piece(log(*SIDES, *refused), "crossing", at) == piece(log(*SIDES), "crossing", at)
    assert access(log(*SIDES), at).at("crossing", time(at)).p == 0.5


def told_by(source: str, record: Evidence) -> Evidence:
    return replace(record, source=source)


def test_a_gate_that_another_source_called_closed_a_short_while_before_is_disputed() -> None:
    closed = told_by("council", gate_is("closed", "2016-09-13 06:00"))
    found = gate_part(log(*SIDES, closed, gate_is("open", "2016-09-13 08:00")), "2016-09-13 12:00")
    assert (found.status, found.code, found.p, found.detail) == (
        Status.CONTESTED, "disputed_gate", 0.5, "open | closed",
    )  # fmt: skip
    assert found.evidence == (4, 5)


def test_a_gate_is_not_disputed_by_the_same_source_nor_by_an_old_or_better_word() -> None:
    at = "2016-09-13 12:00"
    same = log(*SIDES, gate_is("closed", "2016-09-13 06:00"), gate_is("open", "2016-09-13 08:00"))
    assert gate_part(same, at).code == "gate_open"
    old = told_by("council", gate_is("closed", "2016-09-11 06:00"))
    assert gate_part(log(*SIDES, old, gate_is("open", "2016-09-13 08:00")), at).code == "gate_open"
    better = told_by("council", gate_is("open", "2016-09-13 06:00"))
    assert gate_part(log(*SIDES, better, gate_is("by_permit", "2016-09-13 08:00")), at).code == "gate_by_permit"


def test_hours_that_another_source_tells_differently_are_disputed_where_only_one_is_open() -> None:
    other = told_by("council", gate_hours("10:00", "13:00", "2016-09-12 12:00"))
    records = log(*SIDES, other, gate_hours("07:00", "19:00", "2016-09-13 00:00"))
    disputed = gate_part(records, "2016-09-13 09:00")
    assert (disputed.status, disputed.code, disputed.detail) == (
        Status.CONTESTED, "disputed_hours", "07:00-19:00 | 10:00-13:00",
    )  # fmt: skip
    assert disputed.evidence == (4, 5)
    assert gate_part(records, "2016-09-13 11:00").code == "gate_not_reported"
    assert gate_part(records, "2016-09-13 20:00").code == "outside_hours"


def test_a_dispute_over_hours_begins_and_ends_by_the_minute() -> None:
    other = told_by("council", gate_hours("10:00", "13:00", "2016-09-12 12:00"))
    records = log(*SIDES, other, gate_hours("07:00", "19:00", "2016-09-13 00:00"))
    timeline = access(records, "2016-09-13 00:00", "2016-09-14 00:00").timeline("crossing")
    codes = [(each.window.start - time("2016-09-13 00:00"), part(each, "gate").code) for each in timeline]
    assert [(start // 3600, code) for start, code in codes] == [
        (0, "outside_hours"), (7, "disputed_hours"), (10, "gate_not_reported"), (13, "disputed_hours"),
        (19, "outside_hours"),
    ]  # fmt: skip


def set_by_hand(passed: int, turned_back: int, since: str, until: str | None = None) -> Evidence:
    fact = PassageOverride(gate="gate", passed=passed, turned_back=turned_back, reason="new commander")
    return reported(fact, since, until)


def test_a_record_set_by_hand_stands_for_all_before_it_and_later_outcomes_count_on() -> None:
    records = log(
        outcome("denied", "2016-09-01 12:00", what="turned_back"),
        set_by_hand(6, 2, "2016-09-02 00:00"),
        outcome("facilitated", "2016-09-03 12:00"),
    )
    prior = access(records, "2016-09-13 00:00").gate_priors["gate"]
    assert (prior.passed, prior.turned_back, prior.cases, prior.set_by) == (7, 2, 1, 2)
    before = access(records, "2016-09-13 00:00", known=1).gate_priors["gate"]
    assert (before.passed, before.turned_back, before.cases, before.set_by) == (1, 2, 1, None)


def test_a_record_set_by_hand_for_a_while_ends_with_it() -> None:
    records = log(set_by_hand(6, 2, "2016-09-02 00:00", "2016-09-10 00:00"))
    assert access(records, "2016-09-09 00:00").gate_priors["gate"].set_by == 1
    assert access(records, "2016-09-13 00:00").gate_priors["gate"].set_by is None


@pytest.mark.parametrize(("passed", "turned_back"), [(0, 0), (-1, 3), (3, -1)])
def test_counts_that_are_no_record_cannot_be_set(passed: int, turned_back: int) -> None:
    with pytest.raises(InvalidEvidence, match="is no record"):
        set_by_hand(passed, turned_back, "2016-09-02 00:00")


def test_the_record_of_an_authority_adds_up_its_gates() -> None:
    network = two_sides()
    network = replace(network, gates={**network.gates, "other": replace(network.gates["gate"], id="other")})
    priors = access(log(outcome("denied", "2016-09-01 12:00", what="turned_back")), "2016-09-13 00:00").gate_priors
    found = authority_priors(network, {"gate": priors["gate"], "other": priors["gate"]})
    both = found["central authority"]
    assert (list(found), both.passed, both.turned_back, both.cases) == (["central authority"], 2, 4, 2)


def test_a_reported_inspection_stands_in_for_the_listed_delay_while_it_holds() -> None:
    network = two_sides()
    fact = GateInspection(gate="gate", delay_low_s=1800, delay_mode_s=7200, delay_high_s=25_200)
    records = log(reported(fact, "2016-09-12 00:00", "2016-09-14 00:00"))
    ledger = read_ledger(records, 1, network)
    gate = as_inspected(network, ledger, time("2016-09-13 00:00")).gates["gate"]
    assert (gate.delay_low_s, gate.delay_mode_s, gate.delay_high_s) == (1800, 7200, 25_200)
    assert gate.delay_s() > network.gates["gate"].delay_s()
    assert as_inspected(network, ledger, time("2016-09-15 00:00")) is network
    with pytest.raises(InvalidEvidence, match="not in order"):
        GateInspection(gate="gate", delay_low_s=7200, delay_mode_s=1800, delay_high_s=25_200)
