"""The timelines of many segments, each different one kept once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from routing.network import SegmentId

Timeline = TypeVar("Timeline")
"""What is told of a segment over time; here nothing is asked of it but whether two are equal."""

SPARE: Final = 4_096
"""So many timelines that no segment has any more are carried along before they are dropped."""


class Timelines(Mapping[SegmentId, Timeline], Generic[Timeline]):
    """A timeline for each segment, as a table of the different ones and the number of each segment's own.

    Of a million segments a few thousand timelines differ, so that a map on which some change costs a copy of numbers,
    not of a million entries. Never changes; may be shared by threads.
    """

    def __init__(
        self,
        number: Mapping[SegmentId, int],
        told: Sequence[Timeline],
        of: NDArray[np.int64],
        *,
        spare: int = SPARE,
        unused: int = 0,
    ) -> None:
        """Lay out the segments, numbered from 0 in the order of `number`; `of` is each one's place in `told`.

        Of `told`, up to `unused` may be nobody's; a table of changes carries at most `spare` of them along.
        """
        self.number = number
        self.told: Final[tuple[Timeline, ...]] = tuple(told)
        self.of: Final = of
        self._spare, self._unused = spare, unused

    @classmethod
    def laid_out(
        cls, timelines: Mapping[SegmentId, Timeline], number: Mapping[SegmentId, int], *, spare: int = SPARE
    ) -> "Timelines[Timeline]":
        """Return some timelines as such a table over these numbered segments; itself if it is one already.

        Raises
        ------
        KeyError
            If a segment has no timeline.
        """
        if isinstance(timelines, Timelines) and timelines.number is number:
            return timelines
        return cls(number, *tell_apart(list(map(timelines.__getitem__, number))), spare=spare)

    def __getitem__(self, segment: SegmentId) -> Timeline:
        """Return the timeline of a segment."""
        return self.told[int(self.of[self.number[segment]])]

    def __iter__(self) -> Iterator[SegmentId]:
        """Go through the segments in order of their numbers."""
        return iter(self.number)

    def __len__(self) -> int:
        """Return how many segments there are."""
        return len(self.of)

    def differing(
        self, numbers: NDArray[np.int64], told: Sequence[Timeline], of: NDArray[np.int64]
    ) -> "Timelines[Timeline]":
        """Return the table with what some segments, by their numbers, are told now; itself if that is what it says.

        Each pair of a timeline that is and one that shall be is compared once. What stays equal stays the same object.
        """
        pairs, pair_of = np.unique(of * len(self.told) + self.of[numbers], return_inverse=True)
        turned = np.fromiter(
            (told[pair // len(self.told)] != self.told[pair % len(self.told)] for pair in pairs.tolist()),
            dtype=np.bool_, count=len(pairs),
        )[pair_of]  # fmt: skip
        return self._with(numbers[turned], told, of[turned]) if turned.any() else self

    def numbers(self, segments: Collection[SegmentId]) -> NDArray[np.int64]:
        """Return the numbers of some segments, in their order; `KeyError` if one is not among these."""
        return np.fromiter(map(self.number.__getitem__, segments), dtype=np.int64, count=len(segments))

    def replaced(self, changed: Mapping[SegmentId, Timeline]) -> "Timelines[Timeline]":
        """Return the table with the timelines of some of its segments replaced."""
        return self._with(self.numbers(changed), *tell_apart(list(changed.values())))

    def _with(
        self, numbers: NDArray[np.int64], told: Sequence[Timeline], of: NDArray[np.int64]
    ) -> "Timelines[Timeline]":
        new, new_of = _used(told, of)
        laid = self.of.copy()
        laid[numbers] = len(self.told) + new_of
        grown, unused = (*self.told, *new), self._unused + len(new)
        if unused > self._spare:
            (grown, laid), unused = _used(grown, laid), 0
        return Timelines(self.number, grown, laid, spare=self._spare, unused=unused)


def sorted_out(
    timelines: Mapping[SegmentId, Timeline], segments: Sequence[SegmentId]
) -> tuple[tuple[Timeline, ...], NDArray[np.int64]]:
    """Return the different timelines of some segments, and for each segment the place of its own among them.

    Raises
    ------
    KeyError
        If a segment has no timeline.
    """
    if not isinstance(timelines, Timelines):
        return tell_apart(list(map(timelines.__getitem__, segments)))
    return _used(timelines.told, timelines.of[timelines.numbers(segments)])


def tell_apart(timelines: Sequence[Timeline]) -> tuple[tuple[Timeline, ...], NDArray[np.int64]]:
    """Return the different objects among timelines, and for each timeline its place among them."""
    one_each = np.fromiter(map(id, timelines), dtype=np.int64, count=len(timelines))
    _, first, of = np.unique(one_each, return_index=True, return_inverse=True)
    return tuple(timelines[number] for number in first.tolist()), of


def _used(told: Sequence[Timeline], of: NDArray[np.int64]) -> tuple[tuple[Timeline, ...], NDArray[np.int64]]:
    """Return those of the timelines that are anybody's, and the numbers as places among them."""
    used = np.bincount(of, minlength=len(told)) > 0
    place = np.cumsum(used) - 1
    return tuple(told[number] for number in np.flatnonzero(used).tolist()), place[of]
