"""Make a choice that cannot be timed fit its gates, lanes and lines: fewer trucks here, a convoy less there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeAlias

import pulp

from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.domain.supply import TruckTypeId
from planner.solvers import highs
from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult
from planner.solvers.footprint import Footprint, footprint, shared_resources
from planner.solvers.ground import Ground
from planner.solvers.holding import Holding, holdings, tied
from planner.solvers.loads import full_model, read_chosen
from planner.solvers.option import OptionId
from planner.solvers.reached import assistance_of, first_visits, least_worth_a_kg
from planner.solvers.rows import AnyCut, FleetCut
from planner.solvers.spared import without_conflicts
from planner.solvers.standing import Standing
from planner.solvers.times import Deadline, timetable
from planner.solvers.timetable import Desk, Wanted
from planner.solvers.value import WIDE_GAP, whole_loads
from planner.solvers.wide import BESIDE_UP_TO


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The most trucks for each stop of a convoy, and of each kind for all of them, where those are short."""

    stops: tuple[int, ...]
    kinds: Mapping[TruckTypeId, int] = field(default_factory=dict)


Caps: TypeAlias = Mapping[OptionId, Cap]
"""The most trucks of the convoys that may run."""
Firsts: TypeAlias = Mapping[tuple[OptionId, int], tuple[int, ...]]
"""The stops (option, number) that count as a site's first visit, with the days that they save at each level."""

WORTH_MORE: Final = 0.99
"""Below this share of the choice's value fleets are looked at as well."""
ROUNDS: Final = 5
"""So many times a choice is made to fit: what is loaded anew may clash where nothing clashed before."""
OPEN_ROUNDS: Final = 2
"""In so many of them trucks of other kinds may be taken wherever there are any; then what clashed is held down."""
MOST_RANKS: Final = 20
"""So many first visits of a component are told apart by what they save: numbers stay within those of the solver."""
QUICK_S: Final = 0.5
"""Counted time for fitting a component: a good fit will do, none is proved the best."""
FLEETS_S: Final = 1.0
"""The same where too few trucks tie the days of a hub together."""


@dataclass(frozen=True, kw_only=True)
class Fitter:
    """Fits choices of one case; `least` are the fewest trucks with which the equity stage's visits can be made."""

    case: Case
    equity: EquityResult
    least: tuple[Chosen, ...]
    deadline: Deadline
    _known: list[tuple[tuple[Chosen, ...], int, Standing | None]] = field(default_factory=list)

    @cached_property
    def desk(self) -> Desk:
        """Times convoys."""
        return Desk(ground=Ground.of(self.case.snapshot), limits=self.case.snapshot.limits)

    @property
    def _is_large(self) -> bool:
        return len(self.case.options) > BESIDE_UP_TO

    def fit(self, chosen: tuple[Chosen, ...], cuts: Sequence[AnyCut]) -> Standing | None:
        """Return what can be timed of a choice, its trucks loaded anew; None where nothing was found.

        First fleets are only held down where trucks clashed, which is quick; where more than a little is lost by that,
        they are shared out among the convoys as well.
        """
        for known, count, answer in self._known:
            if known is chosen and count == len(cuts):
                return answer
        found = self._fit(chosen, cuts)
        self._known.append((chosen, len(cuts), found))
        return found

    def _fit(self, chosen: tuple[Chosen, ...], cuts: Sequence[AnyCut]) -> Standing | None:
        if not chosen:
            return None
        found = self._fitted(chosen, cuts, with_fleets=False)
        if found is not None and (self._is_large or self.deadline.is_reached()):
            return found
        if found is not None and found.value >= WORTH_MORE * assistance_of(self.case, chosen):
            return found
        shared = self._fitted(chosen, cuts, with_fleets=True)
        return shared if found is None or (shared is not None and shared.better_than(found)) else found

    def _fitted(self, chosen: tuple[Chosen, ...], cuts: Sequence[AnyCut], *, with_fleets: bool) -> Standing | None:
        clashes: list[AnyCut] = []
        for done in range(ROUNDS):
            firsts = first_visits(self.case, chosen, [threshold for threshold, _ in self.equity.saved])
            caps: dict[OptionId, Cap] = {}
            for part, fleets in self._parts(chosen, with_fleets=with_fleets):
                caps |= self._together(part, fleets, firsts, chosen)
            known, chosen = chosen, self._loaded(caps, firsts, [*cuts, *clashes])
            if not chosen:
                return self._spared(known if done else ())
            told = timetable(self._looked_at, chosen)
            if told.timed is not None:
                return Standing.of(self.case, self.equity, chosen, told.timed)
            open_kinds = with_fleets and done < OPEN_ROUNDS
            clashes += [cut for cut in told.steering if not (open_kinds and isinstance(cut, FleetCut))]
        return self._spared(chosen)

    def _spared(self, chosen: tuple[Chosen, ...]) -> Standing | None:
        """Leave out of a large case's choice what still clashes: a few of some two hundred convoys."""
        if not chosen or not self._is_large:
            return None
        return Standing.of(self.case, self.equity, *without_conflicts(self.case, self.equity, chosen))

    # ---------------------------------------------------------------------------------------------- timetable

    @property
    def _looked_at(self) -> Snapshot:
        """The snapshot with little time for a timetable: any will do here, the best slack is sought at the end."""
        snapshot = self.case.snapshot
        return replace(snapshot, limits=replace(snapshot.limits, timetable_deterministic_s=QUICK_S))

    def _parts(
        self, chosen: Sequence[Chosen], *, with_fleets: bool
    ) -> Iterator[tuple[list[Chosen], tuple[Holding, ...]]]:
        groups = {site: group.id for group in self.case.snapshot.groups for site in group.sites}
        marks = [footprint(self.desk.ground, item.option, _per_stop(item)) for item in chosen]
        shared = [shared_resources(item.option, mark, groups) for item, mark in zip(chosen, marks, strict=True)]
        runnable = all(mark.feasible for mark in marks)
        fleets = holdings(self.case.snapshot, chosen, marks) if with_fleets and runnable else ()
        for members, own in tied(shared, fleets):
            yield [chosen[index] for index in members], own

    def _together(
        self, part: Sequence[Chosen], fleets: Sequence[Holding], firsts: Firsts, whole: Sequence[Chosen]
    ) -> Caps:
        """Return with how many trucks convoys that share something, a part of a whole choice, can run together.

        First visits are kept as far as can be, those that save most days above the worst threshold before others;
        then what brings most.
        """
        asked = {item.option.id: Cap(stops=_per_stop(item)) for item in part}
        marks = [footprint(self.desk.ground, item.option, _per_stop(item)) for item in part]
        if not self.desk.impossible([(mark,) for mark in marks], fleets):
            return asked
        fewest = {item.option.id: self._fewest(item, firsts) for item in part}
        smaller = [tuple(self._smaller(item, fewest[item.option.id])) for item in part]
        wanted = [self._wanted(item, own, whole) for item, own in zip(part, smaller, strict=True)]
        most = 1 + sum(max(one.worths, default=0) + one.most_worth for one in wanted)
        ranked = sorted(
            (place for place, item in enumerate(part) if self._days(item, firsts)),
            key=lambda place: self._days(part[place], firsts),
        )
        for rank, place in enumerate(ranked):
            least, own = fewest[part[place].option.id], wanted[place]
            counts = [all(n >= few for n, few in zip(mark.trucks, least, strict=True)) for mark in own.marks]
            first = most << min(rank, MOST_RANKS)
            worths = tuple(worth + first * count for worth, count in zip(own.worths, counts, strict=True))
            wanted[place] = replace(own, worths=worths)
        if not fleets:
            wanted = [replace(one, kinds={}) for one in wanted]
        picked = self.desk.worthiest(wanted, self._bundles(part), FLEETS_S if fleets else QUICK_S, fleets)
        found = zip(part, picked or (), strict=picked is not None)
        return {
            item.option.id: Cap(stops=kept.mark.trucks, kinds=kept.kinds) for item, kept in found if kept is not None
        }

    def _wanted(self, item: Chosen, marks: tuple[Footprint, ...], chosen: Sequence[Chosen]) -> Wanted:
        """Return what a convoy is worth beyond a bare visit, by its trucks: the least worthy goods are left behind."""
        types, a_kg = self.case.snapshot.truck_types, least_worth_a_kg(self.case, item, chosen)
        trucks = [(types[kind], n) for stop in item.trucks for kind, n in stop.items()]
        payload = sum(kind.payload_kg * n for kind, n in trucks)
        a_truck = round(a_kg * payload / item.truck_count)
        kinds = dict(self.case.truck_types(item.option))
        return Wanted(
            marks=marks, worths=tuple(a_truck * mark.column for mark in marks), kinds=kinds,
            worth_by_kind={kind: round(a_kg * types[kind].payload_kg) for kind in kinds},
            most_worth=round(a_kg * payload),
        )  # fmt: skip

    def _days(self, item: Chosen, firsts: Firsts) -> tuple[int, ...]:
        """Return the days that a convoy's first visits save at each level; empty if none of its visits is one."""
        own = [firsts[item.option.id, stop] for stop in range(len(item.trucks)) if (item.option.id, stop) in firsts]
        return tuple(sum(days) for days in zip(*own, strict=True))

    def _fewest(self, item: Chosen, firsts: Firsts) -> tuple[int, ...]:
        """Return the fewest trucks for each stop with which its first visits still count."""
        known = next((_per_stop(one) for one in self.least if one.option.id == item.option.id), None)
        if known is not None:
            return known
        types = [self.case.snapshot.truck_types[kind] for kind, _ in self.case.truck_types(item.option)]
        fewest = []
        for stop in range(len(item.trucks)):
            food = self.case.minimums[item.option.id, stop] if (item.option.id, stop) in firsts else None
            kg = -(-food.kg // max(kind.payload_kg for kind in types)) if food else 1
            litres = -(-food.litres // max(kind.payload_l for kind in types)) if food else 1
            fewest.append(max(1, kg, litres))
        return tuple(fewest)

    def _smaller(self, item: Chosen, fewest: Sequence[int]) -> Iterator[Footprint]:
        """Yield the convoy as it is and with fewer and fewer trucks, spread over its stops as well as can be."""
        now = _per_stop(item)
        low = max(self.case.snapshot.policy.min_trucks, len(now))
        for total in range(min(low, sum(now)), sum(now) + 1):
            trucks = _spread(now, total, fewest) or _spread(now, total, (1,) * len(now))
            mark = footprint(self.desk.ground, item.option, trucks) if trucks else None
            if mark is not None and mark.runs_alone(self.case.snapshot.groups):
                yield mark

    def _bundles(self, part: Sequence[Chosen]) -> list[list[int]]:
        """Return the places of convoys that run together or not at all: those of a coupled group's day."""
        case = self.case
        found: dict[tuple[str, int], list[int]] = {}
        for place, item in enumerate(part):
            for group in case.snapshot.groups:
                if set(case.open_members(group)) & set(item.option.sites):
                    found.setdefault((group.id, item.option.day), []).append(place)
        return [places for places in found.values() if len(places) > 1]

    # ------------------------------------------------------------------------------------------------- loads

    def _loaded(self, caps: Caps, firsts: Firsts, cuts: Sequence[AnyCut]) -> tuple[Chosen, ...]:
        levels = [threshold for threshold, _ in self.equity.saved]
        standing = [days for (name, _), days in firsts.items() if name in caps]
        saved_now = [sum(days[level] for days in standing) for level in range(len(levels))]
        for kept in (saved_now, [0] * len(levels)):
            asked = [min(days, most) for days, (_, most) in zip(kept, self.equity.saved, strict=True)]
            equity = replace(self.equity, saved=tuple(zip(levels, asked, strict=True)))
            if found := loaded_within(self.case, equity, cuts, caps, self.deadline.closing()):
                return found
        return ()


def loaded_within(
    case: Case, equity: EquityResult, cuts: Sequence[AnyCut], caps: Caps, limits: Limits
) -> tuple[Chosen, ...]:
    """Return the convoys of `caps` with the loads that bring most, no stop with more trucks than its cap."""
    options = [case.by_id[name] for name in sorted(caps)]
    full = full_model(case, options, cuts, equity.saved, whole_trucks=True, whole_units=False)
    model = full.model
    for runs in full.visits.runs.values():
        runs.lowBound = 1
    for option in full.visits.options:
        for stop, most in enumerate(caps[option.id].stops):
            model += pulp.lpSum(full.visits.trucks[option.id, stop].values()) <= most
        for kind, most in caps[option.id].kinds.items():
            columns = [full.visits.trucks[option.id, stop].get(kind) for stop in range(len(option.sites))]
            model += pulp.lpSum(column for column in columns if column is not None) <= most
    solved = highs.solve(model, limits, seed=case.snapshot.seed, gap=WIDE_GAP)
    if not solved.found:
        return ()
    loaded, whole = whole_loads(case, equity, cuts, limits, full, solved)
    return read_chosen(case, loaded, whole) if whole.found else ()


def _per_stop(item: Chosen) -> tuple[int, ...]:
    return tuple(sum(stop.values()) for stop in item.trucks)


def _spread(now: Sequence[int], total: int, fewest: Sequence[int]) -> tuple[int, ...] | None:
    """Return so many trucks spread as now, none of the stops below its fewest or above now; None if impossible."""
    trucks = list(fewest)
    if sum(trucks) > total or any(least > most for least, most in zip(fewest, now, strict=True)):
        return None
    while sum(trucks) < total:
        place = max(range(len(now)), key=lambda i: (now[i] - trucks[i], -i))
        trucks[place] += 1
    return tuple(trucks)
