"""Replays asked for on a page: a worker does a morning at a time, so that no plan waits long for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.canonical import digest_of
from planner.domain.errors import BadInput
from planner.domain.replayed import ReplayAnswer
from planner.domain.world import World
from planner.jobs import BEAT_S, LEASE_S, Clock, Heart, attend
from planner.services.crises import load_world
from planner.services.replay import ReplayTerms, Row, count_people, mornings_of, replay_morning
from planner.services.replay_view import tell_morning
from planner.services.snapshots import planning_as_of
from planner.store.records import ReplayCard, ReplayClaim, Sign, Wish
from planner.store.store import Store
from routing.evidence import known_at
from routing.units import Instant, Seconds

LONGEST: Final = 62
"""Mornings; more are two replays."""
FARTHEST: Final = 7
"""So many days ahead a morning of a replay may plan."""
LISTED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWish:
    """Which days are replayed, how far each morning plans, and by what the record stands that decides."""

    first: Instant
    last: Instant
    days: int = 2
    seed: int = 1
    known: int

    def body(self) -> dict[str, int]:
        """Return it as it is kept."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What the mornings so far have promised, as it is kept between two of them."""

    rows: tuple[Row, ...]


def ask_replay(
    store: Store, world: World, wish: ReplayWish, versions: Mapping[str, str], *, at: Instant, by: str
) -> ReplayCard:
    """Queue a replay; the same days by the same record and versions are replayed once.

    Raises
    ------
    BadInput
        If the days are out of order, too many, or before anything is known, or a morning plans too far ahead.
    """
    starts = mornings_of(world, wish.first, wish.last)
    if len(starts) > LONGEST:
        raise BadInput(f"{len(starts)} mornings are more than the {LONGEST} of one replay. Ask for two.")
    if not 1 <= wish.days <= FARTHEST:
        raise BadInput(f"A morning of a replay plans 1 to {FARTHEST} days ahead, not {wish.days}.")
    if not planning_as_of(world, starts[0]).known:
        raise BadInput("Nothing was known by the first of these mornings. Give a later first day.")
    if known_at(world.log, starts[-1]) == world.head and starts[-1] > at:
        raise BadInput("A replay is of days that have passed. Give an earlier last day.")
    crisis = world.catalogue.crisis.id
    key = digest_of({"crisis": crisis, "wish": wish.body(), "versions": dict(versions)})
    with store.writing() as write:
        card = write.ask_replay(key, crisis, wish.body(), len(starts), at=at, by=by)
        write.append_audit(actor=by, action="replay", target=f"{crisis}/replays/{card.id}", at=at)
    return card


def list_replays(store: Store, crisis: str) -> tuple[ReplayCard, ...]:
    """Return the replays that were asked for, the last one first."""
    with store.reading() as read:
        return read.list_replays(crisis, limit=LISTED)


def view_replay(store: Store, crisis: str, number: int) -> tuple[ReplayCard, ReplayAnswer | None]:
    """Return a replay and what it found so far; None before its first morning, or where another version wrote it.

    Raises
    ------
    NotFound
        If the crisis has no such replay.
    """
    with store.reading() as read:
        card = read.get_replay(number, crisis=crisis)
        try:
            return card, read.find_replay_answer(number, ReplayAnswer)
        except BadInput:
            return card, None


def stop_replay(store: Store, crisis: str, number: int, *, at: Instant, by: str) -> ReplayCard:
    """Stop a replay; what is done stays.

    Raises
    ------
    Refused
        If it has ended already.
    NotFound
        If there is no such replay.
    """
    with store.writing() as write:
        card = write.stop_replay(number, crisis=crisis, at=at)
        write.append_audit(actor=by, action="stop", target=f"{crisis}/replays/{number}", at=at)
    return card


def note_taken(store: Store, crisis: str, number: int, sha256: str, *, at: Instant, by: str) -> None:
    """Put on record that somebody took a replay's report out of the house; it names routes."""
    with store.writing() as write:
        detail: dict[str, str | int | bool | None] = {"tier": "T3", "sha256": sha256}
        write.append_audit(actor=by, action="export_replay", target=f"{crisis}/replays/{number}", at=at, detail=detail)


def work_replays_once(
    store: Store, worker: str, clock: Clock, *, lease_s: Seconds = LEASE_S, beat_s: float = BEAT_S
) -> int | None:
    """Claim the oldest replay that waits, do its next morning, and return its number; None where nothing waits.

    Raises
    ------
    DatabaseBusy
        If the database does not answer; the morning is done again when its lease has lapsed.
    """
    with store.writing() as write:
        claim = write.claim_replay(worker, now=clock(), lease_s=lease_s)
    if claim is None:
        return None

    def beat(sign: Sign | None) -> Wish | None:
        with store.writing() as write:
            alive = write.beat_replay(claim, now=clock(), stage=None if sign is None else sign.stage)
        return "go on" if alive else None

    def fail(reason: str) -> None:
        with store.writing() as write:
            write.fail_replay(claim, reason, at=clock())

    def release() -> None:
        with store.writing() as write:
            write.release_replay(claim)

    work = f"replay {claim.card.id}"
    attend(work, beat_s, beat, lambda heart: _morning(store, claim, clock, heart), fail=fail, release=release)
    return claim.card.id


def _morning(store: Store, claim: ReplayClaim, clock: Clock, heart: Heart) -> None:
    card, wish = claim.card, ReplayWish(**claim.card.wish)
    world = load_world(store, card.crisis)
    # What was recorded after the replay was asked for belongs to another one.
    world = replace(world, log=tuple(record for record in world.log if record.position <= wish.known))
    with store.reading() as read:
        before = read.find_replay_answer(card.id, ReplayAnswer) or ReplayAnswer(mornings=(), people=0)
        promised = read.find_replay_promised(card.id, Promised) or Promised(rows=())

    def tell(stage: str) -> None:
        heart(Sign(stage=stage, done=0.0, best=None, bound=None))

    start = mornings_of(world, wish.first, wish.last)[card.done]
    terms = ReplayTerms(days=wish.days, seed=wish.seed, tell=tell)
    morning, rows = replay_morning(world, start, terms, promised.rows)
    answer = ReplayAnswer(
        mornings=(*before.mornings, tell_morning(morning, world)), people=count_people(rows, world)
    )  # fmt: skip
    with store.writing() as write:
        write.keep_morning(claim, answer, Promised(rows=rows), at=clock())
