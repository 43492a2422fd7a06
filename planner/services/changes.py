"""Find the smallest change that would serve a site left without aid, and solve again to be sure of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Final

from planner.domain.hurry import Relay, hurried
from planner.domain.needs import SiteId
from planner.domain.plan import Change, Plan, Unmet
from planner.domain.policy import Limits
from planner.domain.scenario import Edit
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.services.remedies import merged
from planner.services.trials import Trial, Trials, with_coupled
from planner.solvers.assemble import delivered
from planner.solvers.choice import Progress, Report
from planner.solvers.options import OptionSet, build
from planner.solvers.solve import plan_among
from planner.solvers.times import Deadline
from routing.units import MINUTE, Window, format_instant

SOLVES: Final = 2
"""So many of the remedies that make a convoy possible are solved again: is the site served then?"""
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
        served = desk.smallest_change(sites, within(progress, done / len(subjects)))
        changes |= {site: served for site in sites if served is not None}
    progress(Report(stage="changes", done=1.0))
    unmet = tuple(_with_change(row, changes.get(row.site)) for row in plan.unmet)
    return replace(plan, unmet=unmet, cut_short=plan.cut_short or desk.cut_short)


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
        self.trials = Trials(snapshot, plan, found)
        self.whole = len(snapshot.sites) <= WHOLE_UP_TO
        self.limits = snapshot.limits if self.whole else coarse(snapshot.limits)
        self.deadline = Deadline(self.limits)
        self.cut_short = False
        self.solved: set[tuple[SiteId, ...]] = set()

    def subjects(self) -> tuple[tuple[SiteId, ...], ...]:
        """Return the sites that no convoy visits, coupled ones together, most people first."""
        sites, visited = self.snapshot.sites, {stop.site for convoy in self.plan.convoys for stop in convoy.stops}
        left = sorted({row.site for row in self.plan.unmet} - visited)
        subjects = {with_coupled(self.snapshot, site) for site in left}
        return tuple(sorted(subjects, key=lambda many: (-sum(sites[site].people_least for site in many), many)))

    def smallest_change(self, sites: tuple[SiteId, ...], beat: Progress) -> _Served | None:
        """Try remedies, smallest first, and solve again with those that make a convoy possible."""
        for trial in islice(self.trials.of(sites, beat), SOLVES):
            self.solved.add(sites)
            served = self._solved(trial, sites, beat)
            if served is not None:
                return served
        return None

    def _solved(self, trial: Trial, sites: tuple[SiteId, ...], beat: Progress) -> _Served | None:
        """Solve again with the options that the remedy makes; None if the sites are still not served."""
        options = build(trial.supposed, beat).options if self.whole else self.trials.beside(trial.options, sites)
        plan = plan_among(replace(trial.supposed, limits=self.limits), options, self.deadline, beat)
        self.cut_short |= plan.cut_short
        brought = delivered(plan.convoys)
        got = frozenset(key for key, units in brought.items() if units > 0 and key[0] in sites)
        if {site for site, _ in got} != set(sites) or violations(plan, trial.supposed):
            return None
        edit = scenario_line(merged(trial.remedy), self.snapshot)
        gained = plan.people_reached - self.plan.people_reached
        return _Served(change=Change(edit=edit, people_gained=gained, verified=True), brought=got)


def coarse(limits: Limits) -> Limits:
    """Return limits for a plan in which the other convoys stand."""
    gap, rounds = max(limits.mip_gap, COARSE_GAP), min(limits.cut_rounds, COARSE_ROUNDS)
    return replace(limits, mip_gap=gap, cut_rounds=rounds)


def within(progress: Progress, done: float, stage: str = "changes") -> Progress:
    """Return an ear that hears every sign of life of the many short solves as one stage."""

    def beat(_: Report) -> None:
        progress(Report(stage=stage, done=done))

    return Relay(beat, progress)
