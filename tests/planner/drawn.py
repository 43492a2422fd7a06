"""Random worlds with roads, gates, papers and too little of everything, to be planned whole in a second or two."""

import random
from dataclasses import replace

from planner.domain.needs import CoupledGroup, Site
from planner.domain.snapshot import Snapshot
from planner.domain.supply import EscortTeams, Fleet
from routing.evidence import PermitStepName
from routing.units import HOUR, Window
from tests.planner import instances as known

STEPS: tuple[PermitStepName, ...] = ("permission", "letter", "clearance")


def drawn_world(seed: int, *, most_sites: int = 4, days: int = 3) -> Snapshot:
    """Return two hubs and a few sites, some of them behind gates that open late, briefly, or not at all.

    Papers are missing here and there, one site may be far, two may be coupled; trucks, stock and teams are short.
    """
    draw = random.Random(seed)  # noqa: S311 - test data, not secrets
    names = [f"s{number}" for number in range(draw.randint(2, most_sites))]
    hubs = (known.hub("west"), known.hub("east"))
    places = [known.place("west"), known.place("east"), known.place("rest", overnight=True)]
    roads, gates = [known.road("west-east", "west", "east", 90), known.road("west-rest", "west", "rest", 200)], []
    windows: dict[str, tuple[Window, ...]] = {}
    sites: list[Site] = []
    for name in names:
        places.append(known.place(name))
        start = draw.choice(["west", "east", "east", "rest"] if draw.random() < 0.3 else ["west", "east"])
        gated = draw.random() < 0.7
        segment = f"{start}-{name}"
        roads.append(known.road(segment, start, name, draw.choice([20, 45, 90]), f"g-{name}" if gated else None))
        if gated:
            gates.append(known.checkpoint(f"g-{name}", name, delay_minutes=draw.choice([10, 30])))
            opened = [day for day in range(days) if draw.random() < 0.6]
            windows[segment] = tuple(
                known.hours(day, "08:00", draw.choice(["10:00", "12:30", "17:00"])) for day in opened
            )
        sites.append(
            replace(
                known.site(
                    name, people=draw.choice([500, 4_000, 12_000]), reached=draw.choice([None, -20, -100, -320]),
                    listing=draw.choice(["hard_to_reach", "besieged"]),
                ),
                severity=draw.choice([1, 3, 5]),
                storage_kg=draw.choice([None, None, 60_000]),
            )
        )  # fmt: skip
    papers = tuple(
        known.paper(step, name, people=draw.choice([None, None, 2_000]))
        for name in names
        for step in STEPS
        if draw.random() < 0.85
    )
    groups: tuple[CoupledGroup, ...] = ()
    if len(names) > 2 and draw.random() < 0.3:
        groups = (CoupledGroup(id="pair", name="Pair", sites=tuple(names[:2]), tolerance_s=3 * HOUR),)
        sites = [replace(site, group="pair") if site.id in names[:2] else site for site in sites]
    snapshot = known.world(
        known.network(places, roads, gates), windows, tuple(sites), hubs, days=days, groups=groups, papers=papers,
        food=draw.choice([400, 1_500, 6_000]), kits=draw.choice([0, 500, 3_000]),
    )  # fmt: skip
    return replace(
        snapshot,
        fleets=tuple(
            Fleet(
                hub=hub.id, truck_type="ten", trucks=draw.choice([0, 4, 9, 20]), available=known.ALWAYS,
                source="synthetic", synthetic=True,
            )
            for hub in hubs
        ),
        escorts=(
            EscortTeams(
                id="pool", base=None, teams=draw.choice([0, 1, 2]), available=known.ALWAYS, source="synthetic",
                synthetic=True,
            ),
        ),
        policy=replace(snapshot.policy, least_slack_s=draw.choice([0, HOUR])),
        limits=replace(snapshot.limits, change_resolves=4),
    )  # fmt: skip
