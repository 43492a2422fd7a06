"""Which visits count as a site's first, and what each of them saves at a level."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pulp

from planner.domain.needs import SiteId
from planner.solvers.case import Case
from planner.solvers.deprivation import counted_sites, saved
from planner.solvers.option import Option, OptionId
from planner.solvers.rows import Visits, add_one_visit_a_day

Saving: TypeAlias = Mapping[tuple[OptionId, SiteId], int]
Counts: TypeAlias = Mapping[tuple[OptionId, SiteId], pulp.LpVariable]


def add_counts(model: pulp.LpProblem, case: Case, visits: Visits) -> Counts:
    """Add what counts as a site's first visit, at most one each, and at most one visit a day."""
    # A convoy with one stop runs only to make a visit that counts. One with several stops may count at some of
    # them only, and coupled sites may be served together although one of them gets too little to count.
    coupled = case.coupled_sites
    counts: dict[tuple[OptionId, SiteId], pulp.LpVariable] = {}
    for option in visits.options:
        for stop, site in enumerate(option.sites):
            if case.minimums[option.id, stop] is None:
                continue
            runs = visits.runs[option.id]
            if len(option.sites) == 1 and site not in coupled:
                counts[option.id, site] = runs
            else:
                counts[option.id, site] = model.add_variable(f"counts_{len(counts):05}", cat=pulp.LpBinary)
                model += counts[option.id, site] <= runs
    by_site: dict[SiteId, list[pulp.LpVariable]] = defaultdict(list)
    for (_, site), column in counts.items():
        by_site[site].append(column)
    for _, columns in sorted(by_site.items(), key=lambda item: item[0]):
        model += pulp.lpSum(columns) <= 1
    add_one_visit_a_day(model, case, visits)
    return counts


def savings(case: Case, options: Sequence[Option], threshold: int) -> Saving:
    """Return what each option saves at each of its sites above a threshold, where it saves anything."""
    counted = set(counted_sites(case))
    return {
        (option.id, site): days
        for option in options
        for site in option.sites
        if site in counted and (days := saved(case, option, site, threshold)) > 0
    }


def total(counts: Counts, saving: Saving) -> pulp.LpAffineExpression:
    """Return what all visits that count save at a level."""
    return pulp.LpAffineExpression({counts[visit]: days for visit, days in saving.items() if visit in counts})
