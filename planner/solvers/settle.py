"""Go back and forth between the master and the timetable until the convoys chosen can also be timed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.plan import ObjectiveLevel, ProofGrade
from planner.solvers.carried import Carried
from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult, Progress, Report, Timed
from planner.solvers.equity import equity_of
from planner.solvers.highs import relative_gap
from planner.solvers.improve import Improver, Standing
from planner.solvers.loads import saved_by
from planner.solvers.rows import AnyCut
from planner.solvers.spared import without_conflicts
from planner.solvers.times import Deadline, timetable
from planner.solvers.value import WHOLE_UP_TO, ValueResult, least_trucks, repaired, value_of

REPAIRS_A_ROUND: Final = 2
"""Repairs of a choice are quick: so many count as one round of the policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What master and timetable agree on.

    `left_out` convoys were dropped because no agreement was found in the counted rounds. Where `levels_kept` is
    false, the equity levels reached are to be counted from the choice.
    """

    equity: EquityResult
    value: ValueResult
    chosen: tuple[Chosen, ...]
    timed: tuple[Timed, ...]
    cuts: tuple[AnyCut, ...]
    left_out: int
    levels_kept: bool
    cut_short: bool
    floor: float = 0.0
    """Value that the last stage may not give up any of: what another plan, carried over, brings at least."""


def settle(case: Case, deadline: Deadline, progress: Progress) -> Settled:
    """Solve equity and value, time the choice, and repeat with the cuts that come back, in counted rounds.

    Proved cuts hold for every plan, so the bounds stay bounds. Other cuts only steer the search: then the bounds
    found before them stand. If cuts make the equity levels unreachable, equity is solved again.
    """
    rounds = case.snapshot.limits.cut_rounds * REPAIRS_A_ROUND
    cuts: list[AnyCut] = []
    equity = _fairest(case, cuts, deadline, progress)
    steered = False
    now = best = _masters(case, cuts, deadline, progress, equity)
    proved, short = now, now.short
    for done in range(rounds):
        told = timetable(case.snapshot, now.value.chosen)
        if told.timed is not None:
            return _settled(now, proved if steered else now, now.value.chosen, told.timed, cuts, short=short, case=case)
        if deadline.is_reached():
            break
        # Cuts that only steer are taken where nothing is proved.
        new = [cut for cut in told.proved or told.steering if cut not in cuts]
        if not new:
            break
        if not steered:
            proved = now
        steered |= not told.proved
        cuts += new
        mended = repaired(case, now.equity, cuts, deadline.limits(), now.value)
        if mended is None and len(case.options) > WHOLE_UP_TO:
            # A new search is long, and its choice no likelier to be timed: go on from what can be.
            break
        now = _masters(case, cuts, deadline, progress, now.equity) if mended is None else replace(now, value=mended)
        short |= now.short
        best = now if now.value.chosen else best
        progress(Report(stage="timetable", done=(done + 1) / rounds, best=now.value.level.value))
    chosen, times = without_conflicts(case, best.equity, best.value.chosen)
    found = _improved(case, best.equity, cuts, deadline, (chosen, times), progress)
    return _settled(best, proved if steered else best, found.chosen, found.timed, cuts, short=short, case=case)


def carried_on(case: Case, settled: Settled, over: Carried, deadline: Deadline, progress: Progress) -> Settled:
    """Better what was carried over from another plan, and return that or what was settled, whichever reaches more."""
    fresh = standing_of(case, settled.equity, settled.chosen, settled.timed)
    found = _improved(case, settled.equity, list(settled.cuts), deadline, (over.chosen, over.timed), progress)
    if fresh.better_than(found):
        return replace(settled, floor=fresh.value)
    return replace(
        settled, chosen=found.chosen, timed=found.timed, left_out=0, floor=found.value,
        levels_kept=_levels_kept(case, settled.equity, found.chosen),
    )  # fmt: skip


def standing_of(case: Case, equity: EquityResult, chosen: tuple[Chosen, ...], timed: tuple[Timed, ...]) -> Standing:
    """Return what a timed choice reaches at the levels of the equity stage, and in value."""
    return Standing.of(case, equity, chosen, timed)


def _improved(
    case: Case,
    equity: EquityResult,
    cuts: list[AnyCut],
    deadline: Deadline,
    given: tuple[tuple[Chosen, ...], tuple[Timed, ...]],
    progress: Progress,
) -> Standing:
    search = Improver(case=case, equity=equity, cuts=cuts, deadline=deadline)
    return search.improve(standing_of(case, equity, *given), progress)


def _fairest(case: Case, cuts: list[AnyCut], deadline: Deadline, progress: Progress) -> EquityResult:
    """Solve equity until its visits, with as few trucks as they need, can be timed; add the cuts found to `cuts`.

    Visits alone are timed in moments: what the levels cannot keep is better known before loads are searched. Only
    proved cuts are taken here, so that the levels stay proved.
    """
    equity = _eased(case, cuts, deadline, progress)
    for _ in range(case.snapshot.limits.cut_rounds):
        told = timetable(case.snapshot, least_trucks(case, equity, cuts, deadline.limits()))
        new = [cut for cut in told.proved if cut not in cuts]
        if told.timed is not None or not new:
            break
        cuts += new
        equity = _eased(case, cuts, deadline, progress)
    return equity


def _eased(case: Case, cuts: Sequence[AnyCut], deadline: Deadline, progress: Progress) -> EquityResult:
    """Solve equity; of what each level saves the policy may let a share be given up for value."""
    equity = equity_of(case, cuts, deadline.limits(), progress)
    kept = 1 - case.snapshot.policy.equity_tolerance
    return equity if kept == 1 else replace(equity, saved=tuple((t, math.ceil(v * kept)) for t, v in equity.saved))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Masters:
    equity: EquityResult
    value: ValueResult
    levels_kept: bool = True

    @property
    def short(self) -> bool:
        return self.equity.cut_short or self.value.cut_short


def _masters(
    case: Case, cuts: Sequence[AnyCut], deadline: Deadline, progress: Progress, equity: EquityResult
) -> _Masters:
    value = value_of(case, equity, cuts, deadline.limits(), progress)
    if value.status != "infeasible":
        return _Masters(equity=equity, value=value)
    equity = _eased(case, cuts, deadline, progress)
    value = value_of(case, equity, cuts, deadline.limits(), progress)
    if value.status != "infeasible":
        return _Masters(equity=equity, value=value)
    # The equity stage sees visits, not every load: should a level not be reachable with loads, a plan below it is
    # better than none, and says so.
    value = value_of(case, replace(equity, saved=(), visits=()), cuts, deadline.limits(), progress)
    return _Masters(equity=equity, value=value, levels_kept=False)


def _settled(
    found: _Masters,
    proved: _Masters,
    chosen: tuple[Chosen, ...],
    timed: tuple[Timed, ...],
    cuts: Sequence[AnyCut],
    *,
    short: bool,
    case: Case,
) -> Settled:
    # Bounds from before the first cut that was not proved: later ones may be too tight.
    lowest = {level.name: level.bound for level in proved.equity.levels}
    levels = tuple(with_bound(lv, min(lv.bound, lowest.get(lv.name, lv.bound))) for lv in found.equity.levels)
    same_levels = found.equity.saved == proved.equity.saved and found.levels_kept
    level = found.value.level
    level = with_bound(level, max(level.bound, proved.value.level.bound) if same_levels else level.bound)
    grade: ProofGrade = level.proof if same_levels else "none"
    return Settled(
        equity=replace(found.equity, levels=levels),
        value=replace(found.value, level=replace(level, proof=grade), bound_grade=grade),
        chosen=chosen,
        timed=timed,
        cuts=tuple(cuts),
        left_out=max(0, len(found.value.chosen) - len(chosen)),
        levels_kept=_levels_kept(case, found.equity, chosen),
        cut_short=short,
    )


def _levels_kept(case: Case, equity: EquityResult, chosen: Sequence[Chosen]) -> bool:
    reached = saved_by(case, chosen, [threshold for threshold, _ in equity.saved])
    return all(days >= value for days, (_, value) in zip(reached, equity.saved, strict=True))


def with_bound(level: ObjectiveLevel, bound: float) -> ObjectiveLevel:
    """Return a level with another bound and the gap to it."""
    return replace(level, bound=bound, gap=relative_gap(level.value, bound))
