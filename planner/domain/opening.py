"""The negotiators' list: what each opening - a gate, a road, a letter, hours, trucks - would give if it alone came."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planner.domain.needs import SiteId
from planner.domain.scenario import (
    AreaHeld,
    ArrangementAdded,
    CeasefireEnds,
    Edit,
    EscortChange,
    FleetChange,
    GateHoursSet,
    GateSet,
    PaperGranted,
    SegmentSet,
)
from routing.network import GateId, SegmentId

OpeningKind: TypeAlias = Literal["gate", "road", "letter", "window", "trucks", "several"]
OpeningGrade: TypeAlias = Literal["solved", "beside", "nothing"]
"""How far an opening was followed: `solved` as the scenario it is, from the plan's convoys on; `beside` them, while
they stand; `nothing`: no convoy becomes possible by it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """A level of equity in expected person-days lived above it, with the plan and with the opening."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One opening and what the plan would be with it alone; every plan behind it was judged by the verifier.

    `edit` states it as the line of a scenario file. `people_by_site` holds those reached more (or, negative, fewer) by
    site; `value_more` the weighted person-days of assistance more.
    """

    kind: OpeningKind
    edits: tuple[Edit, ...]
    edit: str
    grade: OpeningGrade
    people_more: int
    people_by_site: Mapping[SiteId, int]
    value_more: float
    levels: tuple[LevelChange, ...]
    gates: tuple[GateId, ...]
    segments: tuple[SegmentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """The openings of one plan, most people first, those that give nothing alone last.

    `asked` were looked at. Of these `passed_over` could reach fewer people than the best do; `left` might reach more,
    but the counted solves were used up. `cut_short` tells that the search was ended before that.
    """

    plan_digest: str
    people: int
    found: tuple[Opening, ...]
    asked: int
    passed_over: int
    left: int
    cut_short: bool


def kind_of(edits: tuple[Edit, ...]) -> OpeningKind:
    """Return the one kind that all edits are of, or that they are of several."""
    kinds = {_kind(edit) for edit in edits}
    return kinds.pop() if len(kinds) == 1 else "several"


def _kind(edit: Edit) -> OpeningKind:
    kind: OpeningKind
    match edit:
        case PaperGranted():
            kind = "letter"
        case GateSet() | ArrangementAdded():
            kind = "gate"
        case GateHoursSet() | CeasefireEnds():
            kind = "window"
        case SegmentSet() | AreaHeld():
            kind = "road"
        case FleetChange() | EscortChange():
            kind = "trucks"
    return kind
