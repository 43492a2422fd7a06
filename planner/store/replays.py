"""Replays in the database: asked for once, worked a morning at a time, kept as far as they are."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from sqlalchemy import select

from planner.domain.errors import Refused
from planner.store import codec
from planner.store.leases import ATTEMPTS, Held, set_held, take_oldest
from planner.store.records import LostClaim, ReplayCard, ReplayClaim, RunState
from planner.store.rows import ReplayRow
from planner.store.unit import Unit
from routing.units import Instant, Seconds

T = TypeVar("T")


class ReplayReads(Unit):
    """Replays and what they found so far."""

    def get_replay(self, number: int, *, crisis: str) -> ReplayCard:
        """Return a replay's card; raises `NotFound` where the crisis has none of that number."""
        return _card(self._replay(number, crisis))

    def list_replays(self, crisis: str, *, limit: int) -> tuple[ReplayCard, ...]:
        """Return the replays of a crisis, the last one first."""
        rows = select(ReplayRow).where(ReplayRow.crisis == crisis).order_by(ReplayRow.id.desc()).limit(limit)
        return tuple(_card(row) for row in self._session.scalars(rows))

    def find_replay_answer(self, number: int, shape: type[T]) -> T | None:
        """Return what a replay found so far; None before its first morning. Raises `BadInput` if it is unreadable."""
        row = self._session.get(ReplayRow, number)
        return None if row is None or row.answer is None else codec.from_body(shape, row.answer)

    def find_replay_promised(self, number: int, shape: type[T]) -> T | None:
        """Return what the mornings so far have promised; None before the first."""
        row = self._session.get(ReplayRow, number)
        return None if row is None or row.promised is None else codec.from_body(shape, row.promised)

    def _replay(self, number: int, crisis: str) -> ReplayRow:
        missing = f"No replay {number}. Choose one of the list."
        row = self._get(ReplayRow, number, missing)
        # A number of another crisis is answered as one that is not there.
        return row if row.crisis == crisis else self._get(ReplayRow, -1, missing)


class ReplayWrites(ReplayReads):
    """Replays queued, claimed and ended."""

    def ask_replay(
        self, key: str, crisis: str, wish: Mapping[str, Any], mornings: int, *, at: Instant, by: str
    ) -> ReplayCard:
        """Queue a replay once: the same key again returns the one there is, to go on if it failed or was stopped."""
        first = {
            "key": key, "crisis": crisis, "wish": dict(wish), "mornings": mornings, "done": 0, "state": "queued",
            "attempt": 0, "asked_at": at, "asked_by": by,
        }  # fmt: skip
        self._add_missing(ReplayRow, [first])
        row = self._session.scalars(select(ReplayRow).where(ReplayRow.key == key).with_for_update()).one()
        if row.state in {"failed", "stopped"}:
            row.state, row.attempt, row.asked_at, row.asked_by = "queued", 0, at, by
            row.error = row.ended_at = row.stage = None
            self._session.flush()
        return _card(row)

    def stop_replay(self, number: int, *, crisis: str, at: Instant) -> ReplayCard:
        """Stop a replay; what is done stays, and it goes on if it is asked for again.

        Raises
        ------
        Refused
            If it has ended already.
        NotFound
            If there is no such replay.
        """
        row = self._replay(number, crisis)
        self._session.refresh(row, with_for_update=True)
        if row.state not in {"queued", "running"}:
            raise Refused(f"Replay {number} is {row.state}. Nothing was changed.")
        row.state, row.lease_until, row.stage, row.ended_at = "stopped", None, None, at
        self._session.flush()
        return _card(row)

    def claim_replay(self, worker: str, *, now: Instant, lease_s: Seconds) -> ReplayClaim | None:
        """Take the oldest replay that waits or whose worker has gone silent; None where there is none."""
        given_up = {"error": f"Its worker died {ATTEMPTS} times. Look into the worker's log and ask for it again."}
        number = take_oldest(self._session, ReplayRow, worker, now=now, lease_s=lease_s, given_up=given_up)
        if number is None:
            return None
        row = self._session.get_one(ReplayRow, number, populate_existing=True)
        return ReplayClaim(card=_card(row), worker=worker, lease_s=lease_s)

    def beat_replay(self, claim: ReplayClaim, *, now: Instant, stage: str | None) -> bool:
        """Say that the worker lives and what it does; False when the claim is lost."""
        told = {} if stage is None else {"stage": stage}
        return self._set_replay(claim, {"lease_until": now + claim.lease_s, **told})

    def keep_morning(self, claim: ReplayClaim, answer: object, promised: object, *, at: Instant) -> None:
        """Keep what is known after one more morning, and put the replay back or end it; raises `LostClaim`."""
        done = claim.card.done + 1
        over = done >= claim.card.mornings
        self._end_replay(
            claim,
            {
                "done": done, "answer": codec.to_body(answer), "promised": None if over else codec.to_body(promised),
                "state": "done" if over else "queued", "attempt": 0, "ended_at": at if over else None,
            },
        )  # fmt: skip

    def fail_replay(self, claim: ReplayClaim, error: str, *, at: Instant) -> None:
        """End the replay with the reason; raises `LostClaim`."""
        self._end_replay(claim, {"state": "failed", "error": error, "ended_at": at})

    def release_replay(self, claim: ReplayClaim) -> None:
        """Put the replay back into the queue, for a worker that must leave; raises `LostClaim`."""
        self._end_replay(claim, {"state": "queued"})

    def _end_replay(self, claim: ReplayClaim, values: Mapping[str, Any]) -> None:
        if not self._set_replay(claim, {"lease_until": None, "stage": None, **values}):
            raise LostClaim(f"Replay {claim.card.id} is no longer {claim.worker}'s. Its morning is dropped.")

    def _set_replay(self, claim: ReplayClaim, values: Mapping[str, Any]) -> bool:
        held = Held(row=claim.card.id, attempt=claim.card.attempt, worker=claim.worker)
        return set_held(self._session, ReplayRow, held, values)


def _card(row: ReplayRow) -> ReplayCard:
    return ReplayCard(
        id=row.id, crisis=row.crisis, wish=row.wish, mornings=row.mornings, done=row.done,
        state=cast("RunState", row.state), attempt=row.attempt, asked_at=row.asked_at, asked_by=row.asked_by,
        worker=row.worker, lease_until=row.lease_until, stage=row.stage, error=row.error, ended_at=row.ended_at,
    )  # fmt: skip
