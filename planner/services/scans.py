"""Attach scans to records of papers and convoys, and hand them out to those who may see them."""

from collections.abc import Collection

from planner.domain.errors import BadInput
from planner.domain.scans import Scan, ScanFile, digest_of_scan, type_of
from planner.store.store import Store
from routing.deliveries import MovementStep
from routing.evidence import DeliveryOutcome, PermitStep
from routing.units import Instant


def attach_scan(store: Store, crisis: str, position: int, content: bytes, *, actor: str, at: Instant) -> str:
    """Attach a file to a record of a paper or of a convoy and return its digest; attached again it is there once.

    Raises
    ------
    BadInput
        If the file is no scan, or the record speaks of neither.
    NotFound
        If there is no such record.
    """
    scan = Scan(
        position=position, digest=digest_of_scan(content), media_type=type_of(content), size=len(content), actor=actor,
        at=at,
    )  # fmt: skip
    with store.writing() as write:
        record = write.get_evidence(crisis, position)
        if not isinstance(record.fact, PermitStep | MovementStep | DeliveryOutcome):
            raise BadInput(f"Record {position} is no paper and no step of a convoy. Attach the scan to one of these.")
        if write.add_scan(crisis, scan, content):
            write.append_audit(
                actor=actor, action="attach", target=f"{crisis}/{position}", at=at,
                detail={"sha256": scan.digest, "type": scan.media_type, "bytes": scan.size},
            )  # fmt: skip
    return scan.digest


def list_scans(store: Store, crisis: str, positions: Collection[int]) -> dict[int, tuple[Scan, ...]]:
    """Return the scans of each of these records."""
    with store.reading() as read:
        found = read.list_scans(crisis, positions)
    return {position: tuple(s for s in found if s.position == position) for position in positions}


def take_scan(store: Store, crisis: str, position: int, digest: str, *, actor: str, at: Instant) -> ScanFile:
    """Return a scan's content, and put on record who took it.

    Raises
    ------
    NotFound
        If there is none.
    """
    with store.writing() as write:
        found = write.get_scan(crisis, position, digest)
        write.append_audit(
            actor=actor, action="download", target=f"{crisis}/{position}", at=at, detail={"sha256": digest}
        )
    return found
