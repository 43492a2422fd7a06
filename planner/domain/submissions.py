"""Incidents as partners submit them: what they saw, not yet a record of the log."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from routing.units import Instant

SubmissionState: TypeAlias = Literal["submitted", "accepted", "returned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What a partner reports of a convoy that failed; numbers None are not stated, the place is in their own words."""

    organisation: str
    what: str
    happened_at: Instant
    governorate: str
    place: str
    authority_type: str = "not_established"
    stated_reason: str = ""
    sectors: tuple[str, ...] = ()
    trucks: int | None = None
    hours_lost: int | None = None
    people_not_reached: int | None = None
    items: str = ""
    follow_up: bool = False
    may_be_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An incident with who submitted it when, and what became of it; `position` is the record that it became."""

    id: int
    actor: str
    at: Instant
    incident: Incident
    state: SubmissionState
    reason: str
    decided_at: Instant | None
    position: int | None
