"""Turn chosen options and their times into convoys as people read them: moves, gates, stops, loads, slack, exposure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from planner.domain.needs import CommodityId, SiteId
from planner.domain.plan import Convoy, GatePass, Load, Move, Stop
from planner.domain.snapshot import Snapshot
from planner.domain.supply import TruckTypeId
from planner.solvers.choice import Chosen, Timed
from planner.solvers.ground import Ground, path_of
from planner.solvers.option import Option
from planner.solvers.way import RunTime, run_times, way_of
from routing.network import SegmentId
from routing.status import Status
from routing.travel.passage import causes, gate_passes, lower, path_p, pieces_in, stretches
from routing.units import Instant, Seconds, Window

EXPOSED = frozenset({Status.CONTESTED, Status.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A column on one segment, loaded or on its empty way back."""

    segment: SegmentId
    enter_at: Instant
    leave_at: Instant
    loaded: bool


def assemble(snapshot: Snapshot, chosen: Sequence[Chosen], timed: Sequence[Timed]) -> tuple[Convoy, ...]:
    """Return the convoys in canonical order: by departure, hub and sites, named c01, c02 and so on.

    Moves, gates and stops follow from the starts of the phases, without any wait within a phase.
    """
    ground, times = Ground.of(snapshot), {item.option: item for item in timed}
    return in_order(_convoy(ground, item, times[item.option.id]) for item in chosen)


def in_order(convoys: Iterable[Convoy]) -> tuple[Convoy, ...]:
    """Return the convoys sorted by departure, hub and sites, numbered in that order."""
    ordered = sorted(
        convoys, key=lambda c: (c.depart_at, c.hub, tuple(stop.site for stop in c.stops), c.movement or "")
    )
    return tuple(replace(convoy, id=f"c{number:02d}") for number, convoy in enumerate(ordered, start=1))


def _convoy(ground: Ground, chosen: Chosen, timed: Timed) -> Convoy:
    option, column = chosen.option, chosen.truck_count
    times = run_times(ground, way_of(option), [sum(stop.values()) for stop in chosen.trucks])
    passed = passages(ground, times, timed.starts, column)
    totals: Counter[TruckTypeId] = Counter()
    for stop in chosen.trucks:
        totals.update(stop)
    return Convoy(
        id="",
        hub=option.hub,
        stops=tuple(_stops(ground, chosen, times, timed.starts)),
        moves=tuple(_move(ground, time, timed.starts[time.phase], column) for time in times),
        trucks=dict(sorted(totals.items())),
        loading=timed.loading,
        p=_p(ground, times, timed.starts, column),
        slack_s=_slack(ground, passed),
        exposure_truck_s=column * exposed_seconds(ground, passed),
        group=next((g.id for g in ground.snapshot.groups if set(g.sites) & set(option.sites)), None),
    )


def _move(ground: Ground, time: RunTime, start: Instant, column: int) -> Move:
    depart = start + time.start_s
    return Move(
        start=time.run.start,
        end=time.run.end,
        depart_at=depart,
        arrive_at=start + time.end_s,
        segments=time.run.segments,
        gates=tuple(
            GatePass(gate=gate, arrive_at=depart + arrive, clear_at=depart + clear)
            for gate, arrive, clear in gate_passes(ground.network, ground.access, path_of(time.run), column)
        ),
        loaded=time.run.loaded,
    )


def _stops(ground: Ground, chosen: Chosen, times: Sequence[RunTime], starts: Sequence[Instant]) -> Iterable[Stop]:
    for time in times:
        if time.site is not None:
            wanted: dict[tuple[CommodityId, str], int] = defaultdict(int)
            for drop in chosen.drops[time.site]:
                wanted[drop.commodity, drop.batch] += drop.units
            yield Stop(
                site=chosen.option.sites[time.site],
                arrive_at=starts[time.phase] + time.end_s,
                unloaded_at=starts[time.phase] + time.unloaded_s,
                trucks=dict(sorted(chosen.trucks[time.site].items())),
                loads=tuple(
                    _load(ground.snapshot, commodity, batch, units)
                    for (commodity, batch), units in sorted(wanted.items())
                ),
            )


def _load(snapshot: Snapshot, commodity: CommodityId, batch: str, units: int) -> Load:
    good = snapshot.commodities[commodity]
    people = units * good.person_days // snapshot.policy.ration_days if good.counts_as_food else 0
    return Load(
        commodity=commodity, batch=batch, units=units, kg=units * good.kg, litres=units * good.litres, people=people
    )


def passages(ground: Ground, times: Sequence[RunTime], starts: Sequence[Instant], column: int) -> tuple[Passage, ...]:
    """Return every segment driven, in order, with the times at which the column is on it."""
    return tuple(
        Passage(
            segment=stretch.segment.id,
            enter_at=starts[time.phase] + time.start_s + stretch.enter_s,
            leave_at=starts[time.phase] + time.start_s + stretch.leave_s,
            loaded=time.run.loaded,
        )
        for time in times
        for stretch in stretches(ground.network, ground.access, path_of(time.run), column)
    )


def _p(ground: Ground, times: Sequence[RunTime], starts: Sequence[Instant], column: int) -> float:
    met: dict[str, float] = {}
    for time in times:
        if time.run.loaded:
            depart = starts[time.phase] + time.start_s
            lower(met, causes(ground.network, ground.access, path_of(time.run), Window(depart, depart + 1), column))
    return path_p(met)


def _slack(ground: Ground, passed: Sequence[Passage]) -> Seconds:
    end = ground.access.horizon.end
    found = [end - passed[-1].leave_at] if passed else [0]
    for one in passed:
        if not one.loaded:
            closing = next(
                (w.end for w in ground.passable(one.segment) if w.start <= one.leave_at <= w.end), one.leave_at
            )
            found.append(min(closing, end) - one.leave_at)
    return max(0, min(found))


def exposed_seconds(ground: Ground, passed: Sequence[Passage]) -> Seconds:
    """Return the time from entering the first contested or unreported segment until leaving the last one."""
    inside = [one for one in passed if _is_exposed(ground, one)]
    return inside[-1].leave_at - inside[0].enter_at if inside else 0


def _is_exposed(ground: Ground, one: Passage) -> bool:
    span = Window(one.enter_at, max(one.leave_at, one.enter_at + 1))
    return any(piece.status in EXPOSED for piece in pieces_in(ground.access.timeline(one.segment), span))


def people_reached(
    snapshot: Snapshot, convoys: Iterable[Convoy], ceilings: dict[SiteId, int | None]
) -> dict[SiteId, int]:
    """Return the people reached at each site that gets food.

    The least of its people (of all sources), the papers' head-count and those fed for the ration period.
    """
    fed: Counter[SiteId] = Counter()
    for convoy in convoys:
        for stop in convoy.stops:
            for load in stop.loads:
                good = snapshot.commodities[load.commodity]
                fed[stop.site] += load.units * good.person_days if good.counts_as_food else 0
    reached: dict[SiteId, int] = {}
    for site, person_days in sorted(fed.items()):
        counts = [snapshot.sites[site].people_least, person_days // snapshot.policy.ration_days]
        ceiling = ceilings.get(site)
        reached[site] = min(counts if ceiling is None else [*counts, ceiling])
    return {site: people for site, people in reached.items() if people > 0}


def exposure_floor(ground: Ground, option: Option, column: int) -> Seconds:
    """Return the least time inside contested or unreported land of so many trucks, whenever they start.

    A segment counts only if it is contested or unreported whenever it is passable on the day; between two phases
    lies at least the time from the first one's last start to the second one's first.
    """
    trucks = _fastest_split(ground, option, column)
    times = run_times(ground, way_of(option), trucks)
    starts = [spans[0].start for spans in option.departures]
    lasts = [spans[-1].end for spans in option.departures]
    inside: list[tuple[int, int, int]] = []
    for time in times:
        day = option.phases[time.phase].day
        for stretch in stretches(ground.network, ground.access, path_of(time.run), column):
            pieces = list(pieces_in(ground.access.timeline(stretch.segment.id), ground.days[day]))
            if all(piece.status in EXPOSED or piece.status is Status.BLOCKED for piece in pieces):
                inside.append((time.phase, time.start_s + stretch.enter_s, time.start_s + stretch.leave_s))
    if not inside:
        return 0
    (first, enter, _), (last, _, leave) = inside[0], inside[-1]
    if first == last:
        return leave - enter
    return max(0, starts[last] + leave - (lasts[first] + enter))


def _fastest_split(ground: Ground, option: Option, column: int) -> list[int]:
    rates = [ground.snapshot.sites[site].offload_trucks_per_hour for site in option.sites]
    trucks = [1] * len(rates)
    trucks[rates.index(max(rates))] += max(0, column - len(rates))
    return trucks


def delivered(convoys: Iterable[Convoy]) -> Counter[tuple[SiteId, CommodityId]]:
    """Return the units that the convoys bring to each site."""
    found: Counter[tuple[SiteId, CommodityId]] = Counter()
    for convoy in convoys:
        for stop in convoy.stops:
            for load in stop.loads:
                found[stop.site, load.commodity] += load.units
    return found
