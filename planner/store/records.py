"""What the store returns beside domain values: a plan's card, a run, a claim, a movement, an audit entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from planner.domain.errors import Refused
from planner.domain.plan import Convoy, ConvoyId, Plan, PlanId, PlanStatus
from routing.evidence import Evidence
from routing.units import Instant, Seconds, Window

T = TypeVar("T")
RunId: TypeAlias = int
SweepId: TypeAlias = int
RunState: TypeAlias = Literal["queued", "running", "done", "failed", "stopped"]
Wish: TypeAlias = Literal["go on", "keep"]
"""What is wanted of a running solve: that it goes on, or that it ends now and keeps the best it has."""
Detail: TypeAlias = Mapping[str, str | int | bool | None]
"""Flat facts beside a row, without fractions: both databases return them letter by letter."""


class ChangedMeanwhile(Refused):
    """Somebody else saved the same row after it was read."""


class LostClaim(Refused):
    """A run was taken over by another worker, stopped or ended while this one still worked on it."""


class DatabaseBusy(Refused):
    """The database did not answer in time or is gone; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A record of the log with who entered it and when."""

    evidence: Evidence
    actor: str
    recorded_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned(Generic[T]):
    """A row with the version an edit must name, so that nobody's edit is lost."""

    row: T
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCard:
    """What a listing shows of a plan without reading its body."""

    id: PlanId
    digest: str
    crisis: str
    snapshot: str
    status: PlanStatus
    horizon: Window
    people_reached: int
    convoys: int
    created_at: Instant
    created_by: str
    published_at: Instant | None
    published_by: str | None
    supposed: bool
    """Whether it answers a scenario with edits: what would be done if, never what is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A plan and its card."""

    card: PlanCard
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A convoy that was promised or dispatched; its id outlives the plan that made it.

    `convoy` is what is to drive (None for a movement known only from reports), `plan` and `planned_as` where it
    came from, `detail` what a report or a form adds. `version` 0 means not yet stored.
    """

    id: str
    plan: PlanId | None = None
    planned_as: ConvoyId | None = None
    convoy: Convoy | None = None
    detail: Detail
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """The last sign of life of a solve: its stage, its share from 0 to 1, best value and bound so far."""

    stage: str
    done: float
    best: float | None
    bound: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One solve asked for, and how far it is."""

    id: RunId
    key: str
    crisis: str
    snapshot: str
    state: RunState
    attempt: int
    queued_at: Instant
    queued_by: str
    worker: str | None
    lease_until: Instant | None
    heartbeat_at: Instant | None
    ended_at: Instant | None
    progress: Sign | None
    plan: PlanId | None
    error: str | None
    wish: Wish = "go on"
    study: str | None = None
    """What is to be found out about a plan that is there, which `plan` names in the end; None for a solve."""
    about: PlanId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A worker's right to end a run: good for this attempt only."""

    run: RunId
    attempt: int
    worker: str
    snapshot: str
    lease_s: Seconds
    study: str | None = None
    about: PlanId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepCard:
    """Many scenarios asked for at once, without the scenarios; `body` says what varies."""

    id: SweepId
    digest: str
    crisis: str
    name: str
    base: PlanId
    body: Mapping[str, object]
    created_at: Instant
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptRun:
    """One scenario of a sweep: its values by variable, its run, and its plan once there is one."""

    number: int
    chosen: Mapping[str, bool | int | float | str]
    run: RunId
    rank: int
    """0 where somebody has asked for the run besides, and waits for it."""
    state: RunState
    worker: str | None
    plan: PlanId | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFigures:
    """What a table says of a plan: `value` and its `gap` are those of the assistance expected."""

    people_reached: int
    convoys: int
    trucks: int
    sites_served: int
    needs_unmet: int
    value: float | None
    gap: float | None
    status: PlanStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to which target, and the digests of this entry and of the one before."""

    position: int
    at: Instant
    actor: str
    action: str
    target: str
    detail: Detail
    previous: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCheck:
    """Whether the audit's chain holds; `broken_at` is the first position where it does not."""

    ok: bool
    rows: int
    head: str
    broken_at: int | None


RoadImportState: TypeAlias = Literal["queued", "running", "looked", "stored", "failed", "dropped"]
Deed: TypeAlias = Literal["look", "store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadImportCard:
    """A road file that was brought in and how far it is; its bytes and its report are read apart.

    `looked`: what it would do is known, and somebody is to store or drop it. `error` is why it failed, or why it could
    not be stored as asked.
    """

    id: int
    crisis: str
    file: str
    options: Mapping[str, Any]
    state: RoadImportState
    deed: Deed
    attempt: int
    asked_at: Instant
    asked_by: str
    worker: str | None
    lease_until: Instant | None
    stage: str | None
    allowed: Mapping[str, Any] | None
    error: str | None
    ended_at: Instant | None

    @property
    def going(self) -> bool:
        """Whether it waits for a worker or is worked on."""
        return self.state in {"queued", "running"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayCard:
    """A replay that was asked for and how far it is; its answer is read apart. `wish` is what was asked."""

    id: int
    crisis: str
    wish: Mapping[str, Any]
    mornings: int
    done: int
    state: RunState
    attempt: int
    asked_at: Instant
    asked_by: str
    worker: str | None
    lease_until: Instant | None
    stage: str | None
    error: str | None
    ended_at: Instant | None

    @property
    def going(self) -> bool:
        """Whether it waits for a worker or is worked on."""
        return self.state in {"queued", "running"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayClaim:
    """A replay in a worker's hands, for one morning."""

    card: ReplayCard
    worker: str
    lease_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadClaim:
    """A road file in a worker's hands, and what is to be done with it."""

    card: RoadImportCard
    content: bytes
    report: Mapping[str, Any] | None
    worker: str
    lease_s: Seconds
