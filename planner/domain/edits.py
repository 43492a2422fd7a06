"""The kinds of edits of a what-if: each a supposed change of one kind of thing, keyed by what it changes."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from planner.domain.needs import CommodityId, SiteId
from planner.domain.supply import HubId, TruckTypeId
from routing.network import AreaId, GateId, PartyId, SegmentId
from routing.units import FOREVER, Instant, Seconds, Window

PolicyValue: TypeAlias = bool | int | float | str | tuple[int, ...] | tuple[str, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersSet:
    """Papers of several sites are all granted, or all refused, within a window.

    `people` is the most that each site's papers allow (None: all), `gate` the one they speak of (None: any).
    """

    sites: tuple[SiteId, ...]
    steps: tuple[Literal["permission", "letter", "clearance"], ...]
    state: Literal["granted", "refused"]
    window: Window
    gate: GateId | None = None
    people: int | None = None
    kind: Literal["papers_set"] = "papers_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """So many units of a commodity more (or, negative, fewer) at a hub from the beginning of the horizon."""

    hub: HubId
    commodity: CommodityId
    units: int
    kind: Literal["stock_change"] = "stock_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedScaled:
    """Needs are so many per cent of what is on record, rounded up to whole units; None means every one of them."""

    percent: int
    site: SiteId | None = None
    commodity: CommodityId | None = None
    kind: Literal["need_scaled"] = "need_scaled"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivingHoursSet:
    """Convoys drive between these hours only (seconds after local midnight), in place of dawn and dusk."""

    opens: Seconds
    closes: Seconds
    kind: Literal["driving_hours_set"] = "driving_hours_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPolicySet:
    """One parameter of how convoys are chosen has another value."""

    name: str
    value: PolicyValue
    kind: Literal["plan_policy_set"] = "plan_policy_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicySet:
    """One parameter of how roads are judged has another value."""

    name: str
    value: PolicyValue
    kind: Literal["access_policy_set"] = "access_policy_set"


Edit: TypeAlias = (
    CeasefireEnds | GateSet | GateHoursSet | ArrangementAdded | AreaHeld | SegmentSet | PaperGranted
    | FleetChange | EscortChange | PapersSet | StockChange | NeedScaled | DrivingHoursSet | PlanPolicySet
    | AccessPolicySet
)  # fmt: skip


def target_of(edit: Edit) -> tuple[str, frozenset[str]]:  # noqa: C901, PLR0912 - one case a kind, nothing else
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
        case PapersSet():
            targets = "papers", {f"{s}/{step}/{edit.gate or 'any gate'}" for s in edit.sites for step in edit.steps}
        case StockChange():
            targets = "stock", {f"{edit.hub}/{edit.commodity}"}
        case NeedScaled():
            targets = "needs", {f"{edit.site or 'every site'}/{edit.commodity or 'every commodity'}"}
        case DrivingHoursSet():
            targets = "driving hours", {"all"}
        case PlanPolicySet():
            targets = "plan policy", {edit.name}
        case AccessPolicySet():
            targets = "access policy", {edit.name}
    return targets[0], frozenset(targets[1])


def window_of(edit: Edit) -> Window:
    """Return when an edit holds; edits without a window hold always."""
    window: Window = getattr(edit, "window", Window(0, FOREVER))
    return window


def sites_of(edit: PaperGranted | PapersSet) -> tuple[SiteId, ...]:
    """Return the sites whose papers an edit supposes."""
    return edit.sites if isinstance(edit, PapersSet) else (edit.site,)


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
            told.append(f"{field.name} {', '.join(map(str, value))}")
        else:
            told.append(f"{field.name} {value}")
    return f"{edit.kind} ({'; '.join(told)})"


def _utc(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%MZ")
