"""Judge a plan against every hard rule by name, sharing no code with any solver."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from planner.domain.plan import Convoy, PinnedNotice, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify import figures, halts, loads, papers, resources, roads, together, wellformed
from planner.domain.verify.violation import Violation

__all__ = ["RULES", "Violation", "broken_by", "broken_together", "violations"]

Check: TypeAlias = Callable[[Plan, Snapshot], Iterable[Violation]]

_CHECKS: Final[Mapping[tuple[str, ...], Check]] = {
    roads.DRIVE_RULES: roads.drive,
    ("overnight",): halts.overnight,
    ("hold",): halts.hold,
    ("risk",): figures.risk,
    ("slack",): figures.slack,
    ("least_slack",): figures.least_slack,
    ("exposure",): figures.exposure,
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
    ("cold_chain",): loads.cold_chain,
    ("storage",): loads.storage,
    ("people_reached",): loads.people_reached,
    ("coverage",): loads.coverage,
    ("horizon",): resources.horizon,
    ("convoy_size",): resources.convoy_size,
    ("stop_count",): resources.stop_count,
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

RULES: Final[tuple[str, ...]] = ("well_formed", *(name for names in _CHECKS for name in names))
"""The names of all hard rules. Refusals, explanations and pages speak the same names."""

_FIGURES: Final = frozenset({"people_reached", "coverage"})
_OF_THE_PLAN: Final = _FIGURES | {"coupling", "pinned"}


def violations(plan: Plan, snapshot: Snapshot) -> tuple[Violation, ...]:
    """Return every breach of every rule, in the order of the rules; an empty tuple means that the plan is good.

    A plan that is not well formed cannot be judged any further: only that is said then.
    """
    malformed = tuple(wellformed.well_formed(plan, snapshot))
    if malformed:
        return malformed
    found = tuple(found for check in _CHECKS.values() for found in check(plan, snapshot))
    return (*found, *_given_up_without_need(plan, snapshot))


def broken_together(convoys: Iterable[Convoy], snapshot: Snapshot) -> tuple[Violation, ...]:
    """Return every breach of a rule by convoys planned together; what the plan says of itself is not asked."""
    given_up = tuple(
        PinnedNotice(movement=convoy.movement, rules=(), choices=())
        for convoy in snapshot.pinned
        if convoy.movement is not None and broken_by(convoy, snapshot)
    )
    found = violations(replace(_empty(snapshot), convoys=tuple(convoys), pinned=given_up), snapshot)
    return tuple(violation for violation in found if violation.rule not in _FIGURES)


def broken_by(convoy: Convoy, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the rules that a convoy breaks by itself, whatever else is planned; for a promised one as of now."""
    alone = replace(_empty(snapshot), convoys=(convoy,))
    asked = replace(snapshot, pinned=(convoy,) if convoy.movement is not None else ())
    return tuple(sorted({v.rule for v in violations(alone, asked)} - _OF_THE_PLAN))


def _empty(snapshot: Snapshot) -> Plan:
    return Plan(
        snapshot_digest="", as_of=snapshot.as_of, horizon=snapshot.horizon, status="feasible", cut_short=False,
        objective=(), convoys=(), unmet=(), people_reached=0, coverage_by_site={},
    )  # fmt: skip


def _given_up_without_need(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """Yield the notices that give up a promised convoy which breaks no rule, or one that nobody was promised."""
    promised = {convoy.movement: convoy for convoy in snapshot.pinned}
    for notice in plan.pinned:
        convoy = promised.get(notice.movement)
        if convoy is None or not broken_by(convoy, snapshot):
            yield Violation(rule="pinned", convoy=None, detail=f"movement {notice.movement} is given up without need")
