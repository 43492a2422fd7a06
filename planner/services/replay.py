"""Plan every morning of some days with only what was known then, and let what is on record happen to the plans."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.advice import Advice
from planner.domain.denials import day_of
from planner.domain.errors import BadInput
from planner.domain.plan import Convoy, Plan
from planner.domain.policy import Limits
from planner.domain.replayed import Origin
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.domain.world import World
from planner.futures.outcome import draw_futures
from planner.services.access import access_over
from planner.services.announced import Announced, announced, arranged_later, still_to_come
from planner.services.hindsight import Happened, what_happened
from planner.services.impact import advise
from planner.services.in_hand import ConvoyInHand
from planner.services.plans import UnsoundPlan
from planner.services.robust_plan import solved
from planner.services.snapshots import Terms, horizon_from, planning_as_of, take_snapshot
from planner.solvers.assemble import delivered
from planner.solvers.choice import Progress, Report, in_silence
from planner.solvers.options import build
from routing.evidence import DeliveryOutcome, Evidence, PermitStep, standing
from routing.status import AccessMap
from routing.travel.engine import TravelEngine
from routing.units import DAY, HOUR, AsOf, Instant, Seconds, Window, local_days

DRAWS: Final = 2_000
LIMITS: Final = Limits(change_resolves=0, explain_resolves=0)
"""A replay asks what is sent, not what would serve those left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A convoy of one morning: ours as planned for the day, or one that others announced, if it left now.

    `slack_s` None: nothing closes. `arrives`, `caught_inside` and `kept_inside` are shares of drawn futures. Without a
    convoy, `refused` says what stands against it.
    """

    name: str
    origin: Origin
    sites: tuple[str, ...]
    trucks: int | None
    people: int
    convoy: Convoy | None
    slack_s: Seconds | None
    closes_at: Instant | None = None
    arrives: float | None = None
    caught_inside: float | None = None
    kept_inside: float | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """All mornings in order, and people whom the plans would have reached, each site counted by its own rule."""

    mornings: tuple[Morning, ...]
    people: int


def replay_days(
    world: World, first: Instant, last: Instant, *, days: int = 3, seed: int = 1,
    progress: Progress = in_silence,
) -> Replay:  # fmt: skip
    """Replay the mornings from one day to another, both included, each planning so many days ahead.

    Each morning promises what leaves before the next one could give notice of it, and plans around what was promised
    before. What was sent is gone for the next mornings: its trucks until they are back, its stock; what it brought,
    where nothing on record stops it, is no longer needed, and the site counts as reached.

    Raises
    ------
    BadInput
        If the days are not in order, or the log knows nothing by the first of them.
    UnsoundPlan
        If a plan breaks a hard rule.
    """
    wanted = mornings_of(world, first, last)
    mornings: list[Morning] = []
    promised: tuple[Row, ...] = ()
    for done, start in enumerate(wanted):

        def tell(stage: str, share: float = done / len(wanted)) -> None:
            progress(Report(stage=stage, done=share))

        morning, promised = replay_morning(world, start, ReplayTerms(days=days, seed=seed, tell=tell), promised)
        mornings.append(morning)
    return Replay(mornings=tuple(mornings), people=count_people(promised, world))


def mornings_of(world: World, first: Instant, last: Instant) -> tuple[Instant, ...]:
    """Return the local midnights of the days from one to another, both included; raises `BadInput` out of order."""
    if last < first:
        raise BadInput("The last day of a replay comes before its first. Give --from and --to in order.")
    return tuple(day.start for day in local_days(Window(first, last + 1), world.catalogue.crisis.tz))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTerms:
    """How each morning plans: so many days ahead, with this seed; `tell` is told each stage."""

    days: int
    seed: int
    tell: Callable[[str], None]


def replay_morning(
    world: World, start: Instant, terms: ReplayTerms, promised: tuple[Row, ...]
) -> tuple[Morning, tuple[Row, ...]]:
    """Return a morning, and all convoys promised until then: those whose notice could not wait for the next one.

    Raises
    ------
    BadInput
        If the log knows nothing by then.
    UnsoundPlan
        If the plan breaks a hard rule.
    """
    as_of = planning_as_of(world, start)
    day = horizon_from(start, 1, world)
    horizon = horizon_from(start, terms.days, world)
    frozen = take_snapshot(world, as_of=as_of, horizon=horizon, terms=Terms(limits=LIMITS, seed=terms.seed))
    snapshot = after_sending(frozen, promised)
    plan = _plan(snapshot, terms.tell)
    promised = (*_standing(promised, plan, as_of.at), *_promises(plan, snapshot))
    terms.tell("futures")
    hindsight = access_over(world, AsOf(at=day.end, known=world.head), Window(day.start, horizon.end + 3 * DAY))

    def leaves_today(row: Row) -> bool:
        return row.convoy is not None and row.happened is None and day.contains(row.convoy.depart_at)

    leaving = _with_chances([row for row in promised if leaves_today(row)], plan, snapshot, terms.seed)
    told = {row.name: replace(row, happened=_in_hindsight(row, hindsight, snapshot)) for row in leaving}
    promised = tuple(told.get(row.name, row) for row in promised)
    others = [
        replace(row, happened=_in_hindsight(row, hindsight, snapshot))
        for row in _announced_rows(world, plan, snapshot, terms.seed)
    ]
    rows = (*told.values(), *others)
    terms.tell("news")
    morning = Morning(
        as_of=as_of, day=day, plan=plan, rows=rows, news=tuple(_news(world, plan, rows, as_of)),
        recorded=tuple(_recorded(world, day)),
    )  # fmt: skip
    return morning, promised


def _in_hindsight(row: Row, hindsight: AccessMap, snapshot: Snapshot) -> Happened | None:
    return None if row.convoy is None else what_happened(row.convoy, hindsight, snapshot.network)


def _standing(promised: Sequence[Row], plan: Plan, now: Instant) -> Iterator[Row]:
    """Yield what was promised before; a convoy that has not left and is no longer feasible is held by its planners."""
    refused = {notice.movement for notice in plan.pinned}
    for row in promised:
        held = row.name in refused and row.convoy is not None and row.convoy.depart_at > now and row.happened is None
        yield replace(row, happened=Happened(fate="held", at=now)) if held else row


def _promises(plan: Plan, snapshot: Snapshot) -> Iterator[Row]:
    """Yield the new convoys that leave before a plan of the next morning could give notice of them."""
    until = snapshot.as_of.at + DAY + snapshot.policy.notification_lead_s
    for convoy in plan.convoys:
        if convoy.movement is None and convoy.depart_at < until:
            name = f"{day_of(convoy.depart_at, snapshot.crisis.tz)}-{convoy.hub}-{convoy.id}"
            yield Row(
                name=name, origin="planned", sites=tuple(stop.site for stop in convoy.stops),
                trucks=convoy.truck_count, people=sum(load.people for stop in convoy.stops for load in stop.loads),
                convoy=replace(convoy, movement=name), slack_s=convoy.slack_s,
            )  # fmt: skip


def _with_chances(rows: Sequence[Row], plan: Plan, snapshot: Snapshot, seed: int) -> Iterator[Row]:
    """Yield rows with their shares of futures, all drawn together as known in the morning."""
    convoys = tuple(replace(row.convoy, id=row.name) for row in rows if row.convoy is not None)
    fates = {fate.convoy: fate for fate in draw_futures(replace(plan, convoys=convoys), snapshot, DRAWS, seed).convoys}
    for row in rows:
        fate = fates[row.name]
        yield replace(row, arrives=fate.arrives, caught_inside=fate.caught_inside, kept_inside=fate.kept_inside)


def _plan(snapshot: Snapshot, tell: Callable[[str], None]) -> Plan:
    def progress(report: Report) -> None:
        tell(report.stage)

    plan = solved(snapshot, build(snapshot, progress), progress).plan
    found = violations(plan, snapshot)
    if found:
        raise UnsoundPlan(f"The plan of a morning breaks {len(found)} hard rules, {found[0].rule} first.")
    return plan


def after_sending(snapshot: Snapshot, promised: Sequence[Row]) -> Snapshot:
    """Return the snapshot of a morning after what was promised: convoys to come or out, or ended with what they did."""
    ours = [row for row in promised if row.convoy is not None]
    out = [r.convoy for r in ours if r.convoy is not None and _stands(r) and r.convoy.back_at > snapshot.as_of.at]
    ended = [r for r in ours if r.convoy is not None and r.convoy.back_at <= snapshot.as_of.at]
    # Whoever was held or turned back brings the goods home.
    gone = [r.convoy for r in ended if r.convoy is not None and _stands(r)]
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


def _stands(row: Row) -> bool:
    """Whether a promised convoy is to come, on its way or done: neither held nor turned back."""
    return row.happened is None or row.happened.fate in {"nothing_stops_it", "caught_inside"}


def _announced_rows(world: World, plan: Plan, snapshot: Snapshot, seed: int) -> Iterator[Row]:
    """Yield the movements of others of which a notification, or that they stand and wait, was known in the morning."""
    as_of = snapshot.as_of
    known = standing(world.log, as_of.known)
    told = {
        r.fact.movement for r in known
        if isinstance(r.fact, PermitStep) and r.fact.step == "notification" and r.valid.contains(as_of.at)
    }  # fmt: skip
    ended = frozenset(
        r.fact.movement for r in known if isinstance(r.fact, DeliveryOutcome) and r.fact.what not in {"held", "delayed"}
    )
    engine = TravelEngine(snapshot.network)
    rows: list[Row] = []
    for movement in still_to_come(world.catalogue.movements.values(), ended, as_of.at):
        if movement.id not in told:
            continue
        left = movement.dispatched_at
        if left is not None and left <= as_of.at:
            rows.append(_announced_row(announced(movement, snapshot, engine, left)))
            continue
        found = announced(movement, snapshot, engine, as_of.at)
        rows.append(_announced_row(arranged_later(found, snapshot, snapshot.days[0]) or found))
    timed = [row for row in rows if row.convoy is not None]
    chances = {row.name: row for row in _with_chances(timed, plan, snapshot, seed)}
    yield from (chances.get(row.name, row) for row in rows)


def _announced_row(found: Announced) -> Row:
    movement = found.movement
    return Row(
        name=movement.id, origin="announced", sites=(movement.site,), trucks=movement.trucks, people=0,
        convoy=found.convoy, slack_s=found.slack_s, closes_at=found.closes_at, rule=found.rule, refused=found.reason,
        gates=found.gates,
    )  # fmt: skip


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


def count_people(promised: Sequence[Row], world: World) -> int:
    """Return the people whom the convoys that nothing stops feed: at no site more than its smallest figure says."""
    fed: Counter[str] = Counter()
    for row in promised:
        if row.convoy is not None and row.happened and row.happened.fate == "nothing_stops_it":
            for stop in row.convoy.stops:
                fed[stop.site] += sum(load.people for load in stop.loads)
    return sum(min(people, world.catalogue.sites[site].people_least) for site, people in fed.items())
