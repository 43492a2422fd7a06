"""Scans attached to records of the log, found by the digest of their content."""

from collections.abc import Collection

from sqlalchemy import select

from planner.domain.scans import Scan, ScanFile
from planner.store.rows import ScanRow
from planner.store.unit import Unit


class ScanReads(Unit):
    """What is attached to which record."""

    def list_scans(self, crisis: str, positions: Collection[int]) -> tuple[Scan, ...]:
        """Return the scans of these records, in order of position and time, without their content."""
        columns = (ScanRow.position, ScanRow.digest, ScanRow.media_type, ScanRow.size, ScanRow.actor, ScanRow.at)
        asked = (
            select(*columns)
            .where(ScanRow.crisis == crisis, ScanRow.position.in_(positions))
            .order_by(ScanRow.position, ScanRow.at, ScanRow.digest)
        )
        return tuple(
            Scan(position=row.position, digest=row.digest, media_type=row.media_type, size=row.size, actor=row.actor,
                 at=row.at)
            for row in self._session.execute(asked)
        )  # fmt: skip

    def get_scan(self, crisis: str, position: int, digest: str) -> ScanFile:
        """Return a scan with its content; raises `NotFound`."""
        missing = f"No scan {digest[:12]} is attached to record {position}."
        row = self._get(ScanRow, (crisis, position, digest), missing)
        return ScanFile(media_type=row.media_type, content=row.content)


class ScanWrites(ScanReads):
    """Scans put in; the same file attached twice to one record is one."""

    def add_scan(self, crisis: str, scan: Scan, content: bytes) -> bool:
        """Attach a scan and tell whether it is new."""
        values = {
            "crisis": crisis, "position": scan.position, "digest": scan.digest, "media_type": scan.media_type,
            "size": scan.size, "content": content, "actor": scan.actor, "at": scan.at,
        }  # fmt: skip
        return self._add_one(ScanRow, values)
