"""Random worlds so small that every plan in them can be counted out; options are made by hand, without roads."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

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


RULES_ALONE: Final = (
    "none", "fleet", "stock", "expiry", "loading", "gate_capacity", "escort", "storage", "coupling", "capacity_kg",
    "capacity_volume", "convoy_size", "people_ceiling", "struck_commodity", "timetable",
)  # fmt: skip
"""Rules of which a world may have one alone: all else is plenty. `none` is the world of plenty."""
PLENTY: Final = 40


def case_of_one_rule(rule: str, seed: int) -> tuple[Snapshot, tuple[Option, ...], tuple[Cut, ...]]:
    """Return a random world in which nothing is short but what one rule speaks of."""
    drawn, options, cuts = random_case(seed)
    draw = random.Random(seed + 1_000)  # noqa: S311 - test data, not secrets
    hubs, goods = tuple(drawn.hubs.values()), tuple(drawn.commodities.values())
    full = tuple(batch(hub.id, good.id, PLENTY) for hub in hubs for good in goods)
    by_rule: dict[str, Callable[[Snapshot], Snapshot]] = {
        "fleet": lambda s: replace(s, fleets=drawn.fleets),
        "stock": lambda s: replace(s, stock=tuple(replace(b, units=draw.choice([1, 2, 3])) for b in full)),
        "expiry": lambda s: replace(s, stock=drawn.stock),
        "loading": lambda s: replace(s, hubs=drawn.hubs),
        "gate_capacity": lambda s: replace(s, access=replace(s.access, gate_flow={"gate": 1})),
        "escort": lambda s: replace(s, escorts=drawn.escorts),
        "storage": lambda s: replace(s, sites={n: replace(x, storage_kg=25) for n, x in s.sites.items()}),
        "coupling": lambda s: replace(
            s, groups=(CoupledGroup(id="pair", name="Pair", sites=tuple(sorted(s.sites)[:2]), tolerance_s=HOUR),)
        ),
        "capacity_kg": lambda s: replace(s, truck_types={n: replace(k, payload_l=999) for n, k in _kinds(drawn)}),
        "capacity_volume": lambda s: replace(s, truck_types={n: replace(k, payload_kg=999) for n, k in _kinds(drawn)}),
        "convoy_size": lambda s: replace(s, policy=replace(s.policy, min_trucks=3)),
        "people_ceiling": lambda s: replace(
            s, papers=tuple(known.paper("permission", n, people=draw.choice([2, 4, 6])) for n in sorted(s.sites))
        ),
        "struck_commodity": lambda s: replace(
            s, papers=(replace(known.paper("permission", min(s.sites)), struck=(draw.choice(goods).id,)),)
        ),
    }
    plenty = replace(
        drawn,
        # Few units, so that most of these worlds can be counted out.
        needs=tuple(replace(need, units=min(need.units, 2)) for need in drawn.needs),
        fleets=tuple(replace(fleet, trucks=9) for fleet in drawn.fleets),
        stock=full,
        hubs={hub.id: replace(hub, minutes_per_truck=1) for hub in hubs},
        access=replace(drawn.access, gate_flow={"gate": 10_000}),
        escorts=tuple(replace(team, teams=9) for team in drawn.escorts),
        sites={name: replace(site, storage_kg=None) for name, site in drawn.sites.items()},
        groups=(),
        truck_types={name: replace(kind, payload_kg=999, payload_l=999) for name, kind in _kinds(drawn)},
    )
    ruled = by_rule[rule](plenty) if rule in by_rule else plenty
    return ruled, options[:3], cuts if rule == "timetable" else ()


def _kinds(snapshot: Snapshot) -> list[tuple[str, TruckType]]:
    return sorted(snapshot.truck_types.items())
