"""Requests of inter-agency plans, one a location: what the records say of each, and what is waited for since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from planner.domain.delivery import Channel, MovementId
from planner.domain.needs import SiteId
from planner.domain.pipeline import Holder, Stage, Standing, StepName, legal_steps
from planner.domain.quantities import LineBalance
from routing.deliveries import ItemLine
from routing.evidence import Evidence, Figure, PermitStepName
from routing.units import Instant

RequestId: TypeAlias = str
"""`site@movement`, or `site@plan` of a request that names no movement."""
PAPERS: Final[tuple[PermitStepName, ...]] = ("request", "permission", "letter", "clearance", "notification")
ALL_PAPERS: Final[frozenset[PermitStepName]] = frozenset(PAPERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedStop:
    """A stop of a convoy of a published plan: it is in the pipeline before anybody has written a word on it."""

    movement: MovementId
    site: SiteId
    needed: frozenset[PermitStepName]
    channel: Channel
    depart_at: Instant
    trucks: int
    people: int
    lines: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One location asked for in one plan, as known at an instant.

    `records` are all standing records of it in the order of what they tell. `people` and `people_approved` None are not
    stated. `recorded` is False for a convoy of which no request is on record, `plan_named` where the plan is not taken
    from the day of asking. `unpapered` names papers that were not in force when the convoy left.
    """

    id: RequestId
    site: SiteId
    movement: MovementId | None
    plan: str
    plan_named: bool
    recorded: bool
    channel: Channel
    standing: Standing
    stage: Stage
    since: Instant | None
    holder: Holder
    asked_at: Instant | None
    due_at: Instant | None
    answered_at: Instant | None
    letter_at: Instant | None
    left_at: Instant | None
    reached_at: Instant | None
    people: int | None
    people_approved: int | None
    people_reached: tuple[Figure, ...]
    agencies: tuple[str, ...]
    struck: tuple[str, ...]
    trucks: int | None
    lines: tuple[LineBalance, ...]
    cleared_by: tuple[str, ...]
    unpapered: tuple[PermitStepName, ...]
    papers: Mapping[PermitStepName, Evidence]
    records: tuple[Evidence, ...]

    @property
    def legal(self) -> tuple[StepName, ...]:
        """The steps that may follow."""
        return legal_steps(self.standing)

    @property
    def answer_awaited(self) -> bool:
        """Whether the clock of the answer runs: it was asked for, nobody answered, and no convoy left meanwhile."""
        asked = self.due_at is not None and self.answered_at is None
        return asked and self.left_at is None and self.reached_at is None and self.standing.motion != "cancelled"

    @property
    def missing(self) -> tuple[PermitStepName, ...]:
        """The papers that are needed and not in force."""
        return self.standing.missing

    @property
    def synthetic(self) -> bool:
        """Whether a record has a value without a source."""
        return any(record.synthetic for record in self.records)

    @property
    def reached_least(self) -> int | None:
        """The fewest people reached by any source: reports never claim more than this."""
        return min((figure.count for figure in self.people_reached), default=None)


def movement_of(site: SiteId, plan: str) -> MovementId:
    """Return the name of the convoy that a request without one gets."""
    return f"{site}-{plan.replace('..', '-')}"
