"""How long a column is inside: from the way out over a line until the way back some way home is consented to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner.solvers.ground import Ground
from routing.network import SegmentId
from routing.units import Seconds, Window, intersect_windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A column on a segment: seconds from the start of a phase until its head goes in and until its tail is out."""

    phase: int
    loaded: bool
    segment: SegmentId
    enter_s: Seconds
    leave_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """From `from_s` after the start of one phase until `until_s` after that of another no lapse may come.

    `segment` is the one by which the column leaves; `lapses` are when nobody consents to any of its ways home.
    """

    segment: SegmentId
    from_phase: int
    from_s: Seconds
    until_phase: int
    until_s: Seconds
    lapses: tuple[Window, ...]


def insides(ground: Ground, passed: Iterable[Passed]) -> Iterator[Inside]:
    """Yield when a column is behind a line that lapses, its passings being given in the order of the way.

    Who returns over another line than they came by needs, at each moment, the consent at one of the two: so from the
    last line of the way out on. The hours of gates are no lapse, they come back every day.
    """
    out: dict[SegmentId, Passed] = {}
    for one in passed:
        if one.loaded:
            out.setdefault(one.segment, one)
            continue
        lapses = ground.lapses(one.segment)
        if not lapses:
            continue
        if one.segment in out:
            came_by = [out[one.segment]]
        else:
            came_by = [way for segment, way in out.items() if ground.lapses(segment)]
            for before in came_by:
                lapses = intersect_windows(lapses, ground.lapses(before.segment))
        if came_by and lapses:
            yield Inside(
                segment=one.segment, from_phase=came_by[-1].phase, from_s=came_by[-1].enter_s,
                until_phase=one.phase, until_s=one.leave_s, lapses=lapses,
            )  # fmt: skip
