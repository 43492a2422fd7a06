"""Show a plan in the terminal: who gets what, when and by which road, and what not and why."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from planner.cli.terminal import listing, out, say
from planner.domain.compare import PlanDiff
from planner.domain.plan import Convoy, Plan, RobustPrice, Stop, Unmet
from planner.domain.snapshot import Snapshot
from planner.services.plan_records import PlanRecord
from routing.units import HOUR, MINUTE, Instant, Seconds

LONG_LEG = 8
"""More segments than this are shown as the first, the last and those with gates."""

CLASS = {"impossible": "proved impossible", "outbid": "outbid", "not_found": "not found"}


def show_plan(record: PlanRecord) -> None:
    """Print a whole plan for a person to read."""
    plan, snapshot = record.plan, record.snapshot
    zone = snapshot.crisis.tz
    say(
        f"\n[bold]Plan {record.id}[/]  {escape(snapshot.crisis.name)}, {_day(plan.horizon.start, zone)} to "
        f"{_day(plan.horizon.end - 1, zone)}, as known on {_moment(plan.as_of.at, zone)} (record {plan.as_of.known})"
    )
    said = "cut short by the safety stop" if plan.cut_short else f"solved in {record.seconds:.0f} s"
    digest = record.stored.card.digest[:16]
    say(f"Scenario {escape(snapshot.scenario.name)}; {plan.status.replace('_', ' ')}, {said}; digest {digest}")
    trucks = sum(convoy.truck_count for convoy in plan.convoys)
    tonnes = sum(load.kg for c in plan.convoys for stop in c.stops for load in stop.loads) / 1000
    say(
        f"[bold]{_count(len(plan.convoys), 'convoy')}, {_count(trucks, 'truck')}, {tonnes:,.0f} t, "
        f"{plan.people_reached:,} people[/] (by the smallest figure of any source)\n"
    )
    for convoy in plan.convoys:
        _show_convoy(convoy, snapshot)
    for notice in plan.pinned:
        say(
            f"[bold red]Promised movement {escape(notice.movement)} is no longer feasible[/] "
            f"({', '.join(notice.rules)}): {', '.join(notice.choices)}?"
        )
    _show_unmet(plan, snapshot)
    _show_objective(plan)
    if plan.robust is not None:
        _show_price(plan.robust)
    for told in plan.notes:
        say(escape(told), style="dim")
    say(escape(snapshot.crisis.disclaimer), style="dim")


def _show_price(price: RobustPrice) -> None:
    say(
        f"[bold]Robust[/]: no convoy is caught inside in more than {price.caught_cap:.0%} of {price.draws:,} drawn "
        f"futures (at most {price.most_caught:.1%}; without the cap {price.most_caught_free:.1%})."
    )
    say(
        f"Its price: {price.expected_free - price.expected:,.0f} people of {price.expected_free:,.0f} expected; in the "
        f"worst tenth of the futures {price.worst_tenth:,.0f} instead of {price.worst_tenth_free:,.0f}. "
        f"{price.left_out:,} ways are left out."
    )


def _show_convoy(convoy: Convoy, snapshot: Snapshot) -> None:
    names = " and ".join(snapshot.sites[stop.site].name for stop in convoy.stops)
    trucks = " + ".join(f"{n} x {snapshot.truck_types[kind].name}" for kind, n in sorted(convoy.trucks.items()) if n)
    group = f" ({convoy.group}: all together)" if convoy.group else ""
    title = f"{convoy.id}  {snapshot.hubs[convoy.hub].name} to {names}{group}"
    say(f"[bold]{escape(title)}[/]  {escape(trucks)}")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim", no_wrap=True, min_width=11)
    table.add_column(overflow="fold")
    for word, said in _facts(convoy, snapshot):
        table.add_row(word, Text(said))
    out.print(table)
    out.print()


def _facts(convoy: Convoy, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield what is told of a convoy, in the order in which it happens."""
    zone = snapshot.crisis.tz
    yield "load", f"{_moment(convoy.loading.start, zone)} to {_clock(convoy.loading.end, zone)}"
    yield "leave", _moment(convoy.depart_at, zone)
    yield "road", _road(convoy, snapshot)
    passes = [
        f"{p.gate} {_clock(p.arrive_at, zone)}-{_clock(p.clear_at, zone)}{'' if move.loaded else ' (back)'}"
        for move in convoy.moves
        for p in move.gates
    ]
    yield "gates", ", ".join(passes) or "none"
    for stop in convoy.stops:
        when = f"{_moment(stop.arrive_at, zone)} to {_clock(stop.unloaded_at, zone)}"
        yield "unload", f"{snapshot.sites[stop.site].name} {when}: {_goods(stop, snapshot)}"
    slack = f"slack {_span(convoy.slack_s)} before the way back closes"
    risk = f"p {convoy.p:.2f}; exposure {convoy.exposure_truck_s / HOUR:,.0f} truck-hours"
    yield "back", f"{_moment(convoy.back_at, zone)}; {slack}; {risk}"


def _goods(stop: Stop, snapshot: Snapshot) -> str:
    """Return what is unloaded by commodity; which batch it comes from concerns the warehouse only."""
    units: dict[str, int] = {}
    for load in stop.loads:
        units[load.commodity] = units.get(load.commodity, 0) + load.units
    goods = ", ".join(f"{n:,} {snapshot.commodities[commodity].name}" for commodity, n in units.items())
    tonnes = sum(load.kg for load in stop.loads) / 1000
    metres = sum(load.litres for load in stop.loads) / 1000
    return f"{goods} ({tonnes:,.0f} t, {metres:,.0f} m3)"


def _road(convoy: Convoy, snapshot: Snapshot) -> str:
    """Return the places of the way out, whole where it is short, else its ends, overnight halts and gates."""
    network = snapshot.network
    said = []
    for move in (m for m in convoy.moves if m.loaded):
        segments = [network.segments[s] for s in move.segments]
        places = [network.places[move.start].name]
        here = move.start
        for number, segment in enumerate(segments, 1):
            here = segment.end if here == segment.start else segment.start
            marked = segment.gate is not None or number == len(segments)
            if len(segments) <= LONG_LEG or marked or number % 6 == 0:
                places.append(network.places[here].name)
        km = sum(segment.length_m for segment in segments) / 1000
        said.append(f"{' > '.join(places)} ({km:.0f}\u00a0km)")
    return "; then ".join(said)


def _show_unmet(plan: Plan, snapshot: Snapshot) -> None:
    if not plan.unmet:
        say("Every need is met.")
        return
    table = listing("site", "people", "what", "class", "why", "proof", right=("people",))
    table.title, table.expand = "What is not brought, and why", True
    for column, ratio in zip(table.columns, (3, None, 3, 2, 9, 5), strict=True):
        column.ratio = ratio
    table.columns[1].no_wrap = True
    table.columns[3].min_width = len("impossible")
    for (site, kind, rule, reason), rows in _grouped(plan.unmet):
        items = ", ".join(snapshot.commodities[row.commodity].name for row in rows)
        proof = ", ".join(dict.fromkeys(p for row in rows for p in row.proof))
        change = next((row.change for row in rows if row.change is not None), None)
        text = f"{rule.replace('_', ' ')}: {reason}"
        if change is not None:
            tried = "solved again" if change.verified else "not tried"
            text += f"\nWould serve it: {change.edit} ({tried}, {change.people_gained:+,} people)"
        people = f"{max(row.people for row in rows):,}"
        cells = (snapshot.sites[site].name, people, items, CLASS[kind], text, proof)
        table.add_row(*(Text(cell) for cell in cells))
    out.print(table)


def _grouped(unmet: tuple[Unmet, ...]) -> list[tuple[tuple[str, str, str, str], list[Unmet]]]:
    found: dict[tuple[str, str, str, str], list[Unmet]] = {}
    for row in unmet:
        found.setdefault((row.site, row.unmet_class, row.rule, row.reason), []).append(row)
    return sorted(found.items(), key=lambda item: (-max(row.people for row in item[1]), item[0]))


def _show_objective(plan: Plan) -> None:
    table = listing("level", "name", "value", "bound", "gap", "proved", right=("level", "value", "bound", "gap"))
    table.title = "How good the plan is"
    for level in plan.objective:
        table.add_row(
            str(level.level), level.name, f"{level.value:,.0f}", f"{level.bound:,.0f}", f"{level.gap:.2%}", level.proof
        )
    out.print(table)


def show_diff(a: str, b: str, diff: PlanDiff) -> None:
    """Print who gains and who loses from one plan to another, which convoys change, and because of what."""
    say(f"\n[bold]{a} to {b}[/]: {diff.people_gained:+,} people")
    for site in sorted(diff.sites, key=lambda s: s.people_a - s.people_b):
        change = site.people_b - site.people_a
        if change:
            word = "gains" if change > 0 else "loses"
            say(f"  {word} {site.site}: {site.people_a:,} to {site.people_b:,} ({change:+,})")
    for word, convoys in (("added", diff.added), ("dropped", diff.removed)):
        for convoy in convoys:
            say(f"  {word} {convoy.id}: {convoy.hub} to {', '.join(stop.site for stop in convoy.stops)}")
    for changed in diff.changed:
        sites = ", ".join(stop.site for stop in changed.b.stops)
        word = "moved" if changed.moved else "loaded otherwise"
        say(f"  {word} {changed.b.id}: {changed.b.hub} to {sites} ({', '.join(changed.what)})")
    say(f"  kept {_count(len(diff.kept), 'convoy')}")
    idle = diff.because and not (diff.added or diff.removed or diff.changed)
    why = "without effect on the plan:" if idle else "because of"
    say(f"  {why} {escape(', '.join(cause.id for cause in diff.because)) or 'nothing that differs'}")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _day(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%a %d %b %Y")


def _moment(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%a %d %b %H:%M")


def _clock(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")


def _span(seconds: Seconds) -> str:
    hours, rest = divmod(seconds, HOUR)
    return f"{hours} h {rest // MINUTE:02d}" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 - two days
