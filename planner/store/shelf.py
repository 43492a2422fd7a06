"""Snapshots that differ little, written and read one after another: what they share is packed and unpacked once."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias, cast, get_type_hints

from planner.domain.canonical import is_written
from planner.domain.errors import BadInput
from planner.domain.snapshot import Snapshot
from planner.store import codec
from planner.store.codec import Delta, PackedSnapshot
from planner.store.store import Store
from routing.network import SegmentId
from routing.status import AccessMap, Piece

ACCESS: Final = "access"
_KINDS: Final = get_type_hints(Snapshot)
_HEAD: Final = tuple(f.name for f in fields(AccessMap) if f.name != "timelines")
_MARK: Final = b',"timelines":{'
_TIMELINE: Final = tuple[Piece, ...]
_TIMELINES: Final = cast("type[dict[SegmentId, tuple[Piece, ...]]]", dict[SegmentId, tuple[Piece, ...]])


Fetch: TypeAlias = Callable[[Collection[str]], Mapping[str, bytes | Delta]]
"""Brings parts by their digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A value, the bytes that it has as a part, and their digest; of an access map perhaps how it differs."""

    value: Any
    digest: str
    content: bytes
    delta: Delta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _First:
    """The access map that others are like: what is written before its timelines, and each timeline."""

    value: AccessMap
    digest: str
    head: bytes
    timelines: Mapping[SegmentId, bytes]

    @classmethod
    def of(cls, value: AccessMap, content: bytes) -> "_First":
        """Cut the bytes of a map into pieces; its timelines are the last that is written of it."""
        told = json.loads(content)["timelines"]
        found = cls(
            value=value,
            digest=codec.sha256(content),
            head=content[: content.rfind(_MARK) + len(_MARK)],
            timelines={segment: codec.canonical(pieces) for segment, pieces in told.items()},
        )
        if found.joined({}) != content:
            raise BadInput("An access map cannot be put together again from its pieces. Please report this.")
        return found

    def joined(self, changed: Mapping[SegmentId, bytes]) -> bytes:
        """Return the bytes of the map with some timelines in place of its own."""
        return self.head + _members({**self.timelines, **changed}) + b"}}"


class Shelf:
    """Packs and reads snapshots of one family. Holds the parts of the last one, and the first access map of all.

    A part that is the same object, or has the same digest, as before is neither written nor read anew; an access map is
    kept as the timelines in which it differs from the first. For one thread only.
    """

    def __init__(self) -> None:
        """Begin with nothing on it."""
        self._kept: dict[str, _Kept] = {}
        self._first: _First | None = None

    # ------------------------------------------------------------------------------------------------- writing

    def pack(self, snapshot: Snapshot) -> PackedSnapshot:
        """Return the snapshot's parts and digest, those of `codec.pack_snapshot`.

        Raises
        ------
        BadInput
            If a part cannot be kept.
        """
        told = ((f, getattr(snapshot, f.name)) for f in fields(Snapshot))
        kept = {f.name: self._packed(f.name, value) for f, value in told if is_written(f, value)}
        self._kept = kept
        parts = {name: one.content for name, one in kept.items()}
        return PackedSnapshot(
            digest=codec.digest_of_parts(parts),
            crisis=snapshot.crisis.id,
            parts=parts,
            digests={name: one.digest for name, one in kept.items()},
            deltas={name: one.delta for name, one in kept.items() if one.delta is not None},
        )

    def _packed(self, name: str, value: object) -> _Kept:
        kept = self._kept.get(name)
        if kept is not None and kept.value is value:
            return kept
        if isinstance(value, AccessMap) and self._first is not None:
            if value is self._first.value:
                return _Kept(value=value, digest=self._first.digest, content=self._first.joined({}))
            if _alike(value, self._first.value):
                return _differing(value, self._first)
        content = codec.settle(_KINDS[name], value, name)
        if isinstance(value, AccessMap) and self._first is None:
            self._first = _First.of(value, content)
        return _Kept(value=value, digest=codec.sha256(content), content=content)

    # ------------------------------------------------------------------------------------------------- reading

    def read(self, digest: str, manifest: Mapping[str, str], fetch: Fetch) -> Snapshot:
        """Return a snapshot from the digests of its parts; `fetch` brings those that are not here.

        Raises
        ------
        BadInput
            If its parts do not give the digest, or are not those of this version's snapshot.
        """
        known = {kept.digest for kept in self._kept.values()}
        found = dict(fetch(set(manifest.values()) - known))
        likes = {part.like for part in found.values() if isinstance(part, Delta)}
        if self._first is not None:
            likes -= {self._first.digest}
        found |= fetch(likes)
        if lost := sorted(name for name, part in manifest.items() if part not in known | found.keys()):
            raise BadInput(f"Snapshot {digest[:12]} has lost its {', '.join(lost)}. Restore a backup.")
        kept = {name: self._read(name, part, found) for name, part in manifest.items()}
        codec.check_parts(digest, {name: one.content for name, one in kept.items()})
        self._kept = kept
        return Snapshot(**{name: one.value for name, one in kept.items() if name in _KINDS})

    def _read(self, name: str, digest: str, found: Mapping[str, bytes | Delta]) -> _Kept:
        kept = self._kept.get(name)
        if kept is not None and kept.digest == digest:
            return kept
        part = found[digest]
        if isinstance(part, Delta):
            return self._patched(digest, part, found)
        value: Any = codec.read_part(_KINDS[name], part, name) if name in _KINDS else None
        if isinstance(value, AccessMap):
            self._first = _First.of(value, part)
        return _Kept(value=value, digest=digest, content=part)

    def _patched(self, digest: str, part: Delta, found: Mapping[str, bytes | Delta]) -> _Kept:
        if self._first is None or self._first.digest != part.like:
            whole = found.get(part.like)
            if not isinstance(whole, bytes):
                raise BadInput(f"The part {part.like[:12]}, which others are like, is lost. Restore a backup.")
            self._first = _First.of(codec.read_part(AccessMap, whole, ACCESS), whole)
        changed = codec.read_part(_TIMELINES, part.timelines, ACCESS)
        told = {segment: codec.canonical(pieces) for segment, pieces in json.loads(part.timelines).items()}
        return _Kept(
            value=self._first.value.replace_timelines(changed), digest=digest, content=self._first.joined(told),
            delta=part,
        )  # fmt: skip


def loader(store: Store) -> Callable[[str], Snapshot]:
    """Return what reads snapshots as `Store.load_snapshot` does, those of one family quicker. For one thread only."""
    shelf = Shelf()

    def load(digest: str) -> Snapshot:
        with store.reading() as read:
            _, manifest = read.get_manifest(digest)
            return shelf.read(digest, manifest, read.get_blobs)

    return load


def _alike(value: AccessMap, first: AccessMap) -> bool:
    """Tell whether a map differs from the first in timelines only."""
    same = all(getattr(value, name) is getattr(first, name) for name in _HEAD)
    return same and value.timelines.keys() == first.timelines.keys()


def _differing(value: AccessMap, first: _First) -> _Kept:
    """Return a map by the timelines that are not the same objects as the first's; segments may share one."""
    written: dict[int, bytes] = {}
    changed: dict[SegmentId, bytes] = {}
    for segment, pieces in value.timelines.items():
        if pieces is not first.value.timelines[segment]:
            if id(pieces) not in written:
                written[id(pieces)] = codec.settle(_TIMELINE, pieces, ACCESS)
            changed[segment] = written[id(pieces)]
    content = first.joined(changed)
    digest = codec.sha256(content)
    # Other objects may say the same: then it is the first map itself, and nothing differs.
    delta = None if digest == first.digest else Delta(like=first.digest, timelines=b"{" + _members(changed) + b"}")
    return _Kept(value=value, digest=digest, content=content, delta=delta)


def _members(members: Mapping[str, bytes]) -> bytes:
    return b",".join(json.dumps(n, ensure_ascii=False).encode() + b":" + members[n] for n in sorted(members))
