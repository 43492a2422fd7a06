"""What a site could get if all trucks, teams and stocks served it alone, and what stands in the way of more."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pulp

from planner.domain.needs import CommodityId, SiteId
from planner.domain.policy import Limits
from planner.domain.supply import EscortTeams
from planner.solvers import highs
from planner.solvers.case import Case
from planner.solvers.certain import certainly
from planner.solvers.loads import FullModel, full_model
from planner.solvers.option import Option
from routing.network import GateId
from routing.units import Window

PLENTY: Final = 1_000
"""Trucks, teams or loading lines enough for anything, to see whether their number is what binds."""

DAYS_TRIED: Final = 2
"""So many of the last days, and of those with most trucks, are tried before all days are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Most:
    """The most units of a commodity that can reach a site, proved; and the rule that keeps it from more."""

    units: int
    rule: str
    reason: str
    proof: tuple[str, ...]


class Alone:
    """One site with everything to itself, its coupled sites with it."""

    def __init__(self, case: Case, site: SiteId) -> None:
        """Keep the options that serve the site or one that must be served with it."""
        self.sites = together_with(case, site)
        serving = [option for option in case.options if self.sites & set(option.sites)]
        self.case = Case(case.snapshot, _enough(serving, self.sites))
        few = _on_few_days(self.case, self.sites)
        self._few = Case(case.snapshot, few) if len(few) < len(self.case.options) else None
        self._models: dict[bool, FullModel] = {}

    def _full(self, *, few: bool) -> tuple[Case, FullModel]:
        case = self._few if few and self._few is not None else self.case
        if few not in self._models:
            self._models[few] = full_model(case, case.options, (), (), whole_trucks=True, whole_units=True)
        return case, self._models[few]

    def is_certain(self, site: SiteId, commodity: CommodityId, needed: int) -> bool:
        """Tell whether convoys of different days certainly bring all that is needed: no search, and no doubt."""
        return certainly(self.case, site, commodity, needed) >= needed

    def most(self, site: SiteId, commodity: CommodityId, needed: int, limits: Limits) -> Most | None:
        """Return the most units and, if they are fewer than needed, the rule that binds; None if time ran out.

        Convoys of different days, or else a few days, are often enough for all that is needed; only where they are not
        are all days searched.
        """
        if self.is_certain(site, commodity, needed):
            return Most(units=needed, rule="", reason="", proof=())
        if self._few is not None:
            few = _most(*self._full(few=True), site, commodity, limits, found=True)
            if few is not None and few >= needed:
                return Most(units=few, rule="", reason="", proof=())
        units = _most(*self._full(few=False), site, commodity, limits)
        if units is None:
            return None
        if units >= needed:
            return Most(units=units, rule="", reason="", proof=())
        rule, reason, proof = self._binding(site, commodity, units, needed, limits)
        return Most(units=units, rule=rule, reason=reason, proof=proof)

    def _binding(
        self, name: SiteId, commodity: CommodityId, units: int, needed: int, limits: Limits
    ) -> tuple[str, str, tuple[str, ...]]:
        case, site = self.case, self.case.snapshot.sites[name]
        good, days = case.snapshot.commodities[commodity], case.snapshot.policy.ration_days
        options = [option for option in case.options if name in option.sites]
        batches = {batch for option in options for batch in case.batches(option, commodity)}
        total = sum(case.stock_left[batch] for batch in batches)
        at_most = f"At most {units:,} of {needed:,} {good.unit}s of {good.name} can reach {site.name} in the horizon"
        hubs = ", ".join(sorted({option.hub for option in options}))
        if total <= units:
            return "stock", f"{at_most}: there is no more in time at {hubs}.", ()
        ceiling = case.ceilings[name]
        if good.counts_as_food and ceiling is not None and ceiling * days < (units + 1) * good.person_days:
            papers = [p for p in case.snapshot.papers if p.site == name and p.people is not None]
            evidence = tuple(str(e) for e in sorted({e for paper in papers for e in paper.evidence}))
            return "people_ceiling", f"{at_most}: its papers allow food for {ceiling:,} people.", evidence
        if site.storage_kg is not None and (units + 1) * good.kg > site.storage_kg * case.horizon_days:
            return "storage", f"{at_most}: it stores {site.storage_kg:,} kg a visit.", ()
        for rule, words, relaxed in self._relaxed():
            model = full_model(relaxed, relaxed.options, (), (), whole_trucks=True, whole_units=True)
            more = _most(relaxed, model, name, commodity, limits)
            if more is None:
                return "search", f"{at_most}: the search stopped before it was known what stands in the way.", ()
            if more > units:
                proof = _gates(relaxed, name) if rule == "window_return" else ()
                return rule, f"{at_most}: {words}.", proof
        largest = max(option.max_trucks for option in options)
        reason = f"{at_most}: {largest} trucks at most a convoy, one convoy a day."
        return "convoy_size", reason, _gates(case, name)

    def _relaxed(self) -> Iterator[tuple[str, str, Case]]:
        snapshot, options = self.case.snapshot, self.case.options
        always = Window(0)
        pool = EscortTeams(id="plenty", base=None, teams=PLENTY, available=always, source="", synthetic=True)
        yield "coupling", "the sites coupled with it cannot be served more", Case(replace(snapshot, groups=()), options)
        yield (
            "escort",
            "there are no more escort teams",
            Case(replace(snapshot, escorts=(*snapshot.escorts, pool)), options),
        )
        fleets = tuple(replace(f, trucks=PLENTY, available=always) for f in snapshot.fleets)
        wide = [replace(option, max_trucks=snapshot.policy.max_trucks) for option in options]
        yield "fleet", "there are no more trucks at its hubs", Case(replace(snapshot, fleets=fleets), options)
        lines = {name: replace(hub, loading_lines=PLENTY) for name, hub in snapshot.hubs.items()}
        yield "loading", "its hubs load no more trucks a day", Case(replace(snapshot, hubs=lines), options)
        words = f"its windows let {max((o.max_trucks for o in options), default=0)} trucks through at most"
        yield "window_return", words, Case(snapshot, wide)


def together_with(case: Case, site: SiteId) -> frozenset[SiteId]:
    """Return the site and those that can only be served with it."""
    coupled = [members for group in case.snapshot.groups if site in (members := case.open_members(group))]
    return frozenset({site}).union(*coupled)


def _enough(options: Sequence[Option], wanted: frozenset[SiteId]) -> list[Option]:
    """Leave out options for which another one does as much for these sites alone, with no more of anything."""
    kept: list[Option] = []
    for option in sorted(options, key=lambda o: (len(o.sites), -o.max_trucks, len(o.gates), o.id)):
        if not any(_does_as_much(other, option, wanted) for other in kept):
            kept.append(option)
    return kept


def _does_as_much(one: Option, other: Option, wanted: frozenset[SiteId]) -> bool:
    """Tell whether the first may carry in the second's place all that this brings to the sites wanted."""
    return (
        set(one.sites) == wanted & set(other.sites)
        and (one.hub, one.day, one.phases[0].day) == (other.hub, other.day, other.phases[0].day)
        and one.max_trucks >= other.max_trucks - (len(other.sites) - len(one.sites))
        and set(one.busy_days) <= set(other.busy_days)
        and one.needs_escort <= other.needs_escort
        and not _passes(one) - _passes(other)
        and _last_day(one) <= _last_day(other)
    )


def _on_few_days(case: Case, wanted: frozenset[SiteId]) -> list[Option]:
    """Return the options of the last days and those with most trucks, of days on which all sites can be served."""
    trucks: dict[int, int] = defaultdict(int)
    covered: dict[int, set[SiteId]] = defaultdict(set)
    for option in case.options:
        trucks[option.day] += option.max_trucks
        covered[option.day] |= wanted & set(option.sites)
    days = sorted(day for day, sites in covered.items() if sites == wanted)
    kept = {*days[-DAYS_TRIED:], *sorted(days, key=lambda day: (-trucks[day], day))[:DAYS_TRIED]}
    return [option for option in case.options if option.day in kept]


def _passes(option: Option) -> Counter[tuple[GateId, int, bool]]:
    return Counter((gate, phase.day, run.loaded) for phase in option.phases for run in phase.runs for gate in run.gates)


def _last_day(option: Option) -> int:
    return max(phase.day for phase in option.phases)


def _gates(case: Case, site: SiteId) -> tuple[str, ...]:
    return tuple(sorted({f"gate:{gate}" for option in case.options if site in option.sites for gate in option.gates}))


def _most(
    case: Case, full: FullModel, site: SiteId, commodity: CommodityId, limits: Limits, *, found: bool = False
) -> int | None:
    """Return the most units that are not proved impossible; None if time ran out before anything was proved.

    With `found`, the most units that were found to be possible.
    """
    full.model.setObjective(units_brought(case, full, site, commodity))
    solved = highs.solve(full.model, limits, seed=case.snapshot.seed)
    if solved.status == "infeasible":
        return 0
    if found:
        return int(solved.objective + 0.5) if solved.found else None
    # The bound, not the best found: what lies above it is proved impossible.
    return int(solved.bound + 1e-6) if math.isfinite(solved.bound) else None


def units_brought(case: Case, full: FullModel, site: SiteId, commodity: CommodityId) -> pulp.LpAffineExpression:
    """Return the units of a commodity that a site gets."""
    return pulp.lpSum(
        column
        for (_, _, line, _), column in full.units.items()
        if (case.lines[line].site, case.lines[line].commodity) == (site, commodity)
    )
