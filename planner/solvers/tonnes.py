"""The equity levels of a large case: visits alone, with the trucks that they need at least and the tonnes of fleets.

No column says with which trucks a visit is made. Each has at least as many as its food fills of the largest its hub
has, and what leaves a hub or is away from it fits, by weight and by volume, on the best of its trucks. Every plan that
the levels allow is one of this model, whose bounds therefore hold for them; it has a third of the columns of the
model with one kind of truck, and knows more of several kinds.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from planner.domain.needs import CommodityId, SiteId
from planner.domain.policy import Limits
from planner.domain.supply import HubId, TruckTypeId
from planner.solvers import highs
from planner.solvers.case import BatchKey, BatchSet, Case
from planner.solvers.choice import BranchCut, CapacityCut, ExclusionCut
from planner.solvers.counting import Saving
from planner.solvers.fewer import Needs, fewer, sizes
from planner.solvers.option import Option, OptionId
from planner.solvers.rows import AnyCut, FleetCut, SplitCut, named_by, named_in
from planner.solvers.sheet import Place, Sheet, Sum
from routing.network import GateId

Visit = tuple[OptionId, SiteId]

Made: TypeAlias = Mapping[OptionId, frozenset[SiteId]]
"""Options that run, with the sites at which they count."""

MADE: Final = 0.5
"""A column of nought or one is one from here on."""


class Tonnes:
    """The model of all levels, stated once; visits are opened and levels are kept as in the model with trucks."""

    def __init__(self, case: Case, options: Sequence[Option], cuts: Sequence[AnyCut], abs_gap: float) -> None:
        """State visits, what counts as a first one, and what days, gates and stores offer."""
        self.case, self._abs_gap = case, abs_gap
        needs = Needs(case)
        few = fewer(case, needs, options, named_in(cuts))
        self._sheet, self._whole = Sheet(), few.whole
        self.options = tuple(sorted((*few.whole, *few.parts), key=lambda option: option.id))
        self.runs = {o.id: self._sheet.column(0, 1, whole=True) for o in self.options}
        self.counts: dict[Visit, Place] = {}
        self._trucks: dict[OptionId, Sum] = {}
        self._food: dict[OptionId, tuple[Sum, Sum]] = {}
        self._stops: dict[tuple[OptionId, int], Sum] = {}
        for option in few.whole:
            self._add_whole(option, needs)
        for option in few.parts:
            self._add_parts(option, needs)
        self._add_visits()
        self._add_escorts()
        self._add_trucks()
        self._add_gates()
        self._add_groups()
        self._add_stock()
        self._cut(cuts)

    def keep(self, saving: Saving, least: float) -> None:
        """Let no later level save less here."""
        self._sheet.row(self._saved(saving), least=least)

    def solve(
        self, saving: Saving, opened: Collection[OptionId], active: Collection[SiteId], limits: Limits
    ) -> tuple[highs.Solved, Made]:
        """Return the most that visits could save, and by which.

        Of `opened` convoys those that count at all their stops or do not run need no stop but `active` sites: others
        stand for them at just these.
        """
        wanted = set(active)
        shut = {option.id for option in self._whole if not wanted.issuperset(option.sites)}
        closed = [place for name, place in self.runs.items() if name not in opened or name in shut]
        solved, values = self._sheet.solve(
            self._saved(saving).terms, closed, limits, seed=self.case.snapshot.seed, abs_gap=self._abs_gap
        )  # fmt: skip
        if not solved.found:
            return solved, {}
        made = {name: set[SiteId]() for name, place in self.runs.items() if values[place] > MADE}
        for (name, site), place in self.counts.items():
            if name in made and values[place] > MADE:
                made[name].add(site)
        return solved, {name: frozenset(sites) for name, sites in made.items()}

    def refuse(self, made: Made) -> None:
        """Let these visits not all be made and count."""
        places = {self.counts[name, site] for name, sites in made.items() for site in sites}
        places |= {self.runs[name] for name, sites in made.items() if not sites}
        self._sheet.row(dict.fromkeys(places, 1.0), most=len(places) - 1)

    def _saved(self, saving: Saving) -> Sum:
        found = Sum()
        for visit, days in saving.items():
            if visit in self.counts:
                found.add(Sum({self.counts[visit]: days}))
        return found

    # ------------------------------------------------------------------------------------------------ visits

    def _add_whole(self, option: Option, needs: Needs) -> None:
        """Add a convoy that counts at all its stops or does not run."""
        run, least = Sum({self.runs[option.id]: 1.0}), [needs.of(option, stop) for stop in range(len(option.sites))]
        known = [need for need in least if need is not None]
        self.counts |= {(option.id, site): self.runs[option.id] for site in option.sites}
        self._trucks[option.id] = _times(run, needs.trucks(option))
        self._food[option.id] = _times(run, sum(n.kg for n in known)), _times(run, sum(n.litres for n in known))
        for stop, need in enumerate(known):
            self._stops[option.id, stop] = _times(run, max(1, need.trucks))

    def _add_parts(self, option: Option, needs: Needs) -> None:
        """Add a convoy that may count at some of its stops only: the fewest trucks (2) and the food (1) follow."""
        sheet, run, stops = self._sheet, self.runs[option.id], len(option.sites)
        kg, litres, trucks = Sum(), Sum(), Sum()
        for stop, site in enumerate(option.sites):
            there, need = Sum({run: 1.0}), needs.of(option, stop)
            if need is not None and need.trucks <= needs.most(option, stop):
                place = sheet.column(0, 1, whole=True)
                sheet.row({place: 1.0, run: -1.0}, most=0)
                self.counts[option.id, site] = place
                kg.add(Sum({place: 1.0}), need.kg)
                litres.add(Sum({place: 1.0}), need.litres)
                there.add(Sum({place: 1.0}), max(0, need.trucks - 1))
            self._stops[option.id, stop] = there
            trucks.add(there)
        self._food[option.id] = kg, litres
        column = sheet.column(0, option.max_trucks, whole=False)
        self._trucks[option.id] = Sum({column: 1.0})
        trucks.add(self._trucks[option.id], -1)
        sheet.row(trucks, most=0)
        sheet.row({column: 1.0, run: -max(self.case.snapshot.policy.min_trucks, stops)}, least=0)
        sheet.row({column: 1.0, run: -option.max_trucks}, most=0)

    def _add_visits(self) -> None:
        # (3) One visit a day, and one that counts in all.
        pinned = {
            (stop.site, self.case.day_of(stop.arrive_at)) for c in self.case.snapshot.pinned for stop in c.stops
        }  # fmt: skip
        visited: dict[tuple[SiteId, int], Sum] = defaultdict(Sum)
        for option in self.options:
            for site in dict.fromkeys(option.sites):
                visited[site, option.day].add(Sum({self.runs[option.id]: 1.0}))
        for there, runs in sorted(visited.items(), key=lambda item: item[0]):
            if there in pinned or len(runs.terms) > 1:
                self._sheet.row(runs, most=0 if there in pinned else 1)
        counted: dict[SiteId, Sum] = defaultdict(Sum)
        for (_, site), place in self.counts.items():
            counted[site].add(Sum({place: 1.0}))
        for _, places in sorted(counted.items()):
            self._sheet.row(places, most=1)

    # ------------------------------------------------------------------------------------- what a day offers

    def _add_escorts(self) -> None:
        # (3) A hub's own teams first; what it lacks comes from the pool that serves any hub.
        case = self.case
        away: dict[int, dict[HubId, Sum]] = defaultdict(lambda: defaultdict(Sum))
        for option in self.options:
            for day in option.busy_days if option.needs_escort else ():
                away[day][option.hub].add(Sum({self.runs[option.id]: 1.0}))
        for day, by_hub in sorted(away.items()):
            borrowed = Sum()
            for hub, runs in sorted(by_hub.items()):
                own = case.teams(hub, day) - case.pinned_escorts(hub, day)
                lent = Sum({self._sheet.column(0, len(runs.terms) + max(0, -own), whole=False): 1.0})
                runs.add(lent, -1)
                self._sheet.row(runs, most=own)
                borrowed.add(lent)
            elsewhere = (hub for hub in case.snapshot.hubs if hub not in by_hub)
            bound = sum(max(0, case.pinned_escorts(hub, day) - case.teams(hub, day)) for hub in elsewhere)
            self._sheet.row(borrowed, most=max(0, case.teams(None, day) - bound))

    def _add_trucks(self) -> None:
        """Add loading (4) and fleets (5): numbers, and what the best trucks of so many carry."""
        leaving: dict[tuple[HubId, int], list[Option]] = defaultdict(list)
        away: dict[tuple[HubId, int], list[Option]] = defaultdict(list)
        for option in self.options:
            leaving[option.hub, option.phases[0].day].append(option)
            for day in option.busy_days:
                away[option.hub, day].append(option)
        for (hub, day), options in sorted(leaving.items(), key=lambda item: item[0]):
            self._fit(options, self._fleet(hub, day), self.case.loading_trucks(hub, day))
        for (hub, day), options in sorted(away.items(), key=lambda item: item[0]):
            fleet = self._fleet(hub, day)
            self._fit(options, fleet, sum(number for _, number in fleet))

    def _fleet(self, hub: HubId, day: int) -> list[tuple[TruckTypeId, int]]:
        return [(kind, self.case.fleet(hub, kind, day)) for kind in sorted(self.case.snapshot.truck_types)]

    def _fit(self, options: Sequence[Option], fleet: Sequence[tuple[TruckTypeId, int]], most: int) -> None:
        """Let these options have so many trucks, and what these carry is at most what the best of a fleet do."""
        trucks = Sum()
        for option in options:
            trucks.add(self._trucks[option.id])
        self._sheet.row(trucks, most=min(most, sum(number for _, number in fleet)))
        for measure in (0, 1):
            food = Sum()
            for option in options:
                food.add(self._food[option.id][measure])
            carried = sum(sizes(self.case, fleet, measure)[:most])
            if sum(food.terms.values()) > carried:
                self._sheet.row(food, most=carried)

    def _add_gates(self) -> None:
        # (6) Columns pass a gate one after another.
        case = self.case
        passing: dict[tuple[GateId, int], Sum] = defaultdict(Sum)
        checks = {gate: case.gate_delay_s(gate) for gate in case.snapshot.network.gates}
        for option in self.options:
            for phase in option.phases:
                for run in phase.runs:
                    for gate in run.gates:
                        at = passing[gate, phase.day]
                        at.add(self._trucks[option.id], case.gate_seconds_a_truck(gate))
                        at.add(Sum({self.runs[option.id]: 1.0}), checks[gate] if run.loaded else 0)
        for (gate, day), stands in sorted(passing.items(), key=lambda item: item[0]):
            self._sheet.row(stands, most=case.gate_open_seconds(gate, day))

    def _add_groups(self) -> None:
        # (10) Coupled sites are served on one day, all of them or none.
        for group in sorted(self.case.snapshot.groups, key=lambda g: g.id):
            members = self.case.open_members(group)
            served: dict[tuple[int, SiteId], Sum] = defaultdict(Sum)
            for option in self.options:
                for site in set(members) & set(option.sites):
                    served[option.day, site].add(Sum({self.runs[option.id]: 1.0}))
            for day in range(self.case.horizon_days):
                for other in members[1:]:
                    row = Sum(served[day, members[0]].terms)
                    row.add(served[day, other], -1)
                    self._sheet.row(row, least=0, most=0)

    def _add_stock(self) -> None:
        # (9) Options that may take from the same batches draw on them together.
        drawn: dict[tuple[HubId, CommodityId], dict[BatchSet, Sum]] = defaultdict(lambda: defaultdict(Sum))
        for (name, site), place in self.counts.items():
            option = self.case.by_id[name]
            least = self.case.minimums[name, option.sites.index(site)]
            for commodity, number in (least.units or {}).items() if least is not None else ():
                batches = self.case.batches(option, commodity)
                drawn[option.hub, commodity][batches].add(Sum({place: 1.0}), number)
        for _, by_set in sorted(drawn.items()):
            taken: dict[BatchKey, Sum] = defaultdict(Sum)
            for batches, units in sorted(by_set.items(), key=lambda item: item[0]):
                for batch in batches:
                    flow = Sum({self._sheet.column(0, self.case.stock_left[batch], whole=False): 1.0})
                    units.add(flow, -1)
                    taken[batch].add(flow)
                self._sheet.row(units, most=0)
            for batch, flows in sorted(taken.items()):
                self._sheet.row(flows, most=self.case.stock_left[batch])

    # -------------------------------------------------------------------------------------------------- cuts

    def _cut(self, cuts: Iterable[AnyCut]) -> None:
        """Add proved cuts of the timetable (11); one on an option that is none here holds by itself."""
        for cut in cuts:
            names = sorted(named_by(cut))
            if any(name not in self.runs for name in names):
                continue
            match cut:
                case ExclusionCut():
                    self._sheet.row({self.runs[name]: 1.0 for name in names}, most=len(names) - 1)
                case CapacityCut(most_trucks=most):
                    slack = max(0, sum(self.case.by_id[name].max_trucks for name in names) - most)
                    trucks = Sum({self.runs[name]: float(slack) for name in names})
                    for name in names:
                        trucks.add(self._trucks[name])
                    self._sheet.row(trucks, most=most + slack * len(names))
                case BranchCut(at_least=at_least):
                    self._one_fewer({name: (self._trucks[name], at_least[name]) for name in names}, names)
                case SplitCut(option=name, at_least=splits):
                    parts = {str(s): (self._stops[name, s], least) for s, least in enumerate(splits)}
                    self._one_fewer(parts, [name] * len(splits))
                case FleetCut():
                    # Kinds of trucks are not known here. Such a cut only steers: it may refuse more than it says.
                    self._sheet.row({self.runs[name]: 1.0 for name in names}, most=len(names) - 1)

    def _one_fewer(self, parts: Mapping[str, tuple[Sum, int]], names: Sequence[OptionId]) -> None:
        """At least one of these numbers of trucks is below its least."""
        fewer = Sum()
        for name, (trucks, least) in zip(names, parts.values(), strict=True):
            chosen = self._sheet.column(0, 1, whole=True)
            over = max(0, self.case.by_id[name].max_trucks - least + 1)
            row = Sum({chosen: float(over)})
            row.add(trucks)
            self._sheet.row(row, most=least - 1 + over)
            fewer.add(Sum({chosen: 1.0}))
        self._sheet.row(fewer, least=1)


def _times(one: Sum, times: float) -> Sum:
    return Sum({place: factor * times for place, factor in one.terms.items()})
