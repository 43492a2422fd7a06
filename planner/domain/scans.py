"""Scans of letters, waybills and proofs of delivery: what kind of file they are, told by their content alone."""

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.errors import BadInput
from routing.units import Instant

MediaType: TypeAlias = Literal["application/pdf", "image/png", "image/jpeg"]
LARGEST: Final = 5 * 1024 * 1024
"""Bytes: a page photographed by telephone has three million."""
LARGEST_UNPACKED: Final = 16 * 1024 * 1024
"""Bytes of all packed objects together; a page's picture is none of them."""
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_ACTIVE: Final = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/OpenAction")
_SHORT: Final = (b"/JS", b"/AA")
"""What a scanner never writes into a PDF: scripts, programs, other files."""
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENCRYPTED: Final = re.compile(rb"/Encrypt(?![A-Za-z])")


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
        _check_pdf(content)
        return "application/pdf"
    if content.startswith(_PNG) and b"IEND" in content[-16:]:
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-64:]:
        return "image/jpeg"
    raise BadInput("The file is no whole PDF, PNG or JPEG by its content. Scan it as one of these.")


def _check_pdf(content: bytes) -> None:
    """Refuse a PDF that can do something, wherever it says so: plainly, in escaped letters, or in packed objects.

    Names may be written with `#` and two digits for any letter, and whole objects may lie in packed streams. What
    cannot be looked into, because it is encrypted or unpacks to too much, is refused as well. Of a picture's bytes
    only long words are looked for: three letters come up in them by chance.
    """
    outside, streams = _taken_apart(content)
    outside = _unescaped(outside)
    if _ENCRYPTED.search(outside):
        raise BadInput("The PDF is encrypted, so that nobody can see what it holds. Print it to a plain one.")
    parts = [outside]
    for said, packed in streams:
        if b"/ObjStm" in _unescaped(said):
            parts.append(_unescaped(_unpacked(packed)))
            if sum(map(len, parts)) > LARGEST_UNPACKED:
                raise BadInput("The PDF unpacks to more than a scan holds. Scan or print it anew.")
    whole = _unescaped(content)
    found = next((word for word in _ACTIVE if word in whole), None)
    found = found or next((word for part in parts for word in (*_ACTIVE, *_SHORT) if _is_name(word, part)), None)
    if found is not None:
        raise BadInput(f"The PDF holds {found.decode()}, which no scan needs. Scan or print it anew.")


def _taken_apart(content: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return what lies outside of streams, and each stream with what was said before it; in one pass, however made."""
    outside, streams, last, start = list[bytes](), list[tuple[bytes, bytes]](), 0, content.find(b"stream")
    while start >= 0:
        end = content.find(b"endstream", start)
        if end < 0:
            break  # its rest is read as if it were plain
        outside.append(content[last:start])
        streams.append((outside[-1], content[start + len(b"stream") : end].lstrip(b"\r\n")))
        last = end + len(b"endstream")
        start = content.find(b"stream", last)
    return b" ".join([*outside, content[last:]]), streams


def _unescaped(part: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)


def _is_name(word: bytes, part: bytes) -> bool:
    return re.search(re.escape(word) + rb"(?![A-Za-z])", part) is not None


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, LARGEST_UNPACKED)
    except zlib.error as cause:
        raise BadInput("The PDF packs its objects in a way that cannot be looked into. Print it anew.") from cause
    if unpacker.unconsumed_tail:
        raise BadInput("The PDF unpacks to more than a scan holds. Scan or print it anew.")
    return plain


def digest_of_scan(content: bytes) -> str:
    """Return the SHA-256 under which a scan is kept."""
    return hashlib.sha256(content).hexdigest()
