"""Random worlds so small that every plan in them can be counted out; options are made by hand, without roads."""

import random
from collections.abc import Mapping
from dataclasses import replace

from planner.domain.needs import Commodity, CoupledGroup, Need, Site
from planner.domain.policy import PlanPolicy
from planner.domain.snapshot import Snapshot
from planner.domain.supply import EscortTeams, Fleet, Hub, StockBatch, TruckType
from planner.solvers.choice import BranchCut, CapacityCut, Cut, ExclusionCut, Report
from planner.solvers.option import Option, Phase, Run
from routing.units import HOUR, Window
from tests.planner import instances as known

SMALL = TruckType(id="small", name="small", payload_kg=20, payload_l=24, gross_kg=100, length_m=5)
LARGE = TruckType(id="large", name="large", payload_kg=30, payload_l=60, gross_kg=200, length_m=9)
PARCEL = replace(known.FOOD, kg=10, litres=10, person_days=60)
FLOUR = replace(known.FOOD, id="flour", kg=5, litres=12, person_days=30, priority=0.9)
KIT = replace(known.KITS, kg=6, litres=14, person_days=10)


def silent(_: Report) -> None:
    """Hear the progress of a solve and say nothing."""


def option(
    name: str, hub: str, sites: tuple[str, ...], day: int, *, p: float = 0.9, most: int = 3,
    gates: tuple[str, ...] = (), escort: bool = False, busy: tuple[int, ...] = (), seconds: int = 4 * HOUR,
) -> Option:  # fmt: skip
    """Return an option whose roads are named after it."""
    out = Run(
        start=hub,
        end=sites[0],
        segments=(f"{name}-out",),
        gates=gates,
        seconds=seconds // 2,
        per_truck_s=0.0,
        loaded=True,
    )
    back = replace(out, start=sites[-1], end=hub, loaded=False)
    return Option(
        id=name, hub=hub, sites=sites, day=day,
        phases=(Phase(day=day, runs=(out, back), visits=tuple(range(len(sites)))),),
        max_trucks=most, departures=((Window(known.at(day, "08:00"), known.at(day, "10:00")),),), p=p,
        causes={f"cause:{name}": p}, gates=gates, busy_days=busy or (day,), needs_escort=escort, seconds=seconds,
    )  # fmt: skip


def settlement(name: str, *, people: int, waited: int, group: str | None = None) -> Site:
    """Return a site last reached `waited` days before the first day of the horizon, at noon."""
    return known.site(name, people=people, reached=-waited, group=group)


def world(
    sites: tuple[Site, ...], needs: Mapping[tuple[str, str], int], *, days: int = 2, hubs: tuple[Hub, ...],
    stock: tuple[StockBatch, ...], fleets: Mapping[tuple[str, str], int], teams: Mapping[str | None, int],
    goods: tuple[Commodity, ...] = (PARCEL, KIT), groups: tuple[CoupledGroup, ...] = (),
) -> Snapshot:  # fmt: skip
    """Return a snapshot with one gate and convoys of one truck or more."""
    roads = known.network(
        [known.place(h.id) for h in hubs] + [known.place(s.id) for s in sites],
        [known.road("gate-road", hubs[0].id, sites[0].id, 30, "gate")],
        [known.checkpoint("gate", hubs[0].id)],
    )
    whole = known.world(roads, {}, sites, hubs, days=days, groups=groups)
    return replace(
        whole,
        commodities={good.id: good for good in goods},
        needs=tuple(
            Need(site=site, commodity=good, units=units, window=whole.horizon, source="synthetic", synthetic=True)
            for (site, good), units in sorted(needs.items())
        ),
        stock=stock,
        truck_types={"small": SMALL, "large": LARGE},
        fleets=tuple(
            Fleet(hub=hub, truck_type=kind, trucks=n, available=known.ALWAYS, source="synthetic", synthetic=True)
            for (hub, kind), n in sorted(fleets.items())
        ),
        escorts=tuple(
            EscortTeams(id=f"teams-{base}", base=base, teams=n, available=known.ALWAYS, source="x", synthetic=True)
            for base, n in sorted(teams.items(), key=str)
        ),
        policy=replace(PlanPolicy(), min_trucks=1, thresholds_days=(300, 150, 60, 30), visit_counts_from=0.3),
    )


def batch(hub: str, good: str, units: int, *, name: str = "", day: int = -20, until: int | None = None) -> StockBatch:
    """Return a batch that is in store from the start of a day, and good until the start of another."""
    return StockBatch(
        hub=hub, commodity=good, batch=name or f"{hub}-{good}", units=units, available_from=known.at(day, "00:00"),
        expires_at=None if until is None else known.at(until, "00:00"), source="synthetic", synthetic=True,
    )  # fmt: skip


def random_case(seed: int) -> tuple[Snapshot, tuple[Option, ...], tuple[Cut, ...]]:
    """Return two or three sites, one or two hubs, two days, up to six options and sometimes a cut."""
    draw = random.Random(seed)  # noqa: S311 - test data, not secrets
    names = ["amber", "birch", "cedar"][: draw.choice([2, 3])]
    hubs = tuple(
        replace(known.hub(name), loading_lines=1, minutes_per_truck=draw.choice([30, 60, 90]), evening=(0, 0))
        for name in ["north", "south"][: draw.choice([1, 2])]
    )
    coupled = draw.random() < 0.25
    sites = tuple(
        replace(
            settlement(name, people=draw.choice([500, 900, 1_300, 2_000]), waited=draw.choice([20, 40, 100, 200, 400])),
            severity=draw.choice([1, 2, 3]),
            storage_kg=draw.choice([None, None, 40]),
        )
        for name in names
    )
    goods = draw.choice([(PARCEL, KIT), (PARCEL, FLOUR), (PARCEL,)])
    needs = {(site, good.id): draw.choice([0, 2, 3, 4]) for site in names for good in goods}
    stock = tuple(
        part
        for hub in hubs
        for good in goods
        for part in (
            batch(hub.id, good.id, draw.choice([1, 2, 4, 6])),
            batch(hub.id, good.id, draw.choice([0, 2]), name=f"{hub.id}-{good.id}-late", day=draw.choice([0, 1])),
            batch(hub.id, good.id, draw.choice([0, 2]), name=f"{hub.id}-{good.id}-old", until=draw.choice([1, 2])),
        )
    )
    snapshot = world(
        sites, needs, hubs=hubs, stock=stock, goods=goods,
        fleets={(hub.id, kind): draw.choice([0, 1, 2]) for hub in hubs for kind in ("small", "large")},
        teams={None: draw.choice([0, 1]), hubs[0].id: draw.choice([0, 1])},
        groups=(CoupledGroup(id="pair", name="Pair", sites=tuple(names[:2]), tolerance_s=HOUR),) if coupled else (),
    )  # fmt: skip
    snapshot = replace(snapshot, access=replace(snapshot.access, gate_flow={"gate": draw.choice([1, 30])}))
    options = []
    for number in range(draw.choice([2, 4, 5])):
        tour = tuple(draw.sample(names, 2)) if draw.random() < 0.2 else (draw.choice(names),)
        day = draw.choice([0, 1])
        options.append(
            option(
                f"o{number}", draw.choice(hubs).id, tour, day, p=draw.choice([0.4, 0.7, 0.9]), most=draw.choice([2, 3]),
                gates=("gate",) if draw.random() < 0.4 else (), escort=draw.random() < 0.5,
                busy=draw.choice([(day,), (0, 1)]),
            )
        )  # fmt: skip
    return snapshot, tuple(options), _random_cuts(draw, options)


def _random_cuts(draw: random.Random, options: list[Option]) -> tuple[Cut, ...]:
    pair = [o.id for o in options[:2]]
    cuts: list[Cut] = [
        CapacityCut(options=frozenset(pair), most_trucks=draw.choice([2, 3])),
        BranchCut(at_least=dict.fromkeys(pair, 2)),
        ExclusionCut(options=frozenset(pair)),
    ]
    return (draw.choice(cuts),) if draw.random() < 0.4 else ()
