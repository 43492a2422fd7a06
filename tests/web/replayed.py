"""A replay as it is kept: a morning on which one convoy of ours leaves, one of others is late, and one cannot go."""

from planner.domain.replayed import (
    Hours,
    RecordedOutcome,
    ReplayAnswer,
    ReplayedConvoy,
    ReplayedMorning,
    ReplayedNews,
)
from planner.services.replay_queue import Promised, ReplayWish
from planner.store.store import Store
from routing.evidence import Figure
from routing.units import DAY, HOUR, AsOf, Window

MIDNIGHT = 1_933_362_000
"""8 April 2031 in the zone of Two Rivers."""


def hours(leaves: int, back: int) -> Hours:
    return Hours(
        depart_at=MIDNIGHT + leaves * HOUR, arrive_at=MIDNIGHT + (leaves + 1) * HOUR,
        unloaded_at=MIDNIGHT + (back - 1) * HOUR, back_at=MIDNIGHT + back * HOUR,
    )  # fmt: skip


def one_morning() -> ReplayAnswer:
    """Return it."""
    ours = ReplayedConvoy(
        name="2031-04-08-calder-c01", origin="planned", hub="calder", sites=("ulmar",), trucks=8, people=7_500,
        hours=hours(9, 14), slack_s=3 * HOUR, closes_at=MIDNIGHT + 17 * HOUR, arrives=0.81, caught_inside=0.02,
        kept_inside=0.1, fate="turned_back", fate_at=MIDNIGHT + 10 * HOUR, fate_segment="merro--ordan",
        fate_records=(3, 4),
    )  # fmt: skip
    late = ReplayedConvoy(
        name="kessa-01", origin="announced", hub="calder", sites=("kessa",), trucks=31, people=0, hours=hours(8, 22),
        slack_s=-2 * HOUR, closes_at=MIDNIGHT + 19 * HOUR, arrives=0.5, caught_inside=0.5, kept_inside=0.0,
        fate="caught_inside", fate_at=MIDNIGHT + 19 * HOUR, fate_segment="merro--ordan", fate_records=(5,),
    )  # fmt: skip
    stuck = ReplayedConvoy(
        name="varn-01", origin="announced", hub="calder", sites=("varn",), trucks=40, people=0, rule="letter",
        reason="Not in force for varn at gate amber-bridge: letter.", gates=("amber-bridge",),
    )  # fmt: skip
    attacked = RecordedOutcome(
        record=5, movement="kessa-01", site="kessa", what="attacked", result="impeded", at=MIDNIGHT + 19 * HOUR,
        people_reached=(), source="field office", synthetic=True,
    )  # fmt: skip
    told = Figure(what="people", count=4_000, source="town council")
    came = RecordedOutcome(
        record=6, movement="varn-01", site="varn", what="delivered", result="facilitated", at=MIDNIGHT + 20 * HOUR,
        people_reached=(told,), source="Relief Society", synthetic=False,
    )  # fmt: skip
    return ReplayAnswer(
        mornings=(
            ReplayedMorning(
                as_of=AsOf(at=MIDNIGHT + 8 * HOUR, known=12), day=Window(MIDNIGHT, MIDNIGHT + DAY), planned_convoys=4,
                planned_people=21_000, convoys=(ours, late, stuck),
                news=(
                    ReplayedNews(
                        at=MIDNIGHT + 19 * HOUR, records=(5,),
                        touched=(("kessa-01", "turn_back"), ("2031-04-08-calder-c01", "look_again")),
                    ),
                    ReplayedNews(at=MIDNIGHT + 20 * HOUR, records=(6,), touched=()),
                ),
                recorded=(attacked, came),
            ),
        ),
        people=7_500,
    )  # fmt: skip


def keep_replay(store: Store, crisis: str, answer: ReplayAnswer) -> None:
    """Put in a replay that is done, so that there is one to look at."""
    known = answer.mornings[-1].as_of.known
    wish = ReplayWish(first=answer.mornings[0].day.start, last=answer.mornings[-1].day.start, known=known)
    with store.writing() as write:
        write.ask_replay("7" * 64, crisis, wish.body(), 1, at=wish.last, by="nour")
        claim = write.claim_replay("w", now=wish.last, lease_s=60)
        if claim is not None:
            write.keep_morning(claim, answer, Promised(rows=()), at=wish.last)
