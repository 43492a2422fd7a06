"""Legs as the product gives them, on drawn maps: departures, gates, risk and the line on the map.

Two states of the same roads. Calm: all open but for 200 closed segments, so that the fastest way is the answer and has
to be told. Folded: a year of 10,000 records (see `folds`), all areas held by one party so that places are joined, with
gates and their hours, damaged and closed roads and fading hazards: every way that is likelier or open at other hours is
searched. The first question on a state prepares its roads and is told apart. Each leg is driven again by the recheck.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from routing.access import fold
from routing.evidence import Control
from routing.status import AccessMap, Part, Piece, Status
from routing.travel.engine import TravelEngine
from routing.travel.legs import find_legs
from routing.travel.recheck import recheck
from routing.units import DAY, AsOf, Window
from tests.benchmarks.folds import NOW, RECORDS, WEEK, ZONE, Land, draw_land, draw_log
from tests.benchmarks.road_maps import SEED
from tests.benchmarks.timing import Timing, Watch

CLOSED: Final = 200
TRUCKS: Final = 10
ASKED: Final = {"calm": 100, "folded": 20}


def measure_legs(size: str, places: int, records: int = RECORDS) -> Iterator[Timing]:
    """Measure a map of so many places, one row as soon as it is known."""
    land = draw_land(places)
    with Watch() as watch:
        engine = TravelEngine(land.network)
    yield watch.row("legs engine", size, f"{len(engine.roads.ids)} segments as arrays and ordered once")
    with Watch() as watch:
        engine.shapes.line(0, engine.roads.numbers(()))
    yield watch.row("legs lines", size, "the bends of all segments gathered once")
    for what, access in (("calm", _calm(land)), ("folded", _folded(land, records))):
        yield from _measure(size, what, land, access, engine)


def _measure(size: str, what: str, land: Land, access: AccessMap, engine: TravelEngine) -> Iterator[Timing]:
    chance = np.random.default_rng(SEED)
    first, legs, driven = Watch(), Watch(), Watch()
    found = segments = 0
    for k in range(ASKED[what] + 1):
        origin, destination = (engine.places[at] for at in chance.choice(len(engine.places), size=2, replace=False))
        watch = legs if k else first
        with watch:
            told = find_legs(
                land.network, access, engine, origin, destination, Window(NOW, NOW + DAY), loaded=True, trucks=TRUCKS
            )
            for leg in told:
                engine.line(origin, leg.segments)
        for leg in told:
            segments = max(segments, len(leg.segments))
            with driven:
                again = recheck(
                    land.network, access, leg.segments, origin, leg.departures[0].start, TRUCKS, loaded=True
                )
            if again.complaints:
                raise AssertionError(f"{origin} to {destination}: {again.complaints[0]}")
        found += len(told)
    yield first.row(f"legs {what}", size, "the first question on these states, which prepares all roads")
    slowest = f"slowest {max(legs.wall) * 1000:.1f} ms, {max(legs.cpu) * 1000:.1f} ms of the processor"
    said = f"median of {ASKED[what]} questions, {slowest}; {found} legs with lines, up to {segments} segments"
    yield legs.row(f"legs {what} +", size, said)
    if driven.wall:
        yield driven.row("legs recheck", size, f"{what}: a leg driven again minute by minute, no complaint")


def _calm(land: Land) -> AccessMap:
    chance = np.random.default_rng(SEED)
    timelines = dict.fromkeys(land.segments, _steady(Status.OPEN, 1.0))
    closed = chance.choice(len(land.segments), size=min(CLOSED, len(land.segments) // 10), replace=False)
    timelines.update(dict.fromkeys((land.segments[at] for at in closed.tolist()), _steady(Status.BLOCKED, 0.0)))
    return AccessMap(as_of=AsOf(at=NOW, known=0), horizon=WEEK, timelines=timelines, gate_priors={}, gate_flow={})


def _steady(status: Status, p: float) -> tuple[Piece, ...]:
    part = Part(name="physical", status=status, p=p, code="drawn")
    return (Piece(window=WEEK, status=status, p=p, decided_by="physical", parts=(part,)),)


def _folded(land: Land, records: int) -> AccessMap:
    log = tuple(
        replace(row, fact=replace(row.fact, party="party-0")) if isinstance(row.fact, Control) else row
        for row in draw_log(land, records)
    )
    return fold(log, land.network, AsOf(at=NOW, known=records), WEEK, ZONE)
