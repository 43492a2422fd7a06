"""What-if as data: edits keyed by their target, laid over what is known, in any order with the same result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from planner.domain.edits import (
    AccessPolicySet,
    AreaHeld,
    ArrangementAdded,
    CeasefireEnds,
    DrivingHoursSet,
    Edit,
    EscortChange,
    FleetChange,
    GateHoursSet,
    GateSet,
    NeedScaled,
    PaperGranted,
    PapersSet,
    PlanPolicySet,
    SegmentSet,
    StockChange,
    describe_edit,
    sites_of,
    target_of,
    window_of,
)
from planner.domain.errors import ConflictingEdits

__all__ = [
    "BASELINE",
    "AccessPolicySet",
    "AreaHeld",
    "ArrangementAdded",
    "CeasefireEnds",
    "DrivingHoursSet",
    "Edit",
    "EscortChange",
    "FleetChange",
    "GateHoursSet",
    "GateSet",
    "NeedScaled",
    "PaperGranted",
    "PapersSet",
    "PlanPolicySet",
    "Scenario",
    "SegmentSet",
    "StockChange",
    "check_conflicts",
    "describe_edit",
    "find_conflicts",
    "target_of",
    "window_of",
]

_PAPERS: Final = (PaperGranted, PapersSet)


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


def check_conflicts(edits: Sequence[Edit]) -> None:
    """Refuse two different edits of one target in overlapping time.

    Raises
    ------
    ConflictingEdits
        With a line for each such pair, naming both edits and the way out.
    """
    complaints = [said for _, _, said in find_conflicts(edits)]
    if complaints:
        raise ConflictingEdits("\n".join(complaints))


def find_conflicts(edits: Sequence[Edit]) -> Iterator[tuple[int, int, str]]:
    """Yield the places of every two different edits of one target in overlapping time, and what is wrong with them."""
    for (at, first), (other, second) in combinations(enumerate(edits), 2):
        kind = target_of(first)[0]
        shared = _shared_targets(first, second)
        if shared and first != second and window_of(first).overlaps(window_of(second)):
            said = f"{describe_edit(first)} and {describe_edit(second)}. Drop one or shorten its window."
            yield at, other, f"Two edits change {kind} {', '.join(sorted(shared))} in overlapping time: {said}"


def _shared_targets(first: Edit, second: Edit) -> frozenset[str]:
    (kind, ids), (other_kind, other_ids) = target_of(first), target_of(second)
    if kind != other_kind:
        return frozenset()
    if isinstance(first, _PAPERS) and isinstance(second, _PAPERS) and None in {first.gate, second.gate}:
        # A paper for any gate also speaks of the one that the other edit names.
        sites = set(sites_of(first)) & set(sites_of(second))
        return frozenset(f"{site}/{step}" for site in sites for step in set(first.steps) & set(second.steps))
    if isinstance(first, NeedScaled) and isinstance(second, NeedScaled):
        pairs = ((first.site, second.site), (first.commodity, second.commodity))
        return ids | other_ids if all(None in pair or pair[0] == pair[1] for pair in pairs) else frozenset()
    return ids & other_ids


BASELINE = Scenario(name="baseline")
"""No edits: the world as it is known."""
