"""List every convoy that could run: each hub, site and day with its roads, or the rule that stands against it."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from planner.domain.needs import SiteId
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId
from planner.solvers import refusals
from planner.solvers.choice import Progress, Report
from planner.solvers.coupling import stop_caps
from planner.solvers.demand import fleet_types, wanted
from planner.solvers.dominance import busy_days, same_but_back, undominated
from planner.solvers.ground import Ground
from planner.solvers.hubs import Hubs
from planner.solvers.means import Means
from planner.solvers.one_convoy import departures, most_trucks
from planner.solvers.option import Option, Refusal
from planner.solvers.phases import plain_way, rested_ways, tour, ways_to
from planner.solvers.refusals import BY_THE_CLOCK, Verdict
from planner.solvers.risks import worst_causes
from planner.solvers.roads import Roads
from planner.solvers.way import Way, split
from routing.cuts import Districts
from routing.network import SegmentId
from routing.travel.engine import UNREACHABLE, TravelEngine
from routing.travel.passage import lower, path_p
from routing.truck import Truck
from routing.units import HOUR

SLOWEST_M_PER_S: Final = 20_000 / HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSet:
    """The convoys that could run, and why the others cannot.

    Of several refusals of one hub, site and day the deciding one comes first.
    """

    options: tuple[Option, ...]
    refusals: tuple[Refusal, ...]


def build(snapshot: Snapshot, progress: Progress) -> OptionSet:
    """Return all options of a snapshot that are not dominated, and a refusal wherever a site cannot be served.

    An option is dominated by another of the same hub, sites and day that is as likely to arrive, carries as many
    trucks, is away on no other day and passes no other gate.
    """
    search = _Search.of(snapshot)
    sites = search.sites()
    options: list[Option] = []
    refused: list[Refusal] = []
    for done, site in enumerate(sites):
        for hub in search.hubs.nearest_to(site):
            for day in search.days:
                found, against = search.single(hub, site, day)
                options += found
                refused += against
        refused += search.without_stock(site)
        progress(Report(stage="options", done=(done + 1) / (len(sites) + 1)))
    options += search.tours(sites)
    progress(Report(stage="options", done=1.0))
    return OptionSet(options=tuple(sorted(options, key=lambda o: o.id)), refusals=tuple(refused))


def along(snapshot: Snapshot, ways: Iterable[Way]) -> Iterator[Option]:
    """Yield the options that these ways make, each on the day of its visits.

    Ways that a rule forbids make none, nor do those of a longer plan that visit on no day of this one.
    """
    search = _Search.of(snapshot)
    for way in ways:
        day = next(phase.day for phase in way.phases if phase.visits)
        if day not in search.days:
            continue
        found = search._judge(way, day)  # noqa: SLF001 - the search is of this module
        if isinstance(found, Option):
            yield found


@dataclass(frozen=True, kw_only=True)
class _Search:
    ground: Ground
    engine: TravelEngine
    means: Means
    hubs: Hubs
    _roads: dict[HubId, Roads] = field(default_factory=dict)
    _cuts: dict[tuple[str, str, frozenset[SegmentId]], tuple[SegmentId, ...]] = field(default_factory=dict)
    _districts: dict[frozenset[SegmentId], Districts] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> "_Search":
        ground, engine = Ground.of(snapshot), TravelEngine.of(snapshot.network)
        return cls(
            ground=ground, engine=engine, means=Means(ground=ground), hubs=Hubs(ground=ground, engine=engine)
        )  # fmt: skip

    @property
    def snapshot(self) -> Snapshot:
        return self.ground.snapshot

    @property
    def days(self) -> range:
        return range(len(self.snapshot.days))

    def roads(self, hub: HubId) -> Roads:
        if hub not in self._roads:
            # The largest truck decides where a column may drive: trucks are chosen later.
            largest = Truck.largest(kind.on_the_road for kind in fleet_types(self.snapshot, hub))
            same = (roads for roads in self._roads.values() if roads.truck == largest)
            self._roads[hub] = next(same, None) or Roads.of(self.ground, self.engine, largest)
        return self._roads[hub]

    def sites(self) -> tuple[SiteId, ...]:
        snapshot = self.snapshot
        return tuple(site for site in sorted(snapshot.sites) if wanted(snapshot, site, snapshot.horizon))

    def without_stock(self, site: SiteId) -> Iterator[Refusal]:
        """Refuse the hubs that have nothing of what the site needs."""
        wants = wanted(self.snapshot, site, self.snapshot.horizon)
        reason = f"{{}} has no stock of what {site} needs: {', '.join(sorted(wants))}."
        for hub in self.hubs.without_stock(site):
            for day in self.days:
                yield Verdict(rule="stock", reason=reason.format(hub)).refuse(site, hub, day)

    # ------------------------------------------------------------------------------------------------ one site

    def single(self, hub: HubId, site: SiteId, day: int) -> tuple[tuple[Option, ...], tuple[Refusal, ...]]:
        """Return the options of a hub for a site on a day, or else why there is none."""
        wanting = self.means.against(hub, site, day)
        if wanting is not None:
            return (), (wanting.refuse(site, hub, day),)
        ways = ways_to(self.roads(hub), hub, site, day)
        judged = self._judge_all(ways, day)
        if not any(isinstance(item, Option) for item in judged) and self._wants_time(hub, site, day, judged):
            rested = tuple(way for way in rested_ways(self.roads(hub), hub, site, day) if way not in ways)
            ways, judged = (*ways, *rested), [*judged, *self._judge_all(rested, day)]
        found = undominated(item for item in judged if isinstance(item, Option))
        if found:
            return found, ()
        if not ways:
            verdicts = self._no_road(hub, site, day)
        else:
            against = max((item for item in judged if isinstance(item, Verdict)), key=lambda verdict: verdict.rank)
            verdicts = self._with_papers(against, ways[0])
        return (), tuple(verdict.refuse(site, hub, day) for verdict in verdicts)

    def _wants_time(self, hub: HubId, site: SiteId, day: int, judged: Sequence[Option | Verdict]) -> bool:
        """Tell whether only the clock stands against a day's ways: a night on the road may give the time."""
        if judged:
            furthest = max((item for item in judged if isinstance(item, Verdict)), key=lambda verdict: verdict.rank)
            return furthest.rule in BY_THE_CLOCK
        start, end = self.snapshot.hubs[hub].place, self.snapshot.sites[site].place
        return not self._cut(start, end, self.ground.closed[day])

    def _judge_all(self, ways: Sequence[Way], day: int) -> list[Option | Verdict]:
        """Judge the ways, but no way that only comes back otherwise than one that already carries all it could."""
        judged: list[Option | Verdict] = []
        full: list[Option] = []
        for way in ways:
            if any(same_but_back(option, way) for option in full):
                continue
            found = self._judge(way, day)
            judged.append(found)
            if isinstance(found, Option) and found.max_trucks == self.means.most_trucks(way, day):
                full.append(found)
        return judged

    def _with_papers(self, against: Verdict, way: Way) -> tuple[Verdict, ...]:
        papers = refusals.missing_papers(self.ground, way)
        found = (*papers, against) if against.rule in refusals.PAPER_STEPS else (against, *papers)
        return tuple(dict.fromkeys(found))

    def _no_road(self, hub: HubId, site: SiteId, day: int) -> tuple[Verdict, ...]:
        """Return the verdicts of a day without a road; missing papers come first where another time has a road."""
        start, end = self.snapshot.hubs[hub].place, self.snapshot.sites[site].place
        roads, on = self.roads(hub), self.ground.days[day]
        plain, way = roads.plain(start, end), plain_way(roads, hub, site, day)
        if plain is not None and way is None:
            return (self._too_far(hub, site, plain.driving_s),)
        cut = self._cut(start, end, self.ground.closed[day])
        if way is None:
            gates = (self.ground.network.segments[segment].gate for segment in cut)
            named = sorted({gate for gate in gates if gate is not None})
            blocked = refusals.blocked(self.ground, hub, site, cut, on)
            return (blocked, *refusals.missing_at(self.ground, site, named, on))
        papers = refusals.missing_papers(self.ground, way)
        if cut:
            return (*papers, refusals.blocked(self.ground, hub, site, cut, on))
        least = max(self.snapshot.policy.min_trucks, 1)
        return self._with_papers(refusals.why_not(self.ground, way, least), way)

    def _cut(self, start: str, end: str, closed: frozenset[SegmentId]) -> tuple[SegmentId, ...]:
        if (start, end, closed) not in self._cuts:
            if closed not in self._districts:
                self._districts[closed] = Districts(self.ground.network, closed)
            self._cuts[start, end, closed] = self._districts[closed].isolating(start, end)
        return self._cuts[start, end, closed]

    def _too_far(self, hub: HubId, site: SiteId, seconds: int) -> Verdict:
        limit = refusals.duration(self.snapshot.policy.max_driving_s)
        return Verdict(
            rule="driving_time",
            reason=f"The drive from {hub} to {site} takes {refusals.duration(seconds)}, more than {limit}, and no "
            f"place on the way where the column may rest splits it into parts of {limit} at most.",
        )

    def _judge(self, way: Way, day: int) -> Option | Verdict:
        """Return the option that the way makes on its day, or the rule against it."""
        policy = self.snapshot.policy
        busy = busy_days(way)
        least, most = max(policy.min_trucks, len(way.sites)), self.means.most_trucks(way, day)
        if most < least:
            return Verdict(
                rule="fleet", reason=f"{way.hub} has {most} trucks over all days of the way, a convoy needs {least}."
            )
        trucks = most_trucks(self.ground, way, least, most)
        if trucks is None:
            return refusals.why_not(self.ground, way, least)
        column = split(self.ground, way, trucks)
        windows = departures(self.ground, way, column)
        met = worst_causes(self.ground, way, column, windows)
        if least != trucks:
            fewest = split(self.ground, way, least)
            lower(met, worst_causes(self.ground, way, fewest, departures(self.ground, way, fewest)))
        p = float(path_p(met))
        if p < policy.risk_cap_p:
            return refusals.too_risky(way, p, policy.risk_cap_p, met.items())
        gates = tuple(sorted({gate for phase in way.phases for run in phase.runs for gate in run.gates}))
        guarded = {self.ground.network.gates[gate].regime for run in way.loaded_runs for gate in run.gates}
        return Option(
            id=f"{way.hub}>{'+'.join(way.sites)}@{day}", hub=way.hub, sites=way.sites, day=day, phases=way.phases,
            max_trucks=trucks, departures=windows, p=p, causes=dict(sorted(met.items())), gates=gates, busy_days=busy,
            needs_escort=not guarded.isdisjoint(policy.escort_regimes),
            seconds=sum(run.seconds for phase in way.phases for run in phase.runs),
            stop_caps=stop_caps(self.ground, way, trucks),
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------- several sites

    def tours(self, sites: Sequence[SiteId]) -> Iterator[Option]:
        """Yield the options over two sites or more that lie near each other."""
        for stops in groups_of(sites, self._near(sites), self.snapshot.policy.max_stops):
            first, *others = (self.hubs.nearest_to(site) for site in stops)
            for hub in first:
                if all(hub in hubs for hubs in others):
                    yield from self._tours_of(hub, stops)

    def _tours_of(self, hub: HubId, stops: Sequence[SiteId]) -> Iterator[Option]:
        for day in self.days:
            if any(self.means.against(hub, site, day) is not None for site in stops):
                continue
            way = tour(self.roads(hub), hub, stops, day)
            found = None if way is None else self._judge(way, day)
            if isinstance(found, Option):
                yield replace(found, id=f"{found.id}/1")

    def _near(self, sites: Sequence[SiteId]) -> frozenset[tuple[SiteId, SiteId]]:
        places = [self.snapshot.sites[site].place for site in sites]
        if len(places) < 2 or self.snapshot.policy.max_stops < 2:  # noqa: PLR2004 - a pair
            return frozenset()
        spread = self.snapshot.policy.stop_spread_m
        table = self.engine.seconds_table(places, places, self.ground.never_passable, loaded=False)
        candidates = np.argwhere((table < UNREACHABLE) & (table <= spread / SLOWEST_M_PER_S))
        return frozenset(
            (sites[a], sites[b]) for a, b in candidates.tolist() if a < b and self._metres(sites[a], sites[b]) <= spread
        )

    def _metres(self, first: SiteId, second: SiteId) -> float:
        hubs = [hub for hub in self.hubs.nearest_to(first) if hub in self.hubs.nearest_to(second)]
        if not hubs:
            return float("inf")
        start, end = self.snapshot.sites[first].place, self.snapshot.sites[second].place
        leg = self.roads(hubs[0]).plain(start, end)
        return float("inf") if leg is None else leg.metres


def groups_of(
    sites: Sequence[SiteId], near: AbstractSet[tuple[SiteId, SiteId]], most: int
) -> Iterator[tuple[SiteId, ...]]:
    """Yield the groups of two sites or more, `most` at most, of which each two are near; pairs first.

    Sites of a group, and of a pair in `near`, stand in the order of `sites`.
    """
    later: dict[SiteId, list[SiteId]] = {site: [] for site in sites}
    order = {site: number for number, site in enumerate(sites)}
    for one, other in sorted(near, key=lambda pair: order[pair[1]]):
        later[one].append(other)
    groups: list[tuple[SiteId, ...]] = [(site,) for site in sites]
    for _ in range(2, most + 1):
        groups = [
            (*group, site)
            for group in groups
            for site in later[group[-1]]
            if all((one, site) in near for one in group[:-1])
        ]
        yield from groups
