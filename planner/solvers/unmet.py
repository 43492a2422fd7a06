"""Say of every need that stays unmet which it is: proved impossible, outbid by another use, or not found in time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeAlias

from planner.domain.needs import CommodityId, SiteId
from planner.domain.plan import Convoy, Unmet
from planner.solvers.alone import Alone, Most, together_with
from planner.solvers.assemble import delivered
from planner.solvers.case import Case
from planner.solvers.choice import EquityResult
from planner.solvers.option import Refusal
from planner.solvers.outbid import Forcing, Loss
from planner.solvers.rows import AnyCut
from planner.solvers.times import Deadline
from planner.solvers.wide import BESIDE_UP_TO

NEAREST: Final = (
    "letter", "permission", "clearance", "notification", "gate_hours", "window_return", "least_slack",
    "driving_time", "night_driving", "hold", "loading", "fleet", "risk", "blocked_segment", "stock", "need",
)  # fmt: skip
"""Where as many rules stand against a site by one way as by another, the first of these decides: the one that
people could change soonest."""

MOST_ASKED: Final = 24
"""Of a large case so many needs are asked whether more could reach their site alone, where that is not plain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What the search has proved: the levels kept, the value reached, and whether all levels are proved."""

    equity: EquityResult
    cuts: Sequence[AnyCut]
    value: float
    proved: bool


def explain(
    case: Case, refusals: Sequence[Refusal], convoys: Sequence[Convoy], proofs: Proofs, deadline: Deadline
) -> tuple[Unmet, ...]:
    """Return what stays unmet, by site and commodity; one need may be partly impossible and partly outbid."""
    desk = _Desk(case, refusals, convoys, proofs, deadline)
    rows = [row for key, left in sorted(desk.left.items()) for row in desk.impossible(*key, left)]
    open_rows = [(site, commodity, units) for site, commodity, units, known in rows if known is None]
    # Most people first: they get an answer with a number before the counted searches are used up.
    open_rows.sort(key=lambda row: (-desk.people(*row), row))
    desk.ask(open_rows)
    answered = [desk.outbid(*row) for row in open_rows]
    found = [known for *_, known in rows if known is not None] + answered
    return tuple(sorted(found, key=lambda u: (u.site, u.commodity, u.unmet_class)))


_Key: TypeAlias = tuple[SiteId, CommodityId | None]
"""A need to force in: a commodity at a site, or any visit to it."""


class _Desk:
    def __init__(
        self,
        case: Case,
        refusals: Sequence[Refusal],
        convoys: Sequence[Convoy],
        proofs: Proofs,
        deadline: Deadline,
    ) -> None:
        self.case, self.snapshot, self.proofs, self.deadline = case, case.snapshot, proofs, deadline
        self.refused: dict[SiteId, list[Refusal]] = defaultdict(list)
        for refusal in refusals:
            self.refused[refusal.site].append(refusal)
        self.served = {stop.site for convoy in convoys for stop in convoy.stops}
        self.needed: dict[tuple[SiteId, CommodityId], int] = defaultdict(int)
        for need in self.snapshot.needs:
            if need.window.overlaps(self.snapshot.horizon):
                self.needed[need.site, need.commodity] += need.units
        brought = delivered(convoys)
        self.brought = brought
        self.left = {key: units - brought[key] for key, units in self.needed.items() if units > brought[key]}
        self._alone: dict[frozenset[SiteId], Alone] = {}
        self._losses: dict[_Key, Loss | None] = {}
        self._forcing = Forcing(case, proofs.equity, proofs.cuts, proofs.value, self.snapshot.limits)
        self._is_large = len(case.options) > BESIDE_UP_TO
        # A forced question of all options of a large case takes minutes and gigabytes.
        self._resolves = 0 if self._is_large else self.snapshot.limits.explain_resolves
        self._questions = MOST_ASKED

    def people(self, site: SiteId, commodity: CommodityId, units: int) -> int:
        """Return how many people a shortage leaves without this commodity for a ration period."""
        served = units * self.snapshot.commodities[commodity].person_days // self.snapshot.policy.ration_days
        return min(self.snapshot.sites[site].people_least, served)

    # ------------------------------------------------------------------------------------------- impossible

    def impossible(
        self, site: SiteId, commodity: CommodityId, left: int
    ) -> Iterator[tuple[SiteId, CommodityId, int, Unmet | None]]:
        """Yield the part of a need that is proved impossible, and the part (None) that is feasible alone."""
        whole = self._never(site, commodity)
        if whole is not None:
            yield site, commodity, left, self._row(site, commodity, left, *whole)
            return
        pinned = self.brought[site, commodity] - self._new(site, commodity)
        most = self._most(site, commodity, self.needed[site, commodity] - pinned)
        if most is None:
            yield site, commodity, left, self._unknown(site, commodity, left)
            return
        beyond = min(left, max(0, self.needed[site, commodity] - pinned - most.units))
        if beyond > 0:
            yield site, commodity, beyond, self._row(site, commodity, beyond, most.rule, most.reason, most.proof)
        if left > beyond:
            yield site, commodity, left - beyond, None

    def _new(self, site: SiteId, commodity: CommodityId) -> int:
        pinned = delivered(self.snapshot.pinned)[site, commodity]
        return max(0, self.brought[site, commodity] - pinned)

    def _most(self, site: SiteId, commodity: CommodityId, needed: int) -> Most | None:
        if self.deadline.is_reached():
            return None
        sites = together_with(self.case, site)
        if sites not in self._alone:
            if self._is_large:
                # Sites come one after another, and each takes megabytes.
                self._alone.clear()
            self._alone[sites] = Alone(self.case, site)
        alone = self._alone[sites]
        if self._is_large and not alone.is_certain(site, commodity, needed):
            if self._questions <= 0:
                return None
            self._questions -= 1
        return alone.most(site, commodity, needed, self.deadline.limits())

    def _never(self, site: SiteId, commodity: CommodityId) -> tuple[str, str, tuple[str, ...]] | None:
        name, good = self.snapshot.sites[site].name, self.snapshot.commodities[commodity]
        options = [option for option in self.case.options if site in option.sites]
        if not options:
            return self._refused(site)
        if commodity in self.case.struck[site]:
            papers = [p for p in self.snapshot.papers if p.site == site and commodity in p.struck]
            proof = tuple(str(e) for e in sorted({e for paper in papers for e in paper.evidence}))
            return "struck_commodity", f"The papers for {name} do not allow {good.name}.", proof
        if not any(self.case.batches(option, commodity) for option in options):
            hubs = ", ".join(sorted({option.hub for option in options}))
            return "stock", f"No hub that can serve {name} ({hubs}) has {good.name} in time.", ()
        return self._uncoupled(site)

    def _uncoupled(self, site: SiteId) -> tuple[str, str, tuple[str, ...]] | None:
        for group in self.snapshot.groups:
            members = self.case.open_members(group)
            if site not in members:
                continue
            days = [{o.day for o in self.case.options if member in o.sites} for member in members]
            if set.intersection(*days):
                continue
            barred = [member for member, on in zip(members, days, strict=True) if not on]
            if barred:
                rule, reason, proof = self._refused(barred[0])
                return "coupling", f"{group.name}: all are served or none. {barred[0]}: {reason} ({rule})", proof
            return "coupling", f"{group.name}: there is no day on which all of them can be served.", ()
        return None

    def _refused(self, site: SiteId) -> tuple[str, str, tuple[str, ...]]:
        """Return the rule that decides over all hubs and days: the one that stands alone, or with fewest others."""
        by_way: dict[tuple[str, int], list[Refusal]] = defaultdict(list)
        for refusal in self.refused[site]:
            by_way[refusal.hub, refusal.day].append(refusal)
        if not by_way:
            return "need", f"Nothing can be sent to {self.snapshot.sites[site].name}.", ()
        decided = [(len({r.rule for r in against}), against[0]) for against in by_way.values()]
        fewest, first = min(decided, key=lambda d: (_rank(d[1].rule), d[0], d[1].day, d[1].hub))
        same = [r for _, r in decided if r.rule == first.rule]
        others: dict[str, int] = defaultdict(int)
        for _, r in decided:
            others[r.rule] += r.rule != first.rule
        more = ", ".join(f"{rule} {n}" for rule, n in sorted(others.items()) if n)
        reason = f"{first.reason} {first.rule} decides on {len(same)} of {len(decided)} ways (hub and day)"
        proof = tuple(dict.fromkeys(item for r in same for item in r.proof))
        also = [r for r in by_way[first.hub, first.day][1:] if r.rule != first.rule] if fewest > 1 else []
        reason += f"; else {more}." if more else "."
        return first.rule, reason + "".join(f" Also {r.rule}: {r.reason}" for r in also), proof

    def _unknown(self, site: SiteId, commodity: CommodityId, units: int) -> Unmet:
        name, good = self.snapshot.sites[site].name, self.snapshot.commodities[commodity].name
        reason = f"The search stopped before it was known whether more {good} could reach {name}."
        return self._row(site, commodity, units, "search", reason, (), outbid=False)

    # ----------------------------------------------------------------------------------------------- outbid

    def outbid(self, site: SiteId, commodity: CommodityId, units: int) -> Unmet:
        """Return a need that is feasible alone as outbid, with what it would cost, or as not found."""
        name, good = self.snapshot.sites[site].name, self.snapshot.commodities[commodity]
        could = f"{units:,} more {good.unit}s of {good.name} could reach {name} alone"
        loss = self._losses.get(self._key(site, commodity))
        if loss is not None:
            what = "weighted person-days of assistance" if loss.rule == "value" else "expected person-days above it"
            reason = f"{could}; any plan that does so loses at least {loss.lost:,.0f} {what} ({loss.share:.2%})."
            return self._row(site, commodity, units, loss.rule, reason, (), outbid=True)
        if self.proofs.proved:
            reason = f"{could}, but no plan that does so is better at any level: the levels are proved."
            return self._row(site, commodity, units, "value", reason, (), outbid=True)
        gap = max((level.gap for level in self.proofs.equity.levels), default=0.0)
        reason = f"{could}; the search stopped before it was proved that another use is better (gap {gap:.2%})."
        return self._row(site, commodity, units, "search", reason, (), outbid=False)

    def ask(self, rows: Sequence[tuple[SiteId, CommodityId, int]]) -> None:
        """Find what serving needs would cost, as many as are counted, on two cores where that can be."""
        asked: dict[_Key, int] = {}
        for site, commodity, units in rows:
            if len(asked) < self._resolves:
                asked.setdefault(self._key(site, commodity), self._new(site, commodity) + units)
        lanes = self._forcing.lanes() if asked else ()
        with ThreadPoolExecutor(max(1, len(lanes))) as pool:
            parts = [list(asked.items())[place :: len(lanes)] for place in range(len(lanes))]
            for found in pool.map(self._answers, lanes, parts):
                self._losses |= found

    def _answers(self, lane: Forcing, asked: Sequence[tuple[_Key, int]]) -> dict[_Key, Loss | None]:
        return {
            (site, commodity): lane.loss(site, commodity, units)
            for (site, commodity), units in asked
            if not self.deadline.is_reached()
        }

    def _key(self, site: SiteId, commodity: CommodityId) -> _Key:
        """Return what is asked of a need: of a site that nobody visits one answer holds for all goods."""
        return site, commodity if site in self.served else None

    def _row(
        self,
        site: SiteId,
        commodity: CommodityId,
        units: int,
        rule: str,
        reason: str,
        proof: tuple[str, ...],
        *,
        outbid: bool | None = None,
    ) -> Unmet:
        return Unmet(
            site=site,
            commodity=commodity,
            units=units,
            people=self.people(site, commodity, units),
            unmet_class="impossible" if outbid is None else "outbid" if outbid else "not_found",
            rule=rule,
            reason=reason,
            proof=proof,
        )


def _rank(rule: str) -> int:
    return NEAREST.index(rule) if rule in NEAREST else len(NEAREST)
