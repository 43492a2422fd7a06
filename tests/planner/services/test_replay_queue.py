"""Replays in the queue: a morning at a time, gone on with by whoever comes next, each morning kept once."""

from dataclasses import replace

import pytest

from planner.domain.errors import BadInput, NotFound, Refused
from planner.domain.replayed import FLAGGED_FROM, ReplayAnswer
from planner.domain.world import World
from planner.services import replay_queue
from planner.services.crises import load_seed, load_world
from planner.services.replay import Morning, ReplayTerms, Row
from planner.services.replay_queue import (
    Promised,
    ReplayWish,
    ask_replay,
    list_replays,
    stop_replay,
    view_replay,
    work_replays_once,
)
from planner.services.replay_view import counts, replay_json, tell_morning
from planner.store.records import LostClaim
from planner.store.store import Store
from routing.units import DAY, AsOf, Instant, Window
from tests.planner.domain.plans import both_sites, plan_of
from tests.planner.services.test_replay import row
from tests.web.replayed import MIDNIGHT, one_morning

pytest_plugins = ["tests.database_fixtures"]
SEED = "two-rivers"
LATER = MIDNIGHT + 400 * DAY


@pytest.fixture
def ready(store: Store) -> Store:
    load_seed(store, SEED, actor="nour", at=LATER)
    return store


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Instant, int, int]]:
    """Put quick mornings in place of solved ones, and note each: its day, the log's head, what was promised."""
    noted: list[tuple[Instant, int, int]] = []
    _, snapshot = both_sites()

    def morning(
        world: World, start: Instant, terms: ReplayTerms, promised: tuple[Row, ...]
    ) -> tuple[Morning, tuple[Row, ...]]:
        noted.append((start, world.head, len(promised)))
        terms.tell("value")
        one = Morning(
            as_of=AsOf(at=start, known=1), day=Window(start, start + DAY), plan=plan_of(snapshot, people=5),
            rows=(row(),), news=(), recorded=(),
        )  # fmt: skip
        return one, (*promised, row("held"))

    monkeypatch.setattr(replay_queue, "replay_morning", morning)
    return noted


def ask(store: Store, days: int = 3, *, known: int = 10) -> int:
    wish = ReplayWish(first=MIDNIGHT, last=MIDNIGHT + (days - 1) * DAY, known=known)
    return ask_replay(store, load_world(store, SEED), wish, {"v": "1"}, at=LATER, by="nour").id


def worked(store: Store, name: str = "w") -> int | None:
    return work_replays_once(store, name, lambda: LATER, beat_s=60)


def test_a_morning_at_a_time_each_with_what_was_promised_before(
    ready: Store, quick: list[tuple[Instant, int, int]]
) -> None:
    number = ask(ready)
    assert ask(ready) == number  # asked for twice it is one
    for done in (1, 2, 3):
        assert worked(ready, f"w{done}") == number
        card, answer = view_replay(ready, SEED, number)
        assert answer is not None
        assert (card.done, len(answer.mornings), card.going) == (done, done, done < 3)
    assert worked(ready) is None
    assert quick == [(MIDNIGHT, 10, 0), (MIDNIGHT + DAY, 10, 1), (MIDNIGHT + 2 * DAY, 10, 2)]
    assert [one.id for one in list_replays(ready, SEED)] == [number]
    with ready.reading() as read:
        assert read.find_replay_promised(number, Promised) is None  # nobody needs it any more


def test_a_stopped_replay_keeps_its_mornings_and_goes_on_when_asked_for_again(
    ready: Store, quick: list[tuple[Instant, int, int]]
) -> None:
    number = ask(ready)
    worked(ready)
    stop_replay(ready, SEED, number, at=LATER, by="nour")
    assert worked(ready) is None
    with pytest.raises(Refused, match="stopped"):
        stop_replay(ready, SEED, number, at=LATER, by="nour")
    assert ask(ready) == number
    assert worked(ready) == number
    assert [done for _day, _head, done in quick] == [0, 1]


def test_who_lost_a_morning_keeps_nothing_of_it(ready: Store) -> None:
    number = ask(ready)
    with ready.writing() as write:
        first = write.claim_replay("w1", now=LATER, lease_s=60)
    with ready.writing() as write:
        second = write.claim_replay("w2", now=LATER + 61, lease_s=60)
    assert first is not None
    assert second is not None
    with ready.writing() as write:
        write.keep_morning(second, one_morning(), Promised(rows=(row(),)), at=LATER + 62)
    with pytest.raises(LostClaim), ready.writing() as write:
        write.keep_morning(first, ReplayAnswer(mornings=(), people=0), Promised(rows=()), at=LATER + 63)
    _card, answer = view_replay(ready, SEED, number)
    assert answer == one_morning()
    with ready.reading() as read:
        assert read.find_replay_promised(number, Promised) == Promised(rows=(row(),))


def test_a_morning_that_breaks_fails_the_replay_with_its_reason(ready: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise BadInput("The log knows nothing by then.")

    monkeypatch.setattr(replay_queue, "replay_morning", broken)
    number = ask(ready)
    assert worked(ready) == number
    card, _answer = view_replay(ready, SEED, number)
    assert (card.state, card.error) == ("failed", "The log knows nothing by then.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"last": MIDNIGHT - DAY}, "in order"),
        ({"last": MIDNIGHT + 90 * DAY}, "more than the 62"),
        ({"days": 8}, "1 to 7 days"),
        ({"first": 0, "last": 0}, "Nothing was known"),
    ],
)
def test_what_cannot_be_replayed_is_refused_before_it_waits(ready: Store, changes: dict[str, int], said: str) -> None:
    wish = replace(ReplayWish(first=MIDNIGHT, last=MIDNIGHT, known=10), **changes)
    with pytest.raises(BadInput, match=said):
        ask_replay(ready, load_world(ready, SEED), wish, {}, at=LATER, by="nour")
    assert list_replays(ready, SEED) == ()


def test_another_crisis_has_no_such_replay(ready: Store) -> None:
    number = ask(ready)
    with pytest.raises(NotFound):
        view_replay(ready, "elsewhere", number)


def test_the_morning_flags_who_has_no_time_and_who_is_often_caught() -> None:
    ours, late, stuck = one_morning().mornings[0].convoys
    assert [one.flagged for one in (ours, late, stuck)] == [False, True, False]
    assert replace(ours, caught_inside=FLAGGED_FROM).flagged
    assert replace(ours, slack_s=None, caught_inside=None).flagged is False


def test_sums_count_our_convoys_by_fate_and_each_event_once() -> None:
    answer = one_morning()
    morning = answer.mornings[0]
    twice = replace(morning, recorded=(*morning.recorded, replace(morning.recorded[0], record=9, source="another")))
    told = counts([twice])
    assert (told["left"], told["turned_back"], told["caught_inside"], told["flagged"]) == (1, 1, 0, 1)
    assert told["recorded"] == {"attacked": 1, "delivered": 1}


def test_a_row_is_told_with_its_fate(ready: Store) -> None:
    world = load_world(ready, SEED)
    _, snapshot = both_sites()
    morning = Morning(
        as_of=AsOf(at=MIDNIGHT, known=1), day=Window(MIDNIGHT, MIDNIGHT + DAY), plan=plan_of(snapshot, people=5),
        rows=(row("caught_inside"),), news=(), recorded=(),
    )  # fmt: skip
    told = tell_morning(morning, world)
    assert [one.name for one in told.of_fate("caught_inside")] == ["c01"]
    written = replay_json(ReplayAnswer(mornings=(told,), people=0), world)
    assert str(written["mornings"]).count("caught_inside") >= 2
