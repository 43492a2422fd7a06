"""Solve one world by other balances between those worst off, the total and risk: the curve to choose from."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from planner.domain.hurry import hurried
from planner.domain.plan import Plan
from planner.domain.policy import PlanPolicy
from planner.domain.snapshot import Snapshot
from planner.domain.tradeoff import Balance, Tradeoff
from planner.domain.verify import violations
from planner.services.changes import within
from planner.services.robust_plan import solved
from planner.solvers.choice import Progress, Report
from planner.solvers.options import build

TOLERANCES: Final = (0.02, 0.1, 1.0)
"""Shares of the days saved at each level that may be given up: a little, some, and all: then only the total counts."""
CAPS: Final = (0.5, 0.7)
"""Least probabilities of arrival."""


def find_tradeoff(plan: Plan, digest: str, snapshot: Snapshot, progress: Progress) -> Tradeoff:
    """Return the plan and what other balances would reach, each solved from the plan's convoys on and verified."""
    found, cut_short = [balance_of(plan, snapshot.policy)], False
    policies = tuple(other_balances(snapshot.policy))
    for done, policy in enumerate(policies):
        if hurried(progress):
            cut_short = True
            break
        asked = balanced(snapshot, plan, policy)
        beat = within(progress, done / len(policies), "tradeoff")
        other = solved(asked, build(asked, beat), beat).plan
        cut_short |= other.cut_short
        if not violations(other, asked):
            found.append(balance_of(other, policy))
    progress(Report(stage="tradeoff", done=1.0))
    return Tradeoff(plan_digest=digest, balances=tuple(found), cut_short=cut_short)


def other_balances(policy: PlanPolicy) -> Iterator[PlanPolicy]:
    """Yield the policies that are tried beside a plan's own."""
    for tolerance in TOLERANCES:
        if tolerance != policy.equity_tolerance:
            yield replace(policy, equity_tolerance=tolerance)
    for cap in CAPS:
        if cap > policy.risk_cap_p:
            yield replace(policy, risk_cap_p=cap)


def balanced(snapshot: Snapshot, plan: Plan, policy: PlanPolicy) -> Snapshot:
    """Return the question of a plan with another balance; the search begins from the plan's own convoys."""
    return replace(
        snapshot, policy=policy, incumbent=tuple(convoy for convoy in plan.convoys if convoy.movement is None)
    )


def balance_of(plan: Plan, policy: PlanPolicy) -> Balance:
    """Return where a plan stands between those worst off, the total and risk."""
    trucks = sum(convoy.truck_count for convoy in plan.convoys)
    return Balance(
        equity_tolerance=policy.equity_tolerance,
        risk_cap_p=policy.risk_cap_p,
        people=plan.people_reached,
        value=next(level.value for level in plan.objective if level.name == "value"),
        waiting=tuple(
            (int(level.name.removeprefix("equity > ").removesuffix(" d")), level.value)
            for level in plan.objective
            if level.name.startswith("equity")
        ),
        convoys=len(plan.convoys),
        trucks=trucks,
        p=sum(convoy.p * convoy.truck_count for convoy in plan.convoys) / trucks if trucks else 1.0,
        lowest_p=min((convoy.p for convoy in plan.convoys), default=1.0),
    )
