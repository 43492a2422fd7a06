"""What was reported, by whom and when: records that are added to, never changed."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from routing.deliveries import CAME_LATER, ItemLine, MovementStep
from routing.errors import InvalidEvidence
from routing.hand_set import GateInspection, PassageOverride, PolicySet
from routing.network import AreaId, GateId, PartyId, SegmentId
from routing.units import HOUR, Instant, Seconds, Window

Hazard: TypeAlias = Literal["air_strike", "shelling", "armed_clash", "attack_on_aid", "none"]
GateState: TypeAlias = Literal["open", "by_permit", "closed"]
RoadState: TypeAlias = Literal["open", "restricted", "damaged", "closed"]
PermitStepName: TypeAlias = Literal["request", "permission", "letter", "clearance", "notification"]
PermitState: TypeAlias = Literal[
    "submitted", "granted", "partial", "in_principle", "refused", "no_response",
    "issued", "acknowledged", "withdrawn", "draft", "planned", "given", "held",
]  # fmt: skip
Result: TypeAlias = Literal["facilitated", "impeded", "denied", "cancelled"]
Sensitivity: TypeAlias = Literal["low", "moderate", "high", "severe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number as one source gives it; figures that differ by source stay apart."""

    what: str
    count: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CeasefireAgreed:
    """An agreement: in force from the record's valid start to `firm_end`, foreseen until `intended_end`."""

    ceasefire: str
    areas: tuple[AreaId, ...]
    parties: tuple[PartyId, ...]
    firm_end: Instant
    intended_end: Instant
    guarantors: tuple[str, ...] = ()
    terms: str = ""
    kind: Literal["ceasefire_agreed"] = "ceasefire_agreed"

    def __post_init__(self) -> None:
        """Refuse an agreement between fewer than two parties or with its ends in the wrong order.

        Raises
        ------
        InvalidEvidence
            If either holds.
        """
        if len(set(self.parties)) < 2:  # noqa: PLR2004 - a pair
            raise InvalidEvidence(f"Ceasefire {self.ceasefire} names fewer than two parties. Name both sides.")
        if self.intended_end < self.firm_end:
            raise InvalidEvidence(f"Ceasefire {self.ceasefire}: the intended end lies before the firm end. Swap them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CeasefireExtended:
    """A renewal: new ends from the record's valid start on."""

    ceasefire: str
    firm_end: Instant
    intended_end: Instant
    kind: Literal["ceasefire_extended"] = "ceasefire_extended"


@dataclass(frozen=True, slots=True, kw_only=True)
class CeasefireClaim:
    """What one party or guarantor says of a ceasefire; claims that differ make it disputed."""

    ceasefire: str
    by: str
    says: Literal["in_force", "suspended", "over"]
    kind: Literal["ceasefire_claim"] = "ceasefire_claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class CeasefireViolation:
    """Fighting reported inside a ceasefire's areas: strained there for a while."""

    ceasefire: str
    areas: tuple[AreaId, ...]
    kind: Literal["ceasefire_violation"] = "ceasefire_violation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A daily window announced by one side; it opens a line only when the other side has accepted it."""

    gates: tuple[GateId, ...]
    by: PartyId
    accepted: bool
    opens: Seconds = 0
    closes: Seconds = 24 * HOUR
    kind: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """The consent of the parties on both sides to pass these gates within the record's valid window."""

    gates: tuple[GateId, ...]
    parties: tuple[PartyId, ...]
    letter: str | None = None
    group: str | None = None
    kind: Literal["arrangement"] = "arrangement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A party holds an area from the record's valid start on."""

    area: AreaId
    party: PartyId
    kind: Literal["control"] = "control"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadReport:
    """The physical state of segments: open, restricted, damaged (passable with a weight limit) or closed."""

    segments: tuple[SegmentId, ...]
    state: RoadState
    weight_limit_kg: int | None = None
    kind: Literal["road"] = "road"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """A gate is open to all, passable by permit, or closed."""

    gate: GateId
    state: GateState
    kind: Literal["gate"] = "gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateHours:
    """A gate's hours of the day (seconds after local midnight) and its flow from the valid start on."""

    gate: GateId
    opens: Seconds
    closes: Seconds
    trucks_per_hour: int | None = None
    kind: Literal["gate_hours"] = "gate_hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A security event at a point, in ACLED's words, with the kind of hazard that it leaves behind.

    `geo_precision` is 1 for the place itself, 2 for its surroundings, 3 for a region; `time_precision` 1 for the day,
    2 for the week, 3 for the month. `actors` are named as the source names them, which says nothing of blame.
    `event_id` is the source's own id, `updated_at` when the source last changed its word on it.
    """

    event_type: str
    sub_event_type: str
    hazard: Hazard
    lon: float
    lat: float
    place_name: str = ""
    geo_precision: int = 2
    figures: tuple[Figure, ...] = ()
    event_id: str = field(default="", metadata=CAME_LATER)
    time_precision: int = field(default=1, metadata=CAME_LATER)
    actors: tuple[str, ...] = field(default=(), metadata=CAME_LATER)
    updated_at: Instant | None = field(default=None, metadata=CAME_LATER)
    kind: Literal["incident"] = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitStep:
    """One of the five records of a convoy's papers for a site; it holds during the record's valid window.

    `plan` is the inter-agency plan that asks, as `2016-10` or `2016-10..2016-11`; `by` are the types of authority
    whose word it is. A clearance is `given` by some of those who must and `granted` once by all of them.
    """

    step: PermitStepName
    state: PermitState
    site: str
    gate: GateId | None = None
    people: int | None = None
    struck: tuple[str, ...] = ()
    movement: str | None = None
    plan: str = field(default="", metadata=CAME_LATER)
    agencies: tuple[str, ...] = field(default=(), metadata=CAME_LATER)
    lines: tuple[ItemLine, ...] = field(default=(), metadata=CAME_LATER)
    by: tuple[str, ...] = field(default=(), metadata=CAME_LATER)
    reason_code: str = field(default="", metadata=CAME_LATER)
    stated_reason: str = field(default="", metadata=CAME_LATER)
    kind: Literal["permit"] = "permit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Somebody has stopped all convoys, or those through some gates and areas (`gate:ID`, `area:ID`)."""

    scope: tuple[str, ...]
    reason: str
    kind: Literal["hold"] = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOutcome:
    """What became of a movement; refusals keep the stated reason verbatim beside the assessed code."""

    movement: str
    site: str
    happened_at: Instant
    result: Result
    what: str
    reason_code: str = ""
    amrf: int | None = None
    authority_type: str = "none"
    gate: GateId | None = None
    stated_reason: str = ""
    sub_district: str = ""
    governorate: str = ""
    trucks: int | None = None
    hours_lost: int | None = None
    truck_days_lost: int | None = None
    sectors: tuple[str, ...] = ()
    people_requested: tuple[Figure, ...] = ()
    people_reached: tuple[Figure, ...] = ()
    figures: tuple[Figure, ...] = ()
    follow_up: bool = False
    lines: tuple[ItemLine, ...] = field(default=(), metadata=CAME_LATER)
    kind: Literal["outcome"] = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatus:
    """How a site is listed from the record's valid start on; `closed` means nobody is left to serve."""

    site: str
    status: Literal["besieged", "hard_to_reach", "accessible", "closed"]
    kind: Literal["site_status"] = "site_status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A public claim without an effect of its own, kept because somebody may need to know it was made."""

    by: str
    text: str
    kind: Literal["statement"] = "statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Whether the reporting organisation consents that a movement is reported to others, and how sensitive that is.

    The four classes are those of the OCHA Data Responsibility Guidelines (January 2025). Without such a record
    nothing of a failed movement leaves operations.
    """

    movement: str
    consent: bool
    sensitivity: Sensitivity = "severe"
    kind: Literal["sharing"] = "sharing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """An earlier record is withdrawn: from here on in the log it has no effect, but it stays."""

    position: int
    reason: str = ""
    kind: Literal["retraction"] = "retraction"


Fact: TypeAlias = (
    CeasefireAgreed | CeasefireExtended | CeasefireClaim | CeasefireViolation | Pause | Arrangement | Control
    | RoadReport | GateReport | GateHours | Incident | PermitStep | Hold | DeliveryOutcome | SiteStatus
    | Statement | Sharing | GateInspection | PassageOverride | PolicySet | MovementStep | Retraction
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One row of the log: a fact, when it held, when it was learned, who said so and how far to trust it.

    `position` orders the log (1, 2, ...); 0 means not yet recorded. `reliability` is A-F and `credibility`
    1-6 of the Admiralty code.
    """

    position: int
    learned_at: Instant
    valid: Window
    fact: Fact
    source: str
    reliability: str = "C"
    credibility: int = 3
    note: str = ""
    synthetic: bool = False

    def __post_init__(self) -> None:
        """Refuse a grade outside the Admiralty code or a record without a source.

        Raises
        ------
        InvalidEvidence
            If either holds.
        """
        if self.reliability not in "ABCDEF" or len(self.reliability) != 1:
            raise InvalidEvidence(f"Reliability {self.reliability!r} is not one of A to F.")
        if not 1 <= self.credibility <= 6:  # noqa: PLR2004 - the Admiralty code
            raise InvalidEvidence(f"Credibility {self.credibility} is not one of 1 to 6.")
        if not self.source.strip():
            raise InvalidEvidence("The record names no source. Say who reported it.")


def known_at(log: tuple[Evidence, ...], clock: Instant) -> int:
    """Return the position up to which the log was known at a clock time.

    It is the longest prefix of the log, in order of position, in which every record had been learned by then.
    """
    position = 0
    for record in sorted(log, key=lambda record: record.position):
        if record.learned_at > clock:
            break
        position = record.position
    return position


def standing(log: tuple[Evidence, ...], known: int) -> tuple[Evidence, ...]:
    """Return the records up to a log position that have not been withdrawn by then, in order of position."""
    prefix = sorted((record for record in log if record.position <= known), key=lambda record: record.position)
    withdrawn = {record.fact.position for record in prefix if isinstance(record.fact, Retraction)}
    return tuple(r for r in prefix if r.position not in withdrawn and not isinstance(r.fact, Retraction))
