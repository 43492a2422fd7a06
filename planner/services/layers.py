"""Lay scenarios over one frozen world, one after another, sharing all that an edit does not touch."""

from collections.abc import Hashable
from dataclasses import replace

from planner.domain.plan import Convoy
from planner.domain.scenario import Scenario
from planner.domain.snapshot import Snapshot
from planner.services.supposed import (
    supposed_access_policy,
    supposed_crisis,
    supposed_escorts,
    supposed_fleets,
    supposed_needs,
    supposed_papers,
    supposed_plan_policy,
    supposed_stock,
    suppositions,
)
from routing.access import fold
from routing.overlay import Supposition, apply
from routing.policy import AccessPolicy
from routing.status import AccessMap


class Layers:
    """One frozen world without edits, and the scenarios laid over it.

    Roads are folded once for each set of edits that touches them: of two hundred scenarios that vary the end of a
    truce and the trucks, only those with another end are folded. What no edit touches is the same object in all.
    """

    def __init__(self, base: Snapshot) -> None:
        """Remember the world; `base` must suppose nothing."""
        self.base = base
        self._maps: dict[tuple[Hashable, ...], AccessMap] = {}

    def under(self, scenario: Scenario, incumbent: tuple[Convoy, ...] = ()) -> Snapshot:
        """Return the world with a scenario laid over it, as it would have been frozen with it.

        `incumbent` are convoys of a plan for nearly this world, where the search may begin.
        """
        base, reach = self.base, self.base.access.horizon
        policy = supposed_access_policy(base.access_policy, scenario)
        return replace(
            base,
            scenario=scenario,
            crisis=supposed_crisis(base.crisis, scenario),
            access=self._access(suppositions(scenario), policy),
            needs=supposed_needs(base.needs, scenario),
            stock=supposed_stock(base.stock, scenario, reach),
            fleets=supposed_fleets(base.fleets, scenario, reach),
            escorts=supposed_escorts(base.escorts, scenario, reach),
            papers=supposed_papers(base.papers, scenario),
            policy=supposed_plan_policy(base.policy, scenario),
            access_policy=policy,
            incumbent=incumbent,
        )

    def _access(self, supposed: tuple[Supposition, ...], policy: AccessPolicy) -> AccessMap:
        key = (supposed, policy)
        if key not in self._maps:
            self._maps[key] = self._laid(supposed, policy)
        return self._maps[key]

    def _laid(self, supposed: tuple[Supposition, ...], policy: AccessPolicy) -> AccessMap:
        base = self.base
        if supposed:
            known, zone = self._access((), policy), base.crisis.tz
            return apply(known, supposed, base.log, base.network, base.as_of, zone, policy)
        if policy == base.access_policy:
            return base.access
        return fold(base.log, base.network, base.as_of, base.access.horizon, base.crisis.tz, policy)
