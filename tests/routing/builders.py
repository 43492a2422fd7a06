"""Small road maps and short logs, written so that a test reads like the situation it speaks of.

The road: hub --supply-- post --crossing-- town --inland-- far --remote-- end. North holds hub and post (area west),
south the rest (area east); the gate stands on the crossing, some 2 km long; the remote road is 110 km beyond.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from routing.access import fold
from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    CeasefireViolation,
    Control,
    DeliveryOutcome,
    Evidence,
    Fact,
    GateHours,
    GateReport,
    GateState,
    Hazard,
    Hold,
    Incident,
    Pause,
    Result,
    Retraction,
    RoadReport,
    RoadState,
)
from routing.network import Area, Gate, Place, Position, Regime, RoadNetwork, Segment, distance_m
from routing.policy import AccessPolicy
from routing.status import AccessMap, Part, PartName, Piece
from routing.units import FOREVER, HOUR, AsOf, Instant, Window, parse_clock

ZONE = ZoneInfo("Asia/Damascus")
POLICY = AccessPolicy()
LONG_AGO = "2016-01-01 00:00"


def time(text: str) -> Instant:
    """Read a local time like 2016-09-12 19:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())


def span(start: str, end: str | None = None) -> Window:
    return Window(time(start), FOREVER if end is None else time(end))


def place(name: str, position: Position, area: str) -> Place:
    return Place(id=name, name=name, name_ar=name, kind="town", position=position, area=area)


def segment(name: str, start: Place, end: Place, gate: str | None = None) -> Segment:
    return Segment(
        id=name,
        name=name,
        corridor=name,
        start=start.id,
        end=end.id,
        length_m=max(1, round(distance_m(start.position, end.position))),
        road_class="primary",
        shape=(start.position, end.position),
        gate=gate,
    )


def gate(name: str, at: str, regime: Regime = "permit", opens: str = "00:00", closes: str = "24:00") -> Gate:
    return Gate(
        id=name,
        name=name,
        name_ar=name,
        place=at,
        regime=regime,
        authority="central authority",
        authority_type="central",
        opens=parse_clock(opens),
        closes=parse_clock(closes),
        trucks_per_hour=12,
        delay_low_s=HOUR,
        delay_mode_s=HOUR,
        delay_high_s=HOUR,
    )


def network_of(places: Sequence[Place], segments: Sequence[Segment], gates: Sequence[Gate] = ()) -> RoadNetwork:
    areas = sorted({each.area for each in places})
    return RoadNetwork(
        places={each.id: each for each in places},
        segments={each.id: each for each in segments},
        gates={each.id: each for each in gates},
        areas={area: Area(id=area, name=area, name_ar=area) for area in areas},
    )


def two_sides(regime: Regime = "permit", opens: str = "00:00", closes: str = "24:00") -> RoadNetwork:
    hub = place("hub", (36.00, 36.0), "west")
    post = place("post", (36.20, 36.0), "west")
    town = place("town", (36.22, 36.0), "east")
    far = place("far", (37.50, 36.0), "east")
    end = place("end", (38.00, 36.0), "east")
    return network_of(
        [hub, post, town, far, end],
        [
            segment("supply", hub, post),
            segment("crossing", post, town, "gate"),
            segment("inland", town, far),
            segment("remote", far, end),
        ],
        [gate("gate", "post", regime, opens, closes)],
    )


def reported(fact: Fact, since: str, until: str | None = None, source: str = "field desk") -> Evidence:
    return Evidence(position=0, learned_at=time(since), valid=span(since, until), fact=fact, source=source)


def log(*records: Evidence) -> tuple[Evidence, ...]:
    """Number the records in the order given, from 1."""
    return tuple(replace(record, position=number) for number, record in enumerate(records, start=1))


def held(area: str, party: str, since: str = LONG_AGO, until: str | None = None) -> Evidence:
    return reported(Control(area=area, party=party), since, until, source="map desk")


WEST_NORTH = held("west", "north")
EAST_SOUTH = held("east", "south")


def agreed(
    since: str = "2016-09-12 19:00",
    *,
    firm_end: str = "2016-09-14 19:00",
    intended_end: str = "2016-09-19 19:00",
    areas: tuple[str, ...] = ("west", "east"),
    parties: tuple[str, ...] = ("north", "south"),
    guarantors: tuple[str, ...] = ("sponsor-a", "sponsor-b"),
    ceasefire: str = "truce",
) -> Evidence:
    fact = CeasefireAgreed(
        ceasefire=ceasefire,
        areas=areas,
        parties=parties,
        guarantors=guarantors,
        firm_end=time(firm_end),
        intended_end=time(intended_end),
    )
    return reported(fact, since, source="sponsors")


def extended(since: str, *, firm_end: str, intended_end: str = "2016-09-19 19:00") -> Evidence:
    fact = CeasefireExtended(ceasefire="truce", firm_end=time(firm_end), intended_end=time(intended_end))
    return reported(fact, since, source="sponsors")


def claimed(says: Literal["in_force", "suspended", "over"], by: str, since: str, until: str | None = None) -> Evidence:
    return reported(CeasefireClaim(ceasefire="truce", by=by, says=says), since, until, source=by)


def claimed_over(by: str, since: str) -> Evidence:
    return claimed("over", by, since)


def violated(area: str, since: str) -> Evidence:
    return reported(CeasefireViolation(ceasefire="truce", areas=(area,)), since)


def arranged(
    since: str, until: str, parties: tuple[str, ...] = ("north", "south"), at: str = "gate", *others: str
) -> Evidence:
    return reported(Arrangement(gates=(at, *others), parties=parties), since, until)


def paused(by: str, since: str, until: str, *, accepted: bool, opens: str = "10:00", closes: str = "13:00") -> Evidence:
    fact = Pause(gates=("gate",), by=by, accepted=accepted, opens=parse_clock(opens), closes=parse_clock(closes))
    return reported(fact, since, until)


def road(name: str, state: RoadState, since: str, until: str | None = None, source: str = "field desk") -> Evidence:
    return reported(RoadReport(segments=(name,), state=state), since, until, source)


def gate_is(state: GateState, since: str, until: str | None = None) -> Evidence:
    return reported(GateReport(gate="gate", state=state), since, until)


def gate_hours(opens: str, closes: str, since: str, until: str | None = None, flow: int | None = None) -> Evidence:
    fact = GateHours(gate="gate", opens=parse_clock(opens), closes=parse_clock(closes), trucks_per_hour=flow)
    return reported(fact, since, until)


def incident(hazard: Hazard, since: str, at: Position = (36.10, 36.0)) -> Evidence:
    fact = Incident(event_type="event", sub_event_type="sub-event", hazard=hazard, lon=at[0], lat=at[1])
    return reported(fact, since)


def outcome(result: Result, since: str, what: str = "delivered", movement: str = "m1") -> Evidence:
    fact = DeliveryOutcome(
        movement=movement, site="town", happened_at=time(since), result=result, what=what, gate="gate"
    )  # fmt: skip
    return reported(fact, since)


def hold(since: str, until: str, *scope: str) -> Evidence:
    return reported(Hold(scope=scope, reason="attack"), since, until)


def retracted(position: int, since: str) -> Evidence:
    return reported(Retraction(position=position), since)


def access(
    records: tuple[Evidence, ...],
    start: str,
    end: str | None = None,
    *,
    network: RoadNetwork | None = None,
    now: str | None = None,
    known: int | None = None,
    policy: AccessPolicy = POLICY,
) -> AccessMap:
    """Fold from `start` (to `end`, else one second), asked at `now` (else `start`) with the whole log known."""
    horizon = Window(time(start), time(start) + 1 if end is None else time(end))
    as_of = AsOf(at=time(now or start), known=len(records) if known is None else known)
    return fold(records, network or two_sides(), as_of, horizon, ZONE, policy)


def piece(records: tuple[Evidence, ...], name: str, at: str, network: RoadNetwork | None = None) -> Piece:
    """Return how a segment stands at an instant, asked at that instant."""
    return access(records, at, network=network).at(name, time(at))


def part(found: Piece, name: PartName) -> Part:
    return next(each for each in found.parts if each.name == name)
