"""Value what could be opened for a plan: solve again with each opening alone, and rank them by the people reached."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.hurry import hurried
from planner.domain.opening import LevelChange, Opening, OpeningGrade, Openings, kind_of
from planner.domain.plan import Plan
from planner.domain.scenario import ArrangementAdded, Edit, GateHoursSet, GateSet, SegmentSet
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.domain.verify.loads import reached_by_site
from planner.services.changes import coarse, scenario_line, within
from planner.services.opening_candidates import Candidate, Candidates
from planner.services.robust_plan import solved
from planner.services.trials import only
from planner.solvers.choice import Progress, Report
from planner.solvers.options import OptionSet, build
from planner.solvers.solve import plan_among
from planner.solvers.times import Deadline
from routing.network import GateId, SegmentId

BESIDE: Final = 16
"""So many openings are solved beside the plan's convoys, those that might reach most people first."""
WHOLE: Final = 3
"""So many of the best are then solved as the scenarios they are: what stands there is what that scenario gives."""
HARDLY_MORE: Final = 0.02
"""People more, as a share, for which nobody is asked for one thing more."""
KEPT_WITHOUT_GAIN: Final = 12
"""So many that give nothing alone are listed, those behind which most people live first."""


def find_openings(plan: Plan, digest: str, snapshot: Snapshot, progress: Progress) -> Openings:
    """Return what opening each closed or limiting thing alone would give to the people of a plan.

    Screened by the most people that its sites could still be reached for: once `WHOLE` openings reach more than
    another possibly could, the other is passed over. Every plan looked at keeps every hard rule.
    """
    desk = _Desk(plan, snapshot)
    desk.value(progress)
    found = sorted(desk.found, key=_most_first)
    empty = [one for one in found if one.grade == "nothing"]
    return Openings(
        plan_digest=digest,
        people=plan.people_reached,
        found=tuple([one for one in found if one.grade != "nothing"] + empty[:KEPT_WITHOUT_GAIN]),
        asked=desk.asked,
        passed_over=desk.passed_over,
        left=desk.left,
        cut_short=desk.cut_short,
    )


def _most_first(opening: Opening) -> tuple[bool, int, tuple[float, ...], int, str]:
    levels = tuple(level.after - level.before for level in opening.levels)
    return opening.grade == "nothing", -opening.people_more, levels, len(opening.edits), opening.edit


def without_idle_demands(found: Sequence[Opening]) -> list[Opening]:
    """Leave out what asks for all that another opening asks for, and more, and hardly gives more people for it."""
    return [
        one
        for one in found
        if not any(
            set(other.edits) < set(one.edits) and other.people_more * (1 + HARDLY_MORE) >= one.people_more
            for other in found
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Valued:
    candidate: Candidate
    opening: Opening


class _Desk:
    def __init__(self, plan: Plan, snapshot: Snapshot) -> None:
        self.plan, self.snapshot = plan, snapshot
        self.reached = reached_by_site(plan, snapshot)
        self.limits = coarse(snapshot.limits)
        self.found: list[Opening] = []
        self.asked = self.passed_over = self.left = 0
        self.cut_short = False

    def value(self, progress: Progress) -> None:
        """Look at all candidates, solve the promising ones beside the plan, and the best of them whole."""
        options = build(self.snapshot, within(progress, 0.0, "openings"))
        candidates = Candidates(self.snapshot, self.plan, options, self.reached)
        every = candidates.all(within(progress, 0.05, "openings"))
        self.asked = len(every)
        valued: list[_Valued] = []
        for done, candidate in enumerate(every):
            best = sorted((one.opening.people_more for one in valued), reverse=True)[:WHOLE]
            if len(best) == WHOLE and best[-1] >= candidate.could:
                self.passed_over += 1
                continue
            if len(valued) >= BESIDE:
                self.left += 1
                continue
            if self._ended(progress):
                return
            beat = within(progress, 0.1 + 0.6 * done / len(every), "openings")
            opening = self._beside(candidate, candidates, beat)
            if opening.grade == "nothing":
                self.found.append(opening)
            else:
                valued.append(_Valued(candidate=candidate, opening=opening))
        found = without_idle_demands([one.opening for one in valued])
        self.passed_over += len(valued) - len(found)
        valued = sorted((one for one in valued if one.opening in found), key=lambda one: _most_first(one.opening))
        for rank, one in enumerate(valued):
            whole = None
            if rank < WHOLE and one.opening.people_more > 0 and not self._ended(progress):
                whole = self._whole(one.candidate, candidates, within(progress, 0.7 + 0.3 * rank / WHOLE, "openings"))
            self.found.append(whole or one.opening)
        progress(Report(stage="openings", done=1.0))

    def _ended(self, progress: Progress) -> bool:
        self.cut_short |= hurried(progress)
        return self.cut_short

    def _beside(self, candidate: Candidate, candidates: Candidates, beat: Progress) -> Opening:
        """Solve with the opening while the plan's other convoys stand."""
        supposed = candidates.trials.suppose(candidate.edits)
        if supposed is None:
            return self._nothing(candidate)
        fresh = build(only(supposed, candidate.sites), beat)
        if not self._changed(fresh, candidates.found, supposed):
            return self._nothing(candidate)
        options = candidates.trials.beside(fresh.options, candidate.sites)
        deadline = Deadline(self.limits, beat)
        plan = plan_among(replace(supposed, limits=self.limits), options, deadline, beat)
        self.cut_short |= plan.cut_short
        if violations(plan, supposed):
            return self._nothing(candidate)
        return self._opening(candidate, plan, supposed, "beside")

    def _changed(self, fresh: OptionSet, known: OptionSet, supposed: Snapshot) -> bool:
        """Tell whether any convoy becomes possible or can carry more, or there are more trucks or teams to send."""
        if (supposed.fleets, supposed.escorts) != (self.snapshot.fleets, self.snapshot.escorts):
            return True
        before = {option.id: option for option in known.options}
        return any(option != before.get(option.id) for option in fresh.options)

    def _whole(self, candidate: Candidate, candidates: Candidates, beat: Progress) -> Opening | None:
        """Solve the opening as a scenario beside the plan is solved; None if that broke a rule or was cut short."""
        supposed = candidates.trials.suppose(candidate.edits)
        if supposed is None:
            return None
        begun = replace(supposed, incumbent=tuple(c for c in self.plan.convoys if c.movement is None))
        plan = solved(begun, build(begun, beat), beat).plan
        self.cut_short |= plan.cut_short
        if plan.cut_short or violations(plan, begun):
            return None
        return self._opening(candidate, plan, begun, "solved")

    def _opening(self, candidate: Candidate, plan: Plan, supposed: Snapshot, grade: OpeningGrade) -> Opening:
        then = reached_by_site(plan, supposed)
        more = {site: then.get(site, 0) - self.reached.get(site, 0) for site in sorted({*then, *self.reached})}
        before = {level.name: level.value for level in self.plan.objective}
        after = {level.name: level.value for level in plan.objective}
        levels = tuple(
            LevelChange(name=name, before=value, after=after[name])
            for name, value in before.items()
            if name.startswith("equity") and name in after
        )
        return replace(
            self._nothing(candidate),
            grade=grade,
            people_more=plan.people_reached - self.plan.people_reached,
            people_by_site={site: people for site, people in more.items() if people},
            value_more=after["value"] - before["value"],
            levels=levels,
        )

    def _nothing(self, candidate: Candidate) -> Opening:
        edits = candidate.edits
        gates, segments = self._where(edits)
        return Opening(
            kind=kind_of(edits), edits=edits, edit=scenario_line(edits, self.snapshot), grade="nothing", people_more=0,
            people_by_site={}, value_more=0.0, levels=(), gates=gates, segments=segments,
        )  # fmt: skip

    def _where(self, edits: Sequence[Edit]) -> tuple[tuple[GateId, ...], tuple[SegmentId, ...]]:
        """Return the gates that are opened, and all segments at them or opened themselves."""
        gates: set[GateId] = set()
        segments: set[SegmentId] = set()
        for edit in edits:
            match edit:
                case GateSet() | GateHoursSet():
                    gates.add(edit.gate)
                case ArrangementAdded():
                    gates |= set(edit.gates)
                case SegmentSet():
                    segments.add(edit.segment)
                case _:
                    pass
        at_gates = {name for name, segment in self.snapshot.network.segments.items() if segment.gate in gates}
        return tuple(sorted(gates)), tuple(sorted(segments | at_gates))
