"""The rounds of a day as scripts read them."""

from collections import Counter

from planner.domain.rounds import Round
from planner.domain.world import World
from planner.services.rounds import DayRounds
from routing.units import Instant, format_instant


def rounds_json(world: World, found: DayRounds) -> dict[str, object]:
    """Return the rounds in JSON's types, times in the crisis's zone."""
    zone = world.catalogue.crisis.tz
    return {
        "day": format_instant(found.light.start, zone)[:10],
        "as_of": {"at": format_instant(found.as_of.at, zone), "known": found.as_of.known},
        "engine": found.plan.engine,
        "cut_short": found.plan.cut_short,
        "digest": found.digest,
        "truck_seconds_away": away_seconds(found),
        "rounds": [round_json(world, found, one) for one in found.plan.rounds],
        "unserved": [
            {
                "site": found.loads[left.site].site, "hub": found.loads[left.site].hub, "kg": left.kg,
                "litres": left.litres, "class": left.unmet_class, "rule": left.rule, "reason": left.reason,
            }
            for left in found.plan.unserved
        ],
        "set_aside": [{"site": one.site, "rule": one.rule, "reason": one.reason} for one in found.set_aside],
        "not_in_stock": [{"site": one.site, "commodity": one.commodity, "units": one.units} for one in found.lacking],
    }  # fmt: skip


def round_json(world: World, found: DayRounds, one: Round) -> dict[str, object]:
    """Return one truck's round."""
    zone = world.catalogue.crisis.tz
    fleet = one.fleet.split("/")
    (trip,) = one.trips

    def clock(at: Instant) -> str:
        return format_instant(at, zone)

    return {
        "hub": fleet[0],
        "truck_type": fleet[1].partition("+")[0],
        "truck": f"{one.fleet}/{one.truck}",
        "depart": clock(trip.depart_at),
        "back": clock(trip.arrive_at),
        "stops": [
            {
                "site": found.loads[visit.site].site, "start": clock(visit.start_at), "leave": clock(visit.leave_at),
                "kg": visit.kg, "litres": visit.litres,
                "goods": [
                    {"commodity": lot.commodity, "batch": lot.batch, "units": lot.units}
                    for lot in found.loads[visit.site].goods
                ],
            }
            for visit in trip.visits
        ],
    }  # fmt: skip


def away_seconds(found: DayRounds) -> int:
    """Return the truck-time from leaving to coming in, unloading and waiting for an hour included."""
    return sum(trip.arrive_at - trip.depart_at for one in found.plan.rounds for trip in one.trips)


def by_site(found: DayRounds) -> dict[str, tuple[int, int, Counter[str]]]:
    """Return by site visited its truck visits, its kilograms and its units by commodity."""
    told: dict[str, tuple[int, int, Counter[str]]] = {}
    for one in found.plan.rounds:
        for trip in one.trips:
            for visit in trip.visits:
                load = found.loads[visit.site]
                visits, kg, units = told.get(load.site, (0, 0, Counter()))
                units.update({lot.commodity: lot.units for lot in load.goods})
                told[load.site] = (visits + 1, kg + visit.kg, units)
    return told
