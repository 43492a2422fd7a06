"""The store: everything that must outlive a process, read and written in whole transactions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from planner.domain.errors import BadInput
from planner.domain.snapshot import Snapshot
from planner.store import codec, migrate
from planner.store.accounts import AccountReads, AccountWrites
from planner.store.audit import AuditReads, AuditWrites
from planner.store.engine import embedded_engine, for_reading, for_writing, server_engine
from planner.store.keys import DatabaseKey
from planner.store.log import LogReads, LogWrites
from planner.store.outbox import OutboxReads, OutboxWrites
from planner.store.receipts import ReceiptReads, ReceiptWrites, committed, keep_pending
from planner.store.records import ChangedMeanwhile, DatabaseBusy
from planner.store.reference import ReferenceReads, ReferenceWrites
from planner.store.releases import ReleaseReads, ReleaseWrites
from planner.store.replays import ReplayReads, ReplayWrites
from planner.store.road_imports import RoadImportReads, RoadImportWrites
from planner.store.scans import ScanReads, ScanWrites
from planner.store.sign_ins import SignInReads, SignInWrites
from planner.store.submissions import SubmissionReads, SubmissionWrites
from planner.store.sweeps import SweepReads, SweepWrites
from routing.evidence import Evidence
from routing.units import Instant

_UNDEFINED_TABLE = "42P01"
_UNDEFINED_COLUMN = "42703"
"""PostgreSQL's words for what is missing."""


class Reading(
    LogReads, ReferenceReads, SweepReads, AuditReads, AccountReads, SignInReads, ReceiptReads, RoadImportReads,
    ReplayReads, ScanReads, SubmissionReads, ReleaseReads, OutboxReads,
):  # fmt: skip
    """All that can be read, in one transaction that sees one state of the database."""


class Writing(
    LogWrites, ReferenceWrites, SweepWrites, AuditWrites, AccountWrites, SignInWrites, ReceiptWrites,
    RoadImportWrites, ReplayWrites, ScanWrites, SubmissionWrites, ReleaseWrites, OutboxWrites, Reading,
):  # fmt: skip
    """All that can be read and written, in one transaction: all of it or nothing."""

    def append(
        self, crisis: str, records: Sequence[Evidence], *, actor: str, recorded_at: Instant, after: int | None = None
    ) -> tuple[int, ...]:
        """Add records to the log, and with them the alerts for those on duty; raises as `LogWrites.append`."""
        positions = super().append(crisis, records, actor=actor, recorded_at=recorded_at, after=after)
        if positions:
            self.add_alerts(crisis, (positions[0], positions[-1]), at=recorded_at)
        return positions


class Store:
    """The database behind a home. Open it once a process; it may be used from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, address: str | Path, key: DatabaseKey | None = None) -> "Store":
        """Return the store at a PostgreSQL address, or in an encrypted file at a path.

        Nothing is created in it before `migrate`.

        Raises
        ------
        BadInput
            If the address cannot be used, or a file comes without its key.
        """
        if isinstance(address, str) and "://" in address:
            return cls(server_engine(address))
        if key is None:
            raise BadInput(f"The embedded database {address} is encrypted. Give its passphrase or key file.")
        return cls(embedded_engine(Path(address), key))

    @property
    def kind(self) -> str:
        """The database's name: `sqlite` or `postgresql`."""
        return self._engine.dialect.name

    def migrate(self) -> None:
        """Bring the tables to this version; nothing happens where they are. Safe from several processes at once."""
        with for_writing(self._engine).begin() as connection:
            migrate.upgrade(connection)

    def needs_migration(self) -> bool:
        """Tell whether `migrate` would change the database."""
        with for_reading(self._engine).begin() as connection:
            return not migrate.is_current(connection)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open a transaction that sees one state of the database, however others write meanwhile.

        Raises
        ------
        DatabaseBusy
            If the database does not answer.
        """
        with _told_plainly(), Session(for_reading(self._engine)) as session, session.begin():
            yield Reading(session)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a transaction that is kept whole when the block ends and dropped whole when it raises.

        Raises
        ------
        DatabaseBusy
            If the database does not answer, or another writer holds it too long.
        ChangedMeanwhile
            If another transaction has stored the same thing first.
        AlreadyDone
            If the form under whose receipt this is written was done before.
        """
        with _told_plainly(), Session(for_writing(self._engine)) as session, session.begin():
            write = Writing(session)
            keep_pending(write)
            yield write
        committed()

    def save_snapshot(self, snapshot: Snapshot) -> str:
        """Keep a snapshot and return its digest; it is packed before the database is asked."""
        packed = codec.pack_snapshot(snapshot)
        with self.writing() as write:
            return write.save_packed(packed)

    def load_snapshot(self, digest: str) -> Snapshot:
        """Return a snapshot; it is unpacked after the database has been let go.

        Raises
        ------
        NotFound
            If it is not stored.
        """
        with self.reading() as read:
            packed = read.get_packed(digest)
        return codec.unpack_snapshot(packed)

    def close(self) -> None:
        """Close all connections; the last one to an embedded database folds its write-ahead log in."""
        self._engine.dispose()


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (OperationalError, ProgrammingError) as cause:
        if "no such table" in str(cause.orig) or getattr(cause.orig, "sqlstate", "") == _UNDEFINED_TABLE:
            raise BadInput("The database has no tables yet. Run: qafila init.") from cause
        if "no such column" in str(cause.orig) or getattr(cause.orig, "sqlstate", "") == _UNDEFINED_COLUMN:
            raise BadInput("The database has tables of another version. Run: qafila init.") from cause
        if isinstance(cause, ProgrammingError):
            raise
        raise DatabaseBusy(f"The database does not answer ({cause.orig}). Try again; look whether it runs.") from cause
    except IntegrityError as cause:
        raise ChangedMeanwhile(f"The database refused the change ({cause.orig}). Read again and repeat it.") from cause
