"""Gather what becomes of a plan over all its futures: people reached, and each convoy's chances."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from planner.domain.permits import people_ceiling
from planner.domain.plan import ConvoyId, Plan
from planner.domain.snapshot import Snapshot
from planner.futures.assumptions import Assumptions
from planner.futures.draws import BATCH, Draws
from planner.futures.drive import Driver, Fate
from planner.futures.journey import journey, road_of
from routing.network import GateId
from routing.status import GatePrior

TAIL: Final = 0.1
"""CVaR is the mean of the worst tenth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvoyFate:
    """Shares of the futures: every stop reached, turned back before one, caught inside on the way home.

    `kept_inside` is the share in which it is not caught but must wait inside until a gate opens again.
    """

    convoy: ConvoyId
    arrives: float
    turned_back: float
    caught_inside: float
    kept_inside: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Futures:
    """People reached in each future (sorted by nothing but the draw), and the convoys' shares."""

    people: NDArray[np.int64]
    convoys: tuple[ConvoyFate, ...]

    @property
    def draws(self) -> int:
        """How many futures were drawn."""
        return len(self.people)

    @property
    def mean(self) -> float:
        """Expected people reached."""
        return float(self.people.mean())

    @property
    def mean_error(self) -> float:
        """Half the width of the 95 % interval of the mean that comes of drawing only so many futures."""
        return 1.96 * float(self.people.std()) / math.sqrt(self.draws)

    def quantile(self, share: float) -> int:
        """Return the people reached that a share of the futures stay at or below."""
        return int(np.quantile(self.people, share, method="inverted_cdf"))

    def cvar(self, share: float = TAIL) -> float:
        """Return the mean people reached in the worst share of the futures."""
        worst = np.sort(self.people)[: max(1, math.ceil(share * self.draws))]
        return float(worst.mean())


def draw_futures(
    plan: Plan, snapshot: Snapshot, draws: int, seed: int = 1, assumptions: Assumptions | None = None
) -> Futures:
    """Drive all convoys of a plan through so many futures.

    The first futures of a longer draw are those of a shorter one, and a cause's numbers do not depend on what else
    is drawn: two plans, or one plan with and without a convoy, meet the same futures.
    """
    assumed = assumptions or Assumptions()
    shared = road_of(snapshot)
    journeys = [
        journey(c, snapshot, road_of(snapshot, f"{c.id}/") if assumed.independent else shared) for c in plan.convoys
    ]
    priors = _priors(snapshot)
    people: list[NDArray[np.int64]] = []
    sums = {c.id: np.zeros(4, dtype=np.int64) for c in plan.convoys}
    for batch in range(-(-draws // BATCH)):
        numbers = Draws(seed=seed, batch=batch, count=BATCH, hours=snapshot.access.horizon, lasting_s=assumed.lasting_s)
        driver = Driver(draws=numbers, assumptions=assumed, priors=priors)
        taken = min(BATCH, draws - batch * BATCH)
        fates = {j.name: driver.drive(j) for j in journeys}
        for name, fate in fates.items():
            flags = (np.all(fate.reached, axis=0), fate.turned_back, fate.caught, fate.kept)
            sums[name] += [int(flag[:taken].sum()) for flag in flags]
        people.append(_people(plan, snapshot, fates)[:taken])
    shares = {name: counted / draws for name, counted in sums.items()}
    return Futures(
        people=np.concatenate(people),
        convoys=tuple(
            ConvoyFate(
                convoy=name, arrives=float(a), turned_back=float(t), caught_inside=float(c), kept_inside=float(k)
            )
            for name, (a, t, c, k) in shares.items()
        ),
    )


def _priors(snapshot: Snapshot) -> dict[GateId, GatePrior]:
    return {
        gate.id: snapshot.access.gate_priors.get(
            gate.id, GatePrior(passed=gate.prior_passed, turned_back=gate.prior_turned_back, cases=0)
        )
        for gate in snapshot.network.gates.values()
    }


def _people(plan: Plan, snapshot: Snapshot, fates: Mapping[ConvoyId, Fate]) -> NDArray[np.int64]:
    """Return the people reached in each future of a batch, each site by the rule by which a plan counts them."""
    fed: dict[str, NDArray[np.int64]] = {}
    for convoy in plan.convoys:
        for index, stop in enumerate(convoy.stops):
            brought = sum(
                load.units * snapshot.commodities[load.commodity].person_days
                for load in stop.loads
                if snapshot.commodities[load.commodity].counts_as_food
            )
            came = fates[convoy.id].reached[index].astype(np.int64) * brought
            fed[stop.site] = fed.get(stop.site, 0) + came
    total = np.zeros(BATCH, dtype=np.int64)
    for site, person_days in fed.items():
        ceiling = people_ceiling(snapshot.papers, site, snapshot.horizon)
        least = snapshot.sites[site].people_least
        most = least if ceiling is None else min(least, ceiling)
        total += np.minimum(person_days // snapshot.policy.ration_days, most)
    return total
