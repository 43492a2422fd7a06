"""Plans with one thing wrong in the papers or on the trucks."""

from dataclasses import replace

from routing.units import HOUR, Window
from tests.planner.domain.plans import food, kits
from tests.planner.domain.verify.mutations import (
    Mutation,
    given_up,
    in_batch,
    in_papers,
    in_policy,
    in_site,
    in_stop,
    in_world,
    loaded_days_before,
)
from tests.planner.instances import at, hours

PAPERS: tuple[Mutation, ...] = (
    Mutation(
        says="the permission is refused", rule="permission",
        change=in_papers("permission", lambda p: replace(p, state="refused")),
    ),
    Mutation(
        says="the letter ends before unloading does", rule="letter",
        change=in_papers("letter", lambda p: replace(p, valid=Window(p.valid.start, at(1, "12:35")))),
    ),
    Mutation(
        says="the letter begins after the head is at the gate", rule="letter",
        change=in_papers("letter", lambda p: replace(p, valid=Window(at(1, "10:01")))),
    ),
    Mutation(
        says="the letter is for another gate", rule="letter",
        change=in_papers("letter", lambda p: replace(p, gate="hill-gate")),
    ),
    Mutation(
        says="the clearance is withdrawn", rule="clearance",
        change=in_papers("clearance", lambda p: replace(p, state="withdrawn")),
    ),
    Mutation(
        says="the permission is only in principle", rule="permission",
        change=in_papers("permission", lambda p: replace(p, state="in_principle")),
    ),
    Mutation(
        says="the gate is notified too late", rule="notification",
        change=in_policy(lambda q: replace(q, notification_lead_s=50 * HOUR)),
    ),
    Mutation(
        says="the papers allow fewer people than are fed", rule="people_ceiling", follows=frozenset({"people_reached"}),
        change=in_papers("permission", lambda p: replace(p, people=9_999)),
    ),
    Mutation(
        says="an item on board was struck from the list", rule="struck_commodity",
        change=in_papers("permission", lambda p: replace(p, struck=("kits",))),
    ),
)  # fmt: skip

LOADS: tuple[Mutation, ...] = (
    Mutation(
        says="the trucks are overloaded", rule="capacity_kg",
        change=in_stop("hub-across", lambda s: replace(s, loads=(food(2_000), kits(2_001)))),
    ),
    Mutation(
        says="the load does not fit into the trucks", rule="capacity_volume",
        change=in_world(lambda s: replace(
            s, truck_types={"ten": replace(s.truck_types["ten"], payload_l=185_000 // 12)}
        )),
    ),
    Mutation(
        says="parcels are said to be lighter than they are", rule="load_arithmetic",
        change=in_stop("hub-near", lambda s: replace(s, loads=(replace(food(1_500), kg=1_500),))),
    ),
    Mutation(
        says="parcels are said to feed more people", rule="load_arithmetic",
        change=in_stop("hub-near", lambda s: replace(s, loads=(replace(food(1_500), people=9_000),))),
    ),
    Mutation(
        says="a load of nothing", rule="load_arithmetic",
        change=in_stop("hub-near", lambda s: replace(s, loads=(*s.loads, kits(0)))),
    ),
    Mutation(
        says="the site needs fewer kits", rule="need",
        change=in_world(lambda s: replace(
            s, needs=tuple(
                replace(n, units=999) if (n.site, n.commodity) == ("across", "kits") else n for n in s.needs
            ),
        )),
    ),
    Mutation(
        says="the need has ended when the convoy comes", rule="need",
        change=in_world(lambda s: replace(
            s, needs=tuple(
                replace(n, window=hours(0, "00:00", "24:00")) if (n.site, n.commodity) == ("across", "kits") else n
                for n in s.needs
            ),
        )),
    ),
    Mutation(
        says="a batch that is not at the hub", rule="stock",
        change=in_stop("hub-near", lambda s: replace(s, loads=(food(1_500, "other"),))),
    ),
    Mutation(
        says="a batch is given out twice", rule="stock",
        change=in_batch("hub-food", lambda b: replace(b, units=3_499)),
    ),
    Mutation(
        says="a batch arrives while it is being loaded", rule="stock",
        change=in_batch("hub-kits", lambda b: replace(b, available_from=at(0, "16:01"))),
    ),
    Mutation(
        says="a batch is bound by a promise that cannot be kept now", rule="stock", base=given_up,
        change=in_batch("hub-food", lambda b: replace(b, units=3_499)),
    ),
    Mutation(
        says="a batch has expired when it is unloaded", rule="expiry",
        change=in_batch("hub-kits", lambda b: replace(b, expires_at=at(1, "12:35"))),
    ),
    Mutation(
        says="cold goods are longer on the way than their boxes stay cold", rule="cold_chain",
        base=loaded_days_before,
        change=in_world(
            lambda s: replace(s, commodities={**s.commodities, "food": replace(s.commodities["food"], cold_chain=True)})
        ),
    ),
    Mutation(
        says="the site has no room", rule="storage",
        change=in_site("near", lambda s: replace(s, storage_kg=74_999)),
    ),
    Mutation(
        says="more people are claimed than are reached", rule="people_reached",
        change=lambda p, s: (replace(p, people_reached=17_501), s),
    ),
    Mutation(
        says="fewer people live there than are claimed", rule="people_reached",
        change=in_site("near", lambda s: replace(s, people=(replace(s.people[0], people=7_499),))),
    ),
    Mutation(
        says="a better coverage is claimed", rule="coverage",
        change=lambda p, s: (replace(p, coverage_by_site={"near": 0.5}), s),
    ),
)  # fmt: skip
