"""A table of timelines says what a plain mapping would."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from routing.timelines import Timelines, sorted_out

SEGMENTS = tuple(f"s{k}" for k in range(6))
NUMBER = {segment: k for k, segment in enumerate(SEGMENTS)}

words = st.tuples(st.integers(0, 3))
plain = st.fixed_dictionaries(dict.fromkeys(SEGMENTS, words))
some = st.dictionaries(st.sampled_from(SEGMENTS), words)


@given(plain, st.lists(some, max_size=6), st.integers(0, 4))
def test_it_says_after_any_changes_what_a_mapping_says(
    base: dict[str, tuple[int]], changes: list[dict[str, tuple[int]]], spare: int
) -> None:
    table, model = Timelines.laid_out(base, NUMBER, spare=spare), dict(base)
    for changed in changes:
        table, model = table.replaced(changed), model | changed
        assert table == model
        assert list(table.items()) == [(segment, model[segment]) for segment in SEGMENTS]
        assert len(table.told) <= len(SEGMENTS) + spare  # nothing that nobody has piles up
    kinds, of = sorted_out(table, SEGMENTS[1:4])
    assert [kinds[k] for k in of.tolist()] == [model[segment] for segment in SEGMENTS[1:4]]


@given(plain, some)
def test_what_is_told_again_stays_the_same_object(base: dict[str, tuple[int]], told: dict[str, tuple[int]]) -> None:
    table = Timelines.laid_out(base, NUMBER)
    numbers = np.array(sorted(NUMBER[segment] for segment in told), dtype=np.int64)
    rows = [told[SEGMENTS[number]] for number in numbers.tolist()]
    after = table.differing(numbers, rows, np.arange(len(rows)))
    assert after == base | told
    for segment in SEGMENTS:
        if after[segment] == table[segment]:
            assert after[segment] is table[segment]
    assert (after is table) is (after == base)
