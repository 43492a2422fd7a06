"""Put a road file in the place of a crisis's roads: first what it would do, then all of it in one transaction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from planner.domain.canonical import Plain
from planner.domain.errors import BadInput, NotFound, Refused
from planner.domain.needs import Site
from planner.domain.supply import Hub
from planner.services.road_report import Lost, report
from planner.store.codec import pack_part, sha256
from planner.store.records import ChangedMeanwhile
from planner.store.store import Reading, Store
from routing.building.build import Built, Named, Tolerances, build_network
from routing.building.crossings import lines_between
from routing.deliveries import MovementStep
from routing.evidence import (
    Arrangement,
    DeliveryOutcome,
    Evidence,
    GateHours,
    GateReport,
    Pause,
    PermitStep,
    RoadReport,
    standing,
)
from routing.network import GateId, PlaceId, RoadNetwork, SegmentId
from routing.readers.classes import ClassTable, default_table, parse_table
from routing.readers.roadline import Harvest, Limits
from routing.readers.roads import read_areas, read_roads
from routing.units import Instant

ALL: Final = "all"
NOTHING_ON_RECORD: Final = RoadNetwork(places={}, segments={}, gates={}, areas={})
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadFile:
    """What to read and how: the file, its layer and coordinate system, the table of classes, outlines of areas."""

    path: Path
    crs: str | None = None
    layer: str | None = None
    classes: Path | None = None
    areas: tuple[Path, ...] = ()
    noded: bool | None = None
    """Whether lines meet only where they share a vertex; None: as is the rule for this kind of file."""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadImport:
    """What an import would do, made against one state of the crisis, whose stamp it carries."""

    crisis: str
    harvest: Harvest
    built: Built
    lost: tuple[Lost, ...]
    needed: frozenset[PlaceId]
    diverted: Mapping[str, tuple[SegmentId, ...]]
    """For each convoy promised and not ended, the segments of its way that would not be the same road."""
    digest: str
    changes: bool
    """Whether the network would be another than the one on record."""
    stamp: tuple[int, ...]

    @property
    def figures(self) -> dict[str, Plain]:
        """All that is said of the import, as JSON."""
        return {"digest": self.digest, "changes": self.changes,
                "diverted": {convoy: list(gone) for convoy, gone in self.diverted.items()},
                **report(self.harvest, self.built, self.lost, self.needed)}  # fmt: skip


def plan_road_import(
    store: Store,
    crisis: str,
    file: RoadFile,
    tolerances: Tolerances,
    *,
    say: Callable[[str], None] = lambda _stage: None,
) -> RoadImport:
    """Read a file and make the network that it would give the crisis; nothing is stored.

    `say` is told each stage as it begins: `read`, `build`, `compare`.

    Raises
    ------
    BadInput, UnreadableRoads
        If the file, the table of classes or the outlines cannot be used.
    """
    say("read")
    table = _table(file.classes)
    harvest = read_roads(file.path, table, file.limits, crs=file.crs, layer=file.layer)
    if not harvest.lines:
        raise _nothing(file.path, harvest)
    outlines = [outline for path in file.areas for outline in read_areas(path, file.limits)]
    with store.reading() as read:
        old = _network(read, crisis)
        log, movements = read.log(crisis), read.list_movements(crisis)
        sites, hubs = read.list_reference(crisis, Site), read.list_reference(crisis, Hub)
        stamp = _stamp(read, crisis)
    ended = {record.fact.movement for record in log if isinstance(record.fact, DeliveryOutcome)}
    convoys = {m.id: m.convoy.segments for m in movements if m.convoy is not None and m.id not in ended}
    passed = {g.gate for m in movements if m.convoy is not None for move in m.convoy.moves for g in move.gates}
    named = Named(
        segments=frozenset(_reported(old, log) | {s for way in convoys.values() for s in way}),
        gates=_gates(log) | passed,
    )
    say("build")
    built = build_network(
        harvest.lines, noded=harvest.noded if file.noded is None else file.noded, old=old, outlines=outlines,
        between=lines_between(log), named=named, tolerances=tolerances,
    )  # fmt: skip
    say("compare")
    needed = {s.place for s in sites} | {h.place for h in hubs} | {g.place for g in old.gates.values()}
    needed |= {place.id for place in old.places.values() if place.overnight}
    digest = sha256(pack_part(built.network))
    return RoadImport(
        crisis=crisis, harvest=harvest, built=built, lost=_lost(built, old, log, convoys),
        diverted=_diverted(built, convoys), needed=frozenset(needed),
        digest=digest, changes=old is NOTHING_ON_RECORD or digest != sha256(pack_part(old)), stamp=stamp,
    )  # fmt: skip


def _nothing(path: Path, harvest: Harvest) -> BadInput:
    """Return the complaint about a file without a usable road, with the first row that was set apart."""
    first = next(iter(harvest.quarantine), None)
    why = "" if first is None else f" Row {first.row}: {f'{first.reason} {first.value}'.strip()}."
    return BadInput(
        f"{path.name}: no row of {harvest.rows} is a usable road ({len(harvest.quarantine)} set apart, "
        f"{harvest.left_out.total()} left out by class).{why} What is read as a road: qafila network classes."
    )


def apply_road_import(
    store: Store,
    planned: RoadImport,
    *,
    allow_lost: frozenset[str],
    leave_off: frozenset[str],
    source: str,
    by: str,
    at: Instant,
) -> None:
    """Make the network that of the crisis, in one transaction, with who did it and what was lost on record.

    Raises
    ------
    Refused
        If a promised convoy would lose its way; if a place that is needed would stand without a road, or a road that
        is spoken of would be gone, and it was not said that this is right.
    ChangedMeanwhile
        If anything of the crisis changed since the file was read.
    """
    refusals = [*_promised(planned), *_stranded(planned, leave_off), *_forgotten(planned, allow_lost)]
    if refusals:
        raise Refused("\n".join(refusals))
    built = planned.built
    with store.writing() as write:
        if _stamp(write, planned.crisis) != planned.stamp:
            raise ChangedMeanwhile("The crisis changed while the file was read. Import it again.")
        if not planned.changes:
            return
        write.put_network(planned.crisis, built.network)
        detail: dict[str, str | int | bool | None] = {
            "file": source, "network": planned.digest, "segments": len(built.network.segments), "kept": built.kept,
            "lost": " ".join([*(one.segment for one in planned.lost), *built.lost_gates])[:2000],
            "without_road": " ".join(far.place for far in built.far if far.place in planned.needed)[:2000],
        }  # fmt: skip
        write.append_audit(actor=by, action="import network", target=planned.crisis, at=at, detail=detail)


def _table(path: Path | None) -> ClassTable:
    if path is None:
        return default_table()
    try:
        return parse_table(path.name, path.read_text(encoding="utf-8"))
    except OSError as cause:
        raise BadInput(f"{path}: cannot be read ({cause.strerror}). Check the path.") from cause
    except UnicodeDecodeError as cause:
        raise BadInput(f"{path.name} is not UTF-8. Save it as UTF-8.") from cause


def _network(read: Reading, crisis: str) -> RoadNetwork:
    read.get_crisis(crisis)
    try:
        return read.get_network(crisis)
    except NotFound:
        return NOTHING_ON_RECORD


def _stamp(read: Reading, crisis: str) -> tuple[int, ...]:
    # A published convoy drives named segments; movements do not turn the crisis's own numbers.
    return (*read.stamp(crisis), *(m.version for m in read.list_movements(crisis)))


def _reported(old: RoadNetwork, log: Iterable[Evidence]) -> set[SegmentId]:
    """Return the segments that reports speak of, by their own names or by those of roads they come from."""
    facts = (record.fact for record in log if isinstance(record.fact, RoadReport))
    return {segment for fact in facts for segment in old.standing_for(fact.segments)}


def _gates(log: Iterable[Evidence]) -> frozenset[GateId]:
    found: set[GateId | None] = set()
    for record in log:
        match record.fact:
            case GateReport() | GateHours() | PermitStep() | DeliveryOutcome() | MovementStep() as fact:
                found.add(fact.gate)
            case Arrangement() | Pause() as fact:
                found |= set(fact.gates)
            case _:
                pass
    return frozenset(gate for gate in found if gate is not None)


def _lost(
    built: Built, old: RoadNetwork, log: tuple[Evidence, ...], convoys: dict[str, tuple[SegmentId, ...]]
) -> tuple[Lost, ...]:
    gone = set(built.lost)
    positions: dict[SegmentId, list[int]] = {}
    for record in log:
        if isinstance(record.fact, RoadReport):
            for segment in gone.intersection(old.standing_for(record.fact.segments)):
                positions.setdefault(segment, []).append(record.position)
    # The last word of each source still stands, however old: a closure is not forgotten because it went stale.
    last: dict[tuple[SegmentId, str], bool] = {}
    for record in standing(log, max((record.position for record in log), default=0)):
        if isinstance(record.fact, RoadReport):
            for segment in gone.intersection(old.standing_for(record.fact.segments)):
                last[segment, record.source] = record.fact.state != "open"
    closed = {segment for (segment, _), shut in last.items() if shut}
    return tuple(
        Lost(
            segment=segment, share=built.heirs[segment].share, positions=tuple(positions.get(segment, ())),
            convoys=tuple(sorted(c for c, way in convoys.items() if segment in way)), closed=segment in closed,
        )
        for segment in sorted(gone, key=lambda segment: (segment not in closed, segment))
    )  # fmt: skip


def _diverted(built: Built, convoys: Mapping[str, tuple[SegmentId, ...]]) -> dict[str, tuple[SegmentId, ...]]:
    changed = {c: tuple(dict.fromkeys(s for s in way if s not in built.network.segments)) for c, way in convoys.items()}
    return {convoy: gone for convoy, gone in sorted(changed.items()) if gone}


def _promised(planned: RoadImport) -> list[str]:
    """Say which promised convoys would lose their way; nothing allows that: people wait for them at gates."""
    return [
        f"Convoy {convoy} is promised over {', '.join(gone[:6])}{' and others' if len(gone) > 6 else ''}, which would "  # noqa: PLR2004 - a line
        "not be the same road. Record how it ended first, then import, then plan again; --same-m widens what counts as "
        "the same road."
        for convoy, gone in planned.diverted.items()
    ]


def _stranded(planned: RoadImport, leave_off: frozenset[str]) -> list[str]:
    return [
        f"Place {far.place} is {'without' if far.metres is None else f'{far.metres:,} m from'} any suitable road, and "
        f"a site, hub, gate or night stop stands there. Raise --attach-within-m, mend its position, or say "
        f"--leave-off {far.place} to keep it without a road."
        for far in planned.built.far
        if far.place in planned.needed and far.place not in leave_off and ALL not in leave_off
    ]


def _forgotten(planned: RoadImport, allow_lost: frozenset[str]) -> list[str]:
    told = [
        f"Segment {one.segment} would be gone ({one.share:.0%} of it is left), and {_who(one)}. "
        f"{'It must be named: ' if one.closed else ''}--allow-lost {one.segment} lets it go; --same-m widens what "
        "counts as the same road."
        for one in planned.lost
        if one.segment not in allow_lost and (one.closed or ALL not in allow_lost)
    ]
    told += [
        f"Gate {gate} would stand on no road, and evidence speaks of it. --allow-lost {gate} lets it go."
        for gate in planned.built.lost_gates
        if gate not in allow_lost and ALL not in allow_lost
    ]
    more = len(told) - _SHOWN
    return told if more <= 0 else [*told[:_SHOWN], f"And {more} more; --dry-run --json names them all."]


def _who(one: Lost) -> str:
    said = []
    if one.positions:
        count = len(one.positions)
        last = f"record {one.positions[-1]}" if count == 1 else f"{count} records, the last {one.positions[-1]},"
        said.append(f"{last} {'says it is not open' if one.closed else 'speak of it' if count > 1 else 'speaks of it'}")
    if one.convoys:
        said.append(f"the convoy {', '.join(one.convoys)} drives it")
    return " and ".join(said)
