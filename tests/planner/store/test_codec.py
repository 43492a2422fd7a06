"""What is read equals what was written: facts, plans and snapshots, on any machine and in any order of keys."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.domain.canonical import digest_of
from planner.domain.errors import BadInput
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.store import codec
from routing.evidence import Evidence, Fact, Statement
from routing.status import HoldSpan
from routing.units import Window
from tests.planner.instances import four_towns, two_sites_one_gate
from tests.planner.store.examples import facts, plan_for, records

T = TypeVar("T")


def with_holds(snapshot: Snapshot) -> Snapshot:
    here = HoldSpan(window=Window(0, 9), segments=frozenset({"fork-near", "hub-fork"}), reason="attack", evidence=(3,))
    everywhere = HoldSpan(window=Window(4, 5), segments=None, reason="attack", evidence=())
    return replace(snapshot, access=replace(snapshot.access, holds=(here, everywhere)))


def turned(filled: Mapping[str, T]) -> dict[str, T]:
    return {key: filled[key] for key in reversed(list(filled))}


def backwards(snapshot: Snapshot) -> Snapshot:
    """Return an equal snapshot whose mappings were filled in the opposite order."""
    return replace(
        snapshot,
        sites=turned(snapshot.sites),
        commodities=turned(snapshot.commodities),
        network=replace(snapshot.network, places=turned(snapshot.network.places)),
        access=replace(snapshot.access, timelines=turned(snapshot.access.timelines)),
    )


@given(fact=facts())
@settings(max_examples=60)
def test_a_fact_comes_back_as_it_was(fact: object) -> None:
    known = cast("Fact", fact)

    assert codec.fact_from_body(codec.fact_to_body(known)) == known


def test_facts_of_every_kind_are_drawn_above() -> None:
    kinds = {kind.__dataclass_fields__["kind"].default for kind in get_args(Fact)}

    assert len(kinds) == len(get_args(Fact)) == 22


@pytest.mark.parametrize("text", ["a\x00b", "\\\x00", "\ud800"])
def test_a_text_that_one_database_would_refuse_is_refused_on_both(text: str) -> None:
    with pytest.raises(BadInput, match="cannot"):
        codec.fact_to_body(Statement(by="north", text=text))


def test_a_backslash_before_u0000_is_only_text() -> None:
    said = Statement(by="north", text="\\u0000 \\\\u0000")

    assert codec.fact_from_body(codec.fact_to_body(said)) == said


def test_a_fact_of_a_kind_nobody_knows_is_refused_with_the_way_out() -> None:
    with pytest.raises(BadInput, match="migrate, or restore a backup"):
        codec.fact_from_body({"kind": "rumour", "by": "north"})


def test_a_plan_comes_back_as_it_was() -> None:
    plan = plan_for("0" * 64)

    assert codec.from_body(Plan, codec.to_body(plan)) == plan
    assert codec.plan_digest(plan) == codec.plan_digest(codec.from_body(Plan, codec.to_body(plan)))


@given(log=st.lists(records(), max_size=4))
@settings(max_examples=25)
def test_a_snapshot_keeps_the_log_it_was_folded_from(log: list[Evidence]) -> None:
    snapshot = replace(two_sites_one_gate(), log=tuple(log))
    packed = codec.pack_snapshot(snapshot)

    assert codec.unpack_snapshot(packed) == snapshot
    assert packed.digest == digest_of(codec.unpack_snapshot(packed))


@pytest.mark.parametrize("snapshot", [two_sites_one_gate(), with_holds(two_sites_one_gate()), four_towns()])
def test_a_snapshot_comes_back_as_it_was(snapshot: Snapshot) -> None:
    packed = codec.pack_snapshot(snapshot)
    back = codec.unpack_snapshot(packed)

    assert back == snapshot
    assert back.network.segments_at("hub") == snapshot.network.segments_at("hub")
    assert packed.digest == digest_of(back)
    assert codec.pack_snapshot(back) == packed


def test_a_snapshot_without_an_incumbent_is_written_as_before_there_was_such_a_field() -> None:
    packed = codec.pack_snapshot(two_sites_one_gate())

    assert "incumbent" not in packed.parts
    assert codec.unpack_snapshot(packed).incumbent == ()


def test_limits_that_nobody_states_are_not_written_and_those_that_are_come_back() -> None:
    """Networks and truck types stored before there were such limits keep their bytes, and so their digests."""
    plain = two_sites_one_gate()
    packed = codec.pack_snapshot(plain)
    written = b"".join(str(part).encode() for part in packed.parts.values())
    assert not [name for name in (b"axle", b"height", b"width_limit") if name in written]

    name, segment = next(iter(plain.network.segments.items()))
    low = replace(segment, height_limit_m=3.8, width_limit_m=2.5, axle_limit_kg=8_000)
    kind, truck = next(iter(plain.truck_types.items()))
    small = replace(truck, height_m=3.2, width_m=2.3, axle_kg=7_000)
    limited = replace(
        plain, network=replace(plain.network, segments={**plain.network.segments, name: low}),
        truck_types={**plain.truck_types, kind: small},
    )  # fmt: skip
    assert codec.unpack_snapshot(codec.pack_snapshot(limited)) == limited
    assert codec.pack_snapshot(limited).digest != packed.digest


def test_an_incumbent_is_a_part_of_the_snapshot_and_of_its_digest() -> None:
    begun = replace(two_sites_one_gate(), incumbent=plan_for("0" * 64).convoys)
    packed = codec.pack_snapshot(begun)

    assert begun.incumbent
    assert codec.unpack_snapshot(packed) == begun
    assert packed.digest == digest_of(codec.unpack_snapshot(packed))
    assert packed.digest != codec.pack_snapshot(two_sites_one_gate()).digest


def test_a_policy_without_a_least_slack_is_written_as_before_there_was_one() -> None:
    plain = two_sites_one_gate()
    careful = replace(plain, policy=replace(plain.policy, least_slack_s=1_800))

    assert b"least_slack_s" not in codec.pack_snapshot(plain).parts["policy"]
    assert codec.unpack_snapshot(codec.pack_snapshot(plain)).policy.least_slack_s == 0
    assert codec.unpack_snapshot(codec.pack_snapshot(careful)) == careful
    assert codec.pack_snapshot(careful).digest != codec.pack_snapshot(plain).digest


def test_the_order_of_keys_does_not_change_a_digest() -> None:
    snapshot = with_holds(two_sites_one_gate())

    assert codec.pack_snapshot(backwards(snapshot)) == codec.pack_snapshot(snapshot)


def test_a_whole_number_among_fractions_does_not_change_a_digest() -> None:
    snapshot = two_sites_one_gate()
    policy = replace(snapshot.policy, first_half_value=1)

    assert codec.pack_snapshot(replace(snapshot, policy=policy)) == codec.pack_snapshot(snapshot)


def test_another_seed_is_another_snapshot_with_all_other_parts_shared() -> None:
    first = codec.pack_snapshot(two_sites_one_gate())
    second = codec.pack_snapshot(replace(two_sites_one_gate(), seed=2))

    assert first.digest != second.digest
    assert {name for name in first.parts if first.manifest[name] != second.manifest[name]} == {"seed"}


def test_another_process_gives_the_same_digest() -> None:
    program = (
        "from planner.store.codec import pack_snapshot; from tests.planner.store.test_codec import *; "
        "print(pack_snapshot(with_holds(two_sites_one_gate())).digest)"
    )
    other = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": "1"}
    )

    assert other.stdout.strip() == codec.pack_snapshot(with_holds(two_sites_one_gate())).digest


def test_a_damaged_part_is_noticed() -> None:
    packed = codec.pack_snapshot(two_sites_one_gate())
    damaged = replace(packed, parts={**packed.parts, "seed": b"2"})

    with pytest.raises(BadInput, match="damaged"):
        codec.unpack_snapshot(damaged)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_snapshot_with_a_number_that_json_has_not_is_refused(number: float) -> None:
    snapshot = two_sites_one_gate()

    with pytest.raises(BadInput, match="limits cannot be"):
        codec.pack_snapshot(replace(snapshot, limits=replace(snapshot.limits, mip_gap=number)))


@pytest.mark.parametrize("word", ["\ud800", "a\x00"])
def test_a_snapshot_with_a_text_that_cannot_be_kept_is_refused(word: str) -> None:
    snapshot = two_sites_one_gate()

    with pytest.raises(BadInput, match="cannot"):
        codec.pack_snapshot(replace(snapshot, crisis=replace(snapshot.crisis, name=word)))


def test_five_hundred_facts_are_read_with_one_reader() -> None:
    body = codec.fact_to_body(Statement(by="north", text="open"))
    codec.fact_from_body(body)
    made = codec._adapter.cache_info().misses

    for _ in range(500):
        codec.fact_from_body(body)

    assert codec._adapter.cache_info().misses == made
