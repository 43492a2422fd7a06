"""Road files that people bring in: queued, read by one worker at a time, then stored or dropped by their word."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import select

from planner.domain.errors import Refused
from planner.store.leases import ATTEMPTS, Held, set_held, take_oldest
from planner.store.records import Deed, LostClaim, RoadClaim, RoadImportCard, RoadImportState
from planner.store.rows import RoadImportRow
from planner.store.unit import Unit
from routing.units import Instant, Seconds


class RoadImportReads(Unit):
    """Road files and what each would do."""

    def get_road_import(self, number: int, *, crisis: str) -> RoadImportCard:
        """Return a file's card; raises `NotFound` where the crisis has none of that number."""
        return _card(self._road_import(number, crisis))

    def find_road_report(self, number: int) -> Mapping[str, Any] | None:
        """Return what a file would do, None before it was read."""
        row = self._session.get(RoadImportRow, number)
        return None if row is None else row.report

    def list_road_imports(self, crisis: str, *, limit: int) -> tuple[RoadImportCard, ...]:
        """Return the files of a crisis, the last one first."""
        rows = select(RoadImportRow).where(RoadImportRow.crisis == crisis).order_by(RoadImportRow.id.desc())
        return tuple(_card(row) for row in self._session.scalars(rows.limit(limit)))

    def _road_import(self, number: int, crisis: str) -> RoadImportRow:
        missing = f"No road file {number}. Choose one of the list."
        row = self._get(RoadImportRow, number, missing)
        # A number of another crisis is answered as one that is not there.
        return row if row.crisis == crisis else self._get(RoadImportRow, -1, missing)


class RoadImportWrites(RoadImportReads):
    """Road files queued, claimed and ended."""

    def add_road_import(
        self, crisis: str, file: str, content: bytes, options: Mapping[str, Any], *, at: Instant, by: str
    ) -> int:
        """Queue a file to be looked at and return its number."""
        row = RoadImportRow(
            crisis=crisis, file=file, content=content, options=dict(options), state="queued", deed="look", attempt=0,
            asked_at=at, asked_by=by,
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()
        return row.id

    def ask_to_store(self, number: int, allowed: Mapping[str, Any], *, crisis: str, at: Instant, by: str) -> None:
        """Queue a file that was looked at to be stored.

        Raises
        ------
        Refused
            If it is not in a state to be stored.
        NotFound
            If there is no such file.
        """
        row = self._waiting(number, crisis)
        row.state, row.deed, row.attempt, row.allowed = "queued", "store", 0, dict(allowed)
        row.asked_at, row.asked_by, row.stage, row.error = at, by, None, None
        self._session.flush()

    def drop_road_import(self, number: int, *, crisis: str, at: Instant) -> None:
        """End a file that was looked at without storing it; raises as `ask_to_store`."""
        row = self._waiting(number, crisis)
        row.state, row.content, row.ended_at = "dropped", None, at
        self._session.flush()

    def _waiting(self, number: int, crisis: str) -> RoadImportRow:
        row = self._road_import(number, crisis)
        self._session.refresh(row, with_for_update=True)
        if row.state != "looked":
            raise Refused(f"Road file {number} is {row.state}. Nothing was changed.")
        return row

    def claim_road_import(self, worker: str, *, now: Instant, lease_s: Seconds) -> RoadClaim | None:
        """Take the oldest file that waits or whose worker has gone silent; None where there is none."""
        given_up: dict[str, str | None] = {
            "content": None,
            "error": f"Its worker died {ATTEMPTS} times: the file may need more memory than there is. "
            "Bring in a part of it, or use qafila network import on a larger machine.",
        }
        number = take_oldest(
            self._session, RoadImportRow, worker, now=now, lease_s=lease_s, given_up=given_up
        )  # fmt: skip
        if number is None:
            return None
        row = self._session.get_one(RoadImportRow, number, populate_existing=True)
        return RoadClaim(card=_card(row), content=row.content or b"", report=row.report, worker=worker, lease_s=lease_s)

    def beat_road_import(self, claim: RoadClaim, *, now: Instant, stage: str | None) -> bool:
        """Say that the worker lives and what it does; False when the claim is lost."""
        return self._set_file(
            claim, {"lease_until": now + claim.lease_s, **({} if stage is None else {"stage": stage})}
        )

    def end_road_look(self, claim: RoadClaim, report: Mapping[str, Any], *, error: str | None = None) -> None:
        """Keep what the file would do, for somebody to decide; raises `LostClaim`."""
        self._end_file(claim, {"state": "looked", "deed": "look", "report": dict(report), "error": error})

    def end_road_import(
        self, claim: RoadClaim, state: RoadImportState, *, at: Instant, error: str | None = None
    ) -> None:
        """End the file as stored or failed; raises `LostClaim`."""
        self._end_file(claim, {"state": state, "content": None, "error": error, "ended_at": at})

    def release_road_import(self, claim: RoadClaim) -> None:
        """Put the file back into the queue, for a worker that must leave; raises `LostClaim`."""
        self._end_file(claim, {"state": "queued"})

    def _end_file(self, claim: RoadClaim, values: Mapping[str, Any]) -> None:
        if not self._set_file(claim, {"lease_until": None, "stage": None, **values}):
            raise LostClaim(f"Road file {claim.card.id} is no longer {claim.worker}'s. Its result is dropped.")

    def _set_file(self, claim: RoadClaim, values: Mapping[str, Any]) -> bool:
        held = Held(row=claim.card.id, attempt=claim.card.attempt, worker=claim.worker)
        return set_held(self._session, RoadImportRow, held, values)


def _card(row: RoadImportRow) -> RoadImportCard:
    return RoadImportCard(
        id=row.id, crisis=row.crisis, file=row.file, options=row.options, state=cast("RoadImportState", row.state),
        deed=cast("Deed", row.deed), attempt=row.attempt, asked_at=row.asked_at, asked_by=row.asked_by,
        worker=row.worker, lease_until=row.lease_until, stage=row.stage, allowed=row.allowed, error=row.error,
        ended_at=row.ended_at,
    )  # fmt: skip
