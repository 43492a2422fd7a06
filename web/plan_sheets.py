"""A convoy's sheet of paper: what its head must know, how late is too late, and room to write what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.services.convoy_paper import (
    InForce,
    daylight,
    last_gate,
    papers_in_force,
    reserve_s,
    stop_at,
    through_by,
)
from planner.services.itinerary import Itinerary, Phase
from planner.services.plan_page import Told
from routing.units import Instant, Seconds
from web.plan_steps import Step
from web.plan_view import PlanView
from web.sketch import Sketch, draw_sketch


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
    papers: tuple[InForce, ...]
    view: PlanView
    through_by: Instant | None
    stop_at: Instant


def make_sheets(told: Told, convoys: Sequence[Itinerary]) -> tuple[Sheet, ...]:
    """Return the sheets of some convoys, numbered as on the whole plan."""
    # Paper has one direction for its chart: from above to below.
    view = PlanView(told, mirrored=False)
    order = {one.convoy.id: number for number, one in enumerate(told.convoys, 1)}
    return tuple(_sheet(told, one, order[one.convoy.id], view) for one in convoys)


def _sheet(told: Told, one: Itinerary, place: int, view: PlanView) -> Sheet:
    snapshot = told.record.snapshot
    light = next((w for w in daylight(snapshot) if w.contains(one.convoy.depart_at)), None)
    return Sheet(
        told=one,
        place=place,
        steps=view.steps(one),
        sketch=draw_sketch(told, one),
        last_gate=last_gate(one),
        reserve_s=reserve_s(one, snapshot),
        dawn_at=None if light is None else light.start,
        papers=papers_in_force(one, snapshot),
        view=view,
        through_by=through_by(one, snapshot),
        stop_at=stop_at(one, snapshot),
    )
