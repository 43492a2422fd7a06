"""Incidents that partners submit: each decided once."""

from typing import cast

from sqlalchemy import select

from planner.domain.errors import Refused
from planner.domain.submissions import Incident, Submission, SubmissionState
from planner.store import codec
from planner.store.rows import SubmissionRow
from planner.store.unit import Unit
from routing.units import Instant


class SubmissionReads(Unit):
    """What partners submitted and what became of it."""

    def list_submissions(self, crisis: str, *, actor: str | None = None, limit: int = 200) -> tuple[Submission, ...]:
        """Return the last submissions, those of one partner only where named, newest first."""
        asked = select(SubmissionRow).where(SubmissionRow.crisis == crisis)
        if actor is not None:
            asked = asked.where(SubmissionRow.actor == actor)
        return tuple(
            _submission(r) for r in self._session.scalars(asked.order_by(SubmissionRow.id.desc()).limit(limit))
        )

    def get_submission(self, crisis: str, submission: int) -> Submission:
        """Return one submission; raises `NotFound`."""
        return _submission(self._row(crisis, submission))

    def _row(self, crisis: str, submission: int) -> SubmissionRow:
        missing = f"There is no submission {submission}."
        row = self._get(SubmissionRow, submission, missing)
        return row if row.crisis == crisis else self._get(SubmissionRow, -1, missing)


class SubmissionWrites(SubmissionReads):
    """Submissions put in and decided."""

    def add_submission(self, crisis: str, incident: Incident, *, actor: str, at: Instant) -> int:
        """Keep an incident and return its number."""
        row = SubmissionRow(
            crisis=crisis, actor=actor, at=at, body=codec.to_body(incident), state="submitted", reason=""
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def decide_submission(
        self, crisis: str, submission: int, *, position: int | None, reason: str, by: str, at: Instant
    ) -> None:
        """Accept a submission as a record, or return it with a reason where `position` is None.

        Raises
        ------
        Refused
            If it is decided already.
        NotFound
            If there is none.
        """
        self._one_at_a_time(f"submission/{submission}")
        row = self._row(crisis, submission)
        self._session.refresh(row)
        if row.state != "submitted":
            raise Refused(f"Submission {submission} is {row.state} already. Look at it again.")
        row.state = "returned" if position is None else "accepted"
        row.position, row.reason, row.decided_by, row.decided_at = position, reason, by, at
        self._session.flush()


def _submission(row: SubmissionRow) -> Submission:
    return Submission(
        id=row.id, actor=row.actor, at=row.at, incident=codec.from_body(Incident, row.body),
        state=cast("SubmissionState", row.state), reason=row.reason, decided_at=row.decided_at, position=row.position,
    )  # fmt: skip
