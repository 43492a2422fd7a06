"""The command that plans the rounds of a day to open sites."""

from collections import defaultdict

import click
from rich.text import Text

from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.terminal import listing, note, print_listing, say
from planner.domain.errors import BadInput
from planner.domain.rounds import RoundLimits
from planner.services.access import parse_known
from planner.services.movements import pinned_convoys
from planner.services.rounds import DayRounds, plan_day_rounds, rounds_as_of
from planner.services.rounds_view import by_site, rounds_json
from planner.solvers.rounds.solve import EngineName
from routing.errors import RoutingError
from routing.units import DAY, Instant, Seconds, format_instant, parse_clock

KG_A_TONNE = 1_000


@click.command()
@click.option("--day", required=True, help="The day on which trucks go out.")
@click.option("--known", help="What is known: a log position or a time; else 08:00 of the day before.")
@click.option("--hours", help="When trucks are out, as 08:00-16:00; else all daylight. Gates have hours too.")
@click.option("--hub", "hubs", multiple=True, help="Only from this hub; may be given several times.")
@click.option(
    "--engine", type=click.Choice(["pair", "pyvrp", "ortools"]), default="pair", show_default=True,
    help="What searches; pair searches twice on two cores.",
)  # fmt: skip
@click.option("--iterations", default=5_000, show_default=True, type=click.IntRange(1), help="How long to search.")
@click.option("--seed", default=1, show_default=True, type=int, help="Of the search.")
@json_option
@pass_app
def rounds(  # noqa: PLR0913 - an argument an option
    app: App, day: str, known: str | None, hours: str | None, hubs: tuple[str, ...], engine: EngineName,
    iterations: int, seed: int, *, as_json: bool,
) -> None:  # fmt: skip
    """Plan which truck goes where on one day, to sites on open roads that need no permit.

    Nothing is stored. Trucks, loading lines and stock of pinned movements are left to them.
    """
    world, start = app.world, app.instant(day, "--day")
    asked = rounds_as_of(world, start, parse_known(known, world))
    found = plan_day_rounds(
        world, start, asked, hours=_hours(hours), hubs=hubs,
        pinned=pinned_convoys(app.store, world, after=asked.at),
        limits=RoundLimits(iterations=iterations, seed=seed), engine=engine,
    )  # fmt: skip
    if as_json:
        print_json(rounds_json(world, found))
    else:
        _print(app, found)


def _hours(text: str | None) -> tuple[Seconds, Seconds]:
    if text is None:
        return 0, DAY
    leave, _, back = text.partition("-")
    try:
        return parse_clock(leave), parse_clock(back)
    except RoutingError as cause:
        raise BadInput(f"--hours {text}: {cause} Give two, as 08:00-16:00.") from cause


def _print(app: App, found: DayRounds) -> None:
    zone = app.world.catalogue.crisis.tz

    def clock(at: Instant) -> str:
        return format_instant(at, zone)[11:16]

    day = format_instant(found.light.start, zone)[:10]
    say(f"[bold]Rounds on {day}[/], as known at record {found.as_of.known}")
    table = listing("truck", "leaves", "stops (unloading from)", "tonnes", "back", right=("tonnes",))
    for one in found.plan.rounds:
        for trip in one.trips:
            stops = ", ".join(f"{found.loads[v.site].site} {clock(v.start_at)}" for v in trip.visits)
            tonnes = sum(visit.kg for visit in trip.visits) / KG_A_TONNE
            table.add_row(
                Text(f"{one.fleet}/{one.truck}"), clock(trip.depart_at), Text(stops), f"{tonnes:.1f}",
                clock(trip.arrive_at),
            )  # fmt: skip
    if found.plan.rounds:
        print_listing(table)
    _print_sites(found)
    _print_left(found)
    if found.plan.cut_short:
        note("The safety stop by time ended the search: another run may find other rounds.")


def _print_sites(found: DayRounds) -> None:
    sites = by_site(found)
    total = sum(kg for _, kg, _ in sites.values()) / KG_A_TONNE
    say(f"{len(found.plan.rounds)} trucks, {len(sites)} sites, {total:.1f} t")
    if not sites:
        return
    table = listing("site", "visits", "tonnes", "what", right=("visits", "tonnes"))
    for site, (visits, kg, units) in sorted(sites.items()):
        what = ", ".join(f"{count} {item}" for item, count in sorted(units.items()))
        table.add_row(Text(site), str(visits), f"{kg / KG_A_TONNE:.1f}", Text(what))
    print_listing(table)


def _print_left(found: DayRounds) -> None:
    if found.plan.unserved:
        table = listing("not brought to", "from", "loads", "tonnes", "class", "why", right=("loads", "tonnes"))
        alike: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
        for left in found.plan.unserved:
            load = found.loads[left.site]
            alike[load.site, load.hub, left.unmet_class.replace("_", " "), f"{left.rule}: {left.reason}"].append(
                left.kg
            )
        for (site, hub, word, why), kg in sorted(alike.items()):
            table.add_row(Text(site), hub, str(len(kg)), f"{sum(kg) / KG_A_TONNE:.1f}", word, why)
        print_listing(table)
    if found.set_aside:
        table = listing("not by rounds", "rule", "why")
        for one in found.set_aside:
            table.add_row(Text(one.site), one.rule, one.reason)
        print_listing(table)
    if found.lacking:
        table = listing("not in stock of a hub in reach", "commodity", "units", right=("units",))
        for short in found.lacking:
            table.add_row(Text(short.site), short.commodity, f"{short.units:,}")
        print_listing(table)
