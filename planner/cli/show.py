"""Show a plan in the terminal: who gets what, when and by which road, and what not and why."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from planner.domain.compare import PlanDiff
from planner.domain.plan import Convoy, Plan, Unmet
from planner.domain.snapshot import Snapshot
from planner.services.plans import PlanRecord
from routing.units import HOUR, MINUTE, Instant, Seconds

LONG_LEG = 8
"""More segments than this are shown as the first, the last and those with gates."""

CLASS = {"impossible": "proved impossible", "outbid": "outbid", "not_found": "not found"}


def show_plan(record: PlanRecord, console: Console) -> None:
    """Print a whole plan for a person to read."""
    plan, snapshot = record.plan, record.snapshot
    zone = snapshot.crisis.tz
    console.print(
        f"\n[bold]Plan {record.id}[/]  {snapshot.crisis.name}, {_day(plan.horizon.start, zone)} to "
        f"{_day(plan.horizon.end - 1, zone)}, as known on {_moment(plan.as_of.at, zone)} (record {plan.as_of.known})"
    )
    said = "cut short by the safety stop" if plan.cut_short else f"solved in {record.seconds:.0f} s"
    console.print(f"Scenario {snapshot.scenario.name}; {plan.status}, {said}; digest {record.stored.card.digest[:16]}")
    trucks = sum(convoy.truck_count for convoy in plan.convoys)
    tonnes = sum(load.kg for c in plan.convoys for stop in c.stops for load in stop.loads) / 1000
    console.print(
        f"[bold]{len(plan.convoys)} convoys, {trucks} trucks, {tonnes:,.0f} t, {plan.people_reached:,} people[/] "
        "(by the smallest figure of any source)\n"
    )
    for convoy in plan.convoys:
        _show_convoy(convoy, snapshot, console)
    for notice in plan.pinned:
        console.print(
            f"[bold red]Promised movement {notice.movement} is no longer feasible[/] ({', '.join(notice.rules)}): "
            f"{', '.join(notice.choices)}?"
        )
    _show_unmet(plan, snapshot, console)
    _show_objective(plan, console)
    for note in plan.notes:
        console.print(note, style="dim")
    console.print(snapshot.crisis.disclaimer, style="dim")


def _show_convoy(convoy: Convoy, snapshot: Snapshot, console: Console) -> None:
    zone = snapshot.crisis.tz
    names = " and ".join(snapshot.sites[stop.site].name for stop in convoy.stops)
    trucks = ", ".join(f"{n} {snapshot.truck_types[kind].name}" for kind, n in sorted(convoy.trucks.items()) if n)
    group = f"  [{convoy.group}, all together]" if convoy.group else ""
    console.print(
        f"[bold]{convoy.id}  {snapshot.hubs[convoy.hub].name} to {names}[/]{group}  {trucks}", highlight=False
    )
    rows = [
        ("load", f"{_moment(convoy.loading.start, zone)} to {_clock(convoy.loading.end, zone)}"),
        ("leave", _moment(convoy.depart_at, zone)),
        ("road", _road(convoy, snapshot)),
    ]
    passes = [
        f"{p.gate} {_clock(p.arrive_at, zone)}-{_clock(p.clear_at, zone)}{'' if move.loaded else ' (back)'}"
        for move in convoy.moves
        for p in move.gates
    ]
    rows.append(("gates", ", ".join(passes) or "none"))
    for stop in convoy.stops:
        loads = ", ".join(f"{load.units:,} {snapshot.commodities[load.commodity].name}" for load in stop.loads)
        tonnes = sum(load.kg for load in stop.loads) / 1000
        metres = sum(load.litres for load in stop.loads) / 1000
        when = f"{_moment(stop.arrive_at, zone)} to {_clock(stop.unloaded_at, zone)}"
        rows.append(("unload", f"{snapshot.sites[stop.site].name} {when}: {loads} ({tonnes:,.0f} t, {metres:,.0f} m3)"))
    risk = f"p {convoy.p:.2f}; exposure {convoy.exposure_truck_s / HOUR:,.0f} truck-hours"
    slack = f"slack {_span(convoy.slack_s)} before the way back closes"
    rows.append(("back", f"{_moment(convoy.back_at, zone)}; {slack}; {risk}"))
    for word, said in rows:
        console.print(f"     [dim]{word:>6}[/]  {said}", highlight=False)
    console.print()


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
        said.append(f"{' > '.join(places)} ({km:.0f} km)")
    return "; then ".join(said)


def _show_unmet(plan: Plan, snapshot: Snapshot, console: Console) -> None:
    if not plan.unmet:
        console.print("Every need is met.")
        return
    table = Table(title="What is not brought, and why", title_justify="left", expand=True)
    for column, ratio in (("site", 2), ("people", None), ("what", 2), ("class", None), ("why", 5), ("proof", 2)):
        table.add_column(column, ratio=ratio, overflow="fold")
    for (site, kind, rule, reason), rows in _grouped(plan.unmet):
        items = ", ".join(snapshot.commodities[row.commodity].name for row in rows)
        proof = ", ".join(dict.fromkeys(p for row in rows for p in row.proof))
        change = rows[0].change
        text = f"{rule.replace('_', ' ')}: {reason}"
        if change is not None:
            tried = "solved again" if change.verified else "not tried"
            text += f"\nWould serve it: {change.edit} ({tried}, {change.people_gained:+,} people)"
        people = f"{max(row.people for row in rows):,}"
        table.add_row(snapshot.sites[site].name, people, items, CLASS[kind], text, proof)
    console.print(table)


def _grouped(unmet: tuple[Unmet, ...]) -> list[tuple[tuple[str, str, str, str], list[Unmet]]]:
    found: dict[tuple[str, str, str, str], list[Unmet]] = {}
    for row in unmet:
        found.setdefault((row.site, row.unmet_class, row.rule, row.reason), []).append(row)
    return sorted(found.items(), key=lambda item: (-max(row.people for row in item[1]), item[0]))


def _show_objective(plan: Plan, console: Console) -> None:
    table = Table(title="How good the plan is", title_justify="left")
    for column in ("level", "name", "value", "bound", "gap", "proved"):
        table.add_column(column, justify="left" if column in {"name", "proved"} else "right")
    for level in plan.objective:
        table.add_row(
            str(level.level), level.name, f"{level.value:,.0f}", f"{level.bound:,.0f}", f"{level.gap:.2%}", level.proof
        )
    console.print(table)


def show_diff(a: str, b: str, diff: PlanDiff, console: Console) -> None:
    """Print who gains and who loses from one plan to another, which convoys change, and because of what."""
    console.print(f"\n[bold]{a} to {b}[/]: {diff.people_gained:+,} people")
    for site in sorted(diff.sites, key=lambda s: s.people_a - s.people_b):
        change = site.people_b - site.people_a
        if change:
            word = "gains" if change > 0 else "loses"
            console.print(f"  {word} {site.site}: {site.people_a:,} to {site.people_b:,} ({change:+,})")
    for word, convoys in (("added", diff.added), ("dropped", diff.removed)):
        for convoy in convoys:
            console.print(f"  {word} {convoy.id}: {convoy.hub} to {', '.join(stop.site for stop in convoy.stops)}")
    for changed in diff.changed:
        sites = ", ".join(stop.site for stop in changed.b.stops)
        console.print(f"  changed {changed.b.id}: {changed.b.hub} to {sites} ({', '.join(changed.what)})")
    console.print(f"  kept {len(diff.kept)} convoys")
    console.print(f"  because of {', '.join(cause.id for cause in diff.because) or 'nothing that differs'}")


def _day(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%a %d %b %Y")


def _moment(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%a %d %b %H:%M")


def _clock(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")


def _span(seconds: Seconds) -> str:
    hours, rest = divmod(seconds, HOUR)
    return f"{hours} h {rest // MINUTE:02d}" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 - two days
