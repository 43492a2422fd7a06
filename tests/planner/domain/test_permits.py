"""Papers as the log leaves them: the latest word counts, for the gates it speaks of."""

import pytest

from planner.domain.permits import Paper, fold_papers, people_ceiling, struck_commodities, windows_in_force
from routing.evidence import Evidence, PermitState, PermitStep, PermitStepName, SiteStatus
from routing.units import Window
from tests.planner.instances import at

WEEK = Window(at(0, "00:00"), at(7, "00:00"))


def said(
    position: int, state: PermitState, *, step: PermitStepName = "letter", valid: Window = WEEK,
    gate: str | None = None, people: int | None = None, struck: tuple[str, ...] = (), site: str = "madaya",
) -> Evidence:  # fmt: skip
    fact = PermitStep(step=step, state=state, site=site, gate=gate, people=people, struck=struck)
    return Evidence(position=position, learned_at=at(-1, "08:00"), valid=valid, fact=fact, source="office")


def in_force(*records: Evidence, gate: str = "north-gate") -> tuple[Window, ...]:
    return windows_in_force(fold_papers(records), "madaya", gate, "letter")


def test_what_was_issued_is_in_force_in_its_window() -> None:
    assert in_force(said(1, "issued")) == (WEEK,)


@pytest.mark.parametrize("state", ["submitted", "in_principle", "refused", "no_response", "withdrawn"])
def test_what_was_not_granted_is_not_in_force(state: PermitState) -> None:
    assert in_force(said(1, state)) == ()


def test_a_withdrawal_ends_a_letter_from_its_own_start_on() -> None:
    withdrawn = said(2, "withdrawn", valid=Window(at(3, "00:00")))
    assert in_force(said(1, "issued"), withdrawn) == (Window(at(0, "00:00"), at(3, "00:00")),)


def test_the_order_of_the_log_decides_not_the_order_of_reading() -> None:
    refused, granted = said(1, "refused"), said(2, "issued")
    assert in_force(granted, refused) == in_force(refused, granted) == (WEEK,)


def test_a_refusal_for_all_gates_ends_a_letter_for_one() -> None:
    assert in_force(said(1, "issued", gate="north-gate"), said(2, "refused")) == ()


def test_a_refusal_at_one_gate_leaves_the_others() -> None:
    records = (said(1, "issued"), said(2, "refused", gate="north-gate", valid=Window(at(2, "00:00"))))
    assert in_force(*records) == (Window(at(0, "00:00"), at(2, "00:00")),)
    assert in_force(*records, gate="south-gate") == (WEEK,)


def test_a_letter_for_one_gate_after_a_refusal_for_all_opens_that_gate() -> None:
    records = (said(1, "refused"), said(2, "issued", gate="north-gate"))
    assert in_force(*records) == (WEEK,)
    assert in_force(*records, gate="south-gate") == ()


def test_a_paper_that_a_scenario_supposes_stands_above_a_refusal() -> None:
    supposed = Paper(
        step="letter", state="granted", site="madaya", gate=None, valid=WEEK, people=None, struck=(), evidence=()
    )
    papers = (*fold_papers([said(1, "refused", gate="north-gate")]), supposed)
    assert windows_in_force(papers, "madaya", "north-gate", "letter") == (WEEK,)


def test_steps_and_sites_do_not_mix() -> None:
    records = (said(1, "issued"), said(2, "refused", step="permission"), said(3, "refused", site="zabadani"))
    assert in_force(*records) == (WEEK,)


def test_other_evidence_is_no_paper() -> None:
    listed = Evidence(
        position=1, learned_at=0, valid=WEEK, fact=SiteStatus(site="madaya", status="besieged"), source="office"
    )
    assert fold_papers([listed]) == ()


def test_the_lowest_head_count_in_force_counts() -> None:
    papers = fold_papers(
        [
            said(1, "partial", people=9_000), said(2, "granted", step="permission", people=12_000),
            said(3, "refused", step="clearance", people=10),
        ]
    )  # fmt: skip
    assert people_ceiling(papers, "madaya", WEEK) == 9_000
    assert people_ceiling(papers, "madaya", WEEK.shift(30 * 86_400)) is None
    assert people_ceiling(papers, "zabadani", WEEK) is None


def test_items_struck_by_a_paper_in_force_are_struck() -> None:
    papers = fold_papers(
        [said(1, "partial", struck=("trauma-kit",)), said(2, "refused", step="clearance", struck=("x",))]
    )
    assert struck_commodities(papers, "madaya", WEEK) == {"trauma-kit"}
