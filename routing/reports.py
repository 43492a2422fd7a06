"""The physical state of a road, from what its travellers reported and how long ago."""

from collections.abc import Mapping, Sequence
from typing import Final

from routing.evidence import RoadReport, RoadState
from routing.ledger import Reported, edges, newest
from routing.network import AreaId, SegmentId
from routing.policy import AccessPolicy
from routing.status import Part, Status, worst
from routing.track import Causes, Question, Track, graded, make_track, quiet
from routing.units import Instant, Window

Reports = Sequence[Reported[RoadReport]]
_FROM_BEST: Final[tuple[RoadState, ...]] = ("open", "restricted", "damaged", "closed")


def road_track(question: Question, reports: Reports, needed: Sequence[Window], areas: Sequence[AreaId]) -> Track:
    """Return the physical part of a segment over the horizon.

    Of each source only its latest report counts, and the newest report of all decides. Another source that
    reported worse shortly before (`dispute_window_s`) makes it disputed. "Open" goes stale; a closure does not.
    Within `needed` windows a road that nobody ever reported on is UNKNOWN, elsewhere it is taken for open.
    """
    changes = edges(reports)
    for report in reports:
        changes += question.stale_edges(report.valid.start)
    for window in needed:
        changes += [window.start, window.end]

    def state_at(at: Instant) -> tuple[Part, Causes]:
        return _road_at(question, reports, at, areas if any(w.contains(at) for w in needed) else ())

    return make_track(question.horizon, changes, state_at)


def reported_limits(question: Question, roads: Mapping[SegmentId, Reports]) -> dict[SegmentId, int]:
    """Return the lowest weight limit, in kg, that the newest report of a segment states at any time of the horizon."""
    found: dict[SegmentId, int] = {}
    for segment, reports in sorted(roads.items()):
        starts = {question.horizon.start, *(r.valid.start for r in reports if question.horizon.contains(r.valid.start))}
        told = [newest(reports, at) for at in sorted(starts)]
        limits = [r.fact.weight_limit_kg for r in told if r is not None and r.fact.weight_limit_kg is not None]
        if limits:
            found[segment] = min(limits)
    return found


def _road_at(
    question: Question, reports: Reports, at: Instant, unless_reported: Sequence[AreaId]
) -> tuple[Part, Causes]:
    policy = question.policy
    last = newest(reports, at)
    if last is None and unless_reported:
        causes = tuple((f"unreported:{area}", policy.p_unknown) for area in sorted(unless_reported))
        unknown = Part(name="physical", status=Status.UNKNOWN, p=policy.p_unknown, code="no_report")
        return graded(unknown, policy), causes
    if last is None:
        return quiet("physical", "not_reported"), ()
    own = _own_part(question, last, at)
    disputed = None if last.supposed else _dispute(policy, reports, last, at)
    return worst((own,) if disputed is None else (own, disputed)), ()


def _own_part(question: Question, report: Reported[RoadReport], at: Instant) -> Part:
    policy, fact = question.policy, report.fact
    detail = "" if fact.weight_limit_kg is None else f"weight limit {fact.weight_limit_kg} kg"
    stale = fact.state == "open" and not report.supposed and question.is_stale(report.valid.start, at)
    part = Part(
        name="physical",
        status=Status.CONTESTED if stale else _STATUS[fact.state],
        p=policy.p_stale if stale else _p(policy, fact.state),
        code="stale_report" if stale else f"road_{fact.state}",
        detail=detail,
        evidence=(report.position,),
    )
    return graded(part, policy)


def _dispute(policy: AccessPolicy, reports: Reports, last: Reported[RoadReport], at: Instant) -> Part | None:
    """Return the part that another source's worse report makes of the newest one, if there is such a report."""
    by_source: dict[str, Reported[RoadReport]] = {}
    for report in sorted((r for r in reports if r.valid.contains(at)), key=lambda r: r.rank):
        by_source[report.source] = report
    worse = [
        report
        for report in by_source.values()
        if last.valid.start - report.valid.start <= policy.dispute_window_s
        and _FROM_BEST.index(report.fact.state) > _FROM_BEST.index(last.fact.state)
    ]
    if not worse:
        return None
    passable = [_p(policy, r.fact.state) for r in (last, *worse) if r.fact.state != "closed"]
    part = Part(
        name="physical",
        status=Status.CONTESTED,
        p=min([policy.p_disputed_report, *passable]),
        code="disputed_report",
        detail=" | ".join([last.fact.state, *sorted({r.fact.state for r in worse})]),
        evidence=tuple(sorted({last.position, *(report.position for report in worse)})),
    )
    return graded(part, policy)


_STATUS: Final = {
    "open": Status.OPEN,
    "restricted": Status.CONTESTED,
    "damaged": Status.CONTESTED,
    "closed": Status.BLOCKED,
}


def _p(policy: AccessPolicy, state: RoadState) -> float:
    return {"open": 1.0, "restricted": policy.p_restricted, "damaged": policy.p_damaged, "closed": 0.0}[state]
