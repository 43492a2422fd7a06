"""Find the smallest change that would serve a site left without aid, and solve again to be sure of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from planner.domain.errors import ConflictingEdits
from planner.domain.hurry import Relay, hurried
from planner.domain.needs import SiteId
from planner.domain.plan import Change, Plan, Unmet
from planner.domain.policy import Limits
from planner.domain.scenario import Edit, Scenario
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.services.remedies import Remedies, Remedy, merged, size_of
from planner.services.supposed import supposed_escorts, supposed_fleets, supposed_papers, suppositions
from planner.solvers.assemble import delivered
from planner.solvers.choice import Progress, Report
from planner.solvers.option import Option
from planner.solvers.options import OptionSet, build
from planner.solvers.solve import plan_among
from planner.solvers.times import Deadline
from routing.overlay import apply
from routing.units import MINUTE, Window, format_instant

CHECKS: Final = 8
"""So many remedies of a site are looked at: does any convoy become possible?"""
SOLVES: Final = 2
"""So many of those that make one possible are solved again: is the site served then?"""
LOOKED_AT: Final = 3
"""For each site that may be solved again so many are looked at: most of those are out of any small change's reach."""
WHOLE_UP_TO: Final = 15
"""Up to so many sites everything is planned anew. Beyond, the other convoys stay those of the plan, so that an answer
comes in seconds: the people gained are those of this plan with the change, and a plan made with it may do better."""
COARSE_GAP: Final = 1e-3
COARSE_ROUNDS: Final = 3
"""With other convoys standing, the search may stop this near the best (whole trucks lose about as much), and a
timetable is asked for so many times: the others had one, and those that no longer fit are left out."""


def with_changes(snapshot: Snapshot, plan: Plan, found: OptionSet, progress: Progress) -> Plan:
    """Return the plan with, beside what it leaves unmet, the smallest change that would serve the site.

    Only sites that no convoy visits get one, those with most people first, until `change_resolves` of the limits
    have been solved again; coupled sites count as one, for all of them must be served. A change is stated as the
    line of a scenario file, and stands there only if solving again with it serves the site by a plan that keeps
    every hard rule. The people gained are over all sites: they may be few, or fewer than none, where fairness takes
    from another site.
    """
    desk = _Desk(snapshot, plan, found)
    most = snapshot.limits.change_resolves
    subjects = desk.subjects()[: LOOKED_AT * most]
    changes: dict[SiteId, _Served] = {}
    for done, sites in enumerate(subjects):
        if len(desk.solved) == most:
            break
        if hurried(progress):
            desk.cut_short = True
            break
        served = desk.smallest_change(sites, _within(progress, done / len(subjects)))
        changes |= {site: served for site in sites if served is not None}
    progress(Report(stage="changes", done=1.0))
    unmet = tuple(_with_change(row, changes.get(row.site)) for row in plan.unmet)
    return replace(plan, unmet=unmet, cut_short=plan.cut_short or desk.cut_short)


def suppose(snapshot: Snapshot, edits: Sequence[Edit]) -> Snapshot:
    """Return the snapshot with more edits laid over it, as it would have been frozen with them.

    Raises
    ------
    ConflictingEdits
        If they contradict each other or the snapshot's scenario.
    """
    known, name = snapshot.scenario.edits, snapshot.scenario.name
    scenario, added = Scenario(name=name, edits=(*known, *edits)), Scenario(name=name, edits=tuple(edits))
    roads = suppositions(scenario) if suppositions(added) else ()
    # The map holds the scenario's own edits already: roads that only those touch come out as they are.
    access = apply(
        snapshot.access, roads, snapshot.log, snapshot.network, snapshot.as_of, snapshot.crisis.tz,
        snapshot.access_policy,
    )  # fmt: skip
    reach = snapshot.access.horizon
    return replace(
        snapshot,
        scenario=scenario,
        access=access,
        papers=supposed_papers(snapshot.papers, added),
        fleets=supposed_fleets(snapshot.fleets, added, reach),
        escorts=supposed_escorts(snapshot.escorts, added, reach),
    )


def scenario_line(edits: Sequence[Edit], snapshot: Snapshot) -> str:
    """Return edits as the line of a scenario file that states them, times in the crisis's zone."""
    return f"edit = [{', '.join(_table(edit, snapshot) for edit in edits)}]"


def _table(edit: Edit, snapshot: Snapshot) -> str:
    told = [f'kind = "{edit.kind}"']
    for field in fields(edit):
        value = getattr(edit, field.name)
        if field.name == "kind" or value is None:
            continue
        if isinstance(value, Window):
            zone = snapshot.crisis.tz
            told.append(f'from = "{format_instant(value.start, zone)}", until = "{format_instant(value.end, zone)}"')
        elif field.name == "at":
            told.append(f'at = "{format_instant(value, snapshot.crisis.tz)}"')
        elif field.name in {"opens", "closes"}:
            hours, minutes = divmod(value // MINUTE, 60)
            told.append(f'{field.name} = "{hours:02d}:{minutes:02d}"')
        elif isinstance(value, tuple):
            items = ", ".join(f'"{item}"' for item in value)
            told.append(f"{field.name} = [{items}]")
        else:
            told.append(f"{field.name} = {value}" if isinstance(value, int) else f'{field.name} = "{value}"')
    return f"{{ {', '.join(told)} }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    """A change that serves sites, and what they get by it."""

    change: Change
    brought: frozenset[tuple[str, str]]


def _with_change(row: Unmet, served: _Served | None) -> Unmet:
    # A change that brings food does not serve the need of an item that the papers strike.
    if served is None or (row.site, row.commodity) not in served.brought:
        return row
    return replace(row, change=served.change)


class _Desk:
    def __init__(self, snapshot: Snapshot, plan: Plan, found: OptionSet) -> None:
        self.snapshot, self.plan, self.found = snapshot, plan, found
        self.remedies = Remedies(snapshot)
        self.whole = len(snapshot.sites) <= WHOLE_UP_TO
        self.limits = snapshot.limits if self.whole else _coarse(snapshot.limits)
        self.deadline = Deadline(self.limits)
        self.cut_short = False
        self.solved: set[tuple[SiteId, ...]] = set()

    def subjects(self) -> tuple[tuple[SiteId, ...], ...]:
        """Return the sites that no convoy visits, coupled ones together, most people first."""
        sites, visited = self.snapshot.sites, {stop.site for convoy in self.plan.convoys for stop in convoy.stops}
        left = sorted({row.site for row in self.plan.unmet} - visited)
        subjects = {self._with_coupled(site) for site in left}
        return tuple(sorted(subjects, key=lambda many: (-sum(sites[site].people_least for site in many), many)))

    def _with_coupled(self, site: SiteId) -> tuple[SiteId, ...]:
        sites, together = self.snapshot.sites, {site}
        for group in self.snapshot.groups:
            if site in group.sites:
                together |= {member for member in group.sites if member in sites and sites[member].listing != "closed"}
        return tuple(sorted(together))

    def smallest_change(self, sites: tuple[SiteId, ...], beat: Progress) -> _Served | None:
        """Try remedies, smallest first; one that does not suffice is tried again with what is still missing."""
        without = _unreached(sites, self.found.options)
        waiting = self.remedies.against(without, self.found.refusals) if without else self._more(sites, ())
        tried: set[Remedy] = set()
        solves = 0
        while waiting and len(tried) < CHECKS and solves < SOLVES:
            remedy = min(waiting, key=lambda r: (*size_of(r)[:3], -waiting[r], size_of(r)))
            tried.add(remedy)
            supposed = self._supposed(remedy)
            more: Mapping[Remedy, int] = {}
            if supposed is not None:
                fresh = build(_only(supposed, sites), beat)
                without = _unreached(sites, fresh.options)
                if _together(fresh.options, sites):
                    solves += 1
                    self.solved.add(sites)
                    served = self._solved(remedy, supposed, fresh.options, sites, beat)
                    if served is not None:
                        return served
                    more = self._more(sites, fresh.options)
                elif without:
                    more = self.remedies.against(without, fresh.refusals)
            waiting = waiting | {remedy | missing: helps for missing, helps in more.items()}
            waiting = {waits: helps for waits, helps in waiting.items() if waits not in tried}
        return None

    def _more(self, sites: Collection[SiteId], options: Sequence[Option]) -> dict[Remedy, int]:
        known = [o for o in (*options, *self.found.options) if not set(sites).isdisjoint(o.sites)]
        hubs = dict.fromkeys(option.hub for option in sorted(known, key=lambda o: (o.seconds, o.id)))
        return self.remedies.more(list(hubs)[:1], escorted=any(option.needs_escort for option in known))

    def _supposed(self, remedy: Remedy) -> Snapshot | None:
        try:
            return suppose(self.snapshot, merged(remedy))
        except ConflictingEdits:
            return None

    def _solved(
        self,
        remedy: Remedy,
        supposed: Snapshot,
        fresh: Sequence[Option],
        sites: tuple[SiteId, ...],
        beat: Progress,
    ) -> _Served | None:
        """Solve again with the options that the remedy makes; None if the sites are still not served."""
        options = build(supposed, beat).options if self.whole else self._kept(fresh, sites)
        plan = plan_among(replace(supposed, limits=self.limits), options, self.deadline, beat)
        self.cut_short |= plan.cut_short
        brought = delivered(plan.convoys)
        got = frozenset(key for key, units in brought.items() if units > 0 and key[0] in sites)
        if {site for site, _ in got} != set(sites) or violations(plan, supposed):
            return None
        edit = scenario_line(merged(remedy), self.snapshot)
        gained = plan.people_reached - self.plan.people_reached
        return _Served(change=Change(edit=edit, people_gained=gained, verified=True), brought=got)

    def _kept(self, fresh: Sequence[Option], sites: Collection[SiteId]) -> tuple[Option, ...]:
        """Return the options of the plan's convoys and all of the sites, those made anew in place of the known."""
        options, runs = {option.id: option for option in (*self.found.options, *fresh)}, self._runs()
        return tuple(
            option
            for option in options.values()
            if (option.hub, option.sites, option.day) in runs or not set(sites).isdisjoint(option.sites)
        )

    def _runs(self) -> frozenset[tuple[str, tuple[SiteId, ...], int]]:
        """Return hub, sites and day of each convoy of the plan."""
        days = self.snapshot.days
        return frozenset(
            (convoy.hub, tuple(stop.site for stop in convoy.stops), day)
            for convoy in self.plan.convoys
            for day, window in enumerate(days)
            if convoy.stops and window.contains(convoy.stops[0].arrive_at)
        )


def _coarse(limits: Limits) -> Limits:
    gap, rounds = max(limits.mip_gap, COARSE_GAP), min(limits.cut_rounds, COARSE_ROUNDS)
    return replace(limits, mip_gap=gap, cut_rounds=rounds)


def _only(snapshot: Snapshot, sites: Collection[SiteId]) -> Snapshot:
    """Return the snapshot as if there were only these sites to serve."""
    return replace(
        snapshot,
        sites={site: snapshot.sites[site] for site in sites},
        needs=tuple(need for need in snapshot.needs if need.site in sites),
    )


def _unreached(sites: Collection[SiteId], options: Sequence[Option]) -> tuple[SiteId, ...]:
    return tuple(site for site in sorted(sites) if not any(site in option.sites for option in options))


def _together(options: Sequence[Option], sites: Collection[SiteId]) -> bool:
    """Tell whether there is a day on which each of the sites has an option."""
    return bool(set.intersection(*({option.day for option in options if site in option.sites} for site in sites)))


def _within(progress: Progress, done: float) -> Progress:
    """Return an ear that hears every sign of life of the many short solves as one stage."""

    def beat(_: Report) -> None:
        progress(Report(stage="changes", done=done))

    return Relay(beat, progress)
