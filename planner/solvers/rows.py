"""The rules that every stage of the master shares, as rows: trucks, teams, loading, fleets, gates, groups, stock.

The numbers in brackets are those of the formulation: (1) a visit counts, (2) trucks of a convoy, (3) escort teams
and visits a day, (4) loading, (5) fleets, (6) gates, (7) kilograms and litres, (8) needs, (9) stock, (10) coupled
sites, (11) cuts of the timetable.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

import pulp

from planner.domain.needs import CommodityId, SiteId
from planner.domain.supply import HubId, TruckTypeId
from planner.solvers.case import BatchKey, BatchSet, Case
from planner.solvers.choice import BranchCut, CapacityCut, Cut, ExclusionCut
from planner.solvers.option import Option, OptionId
from routing.network import GateId

Stop = tuple[OptionId, int]
Trucks: TypeAlias = pulp.LpVariable | pulp.LpAffineExpression
"""A column, or where visits alone are chosen the number that a visit stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitCut:
    """A convoy of several stops may not unload at least so many trucks at every one of them: one gets fewer."""

    option: OptionId
    at_least: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetCut:
    """Convoys that are out or loading at one hour carry together at most so many trucks of one type, if all run."""

    options: frozenset[OptionId]
    kind: TruckTypeId
    most_trucks: int


AnyCut: TypeAlias = Cut | SplitCut | FleetCut


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """The columns of a master: does an option run, and with how many trucks of each type for each stop."""

    options: tuple[Option, ...]
    runs: Mapping[OptionId, pulp.LpVariable]
    trucks: Mapping[Stop, Mapping[TruckTypeId, Trucks]]

    def truck_sum(self, option: Option) -> pulp.LpAffineExpression:
        """Return all trucks of a convoy."""
        return pulp.lpSum(n for stop in range(len(option.sites)) for n in self.trucks[option.id, stop].values())


def add_visits(
    model: pulp.LpProblem, case: Case, options: Sequence[Option], *, whole_trucks: bool, cuts: Iterable[AnyCut] = ()
) -> Visits:
    """Add the columns of these options with rule (2): a convoy has between the fewest and the most trucks.

    Options that a cut names have whole trucks in any case: half a truck would slip through the cut.
    """
    whole = {option.id for option in options} if whole_trucks else named_in(cuts)
    number = count()
    runs = {o.id: model.add_variable(f"run_{i:05}", cat=pulp.LpBinary) for i, o in enumerate(options)}
    trucks = {
        (o.id, stop): {
            kind: model.add_variable(
                f"trucks_{next(number):06}",
                0,
                min(most, o.max_trucks),
                pulp.LpInteger if o.id in whole else pulp.LpContinuous,
            )
            for kind, most in case.truck_types(o)
        }
        for o in options
        for stop in range(len(o.sites))
    }
    visits = Visits(options=tuple(options), runs=runs, trucks=trucks)
    for option in options:
        total = visits.truck_sum(option)
        model += total >= case.snapshot.policy.min_trucks * runs[option.id]
        model += total <= option.max_trucks * runs[option.id]
        if len(option.sites) > 1:
            for stop in range(len(option.sites)):
                if option.stop_caps:
                    model += pulp.lpSum(trucks[option.id, stop].values()) <= option.stop_caps[stop] * runs[option.id]
                model += pulp.lpSum(trucks[option.id, stop].values()) >= runs[option.id]
    return visits


def add_day_rows(model: pulp.LpProblem, case: Case, visits: Visits) -> None:
    """Add what each day offers: teams (3), loading (4), fleets (5), gates (6), and coupled sites (10)."""
    _add_escorts(model, case, visits)
    _add_loading(model, case, visits)
    _add_fleets(model, case, visits)
    _add_gates(model, case, visits)
    _add_groups(model, case, visits)


def _add_escorts(model: pulp.LpProblem, case: Case, visits: Visits) -> None:
    # (3) A hub's own teams first; what it lacks comes from the pool that serves any hub.
    away: dict[int, dict[HubId, list[Option]]] = defaultdict(lambda: defaultdict(list))
    for option in visits.options:
        if option.needs_escort:
            for day in option.busy_days:
                away[day][option.hub].append(option)
    for day, by_hub in sorted(away.items()):
        borrowed: list[pulp.LpVariable] = []
        for hub, options in sorted(by_hub.items()):
            lent = model.add_variable(f"pool_{day + 100:03}_{len(borrowed):03}", lowBound=0)
            own = case.teams(hub, day) - case.pinned_escorts(hub, day)
            model += lent >= pulp.lpSum(visits.runs[o.id] for o in options) - own
            borrowed.append(lent)
        bound_already = sum(
            max(0, case.pinned_escorts(hub, day) - case.teams(hub, day))
            for hub in case.snapshot.hubs
            if hub not in by_hub
        )
        model += pulp.lpSum(borrowed) <= max(0, case.teams(None, day) - bound_already)


def _add_loading(model: pulp.LpProblem, case: Case, visits: Visits) -> None:
    # (4) Trucks loaded in the evening before and in the morning of the first day.
    leaving: dict[tuple[HubId, int], list[Option]] = defaultdict(list)
    for option in visits.options:
        leaving[option.hub, option.phases[0].day].append(option)
    for (hub, day), options in sorted(leaving.items()):
        model += pulp.lpSum(visits.truck_sum(o) for o in options) <= case.loading_trucks(hub, day)


def _add_fleets(model: pulp.LpProblem, case: Case, visits: Visits) -> None:
    # (5) Trucks that are away on a day, by type.
    away: dict[tuple[HubId, TruckTypeId, int], list[Trucks]] = defaultdict(list)
    for option in visits.options:
        for stop in range(len(option.sites)):
            for kind, number in visits.trucks[option.id, stop].items():
                for day in option.busy_days:
                    away[option.hub, kind, day].append(number)
    for (hub, kind, day), numbers in sorted(away.items(), key=lambda item: item[0]):
        model += pulp.lpSum(numbers) <= case.fleet(hub, kind, day)


def _add_gates(model: pulp.LpProblem, case: Case, visits: Visits) -> None:
    # (6) A gate lets columns through one after another: their time at it fits into its open hours of the day.
    passing: dict[tuple[GateId, int], list[pulp.LpAffineExpression]] = defaultdict(list)
    for option in visits.options:
        for phase in option.phases:
            for run in phase.runs:
                for gate in run.gates:
                    checked = case.gate_delay_s(gate) if run.loaded else 0
                    stands = case.gate_seconds_a_truck(gate) * visits.truck_sum(option)
                    passing[gate, phase.day].append(stands + checked * visits.runs[option.id])
    for (gate, day), stands_of_all in sorted(passing.items(), key=lambda item: item[0]):
        model += pulp.lpSum(stands_of_all) <= case.gate_open_seconds(gate, day)


def _add_groups(model: pulp.LpProblem, case: Case, visits: Visits) -> None:
    # (10) Coupled sites are served on one day, all of them or none.
    for group in sorted(case.snapshot.groups, key=lambda g: g.id):
        members = case.open_members(group)
        concerned = [option for option in visits.options if set(members) & set(option.sites)]
        for day in range(case.horizon_days):
            served = [
                pulp.lpSum(visits.runs[o.id] for o in concerned if o.day == day and site in o.sites) for site in members
            ]
            for other in served[1:]:
                model += served[0] == other


def named_by(cut: AnyCut) -> frozenset[OptionId]:
    """Return the options that a cut speaks of."""
    match cut:
        case SplitCut(option=option):
            return frozenset({option})
        case BranchCut(at_least=at_least):
            return frozenset(at_least)
        case _:
            return cut.options


def named_in(cuts: Iterable[AnyCut]) -> frozenset[OptionId]:
    """Return the options that the cuts speak of."""
    return frozenset(name for cut in cuts for name in named_by(cut))


def add_cuts(model: pulp.LpProblem, visits: Visits, cuts: Iterable[AnyCut]) -> None:
    """Add the timetable's cuts (11). A cut on an option that is no column here holds by itself and is left out."""
    by_id = {option.id: option for option in visits.options}
    for number, cut in enumerate(cuts):
        names = sorted(named_by(cut))
        if any(name not in by_id for name in names):
            continue
        options = [by_id[name] for name in names]
        match cut:
            case ExclusionCut():
                model += pulp.lpSum(visits.runs[name] for name in names) <= len(names) - 1
            case CapacityCut(most_trucks=most):
                # Binding only while all of them run: each that stays away relaxes it by all that it could not carry.
                slack = max(0, sum(o.max_trucks for o in options) - most)
                away = len(names) - pulp.lpSum(visits.runs[name] for name in names)
                model += pulp.lpSum(visits.truck_sum(o) for o in options) <= most + slack * away
            case FleetCut(kind=kind, most_trucks=most):
                numbers = [visits.trucks[o.id, s].get(kind) for o in options for s in range(len(o.sites))]
                columns_of_kind = [column for column in numbers if column is not None]
                slack = max(0, sum(o.max_trucks for o in options) - most)
                away = len(names) - pulp.lpSum(visits.runs[name] for name in names)
                model += pulp.lpSum(columns_of_kind) <= most + slack * away
            case BranchCut(at_least=at_least):
                columns = [(visits.truck_sum(o), at_least[o.id], o.max_trucks) for o in options]
                _add_one_fewer(model, f"{number:04}", columns)
            case SplitCut(option=name, at_least=splits):
                stops = [pulp.lpSum(visits.trucks[name, stop].values()) for stop in range(len(splits))]
                columns = [(trucks, n, options[0].max_trucks) for trucks, n in zip(stops, splits, strict=True)]
                _add_one_fewer(model, f"{number:04}", columns)


def _add_one_fewer(
    model: pulp.LpProblem, name: str, columns: Sequence[tuple[pulp.LpAffineExpression, int, int]]
) -> None:
    """At least one of the numbers of trucks (with their forbidden least and their most) is below its least."""
    fewer = []
    for place, (trucks, least, most) in enumerate(columns):
        chosen = model.add_variable(f"fewer_{name}_{place:02}", cat=pulp.LpBinary)
        model += trucks <= least - 1 + max(0, most - least + 1) * (1 - chosen)
        fewer.append(chosen)
    model += pulp.lpSum(fewer) >= 1


def add_stock(
    model: pulp.LpProblem,
    case: Case,
    demands: Mapping[tuple[OptionId, CommodityId], pulp.LpAffineExpression],
    *,
    whole_units: bool,
) -> Mapping[tuple[BatchSet, BatchKey], pulp.LpVariable]:
    """Add rule (9): each option takes from the batches that are in store in time and stay good until unloaded.

    Options that may take from the same batches draw on them together; returned are the units that each such set
    of batches gives, by (set, batch). Empty for a commodity whose options all share one set.
    """
    drawn: dict[tuple[HubId, CommodityId], dict[BatchSet, list[pulp.LpAffineExpression]]]
    drawn = defaultdict(lambda: defaultdict(list))
    for (option_id, commodity), units in demands.items():
        option = case.by_id[option_id]
        drawn[option.hub, commodity][case.batches(option, commodity)].append(units)
    flows: dict[tuple[BatchSet, BatchKey], pulp.LpVariable] = {}
    number = count()
    for _, by_set in sorted(drawn.items()):
        if len(by_set) == 1:
            ((batches, units),) = by_set.items()
            model += pulp.lpSum(units) <= sum(case.stock_left[batch] for batch in batches)
            continue
        taken: dict[BatchKey, list[pulp.LpVariable]] = defaultdict(list)
        for batches, units in sorted(by_set.items(), key=lambda item: item[0]):
            for batch in batches:
                flow = model.add_variable(
                    f"from_{next(number):05}", 0, case.stock_left[batch],
                    pulp.LpInteger if whole_units else pulp.LpContinuous,
                )  # fmt: skip
                flows[batches, batch] = flow
                taken[batch].append(flow)
            model += pulp.lpSum(units) <= pulp.lpSum(flows[batches, batch] for batch in batches)
        for batch, parts in sorted(taken.items()):
            model += pulp.lpSum(parts) <= case.stock_left[batch]
    return flows


def add_one_visit_a_day(model: pulp.LpProblem, case: Case, visits: Visits) -> None:
    """Add rule (3), second part: at most one convoy a day stops at a site; a pinned one is the day's."""
    pinned = {(stop.site, case.day_of(stop.arrive_at)) for convoy in case.snapshot.pinned for stop in convoy.stops}
    visited: dict[tuple[SiteId, int], list[pulp.LpVariable]] = defaultdict(list)
    for option in visits.options:
        for site in dict.fromkeys(option.sites):
            visited[site, option.day].append(visits.runs[option.id])
    for there, columns in sorted(visited.items(), key=lambda item: item[0]):
        model += pulp.lpSum(columns) <= (0 if there in pinned else 1)


def site_visits(visits: Visits, site: SiteId) -> pulp.LpAffineExpression:
    """Return how many convoys stop at a site in all."""
    return pulp.lpSum(visits.runs[o.id] for o in visits.options if site in o.sites)
