"""Snapshots of one family: packed and read as each would be alone, and kept as what differs."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.domain.errors import BadInput
from planner.domain.snapshot import Snapshot
from planner.store import codec
from planner.store.codec import Delta, PackedSnapshot
from planner.store.shelf import Shelf, loader
from planner.store.store import Store
from routing.status import Status
from tests.planner.instances import two_sites_one_gate

pytest_plugins = ["tests.database_fixtures"]
WORLD = two_sites_one_gate()
SEGMENTS = sorted(WORLD.access.timelines)


def closed(*segments: str) -> Snapshot:
    """Return the world with some roads blocked throughout, every other timeline the same object."""
    changed = {
        segment: tuple(replace(piece, status=Status.BLOCKED, p=0.0) for piece in WORLD.access.timelines[segment])
        for segment in segments
    }
    return replace(WORLD, access=WORLD.access.replace_timelines(changed), seed=len(segments))


def kept(packed: Sequence[PackedSnapshot]) -> dict[str, bytes | Delta]:
    """Return the parts as a database keeps them."""
    return {
        digest: one.deltas.get(name, one.parts[name]) for one in packed for name, digest in one.manifest.items()
    }  # fmt: skip


@settings(max_examples=15)
@given(st.lists(st.sets(st.sampled_from(SEGMENTS)), min_size=1, max_size=5))
def test_a_shelf_packs_and_reads_as_each_would_be_alone(sets: list[set[str]]) -> None:
    family = [WORLD, *(closed(*sorted(chosen)) for chosen in sets)]
    writing, reading = Shelf(), Shelf()
    packed = [writing.pack(snapshot) for snapshot in family]
    assert [one.digest for one in packed] == [codec.pack_snapshot(snapshot).digest for snapshot in family]
    parts = kept(packed)
    for snapshot, one in reversed(list(zip(family, packed, strict=True))):
        assert reading.read(one.digest, one.manifest, lambda wanted: {d: parts[d] for d in wanted}) == snapshot


def test_only_what_differs_is_kept(store: Store) -> None:
    with store.writing() as write:
        write.put_crisis(WORLD.crisis)
    shelf = Shelf()
    family = [WORLD, closed(SEGMENTS[0]), closed(*SEGMENTS[:2])]
    packed = [shelf.pack(snapshot) for snapshot in family]
    assert [len(one.deltas) for one in packed] == [0, 1, 1]
    assert [sorted(json.loads(one.deltas["access"].timelines)) for one in packed[1:]] == [SEGMENTS[:1], SEGMENTS[:2]]
    with store.writing() as write:
        for one in packed:
            write.save_packed(one)
    load = loader(store)
    for snapshot, one in zip(family, packed, strict=True):
        assert store.load_snapshot(one.digest) == snapshot
        assert load(one.digest) == snapshot
        with store.reading() as read:
            assert read.get_part(one.digest, "seed", int) == snapshot.seed


def test_a_difference_to_what_is_lost_or_damaged_is_refused() -> None:
    shelf = Shelf()
    first, other = shelf.pack(WORLD), shelf.pack(closed(SEGMENTS[0]))
    parts = kept([first, other])
    access = other.manifest["access"]
    lost = {digest: part for digest, part in parts.items() if digest != first.manifest["access"]}
    with pytest.raises(BadInput, match="which others are like, is lost"):
        Shelf().read(other.digest, other.manifest, lambda wanted: {d: lost[d] for d in wanted if d in lost})
    damaged = parts | {access: replace(other.deltas["access"], timelines=b"{}")}
    with pytest.raises(BadInput, match="is damaged"):
        Shelf().read(other.digest, other.manifest, lambda wanted: {d: damaged[d] for d in wanted})
