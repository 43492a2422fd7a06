"""Tiny worlds that can be planned by hand: days count from Monday 12 September 2016, clocks are Damascus time."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from planner.domain.crisis import Crisis
from planner.domain.needs import Commodity, CoupledGroup, Listing, Need, PeopleFigure, Site
from planner.domain.permits import Paper
from planner.domain.policy import Limits, PlanPolicy
from planner.domain.scenario import BASELINE
from planner.domain.snapshot import Snapshot
from planner.domain.supply import EscortTeams, Fleet, Hub, StockBatch, TruckType
from routing.evidence import PermitState, PermitStepName
from routing.network import Area, Gate, Place, Regime, RoadNetwork, Segment
from routing.status import AccessMap, GatePrior, Part, PartName, Piece, Status
from routing.units import DAY, HOUR, AsOf, Instant, Window, parse_clock, parse_instant, subtract_windows

ZONE = ZoneInfo("Asia/Damascus")
DAWN, DUSK = parse_clock("06:00"), parse_clock("18:00")
MIDNIGHT = parse_instant("2016-09-12", ZONE)
ALWAYS = Window(MIDNIGHT - 30 * DAY, MIDNIGHT + 60 * DAY)


def at(day: int, clock: str) -> Instant:
    """Return a clock time on a day; day 0 is the first of the horizon, day -1 the one before."""
    return MIDNIGHT + day * DAY + parse_clock(clock)


def hours(day: int, opens: str, closes: str) -> Window:
    """Return some hours of one day."""
    return Window(at(day, opens), at(day, closes))


# ---------------------------------------------------------------------------------------------------------- roads


def place(name: str, *, overnight: bool = False) -> Place:
    """Return a place; where it lies on the map plays no part here."""
    return Place(
        id=name, name=name.title(), name_ar=name, kind="town", position=(37.0, 36.0), area="land", overnight=overnight
    )


def road(
    name: str, start: str, end: str, minutes: int, gate: str | None = None, *, single_lane: bool = False
) -> Segment:
    """Return a primary road (45 km/h loaded) that takes so many minutes to drive: 750 m each."""
    return Segment(
        id=name, name=name, corridor=name, start=start, end=end, length_m=750 * minutes, road_class="primary",
        shape=((37.0, 36.0), (37.1, 36.0)), gate=gate, single_lane=single_lane,
    )  # fmt: skip


def checkpoint(
    name: str, where: str, *, regime: Regime = "permit", delay_minutes: int = 30, single_lane: bool = True
) -> Gate:
    """Return a gate that stops a loaded column for exactly `delay_minutes` and lets 30 trucks an hour through."""
    delay = 60 * delay_minutes
    return Gate(
        id=name, name=name, name_ar=name, place=where, regime=regime, authority="authority of the gate",
        authority_type="party", opens=0, closes=DAY, trucks_per_hour=30,
        delay_low_s=delay, delay_mode_s=delay, delay_high_s=delay, single_lane=single_lane,
    )  # fmt: skip


def network(places: Iterable[Place], roads: Iterable[Segment], gates: Iterable[Gate] = ()) -> RoadNetwork:
    """Return the network of these places, roads and gates."""
    return RoadNetwork(
        places={item.id: item for item in places}, segments={item.id: item for item in roads},
        gates={item.id: item for item in gates}, areas={"land": Area(id="land", name="Land", name_ar="land")},
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------- access


def piece(
    window: Window, status: Status, p: float, code: str = "", *, part: PartName = "physical", cause: str | None = None,
    evidence: tuple[int, ...] = (),
) -> Piece:  # fmt: skip
    """Return a piece of a timeline that one part decides."""
    parts = (Part(name=part, status=status, p=p, code=code, evidence=evidence),)
    causes = () if cause is None else ((cause, p),)
    return Piece(window=window, status=status, p=p, decided_by=part, parts=parts, causes=causes)


def always_open(horizon: Window) -> tuple[Piece, ...]:
    """Return a timeline without news."""
    return (piece(horizon, Status.OPEN, 1.0),)


def open_only(
    horizon: Window, opened: Iterable[Window], *, p: float = 0.8, cause: str, evidence: int = 7
) -> tuple[Piece, ...]:
    """Return a line that may be crossed (CONTESTED at `p`) in these windows and is BLOCKED without consent else."""
    spans = tuple(sorted(opened))
    pieces = [piece(w, Status.CONTESTED, p, "arrangement", part="ceasefire", cause=cause) for w in spans]
    pieces += [
        piece(w, Status.BLOCKED, 0.0, "line_without_consent", part="control", evidence=(evidence,))
        for w in subtract_windows(horizon, spans)
    ]
    return tuple(sorted(pieces, key=lambda item: item.window))


def gate_hours(horizon: Window, opened: Iterable[Window]) -> tuple[Piece, ...]:
    """Return a segment whose gate is open in these windows and shut by its own hours else: consent does not lapse."""
    spans = tuple(sorted(opened))
    pieces = [piece(w, Status.OPEN, 1.0) for w in spans]
    pieces += [
        piece(w, Status.BLOCKED, 0.0, "outside_hours", part="gate", evidence=(31,))
        for w in subtract_windows(horizon, spans)
    ]
    return tuple(sorted(pieces, key=lambda item: item.window))


def access_map(
    roads: RoadNetwork, horizon: Window, changed: Mapping[str, tuple[Piece, ...]], *, as_of: AsOf,
) -> AccessMap:  # fmt: skip
    """Return a map on which all roads are open except those with a timeline of their own; gates pass 9 in 10."""
    return AccessMap(
        as_of=as_of, horizon=horizon,
        timelines={segment: changed.get(segment, always_open(horizon)) for segment in roads.segments},
        gate_priors={gate: GatePrior(passed=9, turned_back=1, cases=0) for gate in roads.gates},
        gate_flow={gate.id: gate.trucks_per_hour for gate in roads.gates.values()},
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ sites, hubs and papers


def site(
    name: str, *, people: int, listing: Listing = "hard_to_reach", reached: int | None = -100, group: str | None = None,
    overnight: bool = False,
) -> Site:  # fmt: skip
    """Return a site at the place of its name that unloads 10 trucks an hour; `reached` counts days from day 0."""
    figure = PeopleFigure(people=people, as_of=None, source="survey", synthetic=True)
    return Site(
        id=name, place=name, name=name.title(), name_ar=name, listing=listing, people=(figure,),
        last_reached=None if reached is None else at(reached, "12:00"), last_reached_source="synthetic",
        offload_trucks_per_hour=10, storage_kg=None, overnight=overnight, severity=3, group=group,
        source="synthetic", synthetic=True,
    )  # fmt: skip


FOOD = Commodity(
    id="food", name="Family food parcel", name_ar="food", unit="parcel", kg=50, litres=80, person_days=150,
    sector="food", priority=1.0, counts_as_food=True, cold_chain=False, dual_use=False, removal_rate=0.0,
    source="synthetic", synthetic=True,
)  # fmt: skip
"""Feeds a family of five for thirty days; 200 parcels fill a truck of ten tonnes."""
KITS = Commodity(
    id="kits", name="Hygiene kit", name_ar="kits", unit="kit", kg=10, litres=25, person_days=150,
    sector="wash", priority=0.5, counts_as_food=False, cold_chain=False, dual_use=False, removal_rate=0.0,
    source="synthetic", synthetic=True,
)  # fmt: skip
TEN_TONNES = TruckType(id="ten", name="10 t", payload_kg=10_000, payload_l=35_000, gross_kg=18_000, length_m=10)


def needs(place_of_need: Site, horizon: Window) -> tuple[Need, ...]:
    """Return one parcel and one kit for every five people."""
    families = place_of_need.people_least // 5
    return tuple(
        Need(
            site=place_of_need.id, commodity=item.id, units=families, window=horizon, source="synthetic", synthetic=True
        )
        for item in (FOOD, KITS)
    )


def hub(name: str) -> Hub:
    """Return a hub with two lines and 30 minutes a truck: 16 trucks of an evening, 8 of a morning."""
    return Hub(
        id=name, place=name, name=name.title(), name_ar=name, loading_lines=2, minutes_per_truck=30,
        evening=(16 * HOUR, 20 * HOUR), morning=(5 * HOUR, 7 * HOUR), source="synthetic", synthetic=True,
    )  # fmt: skip


def stock(at_hub: Hub, *, food: int, kits: int) -> tuple[StockBatch, ...]:
    """Return one batch of each item, there from the start and not expiring."""
    return tuple(
        StockBatch(
            hub=at_hub.id, commodity=item, batch=f"{at_hub.id}-{item}", units=units, available_from=ALWAYS.start,
            expires_at=None, source="synthetic", synthetic=True,
        )
        for item, units in (("food", food), ("kits", kits))
    )  # fmt: skip


def paper(
    step: PermitStepName, of_site: str, state: PermitState = "granted", *, valid: Window = ALWAYS,
    gate: str | None = None, people: int | None = None, evidence: int = 21,
) -> Paper:  # fmt: skip
    """Return the latest word on one step."""
    return Paper(
        step=step, state=state, site=of_site, gate=gate, valid=valid, people=people, struck=(), evidence=(evidence,)
    )


def papers_in_force(of_site: str) -> tuple[Paper, ...]:
    """Return permission, letter and clearance, all in force."""
    return (
        paper("permission", of_site, "granted", evidence=21), paper("letter", of_site, "issued", evidence=22),
        paper("clearance", of_site, "acknowledged", evidence=23),
    )  # fmt: skip


def world(
    roads: RoadNetwork, changed: Mapping[str, tuple[Window, ...]], sites: tuple[Site, ...], hubs: tuple[Hub, ...], *,
    days: int = 3, trucks: int = 20, groups: tuple[CoupledGroup, ...] = (), papers: tuple[Paper, ...] = (),
    food: int = 5_000, kits: int = 3_000,
) -> Snapshot:  # fmt: skip
    """Return the snapshot, planned at 08:00 of the day before; lines in `changed` open only in their windows."""
    horizon = Window(at(0, "00:00"), at(days, "00:00"))
    around = Window(at(-2, "00:00"), at(days + 2, "00:00"))
    as_of = AsOf(at=at(-1, "08:00"), known=30)
    timelines = {
        segment: open_only(around, windows, cause=f"arrangement:{roads.segments[segment].gate}")
        for segment, windows in changed.items()
    }
    return Snapshot(
        crisis=Crisis(
            id="example", name="Example", name_ar="example", zone="Asia/Damascus", dawn_s=DAWN, dusk_s=DUSK,
            working_days=("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday"), holidays=(), parties=(),
            disclaimer="Example.", disclaimer_ar="Example.", demo_from=horizon.start, demo_days=days,
            demo_known=as_of.at,
        ),
        as_of=as_of, horizon=horizon, scenario=BASELINE, network=roads,
        access=access_map(roads, around, timelines, as_of=as_of),
        sites={item.id: item for item in sites}, commodities={"food": FOOD, "kits": KITS},
        needs=tuple(need for item in sites for need in needs(item, horizon)), groups=groups,
        hubs={item.id: item for item in hubs},
        stock=tuple(batch for item in hubs for batch in stock(item, food=food, kits=kits)),
        truck_types={"ten": TEN_TONNES},
        fleets=tuple(
            Fleet(hub=item.id, truck_type="ten", trucks=trucks, available=ALWAYS, source="synthetic", synthetic=True)
            for item in hubs
        ),
        escorts=(EscortTeams(id="pool", base=None, teams=2, available=ALWAYS, source="synthetic", synthetic=True),),
        papers=papers, pinned=(), policy=PlanPolicy(), limits=Limits(), seed=1,
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------- worlds


def two_sites_one_gate() -> Snapshot:
    """Return a world where `near` (10,000 people) is free to reach and `across` (20,000) lies behind a gate.

    hub --40 min-- fork --20 min-- near; fork --river-gate, 30 min-- across. The line at the gate may be crossed
    on day 1 from 10:00 to 14:10 only. A column of n trucks needs 30 + 2n min at the gate, 30 min on the road,
    6n min to unload and 2n + 30 min back across: 90 + 10n of 250 min, so at most 16 trucks, leaving at 09:20.
    """
    roads = network(
        (place("hub"), place("fork"), place("near"), place("across")),
        (
            road("hub-fork", "hub", "fork", 40),
            road("fork-near", "fork", "near", 20),
            road("fork-across", "fork", "across", 30, "river-gate"),
        ),
        (checkpoint("river-gate", "fork"),),
    )
    sites = (site("near", people=10_000), site("across", people=20_000, listing="besieged", reached=-200))
    windows = {"fork-across": (hours(1, "10:00", "14:10"),)}
    return world(roads, windows, sites, (hub("hub"),), papers=papers_in_force("across"))


def four_towns() -> Snapshot:
    """Return a world where `hilltop` and `valley` are served on one day within three hours of arrival or not at all.

    north-hub --60 min, hill-gate-- hilltop and south-hub --90 min, valley-gate-- valley; a road of 60 min joins
    the hubs. The hill line opens on days 1 and 2, the valley line on days 0 and 1, from 09:00 to 16:00: the pair
    can be served on day 1 only.
    """
    roads = network(
        (place("north-hub"), place("south-hub"), place("hilltop"), place("valley")),
        (
            road("hub-hub", "north-hub", "south-hub", 60),
            road("north-hill", "north-hub", "hilltop", 60, "hill-gate"),
            road("south-valley", "south-hub", "valley", 90, "valley-gate"),
        ),
        (checkpoint("hill-gate", "hilltop"), checkpoint("valley-gate", "valley")),
    )
    sites = tuple(site(name, people=8_000, listing="besieged", group="towns") for name in ("hilltop", "valley"))
    windows = {
        "north-hill": (hours(1, "09:00", "16:00"), hours(2, "09:00", "16:00")),
        "south-valley": (hours(0, "09:00", "16:00"), hours(1, "09:00", "16:00")),
    }
    group = CoupledGroup(id="towns", name="Towns", sites=("hilltop", "valley"), tolerance_s=3 * HOUR)
    papers = papers_in_force("hilltop") + papers_in_force("valley")
    return world(roads, windows, sites, (hub("north-hub"), hub("south-hub")), groups=(group,), papers=papers)


def far_site() -> Snapshot:
    """Return a world where `remote` lies seven hours away: the column sleeps at `halfway`, four hours out.

    hub --240 min-- halfway --180 min-- remote, all open. Served on day d, the trucks are away from d-1 to d+1.
    """
    roads = network(
        (place("hub"), place("halfway", overnight=True), place("remote")),
        (road("hub-halfway", "hub", "halfway", 240), road("halfway-remote", "halfway", "remote", 180)),
    )
    return world(roads, {}, (site("remote", people=12_000, reached=None),), (hub("hub"),))
