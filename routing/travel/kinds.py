"""The timelines of an access map without repetition: many roads share one, so that much is worked out once for all."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from routing.errors import UnknownId
from routing.status import AccessMap, Piece
from routing.timelines import sorted_out
from routing.travel.passage import passable_in, pieces_in
from routing.travel.roads import Roads
from routing.travel.spells import Spell
from routing.units import Window


class Kinds:
    """For each road which of the map's different timelines is its own, and the lowest weight limit that holds."""

    def __init__(self, roads: Roads, access: AccessMap) -> None:
        """Tell the timelines of the map apart.

        Raises
        ------
        UnknownId
            If the map does not hold a road.
        """
        self.timelines: tuple[tuple[Piece, ...], ...]
        self.of: NDArray[np.int64]
        try:
            self.timelines, self.of = sorted_out(access.timelines, roads.ids)
        except KeyError as missing:
            raise UnknownId(f"No segment {missing.args[0]!r} in this access map.") from None
        self.access = access  # kept, so that the identity under which this is remembered stays its own
        self._roads = roads

    @cached_property
    def limit_kg(self) -> NDArray[np.int64]:
        """The lower of each road's own and its reported weight limits; `UNLIMITED` where there is none."""
        limits = self._roads.limit_kg.copy()
        for name, limit in self.access.reported_limits_kg.items():
            number = self._roads.number.get(name)
            if number is not None:
                limits[number] = min(limit, limits[number])
        return limits


class Spells:
    """When timelines let a column pass, within the spans in which a whole drive must lie; by the timelines' numbers."""

    def __init__(self, timelines: Sequence[tuple[Piece, ...]], spans: tuple[Window, ...], *, use_unknown: bool) -> None:
        """Go through each timeline once."""
        self._spans = spans
        whole = tuple((span.start, span.end) for span in spans)
        self.passable: tuple[tuple[Spell, ...], ...] = tuple(
            tuple(
                (window.start, window.end)
                for span in spans
                for window in (each.clip(span) for each in passable_in(timeline, span, use_unknown=use_unknown))
                if window is not None
            )
            for timeline in timelines
        )
        self.longest: NDArray[np.int64] = np.array(
            [max((end - start for start, end in spells), default=0) for spells in self.passable], dtype=np.int64
        )
        """Seconds of the longest spell; 0 where there is none."""
        self.steady: NDArray[np.bool_] = np.array([spells == whole for spells in self.passable], dtype=np.bool_)
        """Passable in every span from beginning to end."""
        self.quiet: NDArray[np.bool_] = np.array([_is_quiet(timeline, spans) for timeline in timelines], dtype=np.bool_)
        """Nothing in it may fail."""

    @cached_property
    def last_opening(self) -> NDArray[np.int64]:
        """When each timeline opens last after the beginning of a span; a row a span, 0 where it does not."""
        return np.array(
            [
                [
                    max((start for start, _ in spells if span.start < start < span.end), default=0)
                    for spells in self.passable
                ]
                for span in self._spans
            ],
            dtype=np.int64,
        ).reshape(len(self._spans), len(self.passable))


def _is_quiet(timeline: tuple[Piece, ...], spans: Sequence[Window]) -> bool:
    return all(
        piece.p >= 1 and not piece.causes and all(part.p >= 1 for part in piece.parts)
        for span in spans
        for piece in pieces_in(timeline, span)
    )
