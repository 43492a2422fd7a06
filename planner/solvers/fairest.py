"""The fairest visits that can also be timed: levels and timetable go back and forth before any load is searched."""

import math
from collections.abc import Sequence
from dataclasses import replace

from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult, Progress
from planner.solvers.equity import EquityStage
from planner.solvers.levels import stage_for
from planner.solvers.rows import AnyCut
from planner.solvers.times import Deadline, timetable
from planner.solvers.value import least_trucks


def fairest(
    case: Case, cuts: list[AnyCut], deadline: Deadline, progress: Progress
) -> tuple[EquityResult, tuple[Chosen, ...]]:
    """Solve equity until its visits, with as few trucks as they need, can be timed; add the cuts found to `cuts`.

    Visits alone are timed in moments: what the levels cannot keep is better known before loads are searched. Only
    proved cuts are taken here, so that the levels stay proved. Returned beside it are those visits with those trucks.
    """
    stage = stage_for(case)
    equity = eased(stage, cuts, deadline, progress)
    least = least_trucks(case, equity, cuts, deadline.closing())
    for _ in range(case.snapshot.limits.cut_rounds):
        told = timetable(case.snapshot, least)
        if told.timed is not None and least:
            return replace(equity, timed=True), least
        new = [cut for cut in told.proved if cut not in cuts]
        if not new:
            break
        cuts += new
        equity = eased(stage, cuts, deadline, progress)
        least = least_trucks(case, equity, cuts, deadline.closing())
    return equity, least


def eased(stage: EquityStage, cuts: Sequence[AnyCut], deadline: Deadline, progress: Progress) -> EquityResult:
    """Solve equity; of what each level saves the policy may let a share be given up for value."""
    equity = stage.solve(cuts, deadline.limits(), progress)
    kept = 1 - stage.case.snapshot.policy.equity_tolerance
    return equity if kept == 1 else replace(equity, saved=tuple((t, math.ceil(v * kept)) for t, v in equity.saved))
