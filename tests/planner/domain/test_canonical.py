"""Equal values have equal bytes, whatever order they were built in."""

from dataclasses import dataclass, field
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.canonical import canonical_bytes, digest_of, to_plain
from tests.planner.instances import four_towns, two_sites_one_gate

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False, allow_infinity=False)
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Box:
    items: frozenset[str]
    inside: dict[str, int] = field(default_factory=dict)
    cached: int = field(init=False, default=0)


@given(st.dictionaries(st.text(max_size=4), trees, max_size=5))
def test_the_order_of_keys_is_of_no_consequence(values: dict[str, object]) -> None:
    assert canonical_bytes(dict(reversed(values.items()))) == canonical_bytes(values)


@given(st.lists(st.text(max_size=4), unique=True))
def test_the_order_of_a_set_is_of_no_consequence(values: list[str]) -> None:
    assert canonical_bytes(frozenset(reversed(values))) == canonical_bytes(set(values))


@given(trees, trees)
def test_values_that_print_differently_have_different_digests(a: object, b: object) -> None:
    assert (digest_of(a) == digest_of(b)) == (canonical_bytes(a) == canonical_bytes(b))


def test_minus_nought_is_nought() -> None:
    assert canonical_bytes([-0.0]) == canonical_bytes([0.0])


def test_fields_that_are_worked_out_are_left_out() -> None:
    assert to_plain(Box(items=frozenset("ba"))) == {"items": ["a", "b"], "inside": {}}


def test_a_word_of_a_fixed_list_is_a_text() -> None:
    assert canonical_bytes({"colour": Colour.RED, "name": "قافلة"}) == '{"colour":"red","name":"قافلة"}'.encode()


@pytest.mark.parametrize("value", [object(), b"bytes", 1j])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical_bytes({"value": value})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_bytes(value)


def test_a_snapshot_built_twice_has_one_digest() -> None:
    assert digest_of(two_sites_one_gate()) == digest_of(two_sites_one_gate())
    assert digest_of(two_sites_one_gate()) != digest_of(four_towns())
