"""Count out every plan of a tiny world: the slow, plain answer that the master must agree with.

Shares no row and no helper with the master; it reads the snapshot and the rules again.
"""

import math
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

from planner.domain.snapshot import Snapshot
from planner.solvers.choice import BranchCut, CapacityCut, Cut, ExclusionCut
from planner.solvers.option import Option
from tests.planner import instances as known
from tests.planner.solvers.tiny import random_case

TOO_LONG = frozenset({3, 8, 38})
"""Seeds whose plans take longer than a few seconds to count out."""
SEEDS = tuple(seed for seed in range(48) if seed not in TOO_LONG)
MOST_STEPS = 40_000
"""So many runs of options are tried on states of a world before it is called too large to be counted out."""


class TooManyPlans(Exception):
    """The world has more plans than are counted out."""


Firsts = frozenset[tuple[str, str]]
"""(option, site) pairs that count as first visits."""
Run = tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]
"""For each stop the trucks by type and the units by commodity."""


class State(NamedTuple):
    """What is left after some options have been decided."""

    fleet: tuple[int, ...]
    """Trucks left by hub, type and day."""
    stock: tuple[int, ...]
    left: tuple[int, ...]
    """Units still needed by site, commodity and half."""
    loaded: tuple[int, ...]
    """Trucks loaded by hub and day."""
    gate: tuple[int, ...]
    """Seconds that columns stand at the gate, by day."""
    escorts: tuple[int, ...]
    """Escorted convoys by hub and day."""
    served: tuple[tuple[str, int], ...]
    ran: tuple[tuple[str, int | None], ...]
    """Trucks of the options that a cut names."""


class Counting:
    """All plans of one tiny snapshot."""

    def __init__(self, snapshot: Snapshot, options: tuple[Option, ...], cuts: tuple[Cut, ...] = ()) -> None:
        """Remember the world; nothing is counted yet."""
        # Likeliest first: they fill the first halves of the needs, which are worth more.
        self.options = tuple(sorted(options, key=lambda o: (-o.p, o.id)))
        self.snapshot, self.cuts = snapshot, cuts
        self.kinds = sorted(snapshot.truck_types)
        self.goods = sorted(snapshot.commodities)
        self.need = {(n.site, n.commodity): n.units for n in snapshot.needs}
        self.steps = 0
        self.days = len(snapshot.days)

    # -------------------------------------------------------------------------------------------- equity

    def saved(self, firsts: Firsts, theta: int) -> int:
        """Return the weighted days above a threshold that these first visits save."""
        total = 0
        for name, where in firsts:
            option = next(o for o in self.options if o.id == name)
            site = self.snapshot.sites[where]
            since = -(-(known.at(0, "00:00") - (site.last_reached or 0)) // 86_400) - 1
            above = sum(1 for day in range(option.day, self.days) if since + day > theta)
            total += round(site.people_least * option.p * above)
        return total

    def leximin(self) -> tuple[list[int], list[Firsts]]:
        """Return the best savings, worst threshold first, and every set of first visits that gives them."""
        thetas = sorted(self.snapshot.policy.thresholds_days, reverse=True)
        ranked: dict[tuple[int, ...], list[Firsts]] = {}
        for firsts in self._first_sets():
            ranked.setdefault(tuple(self.saved(firsts, theta) for theta in thetas), []).append(firsts)
        for levels in sorted(ranked, reverse=True):
            good = [firsts for firsts in ranked[levels] if self.best(firsts) is not None]
            if good:
                return list(levels), good
        return [0] * len(thetas), [frozenset()]

    def _first_sets(self) -> Iterator[Firsts]:
        visits = [(o, site) for o in self.options for site in o.sites if self._needs_anything(site)]
        by_site = {site: [None, *(o.id for o, s in visits if s == site)] for _, site in visits}
        for picks in product(*by_site.values()):
            yield frozenset((name, site) for site, name in zip(by_site, picks, strict=True) if name is not None)

    def _needs_anything(self, site: str) -> bool:
        return any(units for (where, _), units in self.need.items() if where == site)

    # --------------------------------------------------------------------------------------------- value

    def best(self, firsts: Firsts) -> float | None:
        """Return the most expected assistance of a plan in which these visits count, None if there is no such plan."""
        frontier: dict[State, float] = {self._start(): 0.0}
        for option in self.options:
            grown: dict[State, float] = {}
            must = any(name == option.id for name, _ in firsts)
            for state, value in frontier.items():
                if not must:
                    key = self._note(state, option, None)
                    grown[key] = max(grown.get(key, -1.0), value)
                for run in self._runs(option, firsts):
                    self.steps += 1
                    if self.steps > MOST_STEPS:
                        raise TooManyPlans
                    after = self._apply(state, option, run)
                    if after is not None:
                        new, gained = after
                        grown[new] = max(grown.get(new, -1.0), value + gained)
            frontier = grown
        ends = [value for state, value in frontier.items() if self._ends_well(state)]
        return max(ends, default=None)

    def _start(self) -> State:
        s = self.snapshot
        fleet = tuple(
            sum(f.trucks for f in s.fleets if f.hub == hub and f.truck_type == kind)
            for hub in sorted(s.hubs) for kind in self.kinds for _ in range(self.days)
        )  # fmt: skip
        stock = tuple(batch.units for batch in s.stock)
        left = tuple(
            half for site in sorted(s.sites) for good in self.goods
            for half in _halves(self.need.get((site, good), 0))
        )  # fmt: skip
        loaded = tuple(0 for _ in range(len(s.hubs) * self.days))
        gate, escorts = (0,) * self.days, (0,) * (len(s.hubs) * self.days)
        return State(fleet, stock, left, loaded, gate, escorts, (), ())

    def _runs(self, option: Option, firsts: Firsts) -> Iterator[Run]:
        s, stops = self.snapshot, len(option.sites)
        loads = [range(option.max_trucks + 1)] * len(self.kinds)
        for trucks in product(*[list(product(*loads))] * stops):
            total = sum(map(sum, trucks))
            if not s.policy.min_trucks <= total <= option.max_trucks or any(sum(t) == 0 for t in trucks):
                continue
            per_stop = [
                list(self._units(site, t, counts=(option.id, site) in firsts))
                for site, t in zip(option.sites, trucks, strict=True)
            ]
            for units in product(*per_stop):
                yield trucks, units

    def _units(self, site: str, trucks: tuple[int, ...], *, counts: bool) -> Iterator[tuple[int, ...]]:
        s = self.snapshot
        kinds = [s.truck_types[k] for k in self.kinds]
        goods = [s.commodities[g] for g in self.goods]
        kg = sum(n * kind.payload_kg for n, kind in zip(trucks, kinds, strict=True))
        litres = sum(n * kind.payload_l for n, kind in zip(trucks, kinds, strict=True))
        storage = s.sites[site].storage_kg
        food_kg = sum(self.need.get((site, g.id), 0) * g.kg for g in goods if g.counts_as_food)
        food_l = sum(self.need.get((site, g.id), 0) * g.litres for g in goods if g.counts_as_food)
        share = s.policy.visit_counts_from
        for units in product(*[range(self.need.get((site, g.id), 0) + 1) for g in goods]):
            pairs = list(zip(units, goods, strict=True))
            weight = sum(u * g.kg for u, g in pairs)
            if (
                weight > kg
                or sum(u * g.litres for u, g in pairs) > litres
                or (storage is not None and weight > storage)
            ):
                continue
            if any(site in group.sites for group in s.groups) and not any(units):
                continue
            if any(u and g.id in paper.struck for paper in s.papers if paper.site == site for u, g in pairs):
                continue
            brought = sum(u * g.kg for u, g in pairs if g.counts_as_food)
            volume = sum(u * g.litres for u, g in pairs if g.counts_as_food)
            if counts and (brought < math.ceil(share * food_kg - 1e-6) or volume < math.ceil(share * food_l - 1e-6)):
                continue
            yield units

    def _apply(self, state: State, option: Option, run: Run) -> tuple[State, float] | None:
        trucks, units = run
        total = sum(map(sum, trucks))
        after = self._drive(state, option, trucks)
        after = after and self._load_trucks(after, option, total)
        after = after and self._pass_gate(after, option, total)
        after = after and self._escort(after, option)
        after = after and self._visit(after, option)
        loaded = after and self._load(option, units, after.stock, list(after.left))
        if after is None or loaded is None:
            return None
        stock, left, gained = loaded
        return self._note(after._replace(stock=stock, left=left), option, total), gained

    def _drive(self, now: State, option: Option, trucks: tuple[tuple[int, ...], ...]) -> State | None:
        fleet, hub = list(now.fleet), sorted(self.snapshot.hubs).index(option.hub)
        for kind in range(len(self.kinds)):
            for day in option.busy_days:
                fleet[(hub * len(self.kinds) + kind) * self.days + day] -= sum(stop[kind] for stop in trucks)
        return now._replace(fleet=tuple(fleet)) if min(fleet) >= 0 else None

    def _load_trucks(self, now: State, option: Option, total: int) -> State | None:
        where, loaded = self.snapshot.hubs[option.hub], list(now.loaded)
        spot = sorted(self.snapshot.hubs).index(option.hub) * self.days + option.day
        loaded[spot] += total
        rounds = (where.morning[1] - where.morning[0]) // (60 * where.minutes_per_truck)
        return now._replace(loaded=tuple(loaded)) if loaded[spot] <= rounds * where.loading_lines else None

    def _pass_gate(self, now: State, option: Option, total: int) -> State | None:
        gate = list(now.gate)
        if option.gates:
            # There, with half an hour's check, and back; twelve hours of daylight in all.
            gate[option.day] += 1_800 + 2 * total * 3_600 // self.snapshot.access.gate_flow["gate"]
        return now._replace(gate=tuple(gate)) if gate[option.day] <= 12 * 3_600 else None

    def _escort(self, now: State, option: Option) -> State | None:
        if not option.needs_escort:
            return now
        hubs, escorts = sorted(self.snapshot.hubs), list(now.escorts)
        own = [sum(t.teams for t in self.snapshot.escorts if t.base == hub) for hub in hubs]
        pool = sum(t.teams for t in self.snapshot.escorts if t.base is None)
        for day in option.busy_days:
            escorts[hubs.index(option.hub) * self.days + day] += 1
            if sum(max(0, escorts[h * self.days + day] - teams) for h, teams in enumerate(own)) > pool:
                return None
        return now._replace(escorts=tuple(escorts))

    def _visit(self, now: State, option: Option) -> State | None:
        visits = [(site, option.day) for site in option.sites]
        if set(visits) & set(now.served):
            return None
        return now._replace(served=tuple(sorted((*now.served, *visits))))

    def _load(
        self, option: Option, units: tuple[tuple[int, ...], ...], stock: tuple[int, ...], left: list[int]
    ) -> tuple[tuple[int, ...], tuple[int, ...], float] | None:
        s, gained = self.snapshot, 0.0
        pool = list(stock)
        sites = sorted(s.sites)
        for site, amounts in zip(option.sites, units, strict=True):
            for g, (good, amount) in enumerate(zip(self.goods, amounts, strict=True)):
                spot = (sites.index(site) * len(self.goods) + g) * 2
                if amount > left[spot] + left[spot + 1]:
                    return None
                # Which half a unit fills matters only between convoys of different p: give the first half away first.
                first = min(amount, left[spot])
                left[spot] -= first
                left[spot + 1] -= amount - first
                item = s.commodities[good]
                worth = option.p * item.person_days * item.priority * s.sites[site].severity
                gained += worth * (first + 0.5 * (amount - first))
                if not self._draw(option, good, amount, pool):
                    return None
            if self._fed(site, left) > self._allowed(site):
                return None
        return tuple(pool), tuple(left), gained

    def _fed(self, site: str, left: list[int]) -> int:
        """Return the person-days of food that a site has by now."""
        sites, total = sorted(self.snapshot.sites), 0
        for g, good in enumerate(self.goods):
            spot = (sites.index(site) * len(self.goods) + g) * 2
            brought = self.need.get((site, good), 0) - left[spot] - left[spot + 1]
            item = self.snapshot.commodities[good]
            total += brought * item.person_days if item.counts_as_food else 0
        return total

    def _allowed(self, site: str) -> float:
        people = [p.people for p in self.snapshot.papers if p.site == site and p.people is not None]
        return min(people) * self.snapshot.policy.ration_days if people else math.inf

    def _draw(self, option: Option, good: str, amount: int, pool: list[int]) -> bool:
        # Soonest to expire first, then the latest come: no later convoy can miss what is taken so.
        loading, unloaded = known.at(option.day, "05:00"), known.at(option.day + 1, "00:00")
        usable = [
            (batch.expires_at or math.inf, -batch.available_from, i)
            for i, batch in enumerate(self.snapshot.stock)
            if batch.hub == option.hub and batch.commodity == good and batch.available_from <= loading
            and (batch.expires_at is None or batch.expires_at > unloaded)
        ]  # fmt: skip
        for _, _, i in sorted(usable):
            taken = min(amount, pool[i])
            pool[i] -= taken
            amount -= taken
        return amount == 0

    # ---------------------------------------------------------------------------------------------- cuts

    def _note(self, state: State, option: Option, trucks: int | None) -> State:
        named = {name for cut in self.cuts for name in (cut.at_least if isinstance(cut, BranchCut) else cut.options)}
        if option.id not in named:
            return state
        return state._replace(ran=(*state.ran, (option.id, trucks)))

    def _ends_well(self, state: State) -> bool:
        for group in self.snapshot.groups:
            days = [{day for where, day in state.served if where == site} for site in group.sites]
            if any(other != days[0] for other in days):
                return False
        ran = {name: trucks for name, trucks in state.ran if trucks is not None}
        return not any(_breaks(cut, ran) for cut in self.cuts)


def _breaks(cut: Cut, ran: dict[str, int]) -> bool:
    names = cut.at_least if isinstance(cut, BranchCut) else cut.options
    if any(name not in ran for name in names):
        return False
    match cut:
        case ExclusionCut():
            return True
        case CapacityCut(most_trucks=most):
            return sum(ran[name] for name in names) > most
        case BranchCut(at_least=at_least):
            return all(ran[name] >= fewest for name, fewest in at_least.items())


@cache
def counted_out(seed: int) -> tuple[tuple[int, ...], float]:
    """Return the best savings, worst threshold first, and the best value of a random world, by counting out."""
    return count_out(*random_case(seed))


def count_out(snapshot: Snapshot, options: tuple[Option, ...], cuts: tuple[Cut, ...]) -> tuple[tuple[int, ...], float]:
    """Return the best savings, worst threshold first, and the best value of a world; raises `TooManyPlans`."""
    counting = Counting(snapshot, options, cuts)
    levels, firsts = counting.leximin()
    return tuple(levels), max(value for first in firsts if (value := counting.best(first)) is not None)


def _halves(units: int) -> tuple[int, int]:
    return units - units // 2, units // 2
