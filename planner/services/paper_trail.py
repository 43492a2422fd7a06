"""Follow a convoy's five papers for a site: how far each has come, and who has to move next since when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.needs import SiteId
from planner.domain.permits import IN_FORCE
from routing.evidence import Evidence, PermitState, PermitStep, PermitStepName
from routing.network import GateId, RoadNetwork
from routing.units import Instant

STEPS: Final[tuple[PermitStepName, ...]] = ("request", "permission", "letter", "clearance", "notification")
"""The five records in the order in which they are asked for."""

CellMark: TypeAlias = Literal["done", "part", "asked", "silent", "refused", "none", "not_needed"]
Waiting: TypeAlias = Literal["request", "answer", "letter", "clearance", "notification", "appeal", "departure"]
"""What is waited for; a `request`, a `notification`, an `appeal` and the `departure` lie with the planning desk."""
OURS: Final[frozenset[Waiting]] = frozenset({"request", "notification", "appeal", "departure"})

_MARKS: Final[dict[PermitState, CellMark]] = {
    "submitted": "asked", "granted": "done", "partial": "part", "in_principle": "part", "refused": "refused",
    "no_response": "silent", "issued": "done", "acknowledged": "done", "withdrawn": "refused",
    "draft": "none", "planned": "none",
    "given": "part", "held": "refused",
}  # fmt: skip
_CONSENT: Final[frozenset[PermitState]] = IN_FORCE | {"in_principle"}
"""A permission that lets the letter be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One of the five papers as known: `record` None means that nothing is on record."""

    step: PermitStepName
    record: Evidence | None
    needed: bool

    @property
    def state(self) -> PermitState | None:
        """The last word on the step."""
        return None if self.record is None else _fact(self.record).state

    @property
    def mark(self) -> CellMark:
        """The sign that stands for the state."""
        if self.state is None:
            return "none" if self.needed else "not_needed"
        if self.state == "submitted" and self.step == "request":
            return "done"
        return _MARKS[self.state]

    @property
    def since(self) -> Instant | None:
        """Since when the last word holds."""
        return None if self.record is None else self.record.valid.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The five cells of a site, and what is waited for since when (None: not recorded)."""

    site: SiteId
    cells: tuple[Cell, ...]
    waiting: Waiting
    since: Instant | None

    @property
    def ours(self) -> bool:
        """Whether the planning desk itself has to move next."""
        return self.waiting in OURS

    @property
    def missing(self) -> tuple[PermitStepName, ...]:
        """The papers that are needed and not in force."""
        return tuple(c.step for c in self.cells if c.needed and c.step != "request" and c.state not in IN_FORCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose papers are meant: of a site, on the way through these gates (None: any), of one movement where named."""

    site: SiteId
    gates: frozenset[GateId] | None = None
    movement: str | None = None


def needed_steps(network: RoadNetwork, gates: Iterable[GateId]) -> frozenset[PermitStepName]:
    """Return the papers that the regimes of these gates ask for."""
    regimes = {network.gates[gate].regime for gate in gates}
    if "permit" in regimes:
        return frozenset(STEPS)
    return frozenset({"notification"}) if "notification" in regimes else frozenset()


def follow(records: Collection[Evidence], asked: Asked, at: Instant, needed: frozenset[PermitStepName]) -> Trail:
    """Return how far the papers have come at an instant, from the standing records that are known."""
    told = [r for r in records if _speaks_of(r, asked, at)]
    if asked.movement is not None:
        # Where records name the movement, only those speak for it; a site's other convoys have papers of their own.
        told = [r for r in told if _fact(r).movement == asked.movement] or [
            r for r in told if _fact(r).movement is None
        ]
    cells = tuple(
        Cell(
            step=step,
            record=max(
                (r for r in told if _fact(r).step == step), key=lambda r: (r.valid.start, r.position), default=None
            ),
            needed=step in needed,
        )
        for step in STEPS
    )
    waiting, since = _next(cells)
    return Trail(site=asked.site, cells=cells, waiting=waiting, since=since)


def _speaks_of(record: Evidence, asked: Asked, at: Instant) -> bool:
    fact = record.fact
    return (
        isinstance(fact, PermitStep)
        and fact.site == asked.site
        and record.valid.contains(at)
        and (asked.gates is None or fact.gate is None or fact.gate in asked.gates)
    )


def _fact(record: Evidence) -> PermitStep:
    if not isinstance(record.fact, PermitStep):
        raise TypeError(f"Record {record.position} is no permit step.")
    return record.fact


def _next(cells: tuple[Cell, ...]) -> tuple[Waiting, Instant | None]:
    request, permission, letter, clearance, notification = cells
    last = max((cell.since for cell in cells if cell.since is not None), default=None)
    refused = [cell for cell in cells[1:] if cell.needed and cell.mark == "refused"]
    if refused:
        return "appeal", refused[-1].since
    if permission.needed:
        if permission.state not in _CONSENT:
            return ("answer", request.since) if request.record else ("request", permission.since)
        if letter.state not in IN_FORCE:
            return "letter", permission.since
        if clearance.state not in IN_FORCE:
            return "clearance", letter.since
    if notification.needed and notification.state not in IN_FORCE:
        return "notification", last
    return "departure", last
