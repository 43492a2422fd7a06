"""What-if as data: edits keyed by their target, laid over what is known, in any order with the same result."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import combinations
from typing import Literal, TypeAlias

from planner.domain.errors import ConflictingEdits
from planner.domain.needs import SiteId
from planner.domain.supply import HubId, TruckTypeId
from routing.network import AreaId, GateId, PartyId, SegmentId
from routing.units import FOREVER, Instant, Seconds, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class CeasefireEnds:
    """A ceasefire holds until `at`, whatever was agreed: an extension or a collapse."""

    ceasefire: str
    at: Instant
    kind: Literal["ceasefire_ends"] = "ceasefire_ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSet:
    """A gate is open, passable by permit, or closed within a window."""

    gate: GateId
    state: Literal["open", "by_permit", "closed"]
    window: Window
    kind: Literal["gate_set"] = "gate_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateHoursSet:
    """A gate's daily hours (seconds after local midnight) within a window."""

    gate: GateId
    opens: Seconds
    closes: Seconds
    window: Window
    kind: Literal["gate_hours_set"] = "gate_hours_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementAdded:
    """The parties consent to passage of gates within a window."""

    gates: tuple[GateId, ...]
    parties: tuple[PartyId, ...]
    window: Window
    kind: Literal["arrangement_added"] = "arrangement_added"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaHeld:
    """An area is held by a party within a window."""

    area: AreaId
    party: PartyId
    window: Window
    kind: Literal["area_held"] = "area_held"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSet:
    """A segment is physically open or closed within a window."""

    segment: SegmentId
    state: Literal["open", "closed"]
    window: Window
    kind: Literal["segment_set"] = "segment_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperGranted:
    """A site's permission, letter and clearance are in force within a window, for so many people (None: all)."""

    site: SiteId
    steps: tuple[Literal["permission", "letter", "clearance"], ...]
    window: Window
    gate: GateId | None = None
    people: int | None = None
    kind: Literal["paper_granted"] = "paper_granted"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetChange:
    """So many trucks of a type more (or, negative, fewer) at a hub over the whole horizon."""

    hub: HubId
    truck_type: TruckTypeId
    trucks: int
    kind: Literal["fleet_change"] = "fleet_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscortChange:
    """So many escort teams a day more (or fewer) over the whole horizon, for convoys of any hub."""

    teams: int
    kind: Literal["escort_change"] = "escort_change"


Edit: TypeAlias = (
    CeasefireEnds | GateSet | GateHoursSet | ArrangementAdded | AreaHeld | SegmentSet | PaperGranted
    | FleetChange | EscortChange
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A named set of edits; the empty one is the baseline.

    Edits are kept in one canonical order, so that the same set in any order is the same scenario.
    """

    name: str
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        """Sort the edits and refuse two on one target in overlapping time.

        Raises
        ------
        ConflictingEdits
            If two edits have the same target and their windows overlap; names both.
        """
        object.__setattr__(self, "edits", tuple(sorted(set(self.edits), key=repr)))
        check_conflicts(self.edits)


def target_of(edit: Edit) -> tuple[str, frozenset[str]]:
    """Return the kind of thing an edit changes and the ids of the things."""
    targets: tuple[str, set[str]]
    match edit:
        case CeasefireEnds():
            targets = "ceasefire", {edit.ceasefire}
        case GateSet():
            targets = "gate", {edit.gate}
        case GateHoursSet():
            targets = "gate hours", {edit.gate}
        case ArrangementAdded():
            targets = "arrangement", set(edit.gates)
        case AreaHeld():
            targets = "area", {edit.area}
        case SegmentSet():
            targets = "segment", {edit.segment}
        case PaperGranted():
            targets = "papers", {f"{edit.site}/{step}/{edit.gate or 'any gate'}" for step in edit.steps}
        case FleetChange():
            targets = "fleet", {f"{edit.hub}/{edit.truck_type}"}
        case EscortChange():
            targets = "escorts", {"all"}
    return targets[0], frozenset(targets[1])


def window_of(edit: Edit) -> Window:
    """Return when an edit holds; edits without a window hold always."""
    match edit:
        case CeasefireEnds() | FleetChange() | EscortChange():
            return Window(0, FOREVER)
        case _:
            return edit.window


def check_conflicts(edits: Sequence[Edit]) -> None:
    """Refuse two different edits of one target in overlapping time.

    Raises
    ------
    ConflictingEdits
        With a line for each such pair, naming both edits and the way out.
    """
    complaints = []
    for first, second in combinations(edits, 2):
        kind = target_of(first)[0]
        shared = _shared_targets(first, second)
        if shared and window_of(first).overlaps(window_of(second)):
            complaints.append(
                f"Two edits change {kind} {', '.join(sorted(shared))} in overlapping time: {describe_edit(first)} and "
                f"{describe_edit(second)}. Drop one or shorten its window."
            )
    if complaints:
        raise ConflictingEdits("\n".join(complaints))


def _shared_targets(first: Edit, second: Edit) -> frozenset[str]:
    (kind, ids), (other_kind, other_ids) = target_of(first), target_of(second)
    if kind != other_kind:
        return frozenset()
    if isinstance(first, PaperGranted) and isinstance(second, PaperGranted) and None in {first.gate, second.gate}:
        # A paper for any gate also speaks of the one that the other edit names.
        steps = set(first.steps) & set(second.steps) if first.site == second.site else set()
        return frozenset(f"{first.site}/{step}" for step in steps)
    return ids & other_ids


def describe_edit(edit: Edit) -> str:
    """Return an edit in one line: its kind, its values, and its window in UTC."""
    told = []
    for field in fields(edit):
        value = getattr(edit, field.name)
        if field.name == "kind" or value is None:
            continue
        if isinstance(value, Window):
            told.append(f"from {_utc(value.start)} until {_utc(value.end)}")
        elif field.name == "at":
            told.append(f"at {_utc(value)}")
        elif isinstance(value, tuple):
            told.append(f"{field.name} {', '.join(value)}")
        else:
            told.append(f"{field.name} {value}")
    return f"{edit.kind} ({'; '.join(told)})"


def _utc(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%MZ")


BASELINE = Scenario(name="baseline")
"""No edits: the world as it is known."""
