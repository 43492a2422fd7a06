"""The full master model: visits, trucks and what each stop gets, with the equity levels kept as rows.

Assistance is counted in expected person-days: units times the person-days of one, times the commodity's priority
and the site's severity, times the probability that the convoy arrives. The first half of a need is worth more than
the second (two straight pieces, concave).
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import pulp

from planner.domain.needs import Commodity, CommodityId, SiteId
from planner.solvers.case import BatchKey, BatchSet, Case, FoodMinimum, Line
from planner.solvers.choice import Chosen, Drop
from planner.solvers.counting import savings
from planner.solvers.highs import Solved
from planner.solvers.option import Option, OptionId
from planner.solvers.rows import (
    AnyCut,
    Stop,
    Visits,
    add_cuts,
    add_day_rows,
    add_one_visit_a_day,
    add_stock,
    add_visits,
)

Share = tuple[OptionId, int, int, int]
"""Option, stop, line of need, and half of the need (0 or 1); of pooled stops the first one's option and stop."""
Pool = tuple[Stop, ...]
"""Stops whose loads are stated together."""
Counted = tuple[Stop, FoodMinimum, pulp.LpVariable]
"""A stop that may count as its site's first visit, what it then brings at least, and whether it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FullModel:
    """The model with handles to its columns; `assistance` is its value in weighted person-days."""

    model: pulp.LpProblem
    visits: Visits
    units: Mapping[Share, pulp.LpVariable]
    first: Mapping[tuple[OptionId, SiteId], pulp.LpVariable]
    flows: Mapping[tuple[BatchSet, BatchKey], pulp.LpVariable]
    assistance: pulp.LpAffineExpression
    levels: tuple[pulp.LpConstraint, ...]
    """The rows that keep the equity levels, in their order."""


def full_model(
    case: Case,
    options: Sequence[Option],
    cuts: Sequence[AnyCut],
    kept: Sequence[tuple[int, int]],
    *,
    whole_trucks: bool,
    whole_units: bool,
    pooled: bool = False,
) -> FullModel:
    """State the model over these options; `kept` are the (threshold, saved) levels that it must not fall below.

    With `pooled`, stops that differ in their day or way only get their loads together. Every plan is still one of
    this model, whose bounds therefore hold; a third of the columns are enough.
    """
    model = pulp.LpProblem("assistance", pulp.LpMaximize)
    usable = [option for option in options if case.truck_types(option) and case.brings_something(option)]
    visits = add_visits(model, case, usable, whole_trucks=whole_trucks, cuts=cuts)
    add_one_visit_a_day(model, case, visits)
    add_day_rows(model, case, visits)
    pools = _pools(case, visits, pooled=pooled)
    units = _add_units(model, case, visits, pools, whole=whole_units)
    flows = _add_stock_rows(model, case, units, whole=whole_units)
    first = _add_first_visits(model, case, visits, pools, units, kept)
    levels = _keep_levels(model, case, visits, first, kept)
    add_cuts(model, visits, cuts)
    assistance = pulp.lpSum(
        worth_of(case, case.by_id[key[0]], case.lines[key[2]], key[3]) * units[key] for key in units
    )
    model.setObjective(assistance)
    return FullModel(
        model=model, visits=visits, units=units, first=first, flows=flows, assistance=assistance, levels=levels
    )


def worth_of(case: Case, option: Option, line: Line, half: int) -> float:
    """Return the expected weighted person-days of one unit in the first (0) or second (1) half of a need."""
    good, policy = case.snapshot.commodities[line.commodity], case.snapshot.policy
    share = policy.second_half_value if half else policy.first_half_value
    return option.p * good.person_days * good.priority * case.snapshot.sites[line.site].severity * share


def _pools(case: Case, visits: Visits, *, pooled: bool) -> tuple[Pool, ...]:
    found: dict[Hashable, list[Stop]] = defaultdict(list)
    for option in visits.options:
        for stop, site in enumerate(option.sites):
            lines = case.stop_lines[option.id, stop]
            batches = tuple((line.index, case.batches(option, line.commodity)) for line in lines)
            found[(option.hub, site, option.p, batches) if pooled else (option.id, stop)].append((option.id, stop))
    return tuple(tuple(stops) for stops in found.values())


def _add_units(
    model: pulp.LpProblem, case: Case, visits: Visits, pools: Sequence[Pool], *, whole: bool
) -> Mapping[Share, pulp.LpVariable]:
    goods, category = case.snapshot.commodities, pulp.LpInteger if whole else pulp.LpContinuous
    units: dict[Share, pulp.LpVariable] = {}
    by_half: dict[tuple[int, int], list[pulp.LpVariable]] = defaultdict(list)
    fed: dict[SiteId, list[pulp.LpAffineExpression]] = defaultdict(list)
    number = count()
    for pool in pools:
        option, stop = pool[0]
        at_stop: list[tuple[Commodity, pulp.LpVariable]] = []
        for line in case.stop_lines[option, stop]:
            for half, most in enumerate(halves(line)):
                column = model.add_variable(f"units_{next(number):06}", 0, most, category)
                units[option, stop, line.index, half] = column
                by_half[line.index, half].append(column)
                at_stop.append((goods[line.commodity], column))
        _add_stop_rows(model, case, visits, pool, at_stop)
        fed[site_of(case, pool[0])] += [good.person_days * column for good, column in at_stop if good.counts_as_food]
    for (index, half), columns in sorted(by_half.items()):
        model += pulp.lpSum(columns) <= halves(case.lines[index])[half]  # (8)
    for site, food in sorted(fed.items(), key=lambda item: item[0]):
        # A paper's head-count holds for all that comes to a site, however many convoys bring it.
        ceiling = case.ceilings[site]
        if ceiling is not None:
            model += pulp.lpSum(food) <= ceiling * case.snapshot.policy.ration_days
    return units


def site_of(case: Case, stop: Stop) -> SiteId:
    """Return the site of an option's stop."""
    return case.by_id[stop[0]].sites[stop[1]]


def _add_stop_rows(
    model: pulp.LpProblem, case: Case, visits: Visits, pool: Pool, goods: Sequence[tuple[Commodity, pulp.LpVariable]]
) -> None:
    types, site = case.snapshot.truck_types, site_of(case, pool[0])
    trucks = [(types[kind], n) for stop in pool for kind, n in visits.trucks[stop].items()]
    kg = pulp.lpSum(good.kg * column for good, column in goods)
    # (7) both measures, for the trucks of these stops
    model += kg <= pulp.lpSum(kind.payload_kg * n for kind, n in trucks)
    model += pulp.lpSum(good.litres * column for good, column in goods) <= pulp.lpSum(
        kind.payload_l * n for kind, n in trucks
    )
    storage = case.snapshot.sites[site].storage_kg
    if storage is not None:
        model += kg <= storage * pulp.lpSum(visits.runs[option] for option, _ in pool)
    if site in case.coupled_sites:
        # A visit is no visit if nothing is unloaded: the other sites' convoys would run on an empty promise.
        model += pulp.lpSum(column for _, column in goods) >= pulp.lpSum(visits.runs[option] for option, _ in pool)


def halves(line: Line) -> tuple[int, int]:
    """Return the units of the first half of a need (the larger one) and of the second."""
    return line.units - line.units // 2, line.units // 2


def _add_stock_rows(
    model: pulp.LpProblem, case: Case, units: Mapping[Share, pulp.LpVariable], *, whole: bool
) -> Mapping[tuple[BatchSet, BatchKey], pulp.LpVariable]:
    demands: dict[tuple[OptionId, CommodityId], list[pulp.LpVariable]] = defaultdict(list)
    for (option, _, line, _), column in units.items():
        demands[option, case.lines[line].commodity].append(column)
    return add_stock(model, case, {key: pulp.lpSum(v) for key, v in demands.items()}, whole_units=whole)


def _add_first_visits(
    model: pulp.LpProblem,
    case: Case,
    visits: Visits,
    pools: Sequence[Pool],
    units: Mapping[Share, pulp.LpVariable],
    kept: Sequence[tuple[int, int]],
) -> Mapping[tuple[OptionId, SiteId], pulp.LpVariable]:
    # Which visit counts as a site's first: any that brings its share of the food need (1).
    saving = {visit for level, _ in kept for visit in savings(case, visits.options, level)}
    first: dict[tuple[OptionId, SiteId], pulp.LpVariable] = {}
    food: dict[Stop, list[tuple[Commodity, pulp.LpVariable]]] = defaultdict(list)
    for (option_id, place, line, _), column in units.items():
        good = case.snapshot.commodities[case.lines[line].commodity]
        if good.counts_as_food:
            food[option_id, place].append((good, column))
    for pool in pools:
        site = site_of(case, pool[0])
        counted: list[Counted] = []
        for stop in pool:
            least = case.minimums[stop]
            if least is None or (stop[0], site) not in saving:
                continue
            counts = model.add_variable(f"first_{len(first):05}", cat=pulp.LpBinary)
            first[stop[0], site] = counts
            counted.append((stop, least, counts))
            model += counts <= visits.runs[stop[0]]
        _bring_the_share(model, case, visits, counted, food[pool[0]], alone=len(pool) == 1)
    by_site: dict[SiteId, list[pulp.LpVariable]] = defaultdict(list)
    for (_, site), counts in first.items():
        by_site[site].append(counts)
    for _, columns in sorted(by_site.items()):
        model += pulp.lpSum(columns) <= 1
    return first


def _bring_the_share(
    model: pulp.LpProblem,
    case: Case,
    visits: Visits,
    counted: Sequence[Counted],
    food: Sequence[tuple[Commodity, pulp.LpVariable]],
    *,
    alone: bool,
) -> None:
    """Let visits that count bring their share of food; `alone` if the food is that of one stop."""
    if not counted:
        return
    known = [(sum(least.units.values()), counts) for _, least, counts in counted if least.units]
    open_ones = [(least, counts) for _, least, counts in counted if least.units is None]
    if known:
        model += pulp.lpSum(column for _, column in food) >= pulp.lpSum(units * counts for units, counts in known)
    if open_ones:
        model += pulp.lpSum(good.kg * column for good, column in food) >= pulp.lpSum(
            least.kg * counts for least, counts in open_ones
        )
        model += pulp.lpSum(good.litres * column for good, column in food) >= pulp.lpSum(
            least.litres * counts for least, counts in open_ones
        )
    types = case.snapshot.truck_types
    for stop, least, counts in () if alone else counted:
        # The share must fit on the visit's own trucks, whatever the others of the pool carry.
        trucks = visits.trucks[stop].items()
        model += pulp.lpSum(types[kind].payload_kg * n for kind, n in trucks) >= least.kg * counts
        model += pulp.lpSum(types[kind].payload_l * n for kind, n in trucks) >= least.litres * counts


def _keep_levels(
    model: pulp.LpProblem,
    case: Case,
    visits: Visits,
    first: Mapping[tuple[OptionId, SiteId], pulp.LpVariable],
    kept: Sequence[tuple[int, int]],
) -> tuple[pulp.LpConstraint, ...]:
    rows = []
    for level, value in kept:
        saving = savings(case, visits.options, level)
        saved = pulp.lpSum(days * first[visit] for visit, days in saving.items() if visit in first)
        # Half a unit of room: savings are whole numbers.
        rows.append(saved >= (value - 0.5 if value > 0 else 0))
        model += rows[-1]
    return tuple(rows)


def read_chosen(case: Case, full: FullModel, solved: Solved) -> tuple[Chosen, ...]:
    """Return the convoys of a solution in whole trucks and units, each unit from a batch that it may come from."""
    left = {key: solved.whole(flow) for key, flow in full.flows.items()}
    stock = dict(case.stock_left)
    found: list[Chosen] = []
    for option in full.visits.options:
        if not solved.whole(full.visits.runs[option.id]):
            continue
        trucks = tuple(
            {kind: n for kind, column in full.visits.trucks[option.id, stop].items() if (n := solved.whole(column)) > 0}
            for stop in range(len(option.sites))
        )
        drops = []
        for stop in range(len(option.sites)):
            wanted: dict[CommodityId, int] = defaultdict(int)
            for line in case.stop_lines[option.id, stop]:
                for half in (0, 1):
                    wanted[line.commodity] += solved.whole(full.units[option.id, stop, line.index, half])
            drops.append(
                tuple(
                    drop
                    for commodity, units in sorted(wanted.items())
                    for drop in _take(case.batches(option, commodity), commodity, units, left, stock)
                )
            )
        found.append(Chosen(option=option, trucks=trucks, drops=tuple(drops)))
    return tuple(found)


def _take(
    batches: BatchSet, commodity: CommodityId, units: int, left: dict[tuple[BatchSet, BatchKey], int],
    stock: dict[BatchKey, int],
) -> tuple[Drop, ...]:  # fmt: skip
    # Soonest to expire first; what the model set aside for other options is not touched.
    drops: list[Drop] = []
    for batch in batches:
        room = min(stock[batch], left.get((batches, batch), stock[batch]))
        taken = min(units, room)
        if taken > 0:
            stock[batch] -= taken
            if (batches, batch) in left:
                left[batches, batch] -= taken
            units -= taken
            drops.append(Drop(commodity=commodity, batch=batch[2], units=taken))
    return tuple(drops)
