"""From a problem of rounds to its answer: who cannot be served, a search by one engine or two, hours, and the rest."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Final, Literal, TypeAlias

from planner.domain.errors import PlannerError
from planner.domain.rounds import Round, RoundLimits, RoundSite, RoundsPlan, RoundsProblem, Unserved
from planner.domain.verify.rounds import brought_kg, round_violations, rounds_cost
from planner.solvers.rounds.alone import impossible
from planner.solvers.rounds.clock import TripOrder, timed
from planner.solvers.rounds.fill import filled
from planner.solvers.rounds.found import Engine, Found, Tour
from planner.solvers.rounds.portions import Cut, Piece, cut_loads
from planner.solvers.rounds.with_ortools import by_ortools
from planner.solvers.rounds.with_pyvrp import by_pyvrp

EngineName: TypeAlias = Literal["pyvrp", "ortools", "pair"]

ENGINES: Final[Mapping[str, Engine]] = {"pyvrp": by_pyvrp, "ortools": by_ortools}
_PAIR: Final = (("pyvrp", 0), ("pyvrp", 1))
"""What runs on two cores: engines, and what is added to the seed."""


class EngineErred(PlannerError):
    """An engine's tours break a rule: a model of ours is wrong, not the world."""


def plan_rounds(
    problem: RoundsProblem, limits: RoundLimits | None = None, *, engine: EngineName = "pyvrp", cut: Cut = "truckloads"
) -> RoundsPlan:
    """Return the best rounds found. The same problem, limits and engine give the same rounds, unless `cut_short`.

    `pair` searches twice at the same time, on two cores. A site that no truck can serve is listed with its reason and
    takes nothing from the others.

    Raises
    ------
    EngineErred
        If the rounds break a rule by the independent verifier: nothing is answered then.
    """
    limits = limits or RoundLimits()
    never = tuple(impossible(problem))
    gone = {left.site for left in never}
    possible = replace(problem, sites=tuple(site for site in problem.sites if site.id not in gone))
    pieces = cut_loads(possible.sites, possible.fleets, cut)
    runs = _PAIR if engine == "pair" else ((engine, 0),)
    answers = [
        answered(problem, possible, pieces, found, never, name)
        for name, found in _found(runs, possible, pieces, limits)
    ]
    best = min(answers, key=lambda plan: _rank(plan, problem))
    wrong = round_violations(best, problem)
    if wrong:
        raise EngineErred(f"{best.engine} broke {wrong[0].rule}: {wrong[0].detail}. Report this as a fault.")
    return replace(best, engine=engine)


def _found(
    runs: Sequence[tuple[str, int]], problem: RoundsProblem, pieces: Sequence[Piece], limits: RoundLimits
) -> list[tuple[str, Found]]:
    asked = [(name, replace(limits, seed=limits.seed + more)) for name, more in runs]
    if len(asked) == 1:
        ((name, limit),) = asked
        return [(name, ENGINES[name](problem, pieces, limit))]
    with ProcessPoolExecutor(len(asked), mp_context=get_context("spawn")) as pool:
        futures = [(name, pool.submit(ENGINES[name], problem, pieces, limit)) for name, limit in asked]
        return [(name, future.result()) for name, future in futures]


def _rank(plan: RoundsPlan, problem: RoundsProblem) -> tuple[int, int]:
    """Order plans: first the fewest sites left of those that must be served, then the least cost."""
    must = {site.id for site in problem.sites if site.prize is None}
    return sum(left.site in must for left in plan.unserved), plan.cost


def answered(
    problem: RoundsProblem, possible: RoundsProblem, pieces: Sequence[Piece], found: Found, never: Iterable[Unserved],
    engine: str,
) -> RoundsPlan:  # fmt: skip
    """Return an engine's tours with their hours, what they leave, and their cost; nothing is judged here."""
    rounds = _timed(possible, pieces, filled(possible, pieces, found.tours))
    plan = RoundsPlan(rounds=rounds, unserved=(), cost=0, engine=engine, cut_short=found.cut_short)
    left = [one for site in possible.sites for one in _left(site, plan)]
    plan = replace(plan, unserved=(*never, *left))
    return replace(plan, cost=rounds_cost(plan, problem))


def _timed(problem: RoundsProblem, pieces: Sequence[Piece], tours: Sequence[Tour]) -> tuple[Round, ...]:
    number: Counter[str] = Counter()
    rounds: list[Round] = []
    for tour in tours:
        orders = [
            TripOrder(start=leg.start, portions=tuple(pieces[one].portion for one in leg.pieces), end=leg.end)
            for leg in tour.legs
        ]
        number[tour.fleet] += 1
        found = timed(problem, problem.fleet_by_id[tour.fleet], orders, number[tour.fleet])
        if found is None:
            raise EngineErred(f"A tour of {tour.fleet} cannot keep its hours. Report this as a fault.")
        rounds.append(found)
    return tuple(sorted(rounds, key=lambda one: (one.fleet, one.truck)))


def _left(site: RoundSite, plan: RoundsPlan) -> Iterable[Unserved]:
    visits = [visit for one in plan.rounds for trip in one.trips for visit in trip.visits if visit.site == site.id]
    kg, litres = site.kg - brought_kg(plan)[site.id], site.litres - sum(visit.litres for visit in visits)
    if visits and not kg and not litres:
        return
    reason = "a truck could serve it alone; beside the others no room was found that is worth it"
    yield Unserved(site=site.id, kg=kg, litres=litres, unmet_class="not_found", rule="room", reason=reason)
