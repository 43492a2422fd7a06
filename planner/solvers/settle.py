"""Go back and forth between the master and the timetable until the convoys chosen can also be timed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from planner.domain.plan import ObjectiveLevel, ProofGrade
from planner.solvers.carried import Carried, that_may_run
from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult, Progress, Report, Timed
from planner.solvers.fairest import eased, fairest
from planner.solvers.fitting import Fitter
from planner.solvers.highs import relative_gap
from planner.solvers.improve import Improver
from planner.solvers.levels import stage_for
from planner.solvers.option import OptionId
from planner.solvers.pinned import Pinned, bound_beside, wide_for
from planner.solvers.reached import saved_by
from planner.solvers.rows import AnyCut
from planner.solvers.spared import without_conflicts
from planner.solvers.standing import Standing
from planner.solvers.times import Deadline, Told, timetable
from planner.solvers.value import (
    WHOLE_UP_TO,
    ValueResult,
    among_few,
    by_support,
    no_time_for,
    of_visits,
    repaired,
    value_of,
)
from planner.solvers.wide import WIDE_UP_TO, Wide

REPAIRS_A_ROUND: Final = 2
"""Repairs of a choice are quick: so many count as one round of the policy."""

HALF: Final = 0.5
"""A visit of a search in whole numbers is made from here on."""

CLOSE: Final = 1e-3
"""A plan this near its bound is not searched further: whole trucks and units cannot always come closer."""

LARGE_ROUNDS: Final = 1
"""So many rounds of a large case: its choice, and that repaired once, are made to fit, each in 30 s of CPU."""
FITS: Final = 0.01
"""What was made to fit of a large case's choice is bettered from where it stands if it is this near its bound."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Masters:
    equity: EquityResult
    value: ValueResult
    levels_kept: bool = True

    @property
    def short(self) -> bool:
        return self.equity.cut_short or self.value.cut_short


def settle(case: Case, deadline: Deadline, progress: Progress) -> Settled:
    """Solve equity and value, time the choice, and repeat with the cuts that come back, in counted rounds.

    Proved cuts hold for every plan, so the bounds stay bounds. Other cuts only steer the search: then the bounds
    found before them stand. If cuts make the equity levels unreachable, equity is solved again.
    """
    cuts: list[AnyCut] = []
    equity, least = fairest(case, cuts, deadline, progress)
    with wide_for(case, equity, cuts) as wide:
        if not deadline.is_reached():
            wide.begin(deadline.limits())
        return _timed(wide, cuts, least, deadline, progress)


def _timed(
    wide: Wide, cuts: list[AnyCut], least: tuple[Chosen, ...], deadline: Deadline, progress: Progress
) -> Settled:
    case, equity, rounds = wide.case, wide.equity, wide.case.snapshot.limits.cut_rounds * REPAIRS_A_ROUND
    if isinstance(wide, Pinned):
        rounds = min(rounds, LARGE_ROUNDS)
    steering: list[AnyCut] = []
    now = best = _masters(wide, deadline, progress)
    proved, short = now, now.short
    fitter = Fitter(case=case, equity=equity, least=least, deadline=deadline)
    standing = Standing.of(case, equity, (), ())
    for done in range(rounds):
        told = timetable(case.snapshot, now.value.chosen)
        if told.timed is not None and now.value.chosen:
            if wide.is_searched:
                standing = Standing.of(case, equity, now.value.chosen, told.timed)
                break
            sure = proved if steering else now
            return _settled(now, sure, now.value.chosen, told.timed, cuts, short=short, case=case)
        if done == 0:
            standing = _better(standing, fitter.fit(now.value.chosen, cuts))
            standing = _better(standing, _from_support(wide, fitter, deadline, progress))
        if deadline.is_reached() or _is_close(standing, now, FITS if isinstance(wide, Pinned) else CLOSE):
            break
        proved = proved if steering else now
        if not _learned(told, cuts, steering):
            break
        mended = repaired(case, now.equity, (*cuts, *steering), deadline.limits(), now.value)
        if mended is None and len(case.options) > WHOLE_UP_TO:
            # A new search is long, and its choice no likelier to be timed: go on from what can be.
            break
        again = wide_for(case, now.equity, (*cuts, *steering))
        now = _masters(again, deadline, progress) if mended is None else replace(now, value=mended)
        short |= now.short
        best = now if now.value.chosen else best
        progress(Report(stage="timetable", done=(done + 1) / rounds, best=now.value.level.value))
    standing = _better(standing, fitter.fit(now.value.chosen, cuts))
    if not standing.chosen:
        standing = _at_hand(case, equity, best.value.chosen or least, cuts, fitter, deadline)
    search = Improver(
        case=case, equity=best.equity, cuts=cuts, deadline=deadline, fitter=fitter, narrow=_narrow(wide, deadline)
    )  # fmt: skip
    best, proved, standing = _bettered(wide, (best, proved, standing), search, progress)
    found = _sure(case, equity, standing, deadline)
    best, proved = _given(wide, (best, proved), found, deadline)
    short |= deadline.met
    return _settled(best, proved if steering else best, found.chosen, found.timed, cuts, short=short, case=case)


def _learned(told: Told, cuts: list[AnyCut], steering: list[AnyCut]) -> bool:
    """Add the cuts of a refusal; those that only steer, with which nothing is proved, where none is proved."""
    kept = cuts if told.proved else steering
    new = [cut for cut in told.proved or told.steering if cut not in cuts and cut not in steering]
    kept += new
    return bool(new)


def _bettered(
    wide: Wide, known: tuple[_Masters, _Masters, Standing], search: Improver, progress: Progress
) -> tuple[_Masters, _Masters, Standing]:
    """Take what was searched beside, its bound and its visits if they make a better plan, and better the plan.

    That bound is of all plans that keep the levels asked of it, whatever cuts were found since.
    """
    best, proved, standing = known
    if _is_close(standing, best):
        return best, proved, search.at_leisure(standing)
    beside = wide.found(search.deadline)
    if beside is not None and beside.status != "infeasible":
        if best.levels_kept and best.equity.saved == wide.equity.saved:
            best, proved = _under(best, beside.bound), _under(proved, beside.bound)
        if beside.found and not _is_close(standing, best):
            chosen = of_visits(wide, wide.made_use_of(beside, HALF), search.deadline.limits())
            standing = _better(standing, search.fitter.fit(chosen, search.cuts))
    found = search.at_leisure(standing) if _is_close(standing, best) else search.improve(standing, progress)
    return best, proved, found


def _narrow(wide: Wide, deadline: Deadline) -> Callable[[frozenset[OptionId]], frozenset[OptionId]] | None:
    return partial(wide.worth_adding, limits=deadline.limits()) if isinstance(wide, Pinned) else None


def _given(
    wide: Wide, known: tuple[_Masters, _Masters], found: Standing, deadline: Deadline
) -> tuple[_Masters, _Masters]:
    """Bound the value beside the first visits that a plan of a large case has really come to."""
    asked = frozenset(wide.equity.visits)
    if not isinstance(wide, Pinned) or not found.chosen or asked <= {item.option.id for item in found.chosen}:
        return known
    bound = None if deadline.is_reached() else bound_beside(found, wide, deadline.limits())
    proof: ProofGrade = "none" if bound is None else "given the first visits"
    first, second = (
        replace(
            masters, value=replace(masters.value, level=replace(with_bound(level, bound or level.bound), proof=proof))
        )
        for masters in known
        for level in (masters.value.level,)
    )
    return first, second


def _under(masters: _Masters, bound: float) -> _Masters:
    level = masters.value.level
    return replace(masters, value=replace(masters.value, level=with_bound(level, min(level.bound, bound))))


def _is_close(standing: Standing, now: _Masters, near: float = CLOSE) -> bool:
    """Tell whether a plan keeps every level and is as good as proved: more search would not be worth its time."""
    asked = tuple(days for _, days in now.equity.saved)
    close = relative_gap(standing.value, now.value.level.bound) <= near
    return close and bool(standing.chosen) and now.levels_kept and standing.saved >= asked


def _sure(case: Case, equity: EquityResult, found: Standing, deadline: Deadline) -> Standing:
    """Leave to the verifier, who knows every rule, what of a search that was stopped half-way may run."""
    if not deadline.met:
        return found
    sure = that_may_run(case.snapshot, zip(found.chosen, found.timed, strict=True))
    return Standing.of(case, equity, sure.chosen, sure.timed)


def _better(one: Standing, other: Standing | None) -> Standing:
    return other if other is not None and other.better_than(one) else one


def _from_support(wide: Wide, fitter: Fitter, deadline: Deadline, progress: Progress) -> Standing | None:
    """Make the choice that relaxations speak for fit as well, where the best one was searched over all visits.

    The choice nearer to the bound uses gates to the last minute and may lose more when it is made to fit.
    """
    if not WHOLE_UP_TO < len(wide.case.options) <= WIDE_UP_TO or deadline.is_reached():
        return None
    return fitter.fit(by_support(wide, deadline.limits(), progress).chosen, wide.cuts)


def _at_hand(
    case: Case,
    equity: EquityResult,
    chosen: tuple[Chosen, ...],
    cuts: Sequence[AnyCut],
    fitter: Fitter,
    deadline: Deadline,
) -> Standing:
    """Return a plan when the search found none: never an empty one where a convoy can run.

    Of what is known of the visits what can be timed is taken; where nothing is known, of a few visits to each site.
    """
    if not chosen:
        chosen = among_few(case, equity, cuts, deadline.closing())
    fitted = fitter.fit(chosen, cuts)
    if fitted is not None and fitted.chosen:
        return fitted
    return Standing.of(case, equity, *without_conflicts(case, equity, chosen))


def carried_on(case: Case, settled: Settled, over: Carried, deadline: Deadline, progress: Progress) -> Settled:
    """Better what was carried over from another plan, and return that or what was settled, whichever reaches more."""
    fresh = Standing.of(case, settled.equity, settled.chosen, settled.timed)
    search = Improver(
        case=case, equity=settled.equity, cuts=list(settled.cuts), deadline=deadline,
        fitter=Fitter(case=case, equity=settled.equity, least=(), deadline=deadline),
        narrow=_narrow(wide_for(case, settled.equity, settled.cuts), deadline),
    )  # fmt: skip
    found = search.improve(Standing.of(case, settled.equity, over.chosen, over.timed), progress)
    if fresh.better_than(found):
        return replace(settled, floor=fresh.value)
    return replace(
        settled, chosen=found.chosen, timed=found.timed, left_out=0, floor=found.value,
        levels_kept=_levels_kept(case, settled.equity, found.chosen),
    )  # fmt: skip


def _masters(wide: Wide, deadline: Deadline, progress: Progress) -> _Masters:
    case, equity, cuts = wide.case, wide.equity, wide.cuts
    if deadline.is_reached():
        return _Masters(equity=equity, value=no_time_for(case))
    value = value_of(wide, deadline.limits(), progress)
    if value.status != "infeasible":
        return _Masters(equity=equity, value=value)
    equity = eased(stage_for(case), cuts, deadline, progress)
    value = value_of(wide_for(case, equity, cuts), deadline.limits(), progress)
    if value.status != "infeasible":
        return _Masters(equity=equity, value=value)
    # The equity stage sees visits, not every load: should a level not be reachable with loads, a plan below it is
    # better than none, and says so.
    value = value_of(wide_for(case, replace(equity, saved=(), visits=()), cuts), deadline.limits(), progress)
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
