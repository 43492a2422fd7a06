"""Draw how the people reached spread over futures: a row of bars with the plan's own number as the wall."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from planner.futures.outcome import Futures

BARS: Final = 40
WIDTH: Final = 720
HEIGHT: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: how many futures reach between `least` and `most` people, and where it stands in the drawing."""

    x: float
    height: float
    least: int
    most: int
    share: float
    worst: bool
    """Whether it belongs to the worst tenth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The bars, and the places of the mean and of the plan's own number; `top` people stand at the right edge."""

    bars: tuple[Bar, ...]
    width: float
    mean_x: float
    planned_x: float
    top: int


def spread_of(futures: Futures, planned: int) -> Spread:
    """Return the drawing of the people reached in some futures, in units of a box of 720 x 120."""
    top = max(planned, int(futures.people.max(initial=0)), 1)
    counts, edges = np.histogram(futures.people, bins=BARS, range=(0, top))
    tallest = max(1, int(counts.max()))
    worst_below = futures.quantile(0.1)
    width = WIDTH / BARS
    bars = tuple(
        Bar(
            x=round(k * width, 2),
            height=round(HEIGHT * int(count) / tallest, 2),
            least=round(float(edges[k])),
            most=round(float(edges[k + 1])),
            share=int(count) / futures.draws,
            worst=float(edges[k]) <= worst_below,
        )
        for k, count in enumerate(counts)
    )
    return Spread(
        bars=bars, width=width, mean_x=round(WIDTH * futures.mean / top, 1), planned_x=round(WIDTH * planned / top, 1),
        top=top,
    )  # fmt: skip
