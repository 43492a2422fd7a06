"""Score probabilities against what came: Brier score, reliability by class, and the count of cases behind each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from routing.units import Instant

Step: TypeAlias = Literal["approved", "reached"]
CLASSES: Final = 5
HALF_LIFE_PERIODS: Final = 2.0
"""After so many plan periods an old share counts half: consent of spring tells little of autumn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A probability told before, and the share of its cases in which it came true (0 or 1 for a single case)."""

    what: str
    at: Instant
    p: float
    came: float

    @property
    def penalty(self) -> float:
        """The expected squared error over the cases: p is right or wrong for each of them."""
        return float(self.came * (1 - self.p) ** 2 + (1 - self.came) * self.p**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityClass:
    """Forecasts between two probabilities: how many, what they said on average, and how often it came."""

    low: float
    high: float
    cases: int
    said: float
    came: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How good a row of forecasts was; 0 is perfect, 0.25 is what "one half" always scores (Brier, 1950)."""

    name: str
    cases: int
    brier: float
    classes: tuple[ReliabilityClass, ...]


def score(name: str, forecasts: Sequence[Forecast]) -> Score:
    """Return the Brier score and the reliability of forecasts, each counted once; no forecasts score 0 of 0 cases."""
    cases = len(forecasts)
    brier = sum(f.penalty for f in forecasts) / cases if cases else 0.0
    return Score(name=name, cases=cases, brier=brier, classes=tuple(_classes(forecasts)))


def _classes(forecasts: Sequence[Forecast]) -> list[ReliabilityClass]:
    found = []
    for k in range(CLASSES):
        low, high = k / CLASSES, (k + 1) / CLASSES
        here = [f for f in forecasts if low <= f.p < high or (k + 1 == CLASSES and f.p == high)]
        if here:
            said, came = sum(f.p for f in here) / len(here), sum(f.came for f in here) / len(here)
            found.append(ReliabilityClass(low=low, high=high, cases=len(here), said=said, came=came))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPeriod:
    """What became of one plan period's requests, in one unit; None is not stated."""

    period: str
    ends: Instant
    unit: str
    requested: int
    approved: int | None
    reached: int | None
    source: str

    def share(self, step: Step) -> float | None:
        """Return the share of what was requested that came as far as a step, at most 1."""
        came = self.approved if step == "approved" else self.reached
        return None if came is None else min(1.0, came / self.requested)


Forecaster: TypeAlias = Callable[[Sequence[PlanPeriod], PlanPeriod, Step], float]
"""Says of a period what will come, from the periods that ended before it and what is known of it in advance."""


def fading_mean(before: Sequence[PlanPeriod], _now: PlanPeriod, step: Step) -> float:
    """Return the mean of the earlier shares, each period weighing less the older it is, with one half-and-half case.

    The weight halves every `HALF_LIFE_PERIODS` periods. Each period counts as one case, however many people it
    speaks of: people of one plan are granted or refused together.
    """
    shares = [share for period in before if (share := period.share(step)) is not None]
    weights = [float(0.5 ** (age / HALF_LIFE_PERIODS)) for age in range(len(shares) - 1, -1, -1)]
    return (1 + sum(w * s for w, s in zip(weights, shares, strict=True))) / (2 + sum(weights))


def approved_means_delivered(_before: Sequence[PlanPeriod], now: PlanPeriod, _step: Step) -> float:
    """Return the approved share as if whatever is approved were delivered; where it is not stated, all."""
    share = now.share("approved")
    return 1.0 if share is None else share


def forecast_periods(
    periods: Sequence[PlanPeriod], held_back_from: Instant, step: Step, forecaster: Forecaster
) -> tuple[Forecast, ...]:
    """Return a forecast of each held-back period, each from the periods before it alone."""
    ordered = sorted(periods, key=lambda p: p.ends)
    found = []
    for k, now in enumerate(ordered):
        came = now.share(step)
        if now.ends > held_back_from and came is not None:
            p = forecaster(ordered[:k], now, step)
            found.append(Forecast(what=now.period, at=now.ends, p=p, came=came))
    return tuple(found)


def overall_mean(periods: Sequence[PlanPeriod], held_back_from: Instant, step: Step) -> Forecaster:
    """Return the baseline that always says the mean share of the periods that ended before the held-back part."""
    told = [s for p in periods if p.ends <= held_back_from and (s := p.share(step)) is not None]
    mean = sum(told) / len(told) if told else 0.5
    return lambda _before, _now, _step: mean
