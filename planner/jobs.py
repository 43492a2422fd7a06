"""The run queue and its workers: each solve asked for is done once, whichever workers die on the way."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Protocol, Self, TypeAlias

from planner.domain.canonical import digest_of
from planner.domain.errors import PlannerError, Refused
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.store.records import Claim, DatabaseBusy, LostClaim, Run, RunId, Sign, StoredPlan, SweepId, Wish
from planner.store.shelf import loader
from planner.store.store import Store, Writing
from routing.units import Instant, Seconds

LEASE_S: Final[Seconds] = 60
"""A worker that has given no sign of life for so long is taken for dead."""
BEAT_S: Final = 2.0
"""Seconds between two signs of life; the page that shows a run live sees no finer."""
IDLE_S: Final = 1.0
"""Seconds that a worker without work waits before it looks again."""


class Report(Protocol):
    """What a solve says of itself now and then: its stage, its share from 0 to 1, best value and bound so far."""

    @property
    def stage(self) -> str: ...
    @property
    def done(self) -> float: ...
    @property
    def best(self) -> float | None: ...
    @property
    def bound(self) -> float | None: ...


Progress: TypeAlias = Callable[[Report], None]
"""Takes a solve's reports. One whose `hurry` is true asks it to end with the best it has (`planner.domain.hurry`)."""
Solve: TypeAlias = Callable[[Snapshot, Progress], Plan]
Study: TypeAlias = Callable[[str, StoredPlan, Snapshot, Progress], object]
"""Finds out what its name says about a plan that is there; what it returns is kept beside the plan."""
Clock: TypeAlias = Callable[[], Instant]
Load: TypeAlias = Callable[[str], Snapshot]
"""Reads a snapshot by its digest."""


class RunEnded(Refused):
    """Raised inside a solve at its next report when its run was stopped or taken over: nobody wants the answer."""


def run_key(snapshot_digest: str, versions: Mapping[str, str]) -> str:
    """Return what makes two runs the same: the snapshot (it holds seed and limits) and the solvers' versions."""
    return digest_of({"snapshot": snapshot_digest, "versions": versions})


def enqueue(store: Store, key: str, snapshot_digest: str, *, at: Instant, by: str) -> Run:
    """Queue a run, once for each key: asked again, the run there is comes back, queued anew only if it failed.

    Raises
    ------
    NotFound
        If the snapshot is not stored.
    """
    with store.writing() as write:
        return write.enqueue_run(key, snapshot_digest, at=at, by=by)


def study_key(plan_digest: str, study: str, versions: Mapping[str, str]) -> str:
    """Return what makes two studies the same: the plan, what is asked about it, and the solvers' versions."""
    return digest_of({"plan": plan_digest, "study": study, "versions": versions})


def stop(store: Store, run: RunId, *, at: Instant) -> Run:
    """Stop a run; a worker on it leaves it at its next report.

    Raises
    ------
    Refused
        If the run has ended already.
    NotFound
        If there is no such run.
    """
    with store.writing() as write:
        return write.stop_run(run, at=at)


def keep(store: Store, run: RunId, *, at: Instant, by: str) -> Run:
    """Ask a running solve to end now and keep the best it has; its worker hears at its next sign of life.

    Raises
    ------
    Refused
        If nobody works on the run.
    NotFound
        If there is no such run.
    """
    with store.writing() as write:
        kept = write.keep_best(run)
        write.append_audit(actor=by, action="keep", target=f"run {run}", at=at)
        return kept


def work_once(  # noqa: PLR0913 - each has a default of its own
    store: Store,
    solve: Solve,
    worker: str,
    clock: Clock,
    *,
    lease_s: Seconds = LEASE_S,
    beat_s: float = BEAT_S,
    only: RunId | None = None,
    sweep: SweepId | None = None,
    load: Load | None = None,
    study: Study | None = None,
) -> RunId | None:
    """Claim the oldest waiting run (just `only`, or one of a `sweep`), solve it and keep its plan; None if none waits.

    Without `study` no study is claimed.

    No transaction is open while solving. A solve that raises fails its run with the reason; whoever is told to
    leave in the middle (`KeyboardInterrupt`, `SystemExit`) puts the run back first. A result that comes after the
    run was taken over is dropped. `load` is another way to read snapshots, for those who read many of one family.

    Raises
    ------
    DatabaseBusy
        If the database does not answer; a run in hand is claimed again when its lease has lapsed.
    """
    with store.writing() as write:
        claim = write.claim_run(worker, now=clock(), lease_s=lease_s, only=only, sweep=sweep, studies=study is not None)
    if claim is None:
        return None
    try:
        with Heart(f"run {claim.run}", beat_s, _beating(store, claim, clock)) as heart:
            keep_it = _worked(store, claim, solve, study, heart, load or store.load_snapshot)
        with store.writing() as write:
            keep_it(write, clock())
    except (RunEnded, LostClaim):
        return claim.run
    except DatabaseBusy:
        # No fault of the run: its lease lapses and it is solved again.
        raise
    except Exception as cause:  # noqa: BLE001 - whatever a solve breaks on is its run's reason, not the worker's end
        _fail(store, claim, cause, clock)
    except BaseException:
        _release(store, claim)
        raise
    return claim.run


def _worked(
    store: Store, claim: Claim, solve: Solve, study: Study | None, heart: Progress, load: Load
) -> Callable[[Writing, Instant], object]:
    """Do what a claimed run asks for and return how its answer is kept."""
    snapshot = load(claim.snapshot)
    if claim.study is None or claim.about is None or study is None:
        plan = solve(snapshot, heart)
        return lambda write, at: write.finish_run(claim, plan, at=at)
    with store.reading() as read:
        stored = read.get_plan(claim.about)
    found = study(claim.study, stored, snapshot, heart)
    return lambda write, at: write.finish_study(claim, found, at=at)


def work_forever(  # noqa: PLR0913 - a worker has its clock, its times and its kinds of work
    store: Store,
    solve: Solve,
    worker: str,
    clock: Clock,
    *,
    leaving: threading.Event,
    lease_s: Seconds = LEASE_S,
    beat_s: float = BEAT_S,
    idle_s: float = IDLE_S,
    beside: Callable[[], bool] = lambda: False,
    study: Study | None = None,
) -> int:
    """Work runs as they come until `leaving` is set, and return how many were worked.

    The run in hand is finished first. Where no run waits, `beside` does one piece of other work and tells whether there
    was any. While the database does not answer, the worker waits.
    """
    worked = 0
    load = loader(store)
    while not leaving.is_set():
        try:
            run = work_once(store, solve, worker, clock, lease_s=lease_s, beat_s=beat_s, load=load, study=study)
            idle = run is None and not beside()
        except DatabaseBusy:
            run, idle = None, True
        if idle:
            leaving.wait(idle_s)
        elif run is not None:
            worked += 1
    return worked


class Heart:
    """Says in the background that a worker lives, passes the work's last report on, and hears what is wanted.

    `beat` writes a sign of life with the last report, and returns what is wanted: None where the work is no longer
    this worker's. A beat that fails is missed: the lease outlasts many, and the end of the work is fenced anyway.
    """

    def __init__(self, work: str, beat_s: float, beat: Callable[[Sign | None], Wish | None]) -> None:
        self._work, self._beat_s, self._beat = work, beat_s, beat
        self._last: Sign | None = None
        self._lost = threading.Event()
        self._hurry = threading.Event()
        self._done = threading.Event()
        # A daemon: a worker that is told to leave at once is not held back by its own heart.
        self._thread = threading.Thread(target=self._run, name=f"heart of {work}", daemon=True)

    @property
    def hurry(self) -> bool:
        """Whether the work is asked to end with the best it has."""
        return self._hurry.is_set()

    def __call__(self, report: Report) -> None:
        """Take the work's word; raises `RunEnded` when it is no longer this worker's."""
        self._last = Sign(stage=report.stage, done=report.done, best=report.best, bound=report.bound)
        if self._lost.is_set():
            raise RunEnded(f"{self._work.capitalize()} was stopped or taken over. Nothing is kept of it.")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(self._beat_s):
            try:
                wish = self._beat(self._last)
            except PlannerError:
                continue
            if wish is None:
                self._lost.set()
                return
            if wish == "keep":
                self._hurry.set()


def attend(
    work: str,
    beat_s: float,
    beat: Callable[[Sign | None], Wish | None],
    do: Callable[[Heart], None],
    *,
    fail: Callable[[str], None],
    release: Callable[[], None],
    told: tuple[type[Exception], ...] = (PlannerError,),
) -> None:
    """Do one piece of claimed work with signs of life; give it its end whatever it breaks on.

    An error of the classes `told` is its own reason. Work that was stopped or taken over is left as it is.

    Raises
    ------
    DatabaseBusy
        If the database does not answer; the work is claimed again when its lease has lapsed.
    """
    try:
        with Heart(work, beat_s, beat) as heart:
            do(heart)
    except (RunEnded, LostClaim):
        return
    except DatabaseBusy:
        raise
    except Exception as cause:  # noqa: BLE001 - whatever the work breaks on is its reason, not the worker's end
        reason = str(cause) if isinstance(cause, told) else f"{type(cause).__name__}: {cause}"
        with suppress(LostClaim):  # somebody else has it by now and will give it its end
            fail(reason or "no reason given")
    except BaseException:
        with suppress(PlannerError):  # the lease will lapse by itself; leaving matters more
            release()
        raise


def _beating(store: Store, claim: Claim, clock: Clock) -> Callable[[Sign | None], Wish | None]:
    def beat(sign: Sign | None) -> Wish | None:
        with store.writing() as write:
            return write.beat(claim, now=clock(), sign=sign)

    return beat


def _fail(store: Store, claim: Claim, cause: Exception, clock: Clock) -> None:
    reason = str(cause) if isinstance(cause, PlannerError) else f"{type(cause).__name__}: {cause}"
    try:
        with store.writing() as write:
            write.fail_run(claim, reason, at=clock())
    except LostClaim:
        # Somebody else has the run by now and will give it its end.
        return


def _release(store: Store, claim: Claim) -> None:
    try:
        with store.writing() as write:
            write.release_run(claim)
    except PlannerError:
        # The lease will lapse by itself; leaving matters more.
        return
