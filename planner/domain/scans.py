"""Scans of letters, waybills and proofs of delivery: what kind of file they are, told by their content alone."""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.errors import BadInput
from routing.units import Instant

MediaType: TypeAlias = Literal["application/pdf", "image/png", "image/jpeg"]
LARGEST: Final = 5 * 1024 * 1024
"""Bytes: a page photographed by telephone has three million."""
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_ACTIVE: Final = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/AA")
"""What a scanner never writes into a PDF: scripts, programs, other files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A file attached to a record of the log by its digest."""

    position: int
    digest: str
    media_type: str
    size: int
    actor: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFile:
    """The content of a scan and its type."""

    media_type: str
    content: bytes


def type_of(content: bytes) -> MediaType:
    """Return what kind of file this is, whatever its name says.

    Raises
    ------
    BadInput
        If it is empty, too large, neither PDF, PNG nor JPEG, cut off, or a PDF that can do something.
    """
    if not content or len(content) > LARGEST:
        raise BadInput(f"The file has {len(content):,} bytes. Attach one of 1 to {LARGEST:,}.")
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2_048:]:
        found = next((word for word in _ACTIVE if word in content), None)
        if found is not None:
            raise BadInput(f"The PDF holds {found.decode()}, which no scan needs. Scan or print it anew.")
        return "application/pdf"
    if content.startswith(_PNG) and b"IEND" in content[-16:]:
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-64:]:
        return "image/jpeg"
    raise BadInput("The file is no whole PDF, PNG or JPEG by its content. Scan it as one of these.")


def digest_of_scan(content: bytes) -> str:
    """Return the SHA-256 under which a scan is kept."""
    return hashlib.sha256(content).hexdigest()
