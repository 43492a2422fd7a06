"""What a choice reaches: weighted person-days of assistance, and the days that its first visits save."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from planner.domain.needs import CommodityId, SiteId
from planner.solvers.case import Case
from planner.solvers.choice import Chosen
from planner.solvers.deprivation import counted_sites, saved
from planner.solvers.loads import halves, worth_of
from planner.solvers.option import OptionId


def assistance_of(case: Case, chosen: Sequence[Chosen]) -> float:
    """Return the weighted person-days of a choice, each need's first half given to its likeliest convoys."""
    by_need: dict[tuple[SiteId, CommodityId], list[tuple[float, OptionId, int]]] = defaultdict(list)
    for convoy in chosen:
        for site, drops in zip(convoy.option.sites, convoy.drops, strict=True):
            for drop in drops:
                by_need[site, drop.commodity].append((-convoy.option.p, convoy.option.id, drop.units))
    total = 0.0
    for (site, commodity), parts in sorted(by_need.items()):
        lines = [line for line in case.lines_by_site[site] if line.commodity == commodity]
        first = sum(halves(line)[0] for line in lines)
        for _, option, units in sorted(parts):
            full = min(units, first)
            first -= full
            line, by = lines[0], case.by_id[option]
            total += worth_of(case, by, line, 0) * full + worth_of(case, by, line, 1) * (units - full)
    return total


def least_worth_a_kg(case: Case, item: Chosen, chosen: Sequence[Chosen]) -> float:
    """Return what a kilogram that a convoy of a choice would leave behind first is worth: 0 if it brings nothing."""
    brought: dict[tuple[SiteId, CommodityId], int] = defaultdict(int)
    for convoy in chosen:
        for site, drops in zip(convoy.option.sites, convoy.drops, strict=True):
            for drop in drops:
                brought[site, drop.commodity] += drop.units
    worths = []
    for site, drops in zip(item.option.sites, item.drops, strict=True):
        for commodity in {drop.commodity for drop in drops}:
            lines = [line for line in case.lines_by_site[site] if line.commodity == commodity]
            half = int(brought[site, commodity] > sum(halves(line)[0] for line in lines))
            worths.append(worth_of(case, item.option, lines[0], half) / max(1, case.snapshot.commodities[commodity].kg))
    return min(worths, default=0.0)


def saved_by(case: Case, chosen: Sequence[Chosen], thresholds: Sequence[int]) -> tuple[int, ...]:
    """Return the weighted days that a choice saves above each threshold, worst first.

    Of the visits that bring a site its share of food, the one that saves most at the worst threshold counts.
    """
    found = first_visits(case, chosen, thresholds).values()
    return tuple(sum(days[level] for days in found) for level in range(len(thresholds)))


def first_visits(
    case: Case, chosen: Sequence[Chosen], thresholds: Sequence[int]
) -> Mapping[tuple[OptionId, int], tuple[int, ...]]:
    """Return the stops (option, number) that count as their sites' first, with what they save above each threshold."""
    best: dict[SiteId, tuple[tuple[int, ...], OptionId, int]] = {}
    counted = set(counted_sites(case))
    for item in chosen:
        for stop, site in enumerate(item.option.sites):
            if site in counted and _counts(case, item, stop):
                days = tuple(saved(case, item.option, site, threshold) for threshold in thresholds)
                if site not in best or days > best[site][0]:
                    best[site] = days, item.option.id, stop
    return {(option, stop): days for days, option, stop in best.values()}


def _counts(case: Case, item: Chosen, stop: int) -> bool:
    least, goods = case.minimums[item.option.id, stop], case.snapshot.commodities
    food = [(goods[d.commodity], d.units) for d in item.drops[stop] if goods[d.commodity].counts_as_food]
    kg, litres = sum(good.kg * n for good, n in food), sum(good.litres * n for good, n in food)
    return least is not None and kg >= least.kg and litres >= least.litres
