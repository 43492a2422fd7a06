"""Ask for many scenarios at once beside one base plan, follow them, and read what came of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from planner import jobs
from planner.domain.canonical import digest_of
from planner.domain.errors import NotFound, Refused
from planner.domain.sweep import Axis, Cell, Sweep, SweptValue
from planner.domain.world import World
from planner.services.layers import Layers
from planner.services.plan_records import PlanRecord
from planner.services.what_if import freeze_as, incumbent_of
from planner.store.codec import PackedSnapshot
from planner.store.records import PlanFigures, RunState, SweepCard, SweepId, SweptRun
from planner.store.shelf import Shelf
from planner.store.store import Store
from routing.units import Instant

BATCH: Final = 25
"""So many scenarios are written in one transaction: others get in between, and progress is seen."""
RANK: Final = 1
"""Behind every plan that somebody waits for."""
GOING: Final[frozenset[RunState]] = frozenset({"queued", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepState:
    """How far a sweep is: how many runs in each state. Scenarios that are the same share a run."""

    queued: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    stopped: int = 0

    @property
    def total(self) -> int:
        """All runs."""
        return self.queued + self.running + self.done + self.failed + self.stopped

    @property
    def going(self) -> bool:
        """Whether any waits or is worked on."""
        return self.queued + self.running > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One scenario of a sweep, and the figures of its plan once it is solved."""

    swept: SweptRun
    figures: PlanFigures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepView:
    """A sweep with what varies, how far it is, the base plan's figures and the result of each scenario."""

    card: SweepCard
    axes: tuple[Axis, ...]
    state: SweepState
    base: PlanFigures
    results: tuple[Result, ...]

    @property
    def combinations(self) -> int:
        """How many combinations there are, drawn or not."""
        return int(str(self.card.body["combinations"]))

    @property
    def seed(self) -> int | None:
        """The seed of the sample; None where every combination is solved."""
        seed = self.card.body["sampled"]
        return None if seed is None else int(str(seed))


def request_sweep(
    store: Store,
    world: World,
    base: PlanRecord,
    sweep: Sweep,
    versions: Mapping[str, str],
    *,
    at: Instant,
    by: str,
    told: Callable[[int], None] = lambda _: None,
) -> SweepCard:
    """Queue every scenario of a sweep beside a base plan, once; `told` hears how many are queued so far.

    The same sweep asked for again is the one there is, and so is each of its scenarios that another sweep has asked for
    already. What failed or was stopped is queued anew.
    """
    digest = sweep_digest(sweep, base, versions)
    body = {
        "axes": [{"name": axis.name, "values": list(axis.values)} for axis in sweep.axes],
        "combinations": sweep.combinations, "sampled": sweep.sampled, "scenarios": len(sweep.cells),
    }  # fmt: skip
    with store.writing() as write:
        card = write.add_sweep(
            digest, crisis=world.catalogue.crisis.id, name=sweep.name, base=base.id, body=body, at=at, by=by
        )
        there = {swept.number: swept for swept in write.list_swept(card.id)}
    _resume(store, [swept for swept in there.values() if swept.state in {"failed", "stopped"}], at=at, by=by)
    missing = [cell for cell in sweep.cells if cell.number not in there]
    queued = len(there)
    for batch in _batches(_packed(store, world, base, missing), BATCH):
        with store.writing() as write:
            cells = []
            for cell, packed in batch:
                if isinstance(packed, PackedSnapshot):
                    write.save_packed(packed)
                snapshot = packed.digest if isinstance(packed, PackedSnapshot) else packed
                key = jobs.run_key(snapshot, versions)
                run = write.enqueue_run(key, snapshot, at=at, by=by, rank=RANK)
                cells.append((cell.number, cell.values, run.id))
            write.add_swept(card.id, cells)
        queued += len(batch)
        told(queued)
    return card


def sweep_digest(sweep: Sweep, base: PlanRecord, versions: Mapping[str, str]) -> str:
    """Return what makes two sweeps the same: name, scenarios, the base plan, and the solvers' versions."""
    return digest_of({"name": sweep.name, "cells": sweep.cells, "base": base.stored.card.digest, "versions": versions})


def _packed(
    store: Store, world: World, base: PlanRecord, cells: Sequence[Cell]
) -> Iterator[tuple[Cell, PackedSnapshot | str]]:
    """Yield each scenario's snapshot as bytes; for one without edits the digest of the base plan's own."""
    if not cells:
        return
    layers, shelf = Layers(freeze_as(base, world)), Shelf()
    # The map that the others are like must be there before them.
    first = shelf.pack(layers.base)
    with store.writing() as write:
        write.save_packed(first)
    incumbent = incumbent_of(base)
    for cell in cells:
        if not cell.scenario.edits:
            yield cell, base.stored.card.snapshot
        else:
            yield cell, shelf.pack(layers.under(cell.scenario, incumbent))


def _batches(
    packed: Iterator[tuple[Cell, PackedSnapshot | str]], size: int
) -> Iterator[list[tuple[Cell, PackedSnapshot | str]]]:
    while batch := list(islice(packed, size)):
        yield batch


def _resume(store: Store, runs: Sequence[SweptRun], *, at: Instant, by: str) -> None:
    with store.writing() as write:
        for swept in runs:
            run = write.get_run(swept.run)
            write.enqueue_run(run.key, run.snapshot, at=at, by=by, rank=RANK)


def resume_sweep(store: Store, crisis: str, sweep: SweepId, *, at: Instant, by: str) -> SweepCard:
    """Queue anew what failed or was stopped of a sweep; raises `NotFound`."""
    card = _of_crisis(store, crisis, sweep)
    with store.reading() as read:
        runs = [swept for swept in read.list_swept(sweep) if swept.state in {"failed", "stopped"}]
    _resume(store, runs, at=at, by=by)
    return card


def stop_sweep(store: Store, crisis: str, sweep: SweepId, *, at: Instant, by: str) -> int:
    """Stop what is not done of a sweep and return how many runs that were; what is done stays.

    A run that somebody asked for besides, not by a sweep, goes on.

    Raises
    ------
    NotFound
        If the crisis has no such sweep.
    """
    _of_crisis(store, crisis, sweep)
    with store.writing() as write:
        going = {one.run for one in write.list_swept(sweep) if one.state in GOING and one.rank >= RANK}
        for run in sorted(going):
            write.stop_run(run, at=at)
        write.append_audit(actor=by, action="stop", target=f"sweep {sweep}", at=at, detail={"runs": len(going)})
    return len(going)


def state_of(store: Store, sweep: SweepId) -> SweepState:
    """Return how far a sweep is."""
    with store.reading() as read:
        return SweepState(**read.count_swept(sweep))


def view_sweep(store: Store, crisis: str, sweep: SweepId) -> SweepView:
    """Return a sweep with the results so far; raises `NotFound`."""
    card = _of_crisis(store, crisis, sweep)
    with store.reading() as read:
        swept = read.list_swept(sweep)
        state = SweepState(**read.count_swept(sweep))
        figures = read.get_figures({card.base, *(one.plan for one in swept if one.plan is not None)})
    return SweepView(
        card=card,
        axes=tuple(_axis(told) for told in _list(card.body["axes"])),
        state=state,
        base=figures[card.base],
        results=tuple(Result(swept=one, figures=figures.get(one.plan or "")) for one in swept),
    )


def list_sweeps(store: Store, crisis: str) -> tuple[tuple[SweepCard, SweepState], ...]:
    """Return the sweeps of a crisis and how far each is, newest first."""
    with store.reading() as read:
        return tuple((card, SweepState(**read.count_swept(card.id))) for card in read.list_sweeps(crisis))


def _of_crisis(store: Store, crisis: str, sweep: SweepId) -> SweepCard:
    with store.reading() as read:
        card = read.get_sweep(sweep)
    if card.crisis != crisis:
        raise NotFound(f"No sweep {sweep}. Use a number from the listing of sweeps.")
    return card


def _axis(told: object) -> Axis:
    if not isinstance(told, dict):
        raise Refused("The sweep cannot be read: another version wrote it. Ask for it again.")
    values: tuple[SweptValue, ...] = tuple(told["values"])
    return Axis(name=str(told["name"]), values=values)


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
