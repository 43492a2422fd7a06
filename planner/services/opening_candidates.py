"""What could be opened for a plan: what stands against its sites, and what limits those that it serves."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from planner.domain.needs import SiteId
from planner.domain.plan import Plan
from planner.domain.scenario import CeasefireEnds, Edit, EscortChange
from planner.domain.snapshot import Snapshot
from planner.services.remedies import Remedy, merged, size_of
from planner.services.trials import Trial, Trials, with_coupled
from planner.solvers.choice import Progress
from planner.solvers.options import OptionSet
from routing.evidence import CeasefireAgreed, CeasefireExtended

CHECKS: Final = 8
"""So many remedies of each site are looked at before it is called out of any single opening's reach."""
WAYS_IN: Final = 4
"""So many of those that make a convoy to a site possible are valued: the smallest may open a narrow road only."""
WIDER: Final = 2
"""So many further changes are valued with each of them: those that open most of the ways that are still shut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that could be opened and the sites that might gain by it.

    `could` is the most people that these sites could still be reached for.
    """

    edits: tuple[Edit, ...]
    sites: frozenset[SiteId]
    could: int


class Candidates:
    """All that could be opened for one plan."""

    def __init__(self, snapshot: Snapshot, plan: Plan, found: OptionSet, reached: Mapping[SiteId, int]) -> None:
        """Remember the plan and the people it reaches by site; nothing is tried yet."""
        self.snapshot, self.plan, self.found, self.reached = snapshot, plan, found, reached
        self.trials = Trials(snapshot, plan, found)

    def all(self, beat: Progress) -> tuple[Candidate, ...]:
        """Return everything that could be opened, what might reach most people first."""
        sites: dict[tuple[Edit, ...], set[SiteId]] = defaultdict(set)
        limits = chain(self._hours(), self._ceasefires(), self._trucks())
        for edits, might_gain in chain(self._closed(beat), self._alone(), limits):
            if edits:
                sites[edits] |= set(might_gain)
        found = [Candidate(edits=e, sites=frozenset(s), could=self.could(s)) for e, s in sites.items()]
        return tuple(sorted(found, key=lambda c: (-c.could, len(c.edits), repr(c.edits))))

    def could(self, sites: Iterable[SiteId]) -> int:
        """Return how many people of these sites the plan does not reach."""
        return sum(max(0, self.snapshot.sites[site].people_least - self.reached.get(site, 0)) for site in sites)

    def unserved(self) -> tuple[tuple[SiteId, ...], ...]:
        """Return the sites that no convoy visits, coupled ones together."""
        visited = {stop.site for convoy in self.plan.convoys for stop in convoy.stops}
        left = sorted({row.site for row in self.plan.unmet} - visited)
        return tuple(sorted({with_coupled(self.snapshot, site) for site in left}))

    def _closed(self, beat: Progress) -> Iterator[tuple[tuple[Edit, ...], Collection[SiteId]]]:
        """Yield the smallest changes that make a convoy to each unserved site possible."""
        for sites in self.unserved():
            if set(sites) & {site for option in self.found.options for site in option.sites}:
                continue
            for trial in islice(self.trials.of(sites, beat, CHECKS), WAYS_IN):
                yield merged(trial.remedy), sites
                for further in self._wider(trial, sites):
                    yield merged(trial.remedy | further), sites

    def _wider(self, trial: Trial, sites: Collection[SiteId]) -> tuple[Remedy, ...]:
        """Return what would open most of the ways to these sites that are still shut with a remedy."""
        found = self.trials.remedies.against(sites, trial.refusals)
        return tuple(sorted(found, key=lambda remedy: (-found[remedy], size_of(remedy)))[:WIDER])

    def _alone(self) -> Iterator[tuple[tuple[Edit, ...], Collection[SiteId]]]:
        """Yield each single thing that stands against some site, whether or not it alone would do."""
        named: dict[tuple[Edit, ...], set[SiteId]] = defaultdict(set)
        for sites in self.unserved():
            for site in sites:
                for remedy in self.trials.remedies.against((site,), self.found.refusals):
                    for edit in merged(remedy):
                        named[(edit,)].add(site)
        yield from named.items()

    def _hours(self) -> Iterator[tuple[tuple[Edit, ...], Collection[SiteId]]]:
        """Yield two hours more at each gate that convoys pass."""
        by_gate: dict[str, set[SiteId]] = defaultdict(set)
        for option in self.found.options:
            for gate in option.gates:
                by_gate[gate] |= set(option.sites)
        for gate, sites in sorted(by_gate.items()):
            yield merged(self.trials.remedies.longer(gate, self.snapshot.days[0])), sites

    def _ceasefires(self) -> Iterator[tuple[tuple[Edit, ...], Collection[SiteId]]]:
        """Yield each ceasefire that ends within the horizon, held to its end."""
        ends: dict[str, int] = {}
        for record in self.snapshot.log:
            match record.fact:
                case CeasefireAgreed(ceasefire=name, firm_end=end) | CeasefireExtended(ceasefire=name, firm_end=end):
                    ends[name] = end
                case _:
                    pass
        supposed = {edit.ceasefire for edit in self.snapshot.scenario.edits if isinstance(edit, CeasefireEnds)}
        horizon = self.snapshot.horizon
        everywhere = {row.site for row in self.plan.unmet}
        for name, end in sorted(ends.items()):
            if horizon.start < end < horizon.end and name not in supposed:
                yield (CeasefireEnds(ceasefire=name, at=horizon.end),), everywhere

    def _trucks(self) -> Iterator[tuple[tuple[Edit, ...], Collection[SiteId]]]:
        """Yield six trucks more at each hub from which convoys could go, and one escort team more."""
        by_hub: dict[str, set[SiteId]] = defaultdict(set)
        escorted: set[SiteId] = set()
        for option in self.found.options:
            by_hub[option.hub] |= set(option.sites)
            escorted |= set(option.sites) if option.needs_escort else set()
        for hub, sites in sorted(by_hub.items()):
            yield (self.trials.remedies.more_trucks(hub),), sites
        if escorted:
            yield (EscortChange(teams=1),), escorted
