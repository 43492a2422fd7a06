"""Commands on the road network: import it from road data, look at it, print the table of classes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import click
from rich.markup import escape

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.record import tell_bare
from planner.cli.terminal import listing, note, print_listing, say
from planner.domain.canonical import Plain
from planner.services.line_gates import apply_line_gates, plan_line_gates, roads_without_gate
from planner.services.road_import import RoadFile, apply_road_import, plan_road_import
from planner.services.road_report import summary
from routing.building.build import Tolerances
from routing.readers.classes import default_text
from routing.readers.roadline import Limits

SHOWN = 20
METRES = click.FloatRange(min=0, max=100_000)
DEFAULT, CAPS = Tolerances(), Limits()


@click.group()
def network() -> None:
    """The roads: import them from road data, see what they are."""


@network.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change and store nothing.")
@click.option("--crs", help="Coordinate system of a file that states none, like EPSG:32637.")
@click.option("--layer", help="Layer of a GeoPackage that has several.")
@click.option("--classes", type=click.Path(path_type=Path), help="Table of classes instead of the shipped one.")
@click.option("--areas", type=click.Path(path_type=Path), multiple=True,
              help="Outlines of areas, with a column id; the smallest counts. May be repeated.")  # fmt: skip
@click.option("--noded/--not-noded", default=None, help="Whether lines meet only where they share a vertex.")
@click.option("--snap-m", type=METRES, default=DEFAULT.snap_m, show_default=True, help="Ends this near are joined.")
@click.option("--attach-within-m", type=METRES, default=DEFAULT.attach_within_m, show_default=True,
              help="Farthest a place may be from its road.")  # fmt: skip
@click.option("--gate-within-m", type=METRES, default=DEFAULT.gate_within_m, show_default=True,
              help="A gate lets through on roads over its line this near.")  # fmt: skip
@click.option("--same-m", type=METRES, default=DEFAULT.same_m, show_default=True,
              help="A road that moved by no more is the same road.")  # fmt: skip
@click.option("--leave-off", multiple=True, metavar="PLACE", help="Keep this place without a road (all: every one).")
@click.option("--allow-lost", multiple=True, metavar="ID",
              help="Let this go though evidence speaks of it (all: what is not reported closed).")  # fmt: skip
@click.option("--max-mb", type=click.IntRange(min=1), default=CAPS.file_mb, show_default=True)
@click.option("--max-vertices", type=click.IntRange(min=1), default=CAPS.vertices, show_default=True)
@click.option("--max-features", type=click.IntRange(min=1), default=CAPS.features, show_default=True)
@json_option
@pass_app
def import_network(  # noqa: PLR0913 - an argument an option
    app: App,
    file: Path,
    *,
    dry_run: bool,
    crs: str | None,
    layer: str | None,
    classes: Path | None,
    areas: tuple[Path, ...],
    noded: bool | None,
    snap_m: float,
    attach_within_m: float,
    gate_within_m: float,
    same_m: float,
    leave_off: tuple[str, ...],
    allow_lost: tuple[str, ...],
    max_mb: int,
    max_vertices: int,
    max_features: int,
    as_json: bool,
) -> None:
    """Put the roads of FILE in the place of the crisis's own: OSM pbf, GeoJSON, GeoPackage, Shapefile, or a zip of one.

    Places, gates and areas stay. Says what it did row by row; with --dry-run what it would do.
    """
    road_file = RoadFile(
        path=file, crs=crs, layer=layer, classes=classes, areas=areas, noded=noded,
        limits=Limits(file_mb=max_mb, vertices=max_vertices, features=max_features),
    )  # fmt: skip
    near = Tolerances(
        snap_m=snap_m, attach_within_m=attach_within_m, gate_within_m=gate_within_m, same_m=same_m
    )  # fmt: skip
    planned = plan_road_import(app.store, app.crisis, road_file, near)
    figures = {"dry_run": dry_run, **planned.figures}
    if not as_json:
        _show(figures)
    if not dry_run:
        apply_road_import(
            app.store, planned, allow_lost=frozenset(allow_lost), leave_off=frozenset(leave_off), source=file.name,
            by=app.actor, at=clock(),
        )  # fmt: skip
    if as_json:
        print_json(figures)
        return
    done = "Nothing was stored (dry run)" if dry_run else "Stored" if planned.changes else "Nothing changed"
    say(f"{done}: network {planned.digest[:12]}.")


@network.command()
@json_option
@pass_app
def info(app: App, *, as_json: bool) -> None:
    """Say what the network of the crisis is: nodes, segments, km by class, components."""
    bare = roads_without_gate(app.world)
    figures = {**summary(app.world.network), "lines_without_gate": list(bare)}
    if as_json:
        print_json(figures)
    else:
        _show_summary(figures)
        tell_bare(app.world)


@network.command()
@click.option("--dry-run", is_flag=True, help="Say where gates would stand and store nothing.")
@click.option("--gate-within-m", type=METRES, default=DEFAULT.gate_within_m, show_default=True,
              help="A gate on no road, this near and beside one of the areas, is taken.")  # fmt: skip
@json_option
@pass_app
def gates(app: App, *, dry_run: bool, gate_within_m: float, as_json: bool) -> None:
    """Stand a gate on every road that crosses a line between parties and has none.

    After a front has moved, or once it is known who holds the areas of an outline: a road without a gate is passed
    under a ceasefire only, and no arrangement can open it.
    """
    planned = plan_line_gates(app.store, app.crisis, gate_within_m)
    if not dry_run:
        apply_line_gates(app.store, planned, by=app.actor, at=clock())
    if as_json:
        print_json({"dry_run": dry_run, **planned.figures})
        return
    for segment, gate in list(planned.stood.items())[:SHOWN]:
        say(f"{escape(gate)} stands on {escape(segment)}{' (made)' if gate in planned.made else ''}")
    _more(len(planned.stood))
    done = "Nothing was stored (dry run)" if dry_run else "Stored" if planned.stood else "Nothing changed"
    say(f"{done}: {len(planned.stood)} roads given a gate, {len(planned.made)} of the gates made.")


@network.command()
def classes() -> None:
    """Print the table of classes that comes with the product, to be changed and given back with --classes."""
    click.echo(default_text(), nl=False)


def _show(figures: Mapping[str, Any]) -> None:
    noding, identity = figures["noding"], figures["identity"]
    say(
        f"Read {figures['rows']:,} rows ({figures['crs']}): {figures['lines']:,} lines used, "
        f"{sum(figures['left_out'].values()):,} left out by class, "
        f"{sum(figures['quarantined_by_reason'].values()):,} set apart."
    )
    say(
        f"Noded by {noding['by']}: {noding['cuts']:,} cuts, ends moved by {noding['moved_most_m']} m at most, "
        f"{noding['zero_length']:,} without length and {noding['duplicates']:,} duplicates dropped."
    )
    _show_summary(figures)
    say(f"Same as before {identity['kept']:,}, new {identity['new']:,}, gone {identity['gone']:,} segments.")
    _show_places(figures)
    for key, title in (("quarantined", "Set apart"), ("warnings", "Warnings")):
        _show_rows(title, figures[key], figures[f"{key}_by_reason"])


def _show_summary(figures: Mapping[str, Any]) -> None:
    kilometres = cast("Mapping[str, Plain]", figures["km_by_class"])
    say(
        f"{figures['nodes']:,} nodes, {figures['segments']:,} segments in {figures['components']:,} components "
        f"(the largest {figures['largest_component_km']:,} km); {figures['bridges']:,} bridges, "
        f"limits of weight {figures['weight_limits']:,}, axle {figures['axle_limits']:,}, height "
        f"{figures['height_limits']:,}, width {figures['width_limits']:,}; {figures['oneway']:,} one-way."
    )
    table = listing("class", "km", right=("km",))
    for name, km in kilometres.items():
        table.add_row(name, f"{km:,}")
    print_listing(table)


def _show_places(figures: Mapping[str, Any]) -> None:
    attached, far, areas = figures["attached"], figures["without_road"], figures["areas"]
    ways = {how: sum(one["how"] == how for one in attached) for how in ("node", "split", "spur")}
    farthest = f", the farthest {attached[0]['place']} ({attached[0]['metres']:,} m)" if attached else ""
    say(
        f"Places: {ways['node']} at a node, {ways['split']} by splitting a road, {ways['spur']} by a spur{farthest}; "
        f"{len(far)} without a road."
    )
    say(
        f"Areas: {areas['crossings']:,} segments go from one area to another; a junction took its area from at most "
        f"{areas['read_from_m']:,} m away."
    )
    for word, names in (("Gate made where a line is crossed", figures["gates_made"]),
                        ("Gate on no road", figures["gates_on_no_road"])):  # fmt: skip
        for name in names[:SHOWN]:
            say(f"{word}: {escape(name)}")
        _more(len(names))
    for one in far[:SHOWN]:
        away = "no road" if one["metres"] is None else f"{one['metres']:,} m away"
        say(f"Without a road: {escape(one['place'])} ({away}){', needed' if one['needed'] else ''}")
    _more(len(far))
    for one in figures["lost"][:SHOWN]:
        say(f"Lost: {escape(one['segment'])}, of which records speak{', reported closed' if one['closed'] else ''}")
    _more(len(figures["lost"]))


def _show_rows(title: str, rows: list[Mapping[str, Any]], reasons: Mapping[str, int]) -> None:
    if not rows:
        return
    table = listing("row", "feature", "reason", "value", right=("row",), title=title)
    for row in rows[:SHOWN]:
        table.add_row(str(row["row"]), escape(row["feature"]), escape(row["reason"]), escape(row["value"]))
    print_listing(table)
    for reason, count in reasons.items():
        note(f"{title}: {count:,} x {reason}")
    _more(len(rows))


def _more(count: int) -> None:
    if count > SHOWN:
        note(f"... and {count - SHOWN:,} more; --json names them.")
