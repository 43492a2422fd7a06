"""A convoy's sheet of paper: what its head must know, how late is too late, and room to write what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.domain.permits import Paper, papers_for
from planner.domain.snapshot import Snapshot
from planner.services.itinerary import Itinerary, Phase
from planner.services.plan_page import Told
from routing.evidence import Evidence
from routing.network import GateId
from routing.units import HOUR, Instant, Seconds, Window
from web.plan_steps import Step
from web.plan_view import PlanView
from web.sketch import Sketch, draw_sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPaper:
    """A paper in force on the day, with the record that says so."""

    paper: Paper
    record: Evidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One convoy's sheet. `reserve_s` is how much may be lost on the way without missing the end or the dusk."""

    told: Itinerary
    place: int
    steps: tuple[Step, ...]
    sketch: Sketch
    last_gate: Phase | None
    reserve_s: Seconds
    dawn_at: Instant | None
    papers: tuple[HeldPaper, ...]
    view: PlanView

    @property
    def through_by(self) -> Instant | None:
        """When the last truck must be through the last gate on the way in; None without a gate."""
        return None if self.last_gate is None else self.last_gate.window.end + self.reserve_s

    @property
    def stop_at(self) -> Instant:
        """When unloading stops at the last site, whatever is left on the trucks."""
        return self.told.convoy.stops[-1].unloaded_at + self.reserve_s


def make_sheets(told: Told, convoys: Sequence[Itinerary]) -> tuple[Sheet, ...]:
    """Return the sheets of some convoys, numbered as on the whole plan."""
    # Paper has one direction for its chart: from above to below.
    view = PlanView(told, mirrored=False)
    order = {one.convoy.id: number for number, one in enumerate(told.convoys, 1)}
    return tuple(_sheet(told, one, order[one.convoy.id], view) for one in convoys)


def _sheet(told: Told, one: Itinerary, place: int, view: PlanView) -> Sheet:
    gates = [p for p in one.phases if p.kind == "gate" and p.loaded and p.window.end <= one.convoy.stops[-1].arrive_at]
    snapshot = told.record.snapshot
    light = next((w for w in _daylight(snapshot) if w.contains(one.convoy.depart_at)), None)
    return Sheet(
        told=one,
        place=place,
        steps=view.steps(one),
        sketch=draw_sketch(told, one),
        last_gate=gates[-1] if gates else None,
        reserve_s=reserve_s(one, snapshot),
        dawn_at=None if light is None else light.start,
        papers=_papers(one, snapshot),
        view=view,
    )


def _daylight(snapshot: Snapshot) -> tuple[Window, ...]:
    return snapshot.crisis.daylight(snapshot.access.horizon)


def reserve_s(one: Itinerary, snapshot: Snapshot) -> Seconds:
    """Return how long the column may lose at the last site so that all that follows on that day still holds.

    That is the slack, where the closing it is measured to comes before the column rests, and what is left of the
    daylight when it arrives wherever it drives to on that day.
    """
    after = one.convoy.stops[-1].unloaded_at
    light = next((w for w in _daylight(snapshot) if w.start <= after < w.end + 6 * HOUR), None)
    reserves = [] if one.wall is None else [max(0, one.wall.ends_at - one.wall.left_at)]
    if light is not None:
        home = [move for move in one.convoy.moves if move.depart_at >= after and move.arrive_at <= light.end]
        reserves += [light.end - move.arrive_at for move in home]
    return min(reserves, default=0)


def _papers(one: Itinerary, snapshot: Snapshot) -> tuple[HeldPaper, ...]:
    """Return the papers in force for the sites at the gates that the loaded column passes."""
    gates: list[GateId] = [p.where for p in one.phases if p.kind == "gate" and p.loaded]
    log = {record.position: record for record in snapshot.log}
    found: dict[tuple[object, ...], HeldPaper] = {}
    for stop in one.convoy.stops:
        for gate in gates:
            for step in ("permission", "letter", "clearance", "notification"):
                for paper in papers_for(snapshot.papers, stop.site, gate, step):
                    if paper.in_force and paper.valid.contains(one.convoy.depart_at):
                        record = log.get(max(paper.evidence)) if paper.evidence else None
                        found[paper.step, paper.site, paper.evidence] = HeldPaper(paper=paper, record=record)
    return tuple(found.values())
