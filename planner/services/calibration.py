"""How good our probabilities were: of gates by the recorded outcomes, of consent by the plan periods of the past."""

from collections.abc import Iterator
from dataclasses import dataclass

from planner.domain.calibration import (
    Forecast,
    PlanPeriod,
    Score,
    Step,
    approved_means_delivered,
    fading_mean,
    forecast_periods,
    overall_mean,
    score,
)
from planner.domain.canonical import Plain
from planner.domain.denials import day_of
from planner.domain.world import World
from planner.intake.funnel import read_funnel
from planner.intake.seed import find_seed, seed_names
from routing.evidence import DeliveryOutcome, standing
from routing.gates import gate_prior
from routing.ledger import read_ledger
from routing.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Our forecasts of one thing on the held-back part, and the same cases by the baselines."""

    subject: str
    forecasts: tuple[Forecast, ...]
    ours: Score
    baselines: tuple[Score, ...]

    @property
    def beats_all(self) -> bool:
        """Whether ours scores lower than every baseline; of no cases nothing can be said."""
        return self.ours.cases > 0 and all(self.ours.brier < other.brier for other in self.baselines)


def calibrate(world: World, held_back_from: Instant) -> tuple[Comparison, ...]:
    """Return how good passage at gates and the funnel were forecast, on what happened from an instant on."""
    periods = past_periods(world)
    found = [_passage(world, held_back_from)]
    found += [_funnel(periods, held_back_from, step) for step in ("approved", "reached")] if periods else []
    return tuple(found)


def past_periods(world: World) -> tuple[PlanPeriod, ...]:
    """Return the plan periods that come with the crisis; none where it brings no such table."""
    crisis = world.catalogue.crisis
    if crisis.id not in seed_names():
        return ()
    file = find_seed(crisis.id) / "funnel.csv"
    return read_funnel(file, crisis.tz) if file.is_file() else ()


def _funnel(periods: tuple[PlanPeriod, ...], held_back_from: Instant, step: Step) -> Comparison:
    ours = forecast_periods(periods, held_back_from, step, fading_mean)
    mean = forecast_periods(periods, held_back_from, step, overall_mean(periods, held_back_from, step))
    baselines = [score("overall mean", mean)]
    if step == "reached":
        said = forecast_periods(periods, held_back_from, step, approved_means_delivered)
        baselines.insert(0, score("approved means delivered", said))
    return Comparison(
        subject=f"share of the requested that is {step}", forecasts=ours, ours=score("fading mean", ours),
        baselines=tuple(baselines),
    )  # fmt: skip


def _passage(world: World, held_back_from: Instant) -> Comparison:
    """Score the gates' records: each outcome at a gate is forecast by what the log held before it was learned."""
    told = list(_passages(world))
    earlier = [f.came for f in told if f.at <= held_back_from]
    mean = sum(earlier) / len(earlier) if earlier else 0.5
    held_back = tuple(f for f in told if f.at > held_back_from)
    return Comparison(
        subject="passage at a gate", forecasts=held_back, ours=score("record of the gate", held_back),
        baselines=(
            score("approved means delivered", [_saying(f, 1.0) for f in held_back]),
            score("overall mean", [_saying(f, mean) for f in held_back]),
        ),
    )  # fmt: skip


def _saying(forecast: Forecast, p: float) -> Forecast:
    return Forecast(what=forecast.what, at=forecast.at, p=p, came=forecast.came)


def _passages(world: World) -> Iterator[Forecast]:
    ledger = read_ledger(standing(world.log, world.head), world.head, world.network)
    seen: set[tuple[str, str, Instant]] = set()
    for row in sorted(ledger.outcomes, key=lambda r: r.position):
        fact = row.fact
        case = (fact.movement, fact.site, fact.happened_at)
        if fact.gate is None or not _counts(fact) or case in seen:
            continue
        seen.add(case)
        before = [other for other in ledger.outcomes if other.position < row.position]
        prior = gate_prior(world.network.gates[fact.gate], before)
        yield Forecast(
            what=f"{fact.movement} at {fact.gate}", at=fact.happened_at, p=prior.p,
            came=float(fact.result == "facilitated"),
        )  # fmt: skip


def _counts(fact: DeliveryOutcome) -> bool:
    """Whether an outcome says how a gate decided: as in its record, an attack or an own cancellation does not."""
    return fact.what != "attacked" and fact.result != "cancelled"


def calibration_json(found: tuple[Comparison, ...], world: World) -> dict[str, Plain]:
    """Return the scores in the shape that scripts rely on."""
    zone = world.catalogue.crisis.tz
    return {
        "crisis": world.catalogue.crisis.id,
        "subjects": [
            {
                "subject": one.subject,
                "beats_all_baselines": one.beats_all,
                "ours": _score(one.ours),
                "baselines": [_score(other) for other in one.baselines],
                "forecasts": [
                    {"what": f.what, "day": day_of(f.at, zone), "p": round(f.p, 4), "came": round(f.came, 4)}
                    for f in one.forecasts
                ],
            }
            for one in found
        ],
    }


def _score(told: Score) -> dict[str, Plain]:
    return {
        "name": told.name,
        "cases": told.cases,
        "brier": round(told.brier, 4),
        "reliability": [
            {"from": c.low, "to": c.high, "cases": c.cases, "said": round(c.said, 4), "came": round(c.came, 4)}
            for c in told.classes
        ],
    }
