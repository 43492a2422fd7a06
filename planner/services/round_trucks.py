"""Which trucks of a hub are loaded and ready when on a day, as its loading lines allow."""

from collections import Counter
from collections.abc import Iterable, Iterator

from planner.domain.plan import Convoy
from planner.domain.rounds import RoundFleet
from planner.domain.supply import Hub, HubId, TruckTypeId
from planner.domain.world import World
from routing.units import DAY, MINUTE, Instant, Window, daily_windows, local_midnight


def round_fleets(
    world: World, hubs: Iterable[Hub], light: Window, *, from_at: Instant, pinned: Iterable[Convoy]
) -> tuple[RoundFleet, ...]:
    """Return the fleets of the hubs by type and hour of readiness; a truck makes one trip in daylight.

    Hubs load in the evening before and in the morning, so many trucks at a time, none before `from_at`. Trucks, and
    places on the lines, that promised convoys have are taken off. Larger trucks are loaded first.
    """
    promised = tuple(pinned)
    return tuple(
        fleet for hub in sorted(hubs, key=lambda h: h.id) for fleet in _of(world, hub, light, from_at, promised)
    )


def _of(world: World, hub: Hub, light: Window, from_at: Instant, promised: tuple[Convoy, ...]) -> Iterator[RoundFleet]:
    types = world.catalogue.truck_types
    ready = _ready_times(world, hub, light, from_at, promised)
    there = _trucks_there(world, hub.id, light, promised)
    for kind in sorted(there, key=lambda k: (-types[k].payload_kg, k)):
        given, ready = ready[: there[kind]], ready[there[kind] :]
        for at, trucks in sorted(Counter(given).items()):
            wave = "" if at == light.start else f"+{(at - light.start) // MINUTE}min"
            yield RoundFleet(
                id=f"{hub.id}/{kind}{wave}", depot=hub.id, trucks=trucks, payload_kg=types[kind].payload_kg,
                payload_l=types[kind].payload_l, shift=Window(at, light.end), table=kind,
            )  # fmt: skip


def _trucks_there(world: World, hub: HubId, light: Window, promised: tuple[Convoy, ...]) -> Counter[TruckTypeId]:
    """Return the trucks by type that are at the hub all day and bound by no promise."""
    there: Counter[TruckTypeId] = Counter()
    for fleet in world.catalogue.fleets:
        if fleet.hub == hub and fleet.available.covers(light):
            there[fleet.truck_type] += fleet.trucks
    for convoy in promised:
        if convoy.hub == hub and convoy.loading.start < light.end and convoy.back_at > light.start:
            there.subtract(convoy.trucks)
    return +there


def _ready_times(
    world: World, hub: Hub, light: Window, from_at: Instant, promised: tuple[Convoy, ...]
) -> list[Instant]:
    """Return when each truck that the lines can load is ready to leave, earliest first."""
    zone = world.catalogue.crisis.tz
    today = Window(local_midnight(light.start, zone), light.end)
    before = Window(today.start - DAY, today.start)
    each_s = hub.minutes_per_truck * MINUTE
    times: list[Instant] = []
    for span, (opens, closes) in ((before, hub.evening), (today, hub.morning)):
        for session in daily_windows(span, opens, closes, zone):
            start = max(session.start, from_at)
            rounds = max(0, session.end - start) // each_s
            loaded = [start + each_s * (1 + k // hub.loading_lines) for k in range(rounds * hub.loading_lines)]
            bound = sum(c.truck_count for c in promised if c.hub == hub.id and c.loading.overlaps(session))
            times += [max(at, light.start) for at in loaded[bound:]]
    return sorted(at for at in times if at < light.end)
