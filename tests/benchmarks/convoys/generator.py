"""The published family of convoy instances: worlds drawn from a seed, in the proportions of Syria in 2016.

Towns lie in clusters behind gates; gates keep hours on some days and stay shut on others; letters come late or never.
Beyond the family's first description there are pipeline arrivals and batches that expire, a cold chain, full storage,
struck commodities and head-counts; `plain` takes what the first description lacks off a world again, so that both are
measured on the same land. Left out: several windows a day at one gate, and a gate shared by two clusters.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from planner.domain.crisis import Crisis
from planner.domain.needs import Commodity, CoupledGroup, Need, Site
from planner.domain.permits import Paper
from planner.domain.policy import Limits, PlanPolicy
from planner.domain.scenario import BASELINE
from planner.domain.snapshot import Snapshot
from planner.domain.supply import EscortTeams, Fleet, Hub, StockBatch, TruckType
from routing.network import Gate, Place, RoadNetwork, Segment
from routing.status import Piece, Status
from routing.units import HOUR, AsOf, Window
from tests.planner import instances as known


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How large a world is; `teams` are the fewest and most escort teams a day, `side_km` the length of the land."""

    sites: int
    hubs: int
    days: int
    gates: int
    teams: tuple[int, int]
    side_km: int


FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "S": Family(sites=20, hubs=5, days=14, gates=5, teams=(2, 3), side_km=220),
        "M": Family(sites=60, hubs=8, days=28, gates=12, teams=(3, 5), side_km=300),
        "L": Family(sites=300, hubs=15, days=28, gates=40, teams=(5, 6), side_km=400),
    }
)
KG_A_PERSON_MONTH: Final = 24
LINES: Final = (
    # name, kg and litres of a lot, share of the need by weight, person-days of a lot, priority
    ("food", 520, 880, 0.62, 1_160, 1.0),
    ("nutrition", 300, 600, 0.06, 1_100, 0.9),
    ("health", 350, 1_500, 0.04, 9_000, 0.3),
    ("hygiene", 250, 750, 0.10, 3_750, 0.3),
    ("nfi", 300, 1_800, 0.12, 9_000, 0.2),
    ("water", 250, 780, 0.06, 30_000, 0.3),
)
TRUCKS: Final = (
    known.TEN_TONNES,
    TruckType(id="heavy", name="25 t", payload_kg=25_000, payload_l=80_000, gross_kg=40_000, length_m=16),
)
HUBS_A_GATE: Final = 2
"""The nearest hubs have a road of their own to each gate; the others go through no one's."""
FAR_MIN: Final = 300
"""Minutes of driving from which a road has a place to stay overnight half-way."""


def draw_snapshot(size: str, seed: int) -> Snapshot:
    """Return a world of the family, the same each time."""
    return _World(FAMILIES[size], np.random.default_rng([seed, FAMILIES[size].sites])).snapshot(f"{size}{seed}")


def plain(snapshot: Snapshot) -> Snapshot:
    """Return a drawn world as the family was first described: no expiry, cold chain, storage or head-counts.

    Letters, bans on commodities, arrivals of stock and everything on the roads stay as they are.
    """
    return replace(
        snapshot,
        sites={name: replace(site, storage_kg=None) for name, site in snapshot.sites.items()},
        commodities={
            name: replace(goods, cold_chain=False, dual_use=False) for name, goods in snapshot.commodities.items()
        },
        stock=tuple(replace(batch, expires_at=None) for batch in snapshot.stock),
        papers=tuple(replace(paper, people=None) for paper in snapshot.papers),
    )


@dataclass
class _World:
    family: Family
    chance: np.random.Generator

    def snapshot(self, name: str) -> Snapshot:
        family = self.family
        horizon = Window(known.at(0, "00:00"), known.at(family.days, "00:00"))
        around = Window(known.at(-2, "00:00"), known.at(family.days + 3, "00:00"))
        as_of = AsOf(at=known.at(-1, "08:00"), known=30)
        gate_at = self.chance.uniform(0.1, 0.9, (family.gates, 2)) * family.side_km
        hub_at = self.chance.uniform(0.0, 1.0, (family.hubs, 2)) * family.side_km
        cluster = np.sort(np.arange(family.sites) % family.gates)
        sites = tuple(self._site(f"s{k:03d}") for k in range(family.sites))
        coupled = tuple(f"s{k:03d}" for k in (0, 1, family.sites - 2, family.sites - 1))
        sites = tuple(replace(s, group="coupled", listing="besieged") if s.id in coupled else s for s in sites)
        roads, gates, shaky = self._roads(gate_at, hub_at, [int(g) for g in cluster], sites)
        changed = {f"gate-{g}": self._gate_windows(around, g) for g in range(family.gates)}
        changed.update({road: self._contested(around, road, p) for road, p in shaky.items()})
        hubs = tuple(self._hub(f"h{k:02d}") for k in range(family.hubs))
        needs = tuple(need for site in sites for need in self._needs(site, horizon))
        return Snapshot(
            crisis=Crisis(
                id=name, name=name, name_ar=name, zone="Asia/Damascus", dawn_s=known.DAWN, dusk_s=known.DUSK,
                working_days=("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday"), holidays=(), parties=(),
                disclaimer="Drawn.", disclaimer_ar="Drawn.", demo_from=horizon.start, demo_days=family.days,
                demo_known=as_of.at,
            ),
            as_of=as_of, horizon=horizon, scenario=BASELINE, network=roads,
            access=known.access_map(roads, around, changed, as_of=as_of),
            sites={site.id: site for site in sites}, commodities={line[0]: _commodity(*line) for line in LINES},
            needs=needs,
            groups=(CoupledGroup(id="coupled", name="Coupled", sites=coupled, tolerance_s=3 * HOUR),),
            hubs={hub.id: hub for hub in hubs}, stock=tuple(self._stock(hubs, needs)),
            truck_types={kind.id: kind for kind in TRUCKS}, fleets=tuple(self._fleets(hubs)),
            escorts=(
                EscortTeams(
                    id="pool", base=None, teams=self._whole(*family.teams), available=known.ALWAYS,
                    source="drawn", synthetic=True,
                ),
            ),
            papers=tuple(p for s, g in zip(sites, cluster, strict=True) for p in self._papers(s, gates[int(g)])),
            pinned=(), policy=PlanPolicy(), limits=Limits(wall_s=6 * HOUR), seed=1,
        )  # fmt: skip

    def _whole(self, low: int, high: int) -> int:
        return int(self.chance.integers(low, high + 1))

    def _share(self, part: float) -> bool:
        return bool(self.chance.random() < part)

    # -------------------------------------------------------------------------------------------- roads and gates

    def _roads(
        self, gate_at: np.ndarray, hub_at: np.ndarray, cluster: list[int], sites: tuple[Site, ...]
    ) -> tuple[RoadNetwork, list[Gate], dict[str, float]]:
        places: list[Place] = [known.place(f"h{k:02d}", overnight=True) for k in range(len(hub_at))]
        roads: list[Segment] = []
        shaky: dict[str, float] = {}
        gates = []
        for g, centre in enumerate(gate_at):
            places += [known.place(f"front-{g}", overnight=True), known.place(f"inner-{g}")]
            roads.append(known.road(f"gate-{g}", f"front-{g}", f"inner-{g}", 10, f"g{g}", single_lane=True))
            gates.append(self._gate(g))
            away = np.hypot(*(hub_at - centre).T)
            for near in np.argsort(away)[:HUBS_A_GATE]:
                minutes = max(20, round(float(away[near]) * 1.3 / 0.75))
                self._road(f"h{near:02d}", f"front-{g}", minutes, places, roads, shaky)
        for site, g in zip(sites, cluster, strict=True):
            places.append(replace(known.place(site.id), overnight=site.overnight))
            roads.append(known.road(f"to-{site.id}", f"inner-{g}", site.place, self._whole(4, 16)))
        return known.network(places, roads, gates), gates, shaky

    def _road(
        self, hub: str, front: str, minutes: int, places: list[Place], roads: list[Segment], shaky: dict[str, float]
    ) -> None:
        name = f"{hub}-{front}"
        if minutes > FAR_MIN:
            places.append(known.place(f"stay-{name}", overnight=True))
            roads += [
                known.road(f"{name}-1", hub, f"stay-{name}", minutes // 2),
                known.road(f"{name}-2", f"stay-{name}", front, minutes - minutes // 2),
            ]
            return
        roads.append(known.road(name, hub, front, minutes))
        if self._share(0.4):  # a shorter way at a risk, through a place of its own
            places.append(known.place(f"by-{name}"))
            short = max(10, round(minutes * self.chance.uniform(0.6, 0.85)))
            roads += [
                known.road(f"{name}-a", hub, f"by-{name}", short // 2),
                known.road(f"{name}-b", f"by-{name}", front, short - short // 2),
            ]
            shaky[f"{name}-b"] = round(float(self.chance.uniform(0.55, 0.9)), 2)
        elif self._share(0.3):
            shaky[name] = round(float(self.chance.uniform(0.7, 0.95)), 2)

    def _gate(self, number: int) -> Gate:
        regime = self.chance.choice(["permit", "notification", "none"], p=[0.6, 0.25, 0.15])
        made = known.checkpoint(f"g{number}", f"front-{number}", regime=str(regime), delay_minutes=self._whole(10, 60))  # type: ignore[arg-type] # one of the three
        return replace(made, trucks_per_hour=self._whole(15, 30))

    def _gate_windows(self, around: Window, number: int) -> tuple[Piece, ...]:
        shut = self.chance.uniform(0.2, 0.5)
        opened = []
        for day in range(self.family.days):
            if self.chance.random() >= shut:
                start = known.at(day, "06:30") + self._whole(0, 10) * 900
                opened.append(Window(start, min(known.at(day, "18:00"), start + self._whole(16, 22) * 1_800)))
        p = round(float(self.chance.uniform(0.6, 0.97)), 2)
        return known.open_only(around, opened, p=p, cause=f"arrangement:g{number}")

    def _contested(self, around: Window, road: str, p: float) -> tuple[Piece, ...]:
        return (known.piece(around, Status.CONTESTED, p, "incident", part="hazard", cause=f"incident:{road}"),)

    # ------------------------------------------------------------------------------------------- people and goods

    def _site(self, name: str) -> Site:
        if self._share(0.04):
            people = self._whole(150_000, 275_000)
        else:
            people = int(np.clip(self.chance.lognormal(math.log(12_000), 1.0), 1_000, 100_000))
        listing = "besieged" if self._share(1 / 3) else "hard_to_reach"
        made = known.site(name, people=people, listing=listing, reached=-self._whole(0, 300))  # type: ignore[arg-type] # one of the two
        storage = people * KG_A_PERSON_MONTH // 3 if self._share(0.15) else None
        return replace(
            made, offload_trucks_per_hour=self._whole(2, 4), severity=self._whole(3, 5), storage_kg=storage,
            overnight=self._share(0.2),
        )  # fmt: skip

    def _needs(self, site: Site, horizon: Window) -> Iterator[Need]:
        for name, kg, _, share, *_ in LINES:
            units = round(site.people_least * KG_A_PERSON_MONTH * share / kg)
            if units:
                yield Need(site=site.id, commodity=name, units=units, window=horizon, source="drawn", synthetic=True)

    def _hub(self, name: str) -> Hub:
        lines, each = ((2, 40), (2, 30), (3, 45), (4, 48))[self._whole(0, 3)]
        return replace(
            known.hub(name), loading_lines=lines, minutes_per_truck=each, evening=(15 * HOUR, 19 * HOUR),
            morning=(5 * HOUR, 7 * HOUR),
        )  # fmt: skip

    def _stock(self, hubs: tuple[Hub, ...], needs: tuple[Need, ...]) -> Iterator[StockBatch]:
        """Yield for each hub and commodity what is there, a little that expires soon, and what arrives later."""
        for name, *_ in LINES:
            total = sum(need.units for need in needs if need.commodity == name)
            parts = self.chance.dirichlet(np.full(len(hubs), 2.0)) * total * self.chance.uniform(0.6, 0.9)
            for hub, part in zip(hubs, parts, strict=True):
                later = known.at(self._whole(2, self.family.days - 3), "06:00")
                soon = known.at(self._whole(4, self.family.days), "00:00")
                for batch, share, start, end in (
                    ("old", 0.1, known.ALWAYS.start, soon), ("here", 0.5, known.ALWAYS.start, None),
                    ("pipeline", 0.4, later, None),
                ):  # fmt: skip
                    yield StockBatch(
                        hub=hub.id, commodity=name, batch=f"{hub.id}-{name}-{batch}", units=int(part * share),
                        available_from=start, expires_at=end, source="drawn", synthetic=True,
                    )  # fmt: skip

    def _fleets(self, hubs: tuple[Hub, ...]) -> Iterator[Fleet]:
        for hub in hubs:
            for kind in TRUCKS:
                yield Fleet(
                    hub=hub.id,
                    truck_type=kind.id,
                    trucks=self._whole(7, 30),
                    available=known.ALWAYS,
                    source="drawn",
                    synthetic=True,
                )

    def _papers(self, site: Site, gate: Gate) -> Iterator[Paper]:
        if gate.regime != "permit" or (site.group is None and self._share(0.08)):
            return
        valid = known.ALWAYS
        if site.group is None and self._share(0.32):
            valid = Window(known.at(self._whole(2, self.family.days * 6 // 10), "00:00"), known.ALWAYS.end)
        permission, letter, clearance = known.papers_in_force(site.id)
        people = site.people_least // 2 if self._share(0.2) else None
        struck = (str(self.chance.choice(["health", "nfi", "water"])),) if self._share(0.15) else ()
        yield replace(permission, people=people, struck=struck)
        yield replace(letter, valid=valid)
        yield clearance


def _commodity(name: str, kg: int, litres: int, _share: float, person_days: int, priority: float) -> Commodity:
    return Commodity(
        id=name, name=name, name_ar=name, unit="lot", kg=kg, litres=litres, person_days=person_days,
        sector=name, priority=priority, counts_as_food=name == "food", cold_chain=name == "health",
        dual_use=name == "water", removal_rate=0.0, source="drawn", synthetic=True,
    )  # fmt: skip
