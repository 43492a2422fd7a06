"""Turn domain values into JSON and bytes and back, so that what is read equals what was written."""

import hashlib
import json
import re
import zlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Annotated, Any, Final, TypeVar, cast, get_type_hints

from pydantic import Field, TypeAdapter, ValidationError

from planner.domain.canonical import canonical_bytes, is_written
from planner.domain.errors import BadInput
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.store.rows import Body
from routing.evidence import Fact
from routing.status import AccessMap

T = TypeVar("T")

_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL character in JSON: an even number of backslashes, then its escape. PostgreSQL keeps none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """An access map by the timelines in which it differs from that of a part with another digest."""

    like: str
    timelines: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedSnapshot:
    """A snapshot as bytes: each of its fields a part under its own digest, so that equal parts are kept once.

    A part that has a delta may be kept by that alone; `digests` are those of the parts where they are known already.
    """

    digest: str
    crisis: str
    parts: Mapping[str, bytes]
    digests: Mapping[str, str] = field(default_factory=dict)
    deltas: Mapping[str, Delta] = field(default_factory=dict)

    @property
    def manifest(self) -> dict[str, str]:
        """The digest of each part."""
        return {name: self.digests.get(name) or sha256(content) for name, content in self.parts.items()}


def to_body(value: object) -> Body:
    """Return a dataclass or mapping as the JSON object that both databases keep unchanged.

    Raises
    ------
    BadInput
        If it holds what JSON or a database cannot: NaN, an infinity, a NUL character, half a surrogate pair.
    """
    body = json.loads(canonical(value))
    if not isinstance(body, dict):
        raise TypeError(f"A {type(value).__name__} is no JSON object.")
    return body


def from_body(kind: type[T], body: Body) -> T:
    """Return the value that `to_body` wrote; its mappings come back in order of their keys.

    Raises
    ------
    BadInput
        If the body is not one of this kind: written by another version, or damaged.
    """
    return read_part(kind, json.dumps(body, sort_keys=True).encode(), kind.__name__)


def fact_to_body(fact: Fact) -> Body:
    """Return a fact of the log as a JSON object; `kind` says which it is."""
    return to_body(fact)


def fact_from_body(body: Body) -> Fact:
    """Return the fact that `fact_to_body` wrote.

    Raises
    ------
    BadInput
        If no kind of fact reads like this.
    """
    return read_part(_tagged_fact(), json.dumps(body).encode(), "fact")


def plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of the plan as it is read back from the store."""
    return sha256(canonical_bytes(from_body(Plan, to_body(plan))))


def pack_snapshot(snapshot: Snapshot) -> PackedSnapshot:
    """Return the snapshot's parts and digest; no database is asked.

    The digest is that of the snapshot as it is read back (`digest_of`): a whole number in a field for fractions
    counts as the fraction it is read as.

    Raises
    ------
    BadInput
        If a part cannot be kept.
    """
    kinds = get_type_hints(Snapshot)
    told = ((f, getattr(snapshot, f.name)) for f in fields(Snapshot))
    parts = {f.name: settle(kinds[f.name], value, f.name) for f, value in told if is_written(f, value)}
    return PackedSnapshot(digest=digest_of_parts(parts), crisis=snapshot.crisis.id, parts=parts)


def unpack_snapshot(packed: PackedSnapshot) -> Snapshot:
    """Return the snapshot from its parts.

    Raises
    ------
    BadInput
        If the parts do not give the digest, or are not those of this version's snapshot.
    """
    check_parts(packed.digest, packed.parts)
    kinds = get_type_hints(Snapshot)
    values: dict[str, Any] = {
        name: read_part(kinds[name], part, name) for name, part in packed.parts.items() if name in kinds
    }
    return Snapshot(**values)


def check_parts(digest: str, parts: Mapping[str, bytes]) -> None:
    """Refuse parts that do not give a snapshot's digest, or of which one is missing; raises `BadInput`."""
    if digest_of_parts(parts) != digest:
        raise BadInput(f"Snapshot {digest[:12]} is damaged: its parts have another digest. Restore a backup.")
    unwritten = {f.name for f in fields(Snapshot) if not is_written(f, f.default)}
    if missing := sorted({f.name for f in fields(Snapshot)} - parts.keys() - unwritten):
        raise BadInput(
            f"Snapshot {digest[:12]} has no {', '.join(missing)}: another version wrote it. Make a new plan."
        )


def patch(content: bytes, timelines: bytes) -> bytes:
    """Return the bytes of an access map with some timelines in place of its own."""
    told = json.loads(content)
    told["timelines"] |= json.loads(timelines)
    return canonical(told)


def pack_part(value: object) -> bytes:
    """Return one value as the bytes it has as a part of a snapshot."""
    return settle(type(value), value, type(value).__name__)


def unpack_part(kind: type[T], content: bytes) -> T:
    """Return the value that `pack_part` wrote."""
    return read_part(kind, content, kind.__name__)


def sha256(content: bytes) -> str:
    """Return the digest of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def squeeze(content: bytes) -> bytes:
    """Return the bytes compressed; timelines shrink a hundredfold."""
    return zlib.compress(content, level=6)


def unsqueeze(content: bytes) -> bytes:
    """Return what `squeeze` was given."""
    return zlib.decompress(content)


def digest_of_parts(parts: Mapping[str, bytes]) -> str:
    """Return the digest of a snapshot from the canonical bytes of its parts."""
    # Canonical JSON of an object is its members in order of their names: the whole need not be written again.
    found = hashlib.sha256()
    for number, name in enumerate(sorted(parts)):
        found.update((b"," if number else b"{") + json.dumps(name).encode() + b":")
        found.update(parts[name])
    found.update(b"}" if parts else b"{}")
    return found.hexdigest()


def settle(kind: type[T], value: T, name: str) -> bytes:
    """Return a value in canonical bytes as it will be read back; raises `BadInput` if it cannot be kept so."""
    # Read back before it is written: the canonical form is slow to make, so it is made once, of what will be read.
    try:
        written = _adapter(cast("Hashable", kind)).dump_json(_in_full(value))
    except ValueError as cause:
        raise BadInput(f"The {name} cannot be kept: {cause}. Give plain text.") from cause
    settled = read_part(kind, written, name)
    if settled != value:
        raise BadInput(f"The {name} cannot be kept: it is not the same when read back. Give finite numbers.")
    return canonical(settled)


def _in_full(value: object) -> object:
    """Return an access map with its timelines as a dict, the one kind of mapping that pydantic writes."""
    return replace(value, timelines=dict(value.timelines)) if isinstance(value, AccessMap) else value


def canonical(value: object) -> bytes:
    """Return a value's canonical bytes; raises `BadInput` if a database could not keep them."""
    try:
        written = canonical_bytes(value)
    except ValueError as cause:
        raise BadInput(f"A value cannot be kept: {cause}. Give finite numbers and plain text.") from cause
    if _NUL.search(written):
        raise BadInput("A text holds a NUL character, which the database cannot keep. Remove it.")
    return written


def read_part(kind: type[T], content: bytes, name: str) -> T:
    """Return a value from JSON; `name` is what complaints call it.

    Raises
    ------
    BadInput
        If it is not one of this kind: written by another version, or damaged.
    """
    try:
        value: T = _adapter(cast("Hashable", kind)).validate_json(content)
    except ValidationError as cause:
        first = cause.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise BadInput(
            f"The stored {name} cannot be read: {where}: {first['msg']}. "
            "Another version wrote it, or it is damaged: migrate, or restore a backup."
        ) from cause
    return value


@cache
def _tagged_fact() -> type[Fact]:
    # A tagged union is no class, but an adapter reads it as one. Made once: adapters are kept by identity.
    return cast("type[Fact]", Annotated[Fact, Field(discriminator="kind")])


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("type[Any]", kind))
