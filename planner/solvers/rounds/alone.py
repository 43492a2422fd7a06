"""Say which sites no truck could serve even if nobody else wanted anything, and which rule forbids it."""

from collections.abc import Iterator
from typing import Final

from planner.domain.rounds import NO_WAY, RoundFleet, RoundSite, RoundsProblem, Unserved
from planner.solvers.rounds.clock import Portion, TripOrder, timed

_STEPS: Final = ("fleet", "barred", "road", "payload", "hours")
"""In this order a truck is looked at; the rule that stopped the one that got furthest is the reason."""
_SAID: Final = {
    "fleet": "no depot has a truck",
    "barred": "every kind of truck there is may not come here",
    "road": "no truck that may come has an open way there and back",
    "payload": "its load cannot be divided and no truck that can get there carries it",
    "hours": "no truck can be there within its hours and back within the shift",
}


def impossible(problem: RoundsProblem) -> Iterator[Unserved]:
    """Yield the sites that no truck could serve alone, each with the rule that forbids it."""
    for site in problem.sites:
        rule = _forbidden(problem, site)
        if rule is not None:
            yield Unserved(
                site=site.id, kg=site.kg, litres=site.litres, unmet_class="impossible", rule=rule, reason=_SAID[rule]
            )


def _forbidden(problem: RoundsProblem, site: RoundSite) -> str | None:
    furthest = 0
    for fleet in problem.fleets:
        step = _stopped_at(problem, site, fleet)
        if step is None:
            return None
        furthest = max(furthest, _STEPS.index(step))
    return _STEPS[furthest]


def _stopped_at(problem: RoundsProblem, site: RoundSite, fleet: RoundFleet) -> str | None:
    seconds, depot = problem.tables[fleet.table].seconds, problem.depot_by_id[fleet.depot].point
    if not fleet.trucks:
        return "fleet"
    if fleet.id in site.barred:
        return "barred"
    if max(seconds[depot, site.point], seconds[site.point, depot]) >= NO_WAY:
        return "road"
    too_much = site.kg > fleet.payload_kg or site.litres > fleet.payload_l
    carries_none = (site.kg > 0 and not fleet.payload_kg) or (site.litres > 0 and not fleet.payload_l)
    if carries_none or (too_much and not site.divisible):
        return "payload"
    portion = Portion(site=site.id, kg=0, litres=0)
    order = TripOrder(start=fleet.depot, portions=(portion,), end=fleet.depot)
    return None if timed(problem, fleet, [order], 1) is not None else "hours"
