"""What a peer keeps count of while it plans day by day: needs, stock, trucks; and its convoys as we write them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from planner.domain.needs import SiteId
from planner.domain.permits import REGIME_STEPS, windows_in_force
from planner.domain.plan import Convoy
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId, TruckTypeId
from planner.solvers.assemble import assemble
from planner.solvers.choice import Chosen, Drop, Timed
from planner.solvers.ground import Ground
from planner.solvers.option import Option, Phase, Run
from routing.network import SegmentId
from routing.travel.engine import TravelEngine
from routing.units import DAY, Instant, Seconds, Window, intersect_windows

Alike: TypeAlias = tuple[HubId, tuple[SiteId, ...]]
"""What the trucks of a column share: a hub and sites in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A column that a peer sends: its sites in order, each with its trucks by type, and when it leaves."""

    hub: HubId
    sites: tuple[SiteId, ...]
    trucks: tuple[Mapping[TruckTypeId, int], ...]
    day: int
    depart_at: Instant


@dataclass(kw_only=True)
class Ledger:
    """The books of one peer."""

    snapshot: Snapshot
    ground: Ground
    engine: TravelEngine
    needs: Counter[tuple[SiteId, str]] = field(default_factory=Counter)
    stock: Counter[tuple[HubId, str, str]] = field(default_factory=Counter)
    busy: Counter[tuple[HubId, TruckTypeId, int]] = field(default_factory=Counter)
    reached: dict[SiteId, int] = field(default_factory=dict)
    """Day of the last visit; negative before the horizon."""
    lines: dict[tuple[HubId, int], Instant] = field(default_factory=dict)
    """Until when a hub loads for departures of a day."""
    chosen: list[Chosen] = field(default_factory=list)
    timed: list[Timed] = field(default_factory=list)

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Ledger":
        """Open the books."""
        made = cls(snapshot=snapshot, ground=Ground.of(snapshot), engine=TravelEngine(snapshot.network))
        for need in snapshot.needs:
            made.needs[need.site, need.commodity] += need.units
        for batch in snapshot.stock:
            made.stock[batch.hub, batch.commodity, batch.batch] += batch.units
        for site in snapshot.sites.values():
            since = snapshot.policy.never_reached_days * DAY
            last = snapshot.horizon.start - since if site.last_reached is None else site.last_reached
            made.reached[site.id] = (last - snapshot.horizon.start) // DAY
        return made

    def free_from(self, hub: HubId, day: int) -> Instant:
        """Return from when on a hub's lines are free to load for a day: one column after the other."""
        return self.lines.get((hub, day), self.ground.sessions(hub, day)[0].start)

    def light(self, day: int) -> Window:
        """Return a day's light."""
        return self.ground.daylight[day][0]

    def open_windows(self, segments: Sequence[SegmentId], day: int) -> tuple[Window, ...]:
        """Return when on a day all segments of a way are passable at once."""
        open_now: tuple[Window, ...] = (self.light(day),)
        for segment in segments:
            open_now = intersect_windows(open_now, self.ground.passable(segment))
        return open_now

    def way(self, start: str, end: str, day: int, *, loaded: bool) -> tuple[tuple[SegmentId, ...], Seconds] | None:
        """Return the fastest way between two places over roads that are passable at some time of the day."""
        found = self.engine.fastest_way(start, end, self.ground.closed[day], loaded=loaded)
        return None if found is None else (found.segments, found.seconds)

    def seconds_to_gate(self, segments: Sequence[SegmentId]) -> Seconds:
        """Return the driving time to the first gate on a way; all of it where there is none."""
        total = 0
        for name in segments:
            segment = self.snapshot.network.segments[name]
            if segment.gate is not None:
                break
            total += segment.drive_seconds()
        return total

    def lettered(self, site: SiteId, segments: Sequence[SegmentId], day: int) -> bool:
        """Tell whether all papers that the gates on a way ask for are in force all day."""
        snapshot, light = self.snapshot, self.light(day)
        for name in segments:
            gate = snapshot.network.segments[name].gate
            steps = () if gate is None else REGIME_STEPS[snapshot.network.gates[gate].regime]
            for step in steps:
                windows = windows_in_force(snapshot.papers, site, gate or "", step)
                if not any(window.covers(light) for window in windows):
                    return False
        return True

    def waiting(self, day: int) -> dict[SiteId, int]:
        """Return the days since each site that still needs something was last reached."""
        short = {site for (site, _), units in self.needs.items() if units > 0}
        return {site: day - self.reached[site] for site in sorted(short)}

    def trucks_left(self, hub: HubId, day: int) -> Counter[TruckTypeId]:
        """Return the trucks by type that are at a hub on a day."""
        there: Counter[TruckTypeId] = Counter()
        for fleet in self.snapshot.fleets:
            if fleet.hub == hub:
                there[fleet.truck_type] += fleet.trucks - max(
                    self.busy[hub, fleet.truck_type, one] for one in (day - 1, day)
                )
        return there

    def wanted(self, site: SiteId, hub: HubId, day: int) -> dict[str, int]:
        """Return the units that a site needs and a hub has on a day."""
        found = {}
        for item in sorted(self.snapshot.commodities):
            have = sum(self.stock[hub, item, batch] for batch in self._usable(hub, item, day))
            if units := min(self.needs[site, item], have):
                found[item] = units
        return found

    def _usable(self, hub: HubId, item: str, day: int) -> Iterator[str]:
        now = self.ground.days[day - 1].start
        for batch in self.snapshot.stock:
            good = batch.expires_at is None or batch.expires_at > self.ground.days[day].end
            if (batch.hub, batch.commodity) == (hub, item) and batch.available_from <= now and good:
                yield batch.batch

    def send(self, sent: Sent) -> None:
        """Write a column into the books: food first, as much as its trucks carry."""
        drops = tuple(
            tuple(self._load(sent, site, trucks)) for site, trucks in zip(sent.sites, sent.trucks, strict=True)
        )
        option = self._option(sent)
        if option is None or not any(drops):
            return
        for trucks in sent.trucks:
            for kind, count in trucks.items():
                for day in (sent.day - 1, sent.day):  # loaded in the evening before
                    self.busy[sent.hub, kind, day] += count
        self.reached.update(dict.fromkeys(sent.sites, sent.day))
        hub, total = self.snapshot.hubs[sent.hub], sum(sum(trucks.values()) for trucks in sent.trucks)
        start = self.free_from(sent.hub, sent.day)
        self.lines[sent.hub, sent.day] = start + hub.loading_seconds(total)
        self.chosen.append(Chosen(option=option, trucks=sent.trucks, drops=drops))
        loading = Window(start, start + hub.loading_seconds(total))
        self.timed.append(Timed(option=option.id, loading=loading, starts=(sent.depart_at,)))

    def _load(self, sent: Sent, site: SiteId, trucks: Mapping[TruckTypeId, int]) -> Iterator[Drop]:
        kinds, goods = self.snapshot.truck_types, self.snapshot.commodities
        kg = sum(kinds[kind].payload_kg * count for kind, count in trucks.items())
        litres = sum(kinds[kind].payload_l * count for kind, count in trucks.items())
        for item in sorted(goods, key=lambda name: (not goods[name].counts_as_food, -goods[name].priority, name)):
            for batch in self._usable(sent.hub, item, sent.day):
                good = goods[item]
                key = (sent.hub, item, batch)
                units = min(self.needs[site, item], self.stock[key], kg // good.kg, litres // good.litres)
                if units > 0:
                    kg, litres = kg - units * good.kg, litres - units * good.litres
                    self.needs[site, item] -= units
                    self.stock[key] -= units
                    yield Drop(commodity=item, batch=batch, units=units)

    def _option(self, sent: Sent) -> Option | None:
        """Return the column as an option along the fastest ways, whether or not it may run."""
        places = [self.snapshot.hubs[sent.hub].place, *(self.snapshot.sites[site].place for site in sent.sites)]
        runs = []
        for number, (start, end) in enumerate(zip(places, [*places[1:], places[0]], strict=True)):
            loaded = number < len(sent.sites)
            way = self.way(start, end, sent.day, loaded=loaded)
            if way is None:
                return None
            gates = tuple(g for name in way[0] if (g := self.snapshot.network.segments[name].gate) is not None)
            runs.append(
                Run(start=start, end=end, segments=way[0], gates=gates, seconds=way[1], per_truck_s=0, loaded=loaded)
            )
        visits = tuple(range(len(sent.sites)))
        return Option(
            id=f"p{len(self.chosen):04d}", hub=sent.hub, sites=sent.sites, day=sent.day,
            phases=(Phase(day=sent.day, runs=tuple(runs), visits=visits),), max_trucks=999, departures=((),), p=1.0,
            causes={}, gates=(), busy_days=(sent.day,), needs_escort=False, seconds=0,
        )  # fmt: skip

    def convoys(self) -> tuple[Convoy, ...]:
        """Return all columns sent as a plan's convoys, with their true times at gates and roads."""
        return assemble(self.snapshot, self.chosen, self.timed)


def grouped(
    columns: Mapping[tuple[HubId, tuple[SiteId, ...]], Sequence[tuple[TruckTypeId, Instant]]], day: int
) -> Iterator[Sent]:
    """Yield single trucks of one hub that go the same way on a day as one column, which leaves with the first."""
    for (hub, sites), trucks in sorted(columns.items()):
        by_stop: list[dict[TruckTypeId, int]] = [defaultdict(int) for _ in sites]
        for number, (kind, _) in enumerate(sorted(trucks)):
            by_stop[number % len(sites)][kind] += 1
        if all(by_stop):
            yield Sent(
                hub=hub, sites=sites, trucks=tuple(dict(one) for one in by_stop), day=day,
                depart_at=min(at for _, at in trucks) // 60 * 60,
            )  # fmt: skip
