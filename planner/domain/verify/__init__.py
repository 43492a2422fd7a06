"""Judge a plan against every hard rule by name, sharing no code with any solver."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify import loads, papers, resources, roads, together
from planner.domain.verify.violation import Violation

__all__ = ["RULES", "Violation", "violations"]

Check: TypeAlias = Callable[[Plan, Snapshot], Iterable[Violation]]

_CHECKS: Final[Mapping[tuple[str, ...], Check]] = {
    roads.DRIVE_RULES: roads.drive,
    ("overnight",): roads.overnight,
    ("hold",): roads.hold,
    ("risk",): roads.risk,
    ("slack",): roads.slack,
    ("permission",): papers.permission,
    ("letter",): papers.letter,
    ("clearance",): papers.clearance,
    ("notification",): papers.notification,
    ("people_ceiling",): papers.people_ceiling,
    ("struck_commodity",): papers.struck_commodity,
    ("capacity_kg",): loads.capacity_kg,
    ("capacity_volume",): loads.capacity_volume,
    ("load_arithmetic",): loads.load_arithmetic,
    ("need",): loads.need,
    ("stock",): loads.stock,
    ("expiry",): loads.expiry,
    ("storage",): loads.storage,
    ("people_reached",): loads.people_reached,
    ("horizon",): resources.horizon,
    ("convoy_size",): resources.convoy_size,
    ("loading",): resources.loading,
    ("unloading",): resources.unloading,
    ("fleet",): resources.fleet,
    ("escort",): resources.escort,
    ("gate_capacity",): together.gate_capacity,
    ("column_meeting",): together.column_meeting,
    ("coupling",): together.coupling,
    ("one_visit_a_day",): together.one_visit_a_day,
    ("pinned",): together.pinned,
}

RULES: Final[tuple[str, ...]] = tuple(name for names in _CHECKS for name in names)
"""The names of all hard rules. Refusals, explanations and pages speak the same names."""


def violations(plan: Plan, snapshot: Snapshot) -> tuple[Violation, ...]:
    """Return every breach of every rule, in the order of the rules; an empty tuple means that the plan is good."""
    return tuple(found for check in _CHECKS.values() for found in check(plan, snapshot))
