"""Which papers a convoy holds for a site: permission, letter, clearance and notification, each with its own clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from planner.domain.needs import CommodityId, SiteId
from routing.evidence import Evidence, PermitState, PermitStep, PermitStepName
from routing.network import GateId, Regime
from routing.units import Window, subtract_windows

IN_FORCE: Final[frozenset[PermitState]] = frozenset({"granted", "partial", "issued", "acknowledged"})
REGIME_STEPS: Final[Mapping[Regime, tuple[PermitStepName, ...]]] = {
    "permit": ("permission", "letter", "clearance"),
    "notification": (),
    "none": (),
}
"""Papers that must be in force when a loaded column passes a gate of the regime. Notification is given by the
plan itself and asks for lead time instead (`NOTIFIED_REGIMES`)."""
NOTIFIED_REGIMES: Final[frozenset[Regime]] = frozenset({"permit", "notification"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The latest word on one step for a site (and a gate, where it names one)."""

    step: PermitStepName
    state: PermitState
    site: SiteId
    gate: GateId | None
    valid: Window
    people: int | None
    struck: tuple[CommodityId, ...]
    evidence: tuple[int, ...]

    @property
    def in_force(self) -> bool:
        """Tell whether the paper allows passage within its window."""
        return self.state in IN_FORCE


def fold_papers(records: Iterable[Evidence]) -> tuple[Paper, ...]:
    """Return the papers as the standing records leave them.

    A later record (by log position) on the same step, site and gate replaces an earlier one where their valid
    windows overlap, from its own start on: a refusal or withdrawal thus ends what was granted. A record that names
    no gate speaks of all gates.
    """
    papers: list[Paper] = []
    for record in sorted(records, key=lambda r: r.position):
        fact = record.fact
        if not isinstance(fact, PermitStep):
            continue
        latest = Paper(
            step=fact.step, state=fact.state, site=fact.site, gate=fact.gate, valid=record.valid,
            people=fact.people, struck=fact.struck, evidence=(record.position,),
        )  # fmt: skip
        papers = [kept for paper in papers for kept in _outlasting(paper, latest)] + [latest]
    return tuple(papers)


def _outlasting(paper: Paper, latest: Paper) -> tuple[Paper, ...]:
    same = (paper.step, paper.site) == (latest.step, latest.site) and latest.gate in (None, paper.gate)
    if not same or not paper.valid.overlaps(latest.valid):
        return (paper,)
    if paper.valid.start >= latest.valid.start:
        return ()
    return (_until(paper, latest),)


def _until(paper: Paper, latest: Paper) -> Paper:
    return Paper(
        step=paper.step, state=paper.state, site=paper.site, gate=paper.gate,
        valid=Window(paper.valid.start, latest.valid.start),
        people=paper.people, struck=paper.struck, evidence=(*paper.evidence, *latest.evidence),
    )  # fmt: skip


def papers_for(papers: Iterable[Paper], site: SiteId, gate: GateId, step: PermitStepName) -> tuple[Paper, ...]:
    """Return the papers of one step that speak of the site and of this gate or of all gates."""
    return tuple(p for p in papers if p.step == step and p.site == site and p.gate in (None, gate))


def windows_in_force(papers: Iterable[Paper], site: SiteId, gate: GateId, step: PermitStepName) -> tuple[Window, ...]:
    """Return the windows in which one step is in force for the site at the gate.

    A later refusal at this gate stands against an earlier paper for all gates, from its own start on.
    """
    spoken = papers_for(papers, site, gate, step)
    found: list[Window] = []
    for paper in spoken:
        if paper.in_force:
            ended = (
                Window(p.valid.start)
                for p in spoken
                if not p.in_force and p.valid.overlaps(paper.valid) and _later(p, paper)
            )
            found += subtract_windows(paper.valid, ended)
    return tuple(sorted(found))


def _later(paper: Paper, other: Paper) -> bool:
    """Tell whether a paper came later in the log; one that a scenario supposes has no position and stands above."""
    return bool(paper.evidence and other.evidence) and paper.evidence[0] > other.evidence[0]


def people_ceiling(papers: Iterable[Paper], site: SiteId, within: Window) -> int | None:
    """Return the smallest head-count that papers in force within the window allow; None where none limits it."""
    return min(
        (
            p.people
            for p in papers
            if p.site == site and p.in_force and p.people is not None and p.valid.overlaps(within)
        ),
        default=None,
    )


def struck_commodities(papers: Iterable[Paper], site: SiteId, within: Window) -> frozenset[CommodityId]:
    """Return the commodities that papers in force within the window do not allow."""
    return frozenset(
        commodity
        for p in papers
        if p.site == site and p.in_force and p.valid.overlaps(within)
        for commodity in p.struck
    )
