"""Who gets reports, and the letters that wait for them: claimed under a lease, fenced by attempt, sent once."""

from sqlalchemy import and_, or_, select, update

from planner.domain.errors import NotFound
from planner.domain.releases import ATTEMPTS, Letter, Recipient, alert_key, wait_s
from planner.store.records import ChangedMeanwhile, LostClaim
from planner.store.rows import LetterRow, RecipientRow
from planner.store.unit import Unit
from routing.units import Instant, Seconds


class OutboxReads(Unit):
    """Recipients and letters."""

    def list_recipients(self, crisis: str, *, tier: str | None = None) -> tuple[Recipient, ...]:
        """Return the recipients of a tier (None: of all), by id."""
        rows = select(RecipientRow).where(RecipientRow.crisis == crisis).order_by(RecipientRow.id)
        if tier is not None:
            rows = rows.where(RecipientRow.tier == tier)
        return tuple(_recipient(row) for row in self._session.scalars(rows))

    def get_recipient(self, crisis: str, name: str) -> Recipient:
        """Return a recipient; raises `NotFound`."""
        missing = f"No recipient {name!r}. Use an id from the listing of recipients."
        return _recipient(self._get(RecipientRow, (crisis, name), missing))

    def find_recipient_of(self, crisis: str, account: str) -> Recipient | None:
        """Return the active recipient whose feed an account opens; None where it is linked to none."""
        rows = select(RecipientRow).where(
            RecipientRow.crisis == crisis, RecipientRow.account == account, RecipientRow.active
        )
        row = self._session.scalar(rows.order_by(RecipientRow.id).limit(1))
        return None if row is None else _recipient(row)

    def list_letters(self, crisis: str, *, report: int | None = None, limit: int = 200) -> tuple[Letter, ...]:
        """Return the letters of a crisis, or of one report, newest first."""
        rows = select(LetterRow).where(LetterRow.crisis == crisis).order_by(LetterRow.id.desc()).limit(limit)
        if report is not None:
            rows = rows.where(LetterRow.report == report)
        return tuple(_letter(row) for row in self._session.scalars(rows))


class OutboxWrites(OutboxReads):
    """Recipients edited; letters queued, claimed and sent."""

    def put_recipient(self, crisis: str, recipient: Recipient) -> Recipient:
        """Keep a recipient; `version` 0 adds it.

        Raises
        ------
        ChangedMeanwhile
            If somebody else saved it since, or it is there already.
        """
        values = {
            "organisation": recipient.organisation, "email": recipient.email, "tier": recipient.tier,
            "language": recipient.language, "formats": list(recipient.formats), "account": recipient.account,
            "active": recipient.active, "alerts": recipient.alerts,
        }  # fmt: skip
        if recipient.version == 0:
            if not self._add_one(RecipientRow, {"crisis": crisis, "id": recipient.id, "version": 1, **values}):
                raise ChangedMeanwhile(f"A recipient {recipient.id!r} is there already. Edit it, or choose another id.")
        else:
            changed = self._session.execute(
                update(RecipientRow)
                .where(
                    RecipientRow.crisis == crisis, RecipientRow.id == recipient.id,
                    RecipientRow.version == recipient.version,
                )
                .values(version=recipient.version + 1, **values)
                .returning(RecipientRow.id)
                .execution_options(synchronize_session=False)
            )  # fmt: skip
            if changed.scalar_one_or_none() is None:
                raise ChangedMeanwhile(f"Recipient {recipient.id!r} was changed meanwhile. Read it again and repeat.")
        self._session.expire_all()
        return self.get_recipient(crisis, recipient.id)

    def add_letter(self, crisis: str, report: int, recipient: str, *, key: str, at: Instant) -> None:
        """Queue a report for a recipient; nothing happens where it is queued or sent already."""
        row = {
            "crisis": crisis, "report": report, "recipient": recipient, "key": key, "state": "queued", "attempt": 0,
            "next_at": at,
        }  # fmt: skip
        self._add_missing(LetterRow, [row])

    def add_alerts(self, crisis: str, news: tuple[int, int], *, at: Instant) -> None:
        """Queue an alert of these records for each recipient who is on duty; whether it is needed is told when sent."""
        on_duty = select(RecipientRow.id).where(
            RecipientRow.crisis == crisis, RecipientRow.active, RecipientRow.alerts
        )  # fmt: skip
        rows = [
            {
                "crisis": crisis, "news_first": news[0], "news_last": news[1], "recipient": recipient,
                "key": alert_key(crisis, news, recipient), "state": "queued", "attempt": 0, "next_at": at,
            }
            for recipient in self._session.scalars(on_duty.order_by(RecipientRow.id))
        ]  # fmt: skip
        self._add_missing(LetterRow, rows)

    def claim_letter(self, crisis: str, *, now: Instant, lease_s: Seconds) -> Letter | None:
        """Take the oldest letter that is due, or whose sender has gone silent; None where there is none."""
        due = or_(
            and_(LetterRow.state == "queued", LetterRow.next_at <= now),
            and_(LetterRow.state == "sending", LetterRow.lease_until <= now),
        )
        waiting = select(LetterRow.id).where(LetterRow.crisis == crisis, due).order_by(LetterRow.id).limit(1)
        taken = self._session.execute(
            update(LetterRow)
            .where(LetterRow.id == waiting.with_for_update(skip_locked=True).scalar_subquery())
            .values(state="sending", attempt=LetterRow.attempt + 1, lease_until=now + lease_s)
            .returning(LetterRow.id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        return None if taken is None else _letter(self._get(LetterRow, taken, ""))

    def note_sent(self, letter: Letter, *, at: Instant) -> None:
        """Write down that a letter was taken by the server; raises `LostClaim` where it is another sender's by now."""
        self._end_letter(letter, state="sent", sent_at=at, lease_until=None, error=None)

    def note_needless(self, letter: Letter) -> None:
        """End an alert of news that touches no convoy, unsent; raises as `note_sent` does."""
        self._end_letter(letter, state="needless", lease_until=None, error=None)

    def note_refused(self, letter: Letter, error: str, *, at: Instant, for_good: bool) -> None:
        """Put a letter back to be tried again later, or aside for good; raises as `note_sent` does."""
        last = for_good or letter.attempt >= ATTEMPTS
        self._end_letter(
            letter, state="failed" if last else "queued", next_at=at + wait_s(letter.attempt), lease_until=None,
            error=error[:500],
        )  # fmt: skip

    def retry_letter(self, crisis: str, number: int, *, at: Instant) -> Letter:
        """Queue a letter again that was put aside; raises `NotFound` where none of that number is aside."""
        row = self._session.scalar(
            select(LetterRow)
            .where(LetterRow.id == number, LetterRow.crisis == crisis, LetterRow.state == "failed")
            .with_for_update()
        )
        if row is None:
            raise NotFound(f"No letter {number} was put aside. The listing of the outbox says which were.")
        # Attempts go on counting: a sender of an earlier life must stay fenced off.
        row.state, row.next_at, row.error = "queued", at, None
        self._session.flush()
        return _letter(row)

    def _end_letter(self, letter: Letter, **values: object) -> None:
        changed = self._session.execute(
            update(LetterRow)
            .where(LetterRow.id == letter.id, LetterRow.attempt == letter.attempt, LetterRow.state == "sending")
            .values(**values)
            .returning(LetterRow.id)
            .execution_options(synchronize_session=False)
        )
        if changed.scalar_one_or_none() is None:
            raise LostClaim(f"Letter {letter.id} was taken over by another sender. Its word counts, not this one's.")


def _recipient(row: RecipientRow) -> Recipient:
    return Recipient(
        id=row.id, organisation=row.organisation, email=row.email, tier=row.tier, language=row.language,
        formats=tuple(row.formats), account=row.account, active=row.active, version=row.version,
        alerts=row.alerts,
    )  # fmt: skip


def _letter(row: LetterRow) -> Letter:
    return Letter(
        id=row.id, release=row.report, recipient=row.recipient, key=row.key,
        news=None if row.news_first is None or row.news_last is None else (row.news_first, row.news_last),
        state=row.state,  # type: ignore[arg-type] # the database holds it to these
        attempt=row.attempt, next_at=row.next_at, error=row.error, sent_at=row.sent_at,
    )  # fmt: skip
