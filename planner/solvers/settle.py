"""Go back and forth between the master and the timetable until the convoys chosen can also be timed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.plan import Convoy, ObjectiveLevel, ProofGrade
from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.solvers.assemble import assemble
from planner.solvers.case import Case
from planner.solvers.choice import BranchCut, CapacityCut, Chosen, EquityResult, Progress, Report, Timed
from planner.solvers.equity import equity_of
from planner.solvers.ground import Ground
from planner.solvers.highs import relative_gap
from planner.solvers.loads import assistance_of, saved_by
from planner.solvers.rows import AnyCut, named_by
from planner.solvers.splits import split_cuts
from planner.solvers.timetable import schedule
from planner.solvers.value import WHOLE_UP_TO, ValueResult, least_trucks, refill, repaired, value_of

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


class Deadline:
    """The safety stop: hands each solver what is left of the wall time. Nothing else looks at a clock."""

    def __init__(self, limits: Limits) -> None:
        """Start the clock."""
        self._limits, self._end = limits, time.monotonic() + limits.wall_s

    def limits(self) -> Limits:
        """Return the limits with the wall time that is left."""
        return replace(self._limits, wall_s=max(0, round(self._end - time.monotonic())))


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
        # Cuts that only steer are taken where nothing is proved.
        new = [cut for cut in told.proved or told.steering if cut not in cuts]
        if not new:
            break
        if not steered:
            proved = now
        steered |= not told.proved
        cuts += new
        mended = repaired(case, now.equity, cuts, deadline.limits(), now.value)
        if mended is None and steered and len(case.options) > WHOLE_UP_TO:
            # Whether a better choice exists cannot be proved any more, and a new search is long: keep what fits.
            break
        now = _masters(case, cuts, deadline, progress, now.equity) if mended is None else replace(now, value=mended)
        short |= now.short
        best = now if now.value.chosen else best
        progress(Report(stage="timetable", done=(done + 1) / rounds, best=now.value.level.value))
    chosen, times = _without_conflicts(case, best.equity, best.value.chosen)
    again = refill(case, best.equity, cuts, deadline.limits(), chosen)
    told = timetable(case.snapshot, again)
    if again and told.timed is not None:
        chosen, times = again, told.timed
    return _settled(best, proved if steered else best, chosen, times, cuts, short=short, case=case)


def _fairest(case: Case, cuts: list[AnyCut], deadline: Deadline, progress: Progress) -> EquityResult:
    """Solve equity until its visits, with as few trucks as they need, can be timed; add the cuts found to `cuts`.

    Visits alone are timed in moments: what the levels cannot keep is better known before loads are searched. Only
    proved cuts are taken here, so that the levels stay proved.
    """
    equity = equity_of(case, cuts, deadline.limits(), progress)
    for _ in range(case.snapshot.limits.cut_rounds):
        told = timetable(case.snapshot, least_trucks(case, equity, cuts, deadline.limits()))
        new = [cut for cut in told.proved if cut not in cuts]
        if told.timed is not None or not new:
            break
        cuts += new
        equity = equity_of(case, cuts, deadline.limits(), progress)
    return equity


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
    equity = equity_of(case, cuts, deadline.limits(), progress)
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
        left_out=len(found.value.chosen) - len(chosen),
        levels_kept=_levels_kept(case, found.equity, chosen),
        cut_short=short,
    )


def _levels_kept(case: Case, equity: EquityResult, chosen: Sequence[Chosen]) -> bool:
    reached = saved_by(case, chosen, [threshold for threshold, _ in equity.saved])
    return all(days >= value for days, (_, value) in zip(reached, equity.saved, strict=True))


def with_bound(level: ObjectiveLevel, bound: float) -> ObjectiveLevel:
    """Return a level with another bound and the gap to it."""
    return replace(level, bound=bound, gap=relative_gap(level.value, bound))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the timetable said of a choice: its times, or cuts that are proved and cuts that only steer the search."""

    timed: tuple[Timed, ...] | None
    proved: tuple[AnyCut, ...] = ()
    steering: tuple[AnyCut, ...] = ()


def timetable(snapshot: Snapshot, chosen: tuple[Chosen, ...]) -> Told:
    """Time a choice; refuse it too if a tour could not run alone, or if a truck would be in two places."""
    if not chosen:
        return Told(timed=())
    splits = split_cuts(Ground.of(snapshot), chosen)
    if splits:
        return Told(timed=None, proved=splits)
    result = schedule(snapshot, chosen, snapshot.limits)
    if result.timed is None:
        # A component that ran out of its counted time, or of splits to look at, is refused as it is: a branching.
        doubtful = tuple(cut for cut in result.cuts if result.undecided and isinstance(cut, BranchCut))
        return Told(timed=None, proved=tuple(c for c in result.cuts if c not in doubtful), steering=doubtful)
    cuts = fleet_cuts(snapshot, chosen, result.timed)
    return Told(timed=None, steering=cuts) if cuts else Told(timed=result.timed)


def fleet_cuts(snapshot: Snapshot, chosen: Sequence[Chosen], timed: Sequence[Timed]) -> tuple[CapacityCut, ...]:
    """Return cuts where a truck would be loaded for one convoy while it is still out with another.

    The master counts trucks by day, from departure on. Loading in the evening before begins earlier, and the
    timetable knows no trucks. Such a cut keeps these convoys within the fleet at that hour; another timetable
    might have done as well, so it steers the search and proves nothing.
    """
    cuts: list[CapacityCut] = []
    # One at a time: assembled convoys come in canonical order, chosen ones do not.
    convoys = [assemble(snapshot, (c,), (t,))[0] for c, t in zip(chosen, timed, strict=True)]
    for convoy in convoys:
        for kind in sorted(convoy.trucks):
            at = convoy.loading.start
            away = [i for i, other in enumerate(convoys) if other.hub == convoy.hub and _holds(other, kind, at)]
            there = sum(
                fleet.trucks
                for fleet in snapshot.fleets
                if (fleet.hub, fleet.truck_type) == (convoy.hub, kind) and fleet.available.contains(at)
            )
            there -= sum(c.trucks.get(kind, 0) for c in snapshot.pinned if c.hub == convoy.hub and _holds(c, kind, at))
            over = sum(convoys[i].trucks[kind] for i in away) - there
            if over > 0:
                total = sum(chosen[i].truck_count for i in away)
                options = frozenset(chosen[i].option.id for i in away)
                cuts.append(CapacityCut(options=options, most_trucks=total - over))
    return tuple(dict.fromkeys(cuts))


def _holds(convoy: Convoy, kind: str, at: int) -> bool:
    return convoy.trucks.get(kind, 0) > 0 and convoy.loading.start <= at < convoy.back_at


def _without_conflicts(
    case: Case, equity: EquityResult, chosen: tuple[Chosen, ...]
) -> tuple[tuple[Chosen, ...], tuple[Timed, ...]]:
    """Leave out convoys until the others can be timed: of each conflict the one that can best be spared.

    Second visits are spared before those of the equity stage, what brings less before what brings more, and those
    sites that have waited shortest. Coupled convoys go together.
    """
    groups = {site: group.id for group in case.snapshot.groups for site in case.open_members(group)}

    def bundle_of(item: Chosen) -> tuple[str, int]:
        return next((groups[s] for s in item.option.sites if s in groups), item.option.id), item.option.day

    def worth(item: Chosen) -> tuple[bool, int, float, str]:
        fair = item.option.id in equity.visits
        reached = min(case.snapshot.sites[site].last_reached or 0 for site in item.option.sites)
        return fair, -reached if fair else 0, assistance_of(case, [item]), item.option.id

    while (told := timetable(case.snapshot, chosen)).timed is None:
        gone: set[tuple[str, int]] = set()
        for cut in (*told.proved, *told.steering):
            named = [item for item in chosen if item.option.id in named_by(cut)]
            if not gone & {bundle_of(item) for item in named}:
                gone.add(bundle_of(min(named, key=worth)))
        if not gone:
            # Time ran out before a conflict was named: somebody must stay, or this would go on for ever.
            gone.add(bundle_of(min(chosen, key=worth)))
        chosen = tuple(item for item in chosen if bundle_of(item) not in gone)
    return chosen, told.timed
