"""Plan every morning of some days with only what was known then, and let what is on record happen to the plans."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from planner.domain.errors import BadInput
from planner.domain.plan import Convoy, Plan
from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.domain.world import World
from planner.futures.outcome import draw_futures
from planner.services.access import access_over
from planner.services.announced import Announced, announced, still_to_come
from planner.services.impact import Advice, advise
from planner.services.in_hand import ConvoyInHand
from planner.services.plans import UnsoundPlan
from planner.services.snapshots import Terms, horizon_from, planning_as_of, take_snapshot
from planner.solvers.assemble import delivered
from planner.solvers.choice import Progress, Report, in_silence
from planner.solvers.options import build
from planner.solvers.solve import solve_options
from routing.evidence import DeliveryOutcome, Evidence, PermitStep, standing
from routing.status import AccessMap, Piece, Status
from routing.travel.engine import TravelEngine
from routing.travel.passage import Path, pieces_in, stretches
from routing.units import DAY, HOUR, AsOf, Instant, Seconds, Window, local_days

Fate: TypeAlias = Literal["nothing_stops_it", "held", "turned_back", "caught_inside"]
DRAWS: Final = 2_000
LIMITS: Final = Limits(change_resolves=0, explain_resolves=0)
"""A replay asks what is sent, not what would serve those left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What is on record against a timetable: where and when it is met, and the records that say so.

    `nothing_stops_it` means that only: no record stands against it. Whether a gate would have let it through, nobody
    knows.
    """

    fate: Fate
    at: Instant | None = None
    segment: str = ""
    records: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A convoy of one morning: ours as planned for the day, or one that others announced, if it left now.

    `slack_s` None: nothing closes. `arrives` and `caught_inside` are shares of drawn futures. Without a convoy,
    `refused` says what stands against it.
    """

    name: str
    origin: Literal["planned", "announced"]
    sites: tuple[str, ...]
    trucks: int | None
    people: int
    convoy: Convoy | None
    slack_s: Seconds | None
    closes_at: Instant | None = None
    arrives: float | None = None
    caught_inside: float | None = None
    rule: str = ""
    refused: str = ""
    gates: tuple[str, ...] = ()
    happened: Happened | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What was learned at one moment of the day, and which of the day's convoys it touches, with the advice."""

    at: Instant
    records: tuple[int, ...]
    touched: tuple[tuple[str, Advice], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """One day: what was planned, what the news did to it, and what is on record of the day."""

    as_of: AsOf
    day: Window
    plan: Plan
    rows: tuple[Row, ...]
    news: tuple[News, ...]
    recorded: tuple[Evidence, ...]

    def of_fate(self, fate: Fate) -> tuple[Row, ...]:
        """Return the day's own convoys of one fate."""
        return tuple(row for row in self.rows if row.origin == "planned" and row.happened and row.happened.fate == fate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """All mornings in order, and people whom the plans would have reached, each site counted by its own rule."""

    crisis: str
    mornings: tuple[Morning, ...]
    people: int


def replay_days(
    world: World, first: Instant, last: Instant, *, days: int = 3, seed: int = 1,
    progress: Progress = in_silence,
) -> Replay:  # fmt: skip
    """Replay the mornings from one day to another, both included, each planning so many days ahead.

    What a morning's plan sends out is gone for the next ones: its trucks until they are back, its stock; what it
    brought, where nothing on record stops it, is no longer needed, and the site counts as reached.

    Raises
    ------
    BadInput
        If the days are not in order, or the log knows nothing by the first of them.
    UnsoundPlan
        If a plan breaks a hard rule.
    """
    if last < first:
        raise BadInput("The last day of a replay comes before its first. Give --from and --to in order.")
    zone = world.catalogue.crisis.tz
    wanted = local_days(Window(first, last + 1), zone)
    mornings: list[Morning] = []
    sent: list[Row] = []
    for done, day in enumerate(wanted):
        start = local_days(Window(day.start, day.start + 1), zone)[0].start

        def tell(stage: str, share: float = done / len(wanted)) -> None:
            progress(Report(stage=stage, done=share))

        mornings.append(_morning(world, start, days, seed, sent, tell))
        sent += [row for row in mornings[-1].rows if row.origin == "planned"]
    return Replay(crisis=world.catalogue.crisis.id, mornings=tuple(mornings), people=_people(mornings, world))


def _morning(
    world: World, start: Instant, days: int, seed: int, sent: Sequence[Row], tell: Callable[[str], None]
) -> Morning:
    as_of = planning_as_of(world, start)
    horizon = horizon_from(start, days, world)
    day = Window(start, horizon_from(start, 1, world).end)
    frozen = take_snapshot(world, as_of=as_of, horizon=horizon, terms=Terms(limits=LIMITS, seed=seed))
    snapshot = after_sending(frozen, sent)
    plan = _plan(snapshot, tell)
    tell("futures")
    today = [c for c in plan.convoys if c.movement is None and day.contains(c.depart_at)]
    rows = [*_planned_rows(today, plan, snapshot, seed), *_announced_rows(world, snapshot, as_of, seed)]
    hindsight = _hindsight(world, day, horizon)
    rows = [replace(row, happened=_happened(row, hindsight, snapshot)) for row in rows]
    tell("news")
    return Morning(
        as_of=as_of, day=day, plan=plan, rows=tuple(rows), news=tuple(_news(world, plan, rows, as_of)),
        recorded=tuple(_recorded(world, day)),
    )  # fmt: skip


def _plan(snapshot: Snapshot, tell: Callable[[str], None]) -> Plan:
    def progress(report: Report) -> None:
        tell(report.stage)

    plan = solve_options(snapshot, build(snapshot, progress), progress)
    found = violations(plan, snapshot)
    if found:
        raise UnsoundPlan(f"The plan of a morning breaks {len(found)} hard rules, {found[0].rule} first.")
    return plan


def after_sending(snapshot: Snapshot, sent: Sequence[Row]) -> Snapshot:
    """Return the snapshot of a morning after the convoys of earlier mornings: out, or ended with what they brought."""
    out = [r.convoy for r in sent if r.convoy is not None and _runs(r) and r.convoy.back_at > snapshot.as_of.at]
    ended = [r for r in sent if r.convoy is not None and r.convoy not in out]
    # Whoever was held or turned back brings the goods home.
    gone = [r.convoy for r in ended if r.convoy is not None and _runs(r)]
    came = [r.convoy for r in ended if r.convoy is not None and r.happened and r.happened.fate == "nothing_stops_it"]
    loaded: dict[tuple[str, str, str], int] = {}
    for convoy in gone:
        for stop in convoy.stops:
            for load in stop.loads:
                key = (convoy.hub, load.commodity, load.batch)
                loaded[key] = loaded.get(key, 0) + load.units
    brought = delivered(came)
    needs = []
    for need in snapshot.needs:
        less = min(need.units, brought[need.site, need.commodity])
        brought[need.site, need.commodity] -= less
        needs.append(replace(need, units=need.units - less))
    reached = {stop.site: stop.unloaded_at for convoy in came for stop in convoy.stops}
    sites = {
        name: site
        if name not in reached or (site.last_reached or 0) >= reached[name]
        else replace(site, last_reached=reached[name], last_reached_source="replay")
        for name, site in snapshot.sites.items()
    }
    stock = tuple(
        replace(batch, units=batch.units - min(batch.units, loaded.get((batch.hub, batch.commodity, batch.batch), 0)))
        for batch in snapshot.stock
    )
    return replace(snapshot, needs=tuple(needs), sites=sites, stock=stock, pinned=tuple(out))


def _runs(row: Row) -> bool:
    return row.happened is not None and row.happened.fate in {"nothing_stops_it", "caught_inside"}


def _planned_rows(today: Sequence[Convoy], plan: Plan, snapshot: Snapshot, seed: int) -> Iterator[Row]:
    fates = {f.convoy: f for f in draw_futures(replace(plan, convoys=tuple(today)), snapshot, DRAWS, seed).convoys}
    start = snapshot.horizon.start
    for convoy in today:
        fate = fates[convoy.id]
        name = f"replay-{start}-{convoy.id}"
        yield Row(
            name=convoy.id, origin="planned", sites=tuple(stop.site for stop in convoy.stops),
            trucks=convoy.truck_count, people=sum(load.people for stop in convoy.stops for load in stop.loads),
            convoy=replace(convoy, movement=name), slack_s=convoy.slack_s, arrives=fate.arrives,
            caught_inside=fate.caught_inside,
        )  # fmt: skip


def _announced_rows(world: World, snapshot: Snapshot, as_of: AsOf, seed: int) -> Iterator[Row]:
    """Yield the movements of others of which a notification, or that they stand and wait, was known in the morning."""
    known = standing(world.log, as_of.known)
    told = {
        r.fact.movement for r in known
        if isinstance(r.fact, PermitStep) and r.fact.step == "notification" and r.valid.contains(as_of.at)
    }  # fmt: skip
    ended = frozenset(
        r.fact.movement for r in known if isinstance(r.fact, DeliveryOutcome) and r.fact.what not in {"held", "delayed"}
    )
    engine = TravelEngine(snapshot.network)
    for movement in still_to_come(world.catalogue.movements.values(), ended, as_of.at):
        if movement.id not in told:
            continue
        left = movement.dispatched_at
        depart_at = left if left is not None and left <= as_of.at else as_of.at
        found = announced(movement, snapshot, engine, depart_at)
        yield _announced_row(found, snapshot, seed)


def _announced_row(found: Announced, snapshot: Snapshot, seed: int) -> Row:
    movement = found.movement
    row = Row(
        name=movement.id, origin="announced", sites=(movement.site,), trucks=movement.trucks, people=0,
        convoy=found.convoy, slack_s=found.slack_s, closes_at=found.closes_at, rule=found.rule, refused=found.reason,
        gates=found.gates,
    )  # fmt: skip
    if found.convoy is None:
        return row
    alone = Plan(
        snapshot_digest="", as_of=snapshot.as_of, horizon=snapshot.horizon, status="feasible", cut_short=False,
        objective=(), convoys=(found.convoy,), unmet=(), people_reached=0, coverage_by_site={},
    )  # fmt: skip
    fate = draw_futures(alone, snapshot, DRAWS, seed).convoys[0]
    return replace(row, arrives=fate.arrives, caught_inside=fate.caught_inside)


def _hindsight(world: World, day: Window, horizon: Window) -> AccessMap:
    """Return the map of the days by all that is on record today."""
    return access_over(world, AsOf(at=day.end, known=world.head), Window(day.start, horizon.end + 3 * DAY))


def _happened(row: Row, hindsight: AccessMap, snapshot: Snapshot) -> Happened | None:
    """Drive the timetable through what is on record today."""
    convoy = row.convoy
    if convoy is None:
        return None
    for hold in hindsight.holds:
        near = hold.segments is None or not hold.segments.isdisjoint(convoy.segments)
        if near and hold.window.contains(convoy.depart_at):
            return Happened(fate="held", at=convoy.depart_at, records=hold.evidence)
    crossed: dict[str, Instant] = {}
    for move in convoy.moves:
        path = Path(origin=move.start, destination=move.end, segments=move.segments, loaded=move.loaded)
        for stretch in stretches(snapshot.network, hindsight, path, convoy.truck_count):
            name, enter = stretch.segment.id, move.depart_at + stretch.enter_s
            since = enter if move.loaded else crossed.get(name, enter)
            span = Window(since, max(since + 1, move.depart_at + stretch.leave_s))
            stop = next((p for p in pieces_in(hindsight.timeline(name), span) if _stops(p, loaded=move.loaded)), None)
            if stop is not None and (move.loaded or crossed):
                fate: Fate = "turned_back" if move.loaded else "caught_inside"
                return Happened(
                    fate=fate, at=max(since, stop.window.start), segment=name, records=stop.deciding().evidence
                )
            if move.loaded and _is_line(hindsight.timeline(name)):
                crossed.setdefault(name, enter)
    return Happened(fate="nothing_stops_it", at=convoy.stops[-1].unloaded_at)


def _stops(piece: Piece, *, loaded: bool) -> bool:
    """Whether a piece stops a column; on the way back a gate's hours only make it wait for the morning."""
    return piece.status is Status.BLOCKED and (loaded or piece.decided_by != "gate")


def _is_line(timeline: Sequence[Piece]) -> bool:
    return any(
        part.name in {"control", "ceasefire"} and part.status is not Status.OPEN
        for piece in timeline
        for part in piece.parts
    )


def _news(world: World, plan: Plan, rows: Sequence[Row], as_of: AsOf) -> Iterator[News]:
    """Yield what was learned until the next morning, and the day's convoys that each piece of news touches."""
    going = [
        ConvoyInHand(convoy=row.convoy, number=row.name, plan="", published=True)
        for row in rows
        if row.convoy is not None
    ]
    later = sorted((r for r in world.log if as_of.at < r.learned_at <= as_of.at + DAY), key=lambda r: r.position)
    moments = dict.fromkeys(record.learned_at for record in later)
    for at in moments:
        records = tuple(r.position for r in later if r.learned_at == at)
        before = _known(world, min(records) - 1)
        after = _known(world, max(records))
        still = [one for one in going if one.convoy.back_at > at - HOUR]
        touched = advise(before, after, plan, still, at)
        yield News(at=at, records=records, touched=tuple((t.convoy.number, t.advice) for t in touched))


def _known(world: World, position: int) -> World:
    return replace(world, log=tuple(record for record in world.log if record.position <= position))


def _recorded(world: World, day: Window) -> Iterator[Evidence]:
    """Yield the outcomes on record of the day, by any source and whenever learned."""
    for record in standing(world.log, world.head):
        if isinstance(record.fact, DeliveryOutcome) and day.contains(record.fact.happened_at):
            yield record


def _people(mornings: Sequence[Morning], world: World) -> int:
    """Return the people whom the convoys that nothing stops feed: at no site more than its smallest figure says."""
    fed: Counter[str] = Counter()
    for morning in mornings:
        for row in morning.of_fate("nothing_stops_it"):
            for stop in row.convoy.stops if row.convoy is not None else ():
                fed[stop.site] += sum(load.people for load in stop.loads)
    return sum(min(people, world.catalogue.sites[site].people_least) for site, people in fed.items())
