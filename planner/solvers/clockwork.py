"""The timetable of convoys that share lines, gates and lanes, stated for the constraint solver CP-SAT."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from ortools.sat.python import cp_model

from planner.domain.needs import CoupledGroup, SiteId
from planner.domain.supply import TruckTypeId
from planner.solvers.footprint import Deadline, Footprint, Taken
from planner.solvers.holding import Holding
from routing.network import SegmentId
from routing.units import DAY, MINUTE, Instant, Seconds, Window, merge_windows

Outcome: TypeAlias = Literal["optimal", "feasible", "infeasible", "undecided"]
SEED: Final = 1
NO_KINDS: Final[Mapping[TruckTypeId, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """What the solver found: per convoy the start of loading and of each phase, and the objective with its bound."""

    outcome: Outcome
    loading: tuple[Instant, ...] = ()
    starts: tuple[tuple[Instant, ...], ...] = ()
    value: int = 0
    bound: int = 0
    picked: tuple[Footprint | None, ...] | None = None
    """The footprint of each convoy, None for one that stays away; None for all without a solution."""
    kinds: tuple[Mapping[TruckTypeId, int], ...] = ()
    """How many trucks of each kind a convoy takes, where that was left open."""


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One convoy's variables, in minutes after `base`: start of loading, starts of phases, which footprint holds.

    `runs` is None for a convoy that runs in any case; else it tells whether the convoy runs at all.
    """

    marks: tuple[Footprint, ...]
    picks: tuple[cp_model.IntVar, ...]
    loading: cp_model.IntVar
    starts: tuple[cp_model.IntVar, ...]
    runs: cp_model.IntVar | None = None
    kinds: Mapping[TruckTypeId, cp_model.IntVar] = field(default_factory=dict)
    """How many trucks of each kind it takes, where that is open."""


_Use: TypeAlias = tuple[int, bool, cp_model.LinearExpr, cp_model.LinearExpr, cp_model.IntVar | None]
"""A convoy's number (-1: promised), its direction on a lane, when it enters and leaves, and whether it runs."""
_Coming: TypeAlias = tuple[SiteId, int, cp_model.LinearExpr, cp_model.IntVar | None]
"""A site, the day and the time at which a convoy reaches it, and whether it runs."""


@dataclass(kw_only=True)
class Clockwork:
    """A model of several convoys; each may have several footprints (numbers of trucks), of which one is picked.

    Rules: a phase starts within its windows; loading lies in a session and ends before the first start; one convoy
    at a time on a hub's lines and at a gate; columns never meet on a single lane (they may follow each other);
    coupled sites of a day are reached within their tolerance; phases follow one another.
    """

    base: Instant
    taken: Taken
    groups: Sequence[CoupledGroup]
    day_of: Sequence[Window]
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    lines: list[_Line] = field(default_factory=list)

    def add_convoy(
        self, marks: Sequence[Footprint], *, optional: bool = False, kinds: Mapping[TruckTypeId, int] = NO_KINDS
    ) -> None:
        """Add a convoy that takes one of these footprints, all of one way and all feasible; or, if optional, none.

        Where the most trucks of each kind are given, its trucks are of these kinds.
        """
        model, picks = self.model, tuple(self.model.new_bool_var("") for _ in marks)
        runs = model.new_bool_var("") if optional else None
        if runs is None:
            model.add_exactly_one(picks)
        else:
            model.add(cp_model.LinearExpr.sum(list(picks)) == runs)
            if not marks:
                self.lines.append(_Line(marks=(), picks=(), loading=runs, starts=(), runs=runs))
                return
        loading = model.new_int_var_from_domain(self._minutes(w for m in marks for w in m.loading_starts), "")
        starts = tuple(
            model.new_int_var_from_domain(self._minutes(w for m in marks for w in m.domains[index]), "")
            for index in range(len(marks[0].way.phases))
        )
        numbers = {kind: model.new_int_var(0, most, "") for kind, most in kinds.items()}
        line = _Line(marks=tuple(marks), picks=picks, loading=loading, starts=starts, runs=runs, kinds=numbers)
        if numbers:
            model.add(cp_model.LinearExpr.sum(list(numbers.values())) == _pick(line, [m.column for m in marks]))
        for mark, pick in zip(marks, picks, strict=True) if len(marks) > 1 else ():
            model.add_linear_expression_in_domain(loading, self._minutes(mark.loading_starts)).only_enforce_if(pick)
            for start, windows in zip(starts, mark.domains, strict=True):
                model.add_linear_expression_in_domain(start, self._minutes(windows)).only_enforce_if(pick)
        loads = model.add(MINUTE * loading + _pick(line, [m.loading_s for m in marks]) <= MINUTE * starts[0])
        _only_if(loads, line)
        for index in range(len(starts) - 1):
            lasts = _pick(line, [m.lasts_s[index] for m in marks])
            _only_if(model.add(MINUTE * starts[index] + lasts <= MINUTE * starts[index + 1]), line)
        self.lines.append(line)

    def bundle(self, bundles: Sequence[Sequence[int]]) -> None:
        """Let the convoys of each bundle, by their places, run together or not at all; all of them are optional."""
        for places in bundles:
            running = [runs for place in places if (runs := self.lines[place].runs) is not None]
            for other in running[1:]:
                self.model.add(running[0] == other)

    def lay_rules(self) -> None:
        """Lay the rules between the convoys, and between them and what is already taken."""
        self._share_hubs()
        self._share_gates()
        self._share_lanes()
        self._couple()

    def share_trucks(self, holding: Holding) -> None:
        """Let the convoys of a holding never be out or loading with more trucks together than there are."""
        held, numbers = [], []
        for place, trucks in zip(holding.places, holding.trucks, strict=True):
            line = self.lines[place]
            if line.marks:
                held.append(self._held(line))
                numbers.append(line.kinds.get(holding.kind, trucks))
        held += [interval for window, _ in holding.taken for interval in self._fixed((window,))]
        self.model.add_cumulative(held, [*numbers, *(number for _, number in holding.taken)], holding.there)

    def _held(self, line: _Line) -> cp_model.IntervalVar:
        """Return the time from a convoy's loading until it is back."""
        begin, size = MINUTE * line.loading, self.model.new_int_var(0, 400 * DAY, "")
        end = self.model.new_int_var(0, 400 * DAY, "")
        self.model.add(end == MINUTE * line.starts[-1] + _pick(line, [mark.lasts_s[-1] for mark in line.marks]))
        if line.runs is None:
            return self.model.new_interval_var(begin, size, end, "")
        return self.model.new_optional_interval_var(begin, size, end, line.runs, "")

    def _share_hubs(self) -> None:
        by_hub: dict[str, list[cp_model.IntervalVar]] = {}
        for line in self._possible():
            sizes = [mark.loading_s for mark in line.marks]
            interval = self._interval(line, line.loading, [0] * len(sizes), sizes)
            by_hub.setdefault(line.marks[0].way.hub, []).append(interval)
        for hub, intervals in sorted(by_hub.items()):
            self.model.add_no_overlap([*intervals, *self._fixed(self.taken.loading.get(hub, ()))])

    def _share_gates(self) -> None:
        by_gate: dict[str, list[cp_model.IntervalVar]] = {}
        for line in self._possible():
            for index, stand in enumerate(line.marks[0].stands):
                begins = [mark.stands[index].start_s for mark in line.marks]
                sizes = [mark.stands[index].end_s - mark.stands[index].start_s for mark in line.marks]
                interval = self._interval(line, line.starts[stand.phase], begins, sizes)
                by_gate.setdefault(stand.gate, []).append(interval)
        for gate, intervals in sorted(by_gate.items()):
            self.model.add_no_overlap([*intervals, *self._fixed(self.taken.gates.get(gate, ()))])

    def _share_lanes(self) -> None:
        uses: dict[SegmentId, list[_Use]] = {}
        for number, line in enumerate(self._possible()):
            for index, lane in enumerate(line.marks[0].lanes):
                start = line.starts[lane.phase]
                enter = MINUTE * start + _pick(line, [mark.lanes[index].start_s for mark in line.marks])
                leave = MINUTE * start + _pick(line, [mark.lanes[index].end_s for mark in line.marks])
                uses.setdefault(lane.segment, []).append((number, lane.forward, enter, leave, line.runs))
        for (segment, forward), windows in sorted(self.taken.lanes.items()):
            for window in windows if segment in uses else ():
                uses[segment].append((-1, forward, self._constant(window.start), self._constant(window.end), None))
        for _, found in sorted(uses.items()):
            for one, other in combinations(found, 2):
                if one[0] != other[0] and one[1] != other[1]:
                    self._apart(one, other)

    def _possible(self) -> list[_Line]:
        """Return the convoys that have a footprint at all."""
        return [line for line in self.lines if line.marks]

    def _apart(self, one: _Use, other: _Use) -> None:
        first = self.model.new_bool_var("")
        both = [runs for runs in (one[4], other[4]) if runs is not None]
        self.model.add(one[3] <= other[2]).only_enforce_if(first, *both)
        self.model.add(other[3] <= one[2]).only_enforce_if(~first, *both)

    def _couple(self) -> None:
        for group in self.groups:
            coming = [item for item in self._arrivals() if item[0] in group.sites]
            fixed = [item for item in self._arrivals_taken() if item[0] in group.sites]
            # Two arrivals that are both taken are not ours to move.
            for one, other in (*combinations(coming, 2), *product(coming, fixed)):
                if one[0] != other[0] and one[1] == other[1]:
                    both = [runs for runs in (one[3], other[3]) if runs is not None]
                    for sooner, later in ((one[2], other[2]), (other[2], one[2])):
                        near = self.model.add(later - sooner <= group.tolerance_s)
                        if both:
                            near.only_enforce_if(*both)

    def _arrivals(self) -> Iterator[_Coming]:
        for line in self._possible():
            for index, arrival in enumerate(line.marks[0].arrivals):
                offsets = [mark.arrivals[index].at_s for mark in line.marks]
                day = line.marks[0].way.phases[arrival.phase].day
                yield arrival.site, day, MINUTE * line.starts[arrival.phase] + _pick(line, offsets), line.runs

    def _arrivals_taken(self) -> Iterator[_Coming]:
        for site, at in self.taken.arrivals:
            for day, window in enumerate(self.day_of):
                if window.contains(at):
                    yield site, day, self._constant(at), None

    # --------------------------------------------------------------------------------------------------- aims

    def aim_at_slack(self, deadlines: Sequence[Sequence[Sequence[Deadline]]]) -> None:
        """Ask for the largest smallest slack, then for the earliest starts, each loaded as late as it can be.

        Trucks that are loaded in the evening before may still be out with another convoy then.
        """
        slack = self.model.new_int_var(0, DAY, "smallest slack")
        for line, phases in zip(self.lines, deadlines, strict=True):
            for start, parts in zip(line.starts, phases, strict=True):
                self._slack_of_phase(slack, start, parts)
        moments = [moment for line in self.lines for moment in (line.loading, *line.starts)]
        latest = max((w.end for line in self.lines for m in line.marks for d in m.domains for w in d), default=0)
        # One second of slack outweighs all that starting earlier or loading later could bring.
        weight = len(moments) * ((latest - self.base) // MINUTE + 1) + 1
        starts = cp_model.LinearExpr.sum([start for line in self.lines for start in line.starts])
        loading = cp_model.LinearExpr.sum([line.loading for line in self.lines])
        self.model.maximize(weight * slack - starts + loading)

    def _slack_of_phase(self, slack: cp_model.IntVar, start: cp_model.IntVar, parts: Sequence[Deadline]) -> None:
        if all(part.latest is None for part in parts):
            return
        picks = [self.model.new_bool_var("") for _ in parts]
        self.model.add_exactly_one(picks)
        for pick, part in zip(picks, parts, strict=True):
            inside = self._minutes((part.starts,))
            self.model.add_linear_expression_in_domain(start, inside).only_enforce_if(pick)
            if part.latest is not None:
                self.model.add(slack + MINUTE * start <= part.latest - self.base).only_enforce_if(pick)

    def aim_at_trucks(self) -> None:
        """Ask for the most trucks of all convoys together."""
        columns = [_pick(line, [mark.column for mark in line.marks]) for line in self.lines]
        self.model.maximize(cp_model.LinearExpr.sum(columns))

    def aim_at_worth(
        self,
        worths: Sequence[Sequence[int]],
        by_kind: Sequence[Mapping[TruckTypeId, int]],
        most: Sequence[int],
    ) -> None:
        """Ask for what is worth most in all: each footprint of each convoy, and each truck of a kind that is open.

        The trucks of a convoy are never worth more than `most` together: that is all its loads.
        """
        picked = [
            worth * pick
            for line, own in zip(self.lines, worths, strict=True)
            for pick, worth in zip(line.picks, own, strict=True)
        ]
        loads = []
        for line, own, limit in zip(self.lines, by_kind, most, strict=True):
            if line.kinds:
                loads.append(self.model.new_int_var(0, limit, ""))
                carried = [own[kind] * number for kind, number in line.kinds.items()]
                self.model.add(loads[-1] <= cp_model.LinearExpr.sum(carried))
        self.model.maximize(cp_model.LinearExpr.sum([*picked, *loads]))

    def solve(self, deterministic_s: float) -> Solved:
        """Solve with one worker and counted time, so that a run repeats."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        # Else it leaves the process's own handler of Ctrl-C undone behind it.
        solver.parameters.catch_sigint_signal = False
        solver.parameters.random_seed = SEED
        solver.parameters.max_deterministic_time = deterministic_s
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return Solved(outcome="infeasible")
        aims = self.model.has_objective()
        # Rounded outwards: the bound of an integer aim may come with a rounding error.
        bound = int(solver.best_objective_bound + 1e-6) if aims else 0
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return Solved(outcome="undecided")
        return Solved(
            outcome="optimal" if status == cp_model.OPTIMAL else "feasible",
            loading=tuple(self.base + MINUTE * solver.value(line.loading) for line in self.lines),
            starts=tuple(
                tuple(self.base + MINUTE * solver.value(start) for start in line.starts) for line in self.lines
            ),
            value=int(solver.objective_value) if aims else 0, bound=bound,
            picked=tuple(
                next((m for m, pick in zip(line.marks, line.picks, strict=True) if solver.boolean_value(pick)), None)
                for line in self.lines
            ),
            kinds=tuple({kind: solver.value(number) for kind, number in line.kinds.items()} for line in self.lines),
        )  # fmt: skip

    # -------------------------------------------------------------------------------------------------- helpers

    def _constant(self, at: Instant) -> cp_model.LinearExpr:
        return cp_model.LinearExpr.constant(at - self.base)

    def _minutes(self, windows: Iterable[Window]) -> cp_model.Domain:
        return cp_model.Domain.from_intervals(
            [[-(-(w.start - self.base) // MINUTE), (w.end - 1 - self.base) // MINUTE] for w in windows]
        )

    def _interval(
        self, line: _Line, start: cp_model.IntVar, begins: Sequence[Seconds], sizes: Sequence[Seconds]
    ) -> cp_model.IntervalVar:
        model = self.model
        if line.runs is None and len(line.marks) == 1:
            return model.new_fixed_size_interval_var(MINUTE * start + begins[0], sizes[0], "")
        begin, end = model.new_int_var(0, 400 * DAY, ""), model.new_int_var(0, 400 * DAY, "")
        size = model.new_int_var(0 if line.runs is not None else min(sizes), max(sizes), "")
        model.add(begin == MINUTE * start + _pick(line, begins))
        model.add(size == _pick(line, sizes))
        model.add(end == begin + size)
        if line.runs is not None:
            return model.new_optional_interval_var(begin, size, end, line.runs, "")
        return model.new_interval_var(begin, size, end, "")

    def _fixed(self, windows: Sequence[Window]) -> list[cp_model.IntervalVar]:
        return [
            self.model.new_fixed_size_interval_var(window.start - self.base, window.seconds, "")
            for window in merge_windows(windows)
        ]


def _only_if(constraint: cp_model.Constraint, line: _Line) -> None:
    if line.runs is not None:
        constraint.only_enforce_if(line.runs)


def _pick(line: _Line, values: Sequence[int]) -> cp_model.LinearExpr:
    if len(values) == 1 and line.runs is None:
        return cp_model.LinearExpr.constant(values[0])
    return cp_model.LinearExpr.weighted_sum(list(line.picks), list(values))
