"""What a site could get if all trucks, teams and stocks served it alone, and what stands in the way of more."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import pulp

from planner.domain.needs import CommodityId, SiteId
from planner.domain.policy import Limits
from planner.domain.supply import EscortTeams
from planner.solvers import highs
from planner.solvers.case import Case
from planner.solvers.loads import FullModel, full_model
from routing.units import Window

PLENTY: Final = 1_000
"""Trucks, teams or loading lines enough for anything, to see whether their number is what binds."""


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
        self.site = site
        coupled = {site}.union(*(case.open_members(g) for g in case.snapshot.groups if site in case.open_members(g)))
        self.case = Case(case.snapshot, [option for option in case.options if coupled & set(option.sites)])
        self._model: FullModel | None = None

    @property
    def _full(self) -> FullModel:
        if self._model is None:
            self._model = full_model(self.case, self.case.options, (), (), whole_trucks=True, whole_units=True)
        return self._model

    def most(self, commodity: CommodityId, needed: int, limits: Limits) -> Most | None:
        """Return the most units and, if they are fewer than needed, the rule that binds; None if time ran out."""
        units = _most(self.case, self._full, self.site, commodity, limits)
        if units is None:
            return None
        if units >= needed:
            return Most(units=units, rule="", reason="", proof=())
        rule, reason, proof = self._binding(commodity, units, needed, limits)
        return Most(units=units, rule=rule, reason=reason, proof=proof)

    def _binding(
        self, commodity: CommodityId, units: int, needed: int, limits: Limits
    ) -> tuple[str, str, tuple[str, ...]]:
        case, site = self.case, self.case.snapshot.sites[self.site]
        good, days = case.snapshot.commodities[commodity], case.snapshot.policy.ration_days
        options = [option for option in case.options if self.site in option.sites]
        batches = {batch for option in options for batch in case.batches(option, commodity)}
        total = sum(case.stock_left[batch] for batch in batches)
        at_most = f"At most {units:,} of {needed:,} {good.unit}s of {good.name} can reach {site.name} in the horizon"
        hubs = ", ".join(sorted({option.hub for option in options}))
        if total <= units:
            return "stock", f"{at_most}: there is no more in time at {hubs}.", ()
        ceiling = case.ceilings[self.site]
        if good.counts_as_food and ceiling is not None and ceiling * days < (units + 1) * good.person_days:
            papers = [p for p in case.snapshot.papers if p.site == self.site and p.people is not None]
            evidence = tuple(str(e) for e in sorted({e for paper in papers for e in paper.evidence}))
            return "people_ceiling", f"{at_most}: its papers allow food for {ceiling:,} people.", evidence
        if site.storage_kg is not None and (units + 1) * good.kg > site.storage_kg * case.horizon_days:
            return "storage", f"{at_most}: it stores {site.storage_kg:,} kg a visit.", ()
        for rule, words, relaxed in self._relaxed():
            model = full_model(relaxed, relaxed.options, (), (), whole_trucks=True, whole_units=True)
            more = _most(relaxed, model, self.site, commodity, limits)
            if more is None:
                return "search", f"{at_most}: the search stopped before it was known what stands in the way.", ()
            if more > units:
                proof = _gates(relaxed, self.site) if rule == "window_return" else ()
                return rule, f"{at_most}: {words}.", proof
        largest = max(option.max_trucks for option in options)
        reason = f"{at_most}: {largest} trucks at most a convoy, one convoy a day."
        return "convoy_size", reason, _gates(case, self.site)

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


def _gates(case: Case, site: SiteId) -> tuple[str, ...]:
    return tuple(sorted({f"gate:{gate}" for option in case.options if site in option.sites for gate in option.gates}))


def _most(case: Case, full: FullModel, site: SiteId, commodity: CommodityId, limits: Limits) -> int | None:
    """Return the most units that are not proved impossible; None if time ran out before anything was proved."""
    full.model.setObjective(units_brought(case, full, site, commodity))
    solved = highs.solve(full.model, limits, seed=case.snapshot.seed)
    if solved.status == "infeasible":
        return 0
    # The bound, not the best found: what lies above it is proved impossible.
    return int(solved.bound + 1e-6) if math.isfinite(solved.bound) else None


def units_brought(case: Case, full: FullModel, site: SiteId, commodity: CommodityId) -> pulp.LpAffineExpression:
    """Return the units of a commodity that a site gets."""
    return pulp.lpSum(
        column
        for (_, _, line, _), column in full.units.items()
        if (case.lines[line].site, case.lines[line].commodity) == (site, commodity)
    )
