"""Try remedies on a site that cannot be served: which of them, smallest first, make a convoy to it possible."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.errors import ConflictingEdits
from planner.domain.needs import SiteId
from planner.domain.plan import Plan
from planner.domain.scenario import Edit
from planner.domain.snapshot import Snapshot
from planner.services.remedies import Remedies, Remedy, merged, size_of
from planner.services.supposed import suppose
from planner.solvers.choice import Progress
from planner.solvers.option import Option, Refusal
from planner.solvers.options import OptionSet, build

CHECKS: Final = 8
"""So many remedies of a site are looked at: does any convoy become possible?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A remedy with which each of some sites has a convoy on one day: the world supposed, and what may run there."""

    remedy: Remedy
    supposed: Snapshot
    options: tuple[Option, ...]
    refusals: tuple[Refusal, ...]


class Trials:
    """Remedies for the sites of one plan, each tried on the roads alone: nothing is solved here."""

    def __init__(self, snapshot: Snapshot, plan: Plan, found: OptionSet) -> None:
        """Remember what was planned with which options; nothing is tried yet."""
        self.snapshot, self.plan, self.found = snapshot, plan, found
        self.remedies = Remedies(snapshot)

    def of(self, sites: Collection[SiteId], beat: Progress, checks: int = CHECKS) -> Iterator[Trial]:
        """Yield what makes convoys to all the sites possible, smallest first, out of so many remedies looked at.

        One that does not suffice is tried again with what is still missing; where sites have convoys already, or
        whoever takes the trials asks for another, more trucks and teams are tried too.
        """
        without = unreached(sites, self.found.options)
        waiting = self.remedies.against(without, self.found.refusals) if without else self._more(sites, ())
        tried: set[Remedy] = set()
        while waiting and len(tried) < checks:
            remedy = min(waiting, key=lambda r: (*size_of(r)[:3], -waiting[r], size_of(r)))
            tried.add(remedy)
            supposed = self.suppose(merged(remedy))
            more: Mapping[Remedy, int] = {}
            if supposed is not None:
                fresh = build(only(supposed, sites), beat)
                without = unreached(sites, fresh.options)
                if _together(fresh.options, sites):
                    yield Trial(remedy=remedy, supposed=supposed, options=fresh.options, refusals=fresh.refusals)
                    more = self._more(sites, fresh.options)
                elif without:
                    more = self.remedies.against(without, fresh.refusals)
            waiting = waiting | {remedy | missing: helps for missing, helps in more.items()}
            waiting = {waits: helps for waits, helps in waiting.items() if waits not in tried}

    def suppose(self, edits: Sequence[Edit]) -> Snapshot | None:
        """Return the world with these edits; None where they contradict what the plan supposes already."""
        try:
            return suppose(self.snapshot, edits)
        except ConflictingEdits:
            return None

    def beside(self, fresh: Sequence[Option], sites: Collection[SiteId]) -> tuple[Option, ...]:
        """Return the options of the plan's convoys and all of the sites, those made anew in place of the known."""
        options, runs = {option.id: option for option in (*self.found.options, *fresh)}, self._runs()
        return tuple(
            option
            for option in options.values()
            if (option.hub, option.sites, option.day) in runs or not set(sites).isdisjoint(option.sites)
        )

    def _more(self, sites: Collection[SiteId], options: Sequence[Option]) -> dict[Remedy, int]:
        known = [o for o in (*options, *self.found.options) if not set(sites).isdisjoint(o.sites)]
        hubs = dict.fromkeys(option.hub for option in sorted(known, key=lambda o: (o.seconds, o.id)))
        return self.remedies.more(list(hubs)[:1], escorted=any(option.needs_escort for option in known))

    def _runs(self) -> frozenset[tuple[str, tuple[SiteId, ...], int]]:
        """Return hub, sites and day of each convoy of the plan."""
        days = self.snapshot.days
        return frozenset(
            (convoy.hub, tuple(stop.site for stop in convoy.stops), day)
            for convoy in self.plan.convoys
            for day, window in enumerate(days)
            if convoy.stops and window.contains(convoy.stops[0].arrive_at)
        )


def only(snapshot: Snapshot, sites: Collection[SiteId]) -> Snapshot:
    """Return the snapshot as if there were only these sites to serve."""
    return replace(
        snapshot,
        sites={site: snapshot.sites[site] for site in sites},
        needs=tuple(need for need in snapshot.needs if need.site in sites),
    )


def with_coupled(snapshot: Snapshot, site: SiteId) -> tuple[SiteId, ...]:
    """Return a site and the open sites that must be served with it."""
    sites, together = snapshot.sites, {site}
    for group in snapshot.groups:
        if site in group.sites:
            together |= {member for member in group.sites if member in sites and sites[member].listing != "closed"}
    return tuple(sorted(together))


def unreached(sites: Collection[SiteId], options: Sequence[Option]) -> tuple[SiteId, ...]:
    """Return the sites to which no option goes."""
    return tuple(site for site in sorted(sites) if not any(site in option.sites for option in options))


def _together(options: Sequence[Option], sites: Collection[SiteId]) -> bool:
    """Tell whether there is a day on which each of the sites has an option."""
    return bool(set.intersection(*({option.day for option in options if site in option.sites} for site in sites)))
