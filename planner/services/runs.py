"""Runs as people follow them: what was asked, who works on it, how far it is, and what can be done about it."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from planner import jobs
from planner.domain.errors import NotFound
from planner.domain.scenario import Scenario
from planner.store.records import Run, RunId
from planner.store.store import Store
from routing.units import AsOf, Instant, Seconds, Window

QUIET_S: Final[Seconds] = 15
"""A worker gives a sign every two seconds; after so many without one it is said."""
LISTED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a run was asked: which days, as known when, supposing what."""

    horizon: Window
    as_of: AsOf
    scenario: str
    edits: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run, what it was asked, and how its worker is at an instant of the machine's clock."""

    run: Run
    question: Question
    at: Instant

    @property
    def going(self) -> bool:
        """Whether it waits or is worked on."""
        return self.run.state in {"queued", "running"}

    @property
    def silent_s(self) -> Seconds | None:
        """For how long its worker has given no sign; None where nobody works on it."""
        if self.run.state != "running" or self.run.heartbeat_at is None:
            return None
        return max(0, self.at - self.run.heartbeat_at)

    @property
    def silent(self) -> bool:
        """Whether its worker has been silent for longer than it ever is."""
        return (self.silent_s or 0) > QUIET_S

    @property
    def abandoned(self) -> bool:
        """Whether its worker is taken for dead, so that another may take it over."""
        return self.run.state == "running" and (self.run.lease_until or 0) <= self.at

    @property
    def elapsed_s(self) -> Seconds:
        """Since it was asked for, to its end or to now."""
        return max(0, (self.run.ended_at or self.at) - self.run.queued_at)


@dataclass(frozen=True)
class _Asked:
    digest: str
    store: Store = field(compare=False)


def question_of(store: Store, snapshot: str) -> Question:
    """Return what a snapshot asks, without reading all that it holds; snapshots never change."""
    return _question(_Asked(snapshot, store))


@lru_cache(maxsize=1_024)
def _question(asked: _Asked) -> Question:
    with asked.store.reading() as read:
        scenario = read.get_part(asked.digest, "scenario", Scenario)
        return Question(
            horizon=read.get_part(asked.digest, "horizon", Window),
            as_of=read.get_part(asked.digest, "as_of", AsOf),
            scenario=scenario.name,
            edits=len(scenario.edits),
            seed=read.get_part(asked.digest, "seed", int),
        )


def view_run(store: Store, crisis: str, run: RunId, at: Instant) -> RunView:
    """Return one run of a crisis.

    Raises
    ------
    NotFound
        If the crisis has no such run.
    """
    with store.reading() as read:
        found = read.get_run(run)
    if found.crisis != crisis:
        raise NotFound(f"No run {run}. Use a number from the listing of runs.")
    return RunView(run=found, question=question_of(store, found.snapshot), at=at)


def list_runs(store: Store, crisis: str, at: Instant) -> tuple[RunView, ...]:
    """Return the last runs of a crisis, newest first; those of sweeps are told of there."""
    with store.reading() as read:
        runs = read.list_runs(crisis, limit=LISTED, swept=False)
    return tuple(RunView(run=run, question=question_of(store, run.snapshot), at=at) for run in runs)


def list_going(store: Store, crisis: str, at: Instant) -> tuple[RunView, ...]:
    """Return the runs that wait or are worked on, newest first."""
    return tuple(view for view in list_runs(store, crisis, at) if view.going)


def stop_run(store: Store, crisis: str, run: RunId, *, by: str, at: Instant) -> Run:
    """Stop a run and drop what it has found.

    Raises
    ------
    Refused
        If it has ended already.
    NotFound
        If the crisis has no such run.
    """
    view_run(store, crisis, run, at)
    stopped = jobs.stop(store, run, at=at)
    with store.writing() as write:
        write.append_audit(actor=by, action="stop", target=f"run {run}", at=at)
    return stopped


def keep_run(store: Store, crisis: str, run: RunId, *, by: str, at: Instant) -> Run:
    """Ask a run to end now and keep the best it has.

    Raises
    ------
    Refused
        If nobody works on it.
    NotFound
        If the crisis has no such run.
    """
    view_run(store, crisis, run, at)
    return jobs.keep(store, run, at=at, by=by)
