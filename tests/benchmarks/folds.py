"""Folding much evidence over many segments: the whole network, and one new record laid on what was known.

The log is synthetic and holds 10,000 records of one year on a drawn map: 60 areas of six parties, a gate on every
twentieth segment that joins two of them, and reports as a desk would write them down: half on roads, the others on
incidents (a fifth), gates, control, ceasefires, arrangements, holds and outcomes. It is asked for the week after its
last day, and for one instant. Making the network and indexing its shapes is not part of a fold; a network never
changes, so that both are done once, and are timed apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from routing.access import fold
from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireViolation,
    Control,
    DeliveryOutcome,
    Evidence,
    Fact,
    GateHours,
    GateReport,
    Hold,
    Incident,
    RoadReport,
)
from routing.geometry import Geometry
from routing.network import Area, Gate, Place, RoadNetwork, Segment
from routing.refold import refold
from routing.status import AccessMap
from routing.units import DAY, HOUR, AsOf, Instant, Window
from tests.benchmarks.road_maps import SEED, RoadMap, draw_map
from tests.benchmarks.timing import Timing, Watch

RECORDS: Final = 10_000
NEW_RECORDS: Final = 40
NOW: Final[Instant] = 1_473_681_600
WEEK: Final = Window(NOW, NOW + 7 * DAY)
ZONE: Final = ZoneInfo("UTC")
_ACROSS, _DOWN, _PARTIES = 10, 6, 6
_KINDS: Final = (RoadReport, Incident, GateReport, GateHours, Control, CeasefireAgreed, CeasefireClaim,
                 CeasefireViolation, Arrangement, Hold, DeliveryOutcome)  # fmt: skip
_SHARES: Final = (0.5, 0.2, 0.09, 0.03, 0.04, 0.01, 0.02, 0.03, 0.03, 0.01, 0.04)


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """A network with what the log may speak of."""

    network: RoadNetwork
    roads: RoadMap
    segments: tuple[str, ...]
    gates: tuple[str, ...]


def measure_folds(size: str, places: int, records: int = RECORDS) -> Iterator[Timing]:
    """Measure a map of so many places, one row as soon as it is known."""
    land = draw_land(places)
    log = draw_log(land, records)
    with Watch() as watch:
        geometry = Geometry.of(land.network)
    yield watch.row("folds index", size, f"{len(geometry.ids)} segments indexed once")
    as_of = AsOf(at=NOW, known=records)
    for what, horizon, rounds in (("first", WEEK, 1), ("week", WEEK, 3), ("instant", Window(NOW, NOW + 1), 3)):
        watch = Watch()
        known = AccessMap(as_of=as_of, horizon=horizon, timelines={}, gate_priors={}, gate_flow={})
        for _ in range(rounds):
            with watch:
                known = fold(log, land.network, as_of, horizon, ZONE)
        sorts = len({id(timeline) for timeline in known.timelines.values()})
        said = f"{what}: {records} records over {len(known.timelines)} segments, {sorts} different timelines"
        yield watch.row("folds whole", size, said)
        if what != "first":
            yield from _new_records(size, what, land, log, known)


def _new_records(size: str, what: str, land: Land, log: tuple[Evidence, ...], known: AccessMap) -> Iterator[Timing]:
    """Time one new record laid on what was known: all, and kind by kind."""
    watches: dict[str, Watch] = {}
    every = Watch()
    for row in draw_log(land, NEW_RECORDS, seed=SEED + 1):
        grown = (*log, replace(row, position=len(log) + 1))
        watch = watches.setdefault(row.fact.kind, Watch())
        with watch, every:
            refold(known, grown, land.network, len(log) + 1, ZONE)
    kinds = ", ".join(f"{kind} {median(watch.cpu) * 1000:.0f}" for kind, watch in sorted(watches.items()))
    yield every.row("folds new", size, f"{what}: one new record, median of {len(every.wall)}; cpu by kind: {kinds}")


def draw_land(places: int) -> Land:
    """Return a network of Python objects on a drawn map."""
    roads = draw_map(places)
    column = np.clip((roads.longitude - roads.longitude.min()) / np.ptp(roads.longitude) * _ACROSS, 0, _ACROSS - 1)
    row = np.clip((roads.latitude - roads.latitude.min()) / np.ptp(roads.latitude) * _DOWN, 0, _DOWN - 1)
    area = (row.astype(int) * _ACROSS + column.astype(int)).tolist()
    position = list(zip(roads.longitude.tolist(), roads.latitude.tolist(), strict=True))
    names = [f"p{k:07d}" for k in range(places)]
    segments: dict[str, Segment] = {}
    gates: dict[str, Gate] = {}
    ends = zip(roads.start.tolist(), roads.end.tolist(), strict=True)
    told = zip(roads.metres.tolist(), roads.oneway.tolist(), roads.main.tolist(), strict=True)
    crossings = 0
    for k, ((start, end), (metres, oneway, main)) in enumerate(zip(ends, told, strict=True)):
        gate: str | None = None
        if area[start] != area[end]:
            crossings += 1
            if crossings % 20 == 1:
                gate = f"g{len(gates):05d}"
                gates[gate] = _gate(gate, names[start])
        segments[f"s{k:07d}"] = Segment(
            id=f"s{k:07d}", name="", corridor="", start=names[start], end=names[end], length_m=metres,
            road_class="primary" if main else "tertiary", shape=(position[start], position[end]), gate=gate,
            oneway=oneway,
        )  # fmt: skip
    network = RoadNetwork(
        places={
            name: Place(id=name, name="", name_ar="", kind="town", position=at, area=f"a{lies:02d}")
            for name, at, lies in zip(names, position, area, strict=True)
        },
        segments=segments,
        gates=gates,
        areas={f"a{k:02d}": Area(id=f"a{k:02d}", name="", name_ar="") for k in range(_ACROSS * _DOWN)},
    )
    return Land(network=network, roads=roads, segments=tuple(segments), gates=tuple(gates))


def _gate(name: str, place: str) -> Gate:
    return Gate(
        id=name, name="", name_ar="", place=place, regime="permit", authority="", authority_type="local",
        opens=6 * HOUR, closes=20 * HOUR, trucks_per_hour=12, delay_low_s=HOUR, delay_mode_s=HOUR, delay_high_s=HOUR,
    )  # fmt: skip


def draw_log(land: Land, records: int, seed: int = SEED) -> tuple[Evidence, ...]:
    """Return a log that begins with who holds which area, a year ago."""
    chance = np.random.default_rng(seed)
    areas = sorted(land.network.areas)
    facts: list[tuple[int, Fact]] = [
        (NOW - 366 * DAY, Control(area=area, party=f"party-{chance.integers(_PARTIES)}")) for area in areas
    ] if records > len(areas) else []  # fmt: skip
    kinds = chance.choice(len(_KINDS), size=records - len(facts), p=_SHARES)
    ages = np.sort(chance.integers(0, 365 * DAY, size=len(kinds)))[::-1]
    facts += [
        (NOW - int(age), _fact(_KINDS[kind], land, areas, chance, NOW - int(age)))
        for kind, age in zip(kinds.tolist(), ages.tolist(), strict=True)
    ]
    return tuple(
        Evidence(position=k, learned_at=since, valid=Window(since), fact=fact, source=f"desk {k % 5}")
        for k, (since, fact) in enumerate(facts, start=1)
    )


def _fact(kind: type, land: Land, areas: list[str], chance: np.random.Generator, since: Instant) -> Fact:  # noqa: C901, PLR0911 - a case a kind
    def one(of: tuple[str, ...] | list[str]) -> str:
        return of[int(chance.integers(len(of)))]

    gate, area = one(land.gates), int(chance.integers(len(areas)))
    beside = areas[area + 1] if (area + 1) % _ACROSS else areas[area - 1]
    parties = tuple(f"party-{k}" for k in chance.choice(_PARTIES, size=2, replace=False))
    truce = f"truce-{chance.integers(20)}"
    if kind is RoadReport:
        where = int(chance.integers(len(land.segments)))
        states = ("open", "open", "restricted", "damaged", "closed")
        state = states[int(chance.integers(5))]
        return RoadReport(segments=land.segments[where : where + 3], state=state)  # type: ignore[arg-type] # of these
    if kind is Incident:
        at = int(chance.integers(land.roads.places))
        hazard = ("air_strike", "shelling", "armed_clash", "attack_on_aid", "none")[
            int(chance.choice(5, p=(0.3, 0.3, 0.3, 0.02, 0.08)))
        ]
        return Incident(
            event_type="event", sub_event_type="sub-event", hazard=hazard,  # type: ignore[arg-type] # of these
            lon=float(land.roads.longitude[at]), lat=float(land.roads.latitude[at]),
        )  # fmt: skip
    if kind is GateReport:
        return GateReport(gate=gate, state=("open", "by_permit", "closed")[int(chance.integers(3))])
    if kind is GateHours:
        return GateHours(gate=gate, opens=8 * HOUR, closes=16 * HOUR, trucks_per_hour=int(chance.integers(6, 20)))
    if kind is Control:
        return Control(area=areas[area], party=parties[0])
    if kind is CeasefireAgreed:
        firm = since + int(chance.integers(2, 30)) * DAY
        return CeasefireAgreed(
            ceasefire=truce, areas=(areas[area], beside), parties=parties, firm_end=firm, intended_end=firm + 5 * DAY
        )
    if kind is CeasefireClaim:
        return CeasefireClaim(ceasefire=truce, by=parties[0], says="over")
    if kind is CeasefireViolation:
        return CeasefireViolation(ceasefire=truce, areas=(areas[area],))
    if kind is Arrangement:
        return Arrangement(gates=(gate,), parties=parties)
    if kind is Hold:
        return Hold(scope=(f"gate:{gate}",), reason="attack")
    return DeliveryOutcome(
        movement=f"m{chance.integers(10_000)}", site="site", happened_at=since, result="facilitated", what="delivered",
        gate=gate,
    )  # fmt: skip
