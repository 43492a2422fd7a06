"""Carry a plan over into another world: its convoys that can still run there, as a choice with its times."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from planner.domain.plan import Convoy
from planner.domain.snapshot import Snapshot
from planner.domain.verify import broken_by, broken_together
from planner.solvers.assemble import assemble
from planner.solvers.choice import Chosen, Drop, Timed
from planner.solvers.ground import Ground
from planner.solvers.option import Option, Phase
from planner.solvers.options import along
from planner.solvers.promised import kept
from planner.solvers.roads import run_along
from planner.solvers.way import Way, way_of
from routing.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The convoys carried over, with the options that they take: known ones, or ones that had been left out."""

    chosen: tuple[Chosen, ...]
    timed: tuple[Timed, ...]

    @property
    def options(self) -> tuple[Option, ...]:
        """The options of the convoys."""
        return tuple(item.option for item in self.chosen)


def carried(snapshot: Snapshot, known: Iterable[Option]) -> Carried:
    """Return the snapshot's incumbent convoys that break no rule there, alone or together.

    Of convoys that only break a rule together, the fewest trucks go first; coupled convoys of a day go together.
    """
    ground = Ground.of(snapshot)
    by_way = {way_of(option): option for option in known}
    ways = {convoy.id: _way(ground, convoy) for convoy in snapshot.incumbent}
    missing = [way for way in ways.values() if way not in by_way]
    by_way |= {way_of(option): option for option in along(snapshot, missing)} if missing else {}
    running: dict[str, tuple[Chosen, Timed]] = {}
    for convoy in snapshot.incumbent:
        option = by_way.get(ways[convoy.id])
        if option is not None:
            running[convoy.id] = _as_chosen(ground, option, convoy)
    return that_may_run(snapshot, running.values())


def that_may_run(snapshot: Snapshot, running: Iterable[tuple[Chosen, Timed]]) -> Carried:
    """Return those of some convoys that break no rule by the verifier's word, alone or together.

    Of convoys that only break a rule together, the fewest trucks go first; coupled convoys of a day go together.
    """
    by_name = {item.option.id: (item, times) for item, times in running}
    names = _feasible(snapshot, by_name)
    return Carried(
        chosen=tuple(by_name[name][0] for name in names), timed=tuple(by_name[name][1] for name in names)
    )  # fmt: skip


def _way(ground: Ground, convoy: Convoy) -> Way:
    """Return the way of a convoy: a phase ends where it rests, that is, where it does not leave as soon as it can."""
    phases: list[Phase] = []
    visits = count()
    ready: Instant | None = None
    for move in convoy.moves:
        run = run_along(ground, move.start, move.segments, loaded=move.loaded)
        stop = next((s for s in convoy.stops if s.arrive_at == move.arrive_at), None)
        here = () if stop is None else (next(visits),)
        if move.depart_at == ready:
            last = phases[-1]
            phases[-1] = replace(last, runs=(*last.runs, run), visits=(*last.visits, *here))
        else:
            day = next(index for index, window in ground.days.items() if window.contains(move.depart_at))
            phases.append(Phase(day=day, runs=(run,), visits=here))
        ready = move.arrive_at if stop is None else stop.unloaded_at
    return Way(hub=convoy.hub, sites=tuple(stop.site for stop in convoy.stops), phases=tuple(phases))


def _as_chosen(ground: Ground, option: Option, convoy: Convoy) -> tuple[Chosen, Timed]:
    # What could be carried before is what the master may send: its bound then holds for this choice too.
    roomy = replace(option, max_trucks=max(option.max_trucks, convoy.truck_count))
    chosen = Chosen(
        option=roomy,
        trucks=tuple(dict(stop.trucks) for stop in convoy.stops),
        drops=tuple(
            tuple(Drop(commodity=load.commodity, batch=load.batch, units=load.units) for load in stop.loads)
            for stop in convoy.stops
        ),
    )
    return chosen, Timed(option=option.id, loading=convoy.loading, starts=_starts(ground, option, convoy))


def _starts(ground: Ground, option: Option, convoy: Convoy) -> tuple[Instant, ...]:
    return tuple(
        next(move.depart_at for move in convoy.moves if ground.days[phase.day].contains(move.depart_at))
        for phase in option.phases
    )


def _feasible(snapshot: Snapshot, running: dict[str, tuple[Chosen, Timed]]) -> tuple[str, ...]:
    convoys = {name: assemble(snapshot, (item,), (times,))[0] for name, (item, times) in running.items()}
    names = [name for name, convoy in convoys.items() if not broken_by(convoy, snapshot)]
    promised = kept(snapshot)
    while names and (bad := _to_drop([convoys[name] for name in names], promised, snapshot)):
        names = [name for place, name in enumerate(names) if place not in bad]
    return tuple(names)


def _to_drop(convoys: Sequence[Convoy], promised: Sequence[Convoy], snapshot: Snapshot) -> frozenset[int]:
    """Return the places of the convoys to leave out next; empty where all can run together."""
    numbered = [replace(convoy, id=f"k{place}") for place, convoy in enumerate(convoys)]
    kept_too = [replace(convoy, id=f"p{place}") for place, convoy in enumerate(promised)]
    found = broken_together([*numbered, *kept_too], snapshot)
    if not found:
        return frozenset()
    named = {violation.convoy for violation in found}
    blamed = [place for place, convoy in enumerate(numbered) if convoy.id in named] or list(range(len(numbered)))
    # What the plan as a whole breaks (teams, coupled sites) names nobody: whoever relieves it goes, or the smallest.
    relieving = [p for p in blamed if len(_without(numbered, kept_too, p, snapshot)) < len(found)]
    smallest = min(relieving or blamed, key=lambda p: (convoys[p].truck_count, p))
    return frozenset(_bundle(convoys, smallest, snapshot))


def _without(convoys: Sequence[Convoy], others: Sequence[Convoy], place: int, snapshot: Snapshot) -> tuple[object, ...]:
    return broken_together([*convoys[:place], *convoys[place + 1 :], *others], snapshot)


def _bundle(convoys: Sequence[Convoy], place: int, snapshot: Snapshot) -> Iterator[int]:
    one = convoys[place]
    for index, other in enumerate(convoys):
        same_group = one.group is not None and other.group == one.group
        if index == place or (same_group and _arrival_day(other, snapshot) == _arrival_day(one, snapshot)):
            yield index


def _arrival_day(convoy: Convoy, snapshot: Snapshot) -> int:
    at = convoy.stops[0].arrive_at
    return next((index for index, day in enumerate(snapshot.days) if day.contains(at)), -1)
