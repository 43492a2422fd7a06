"""Solve a sweep on a Dask cluster that is there already: its workers need this program, and no database."""

import json
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from planner import jobs
from planner.domain.errors import BadInput, PlannerError, Refused
from planner.domain.plan import Plan
from planner.jobs import Clock
from planner.services.plans import make_plan
from planner.services.sweep_work import Follow
from planner.services.sweeps import SweepState, state_of
from planner.store import codec
from planner.store.codec import Delta
from planner.store.records import Claim, LostClaim, SweepId
from planner.store.shelf import Shelf
from planner.store.store import Store

AHEAD: Final = 2
"""So many runs a thread of the cluster are handed out at once: none waits for the next."""
CONNECT_S: Final = 10
LOOK_S: Final = 1.0
SHARED_FROM: Final = 10_000
"""Parts of so many bytes are sent to the cluster once and not with each scenario."""
MUST_AGREE: Final = ("qafila", "ortools", "highspy", "pulp")
_here: Final = threading.local()


def work_on_dask(
    store: Store, sweep: SweepId, address: str, clock: Clock, follow: Follow, note: Callable[[str], None]
) -> SweepState:
    """Work a sweep to its end on a cluster's workers, and return its state. `note` takes what the user should know.

    Runs are claimed here and their answers kept here, so that a run is done once whoever else works the queue. A worker
    of the cluster that is killed loses nothing: the cluster gives its scenario to another.

    Raises
    ------
    BadInput
        If Dask is not installed.
    Refused
        If no scheduler answers, the cluster has no worker, or its workers hold other versions of the solvers.
    """
    distributed = _import_distributed()
    if address.startswith("tcp://") and not address.startswith(("tcp://127.0.0.1:", "tcp://localhost:")):
        note("Snapshots hold routes to come: beyond this machine use tls://, which is encrypted.")
    try:
        client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as cause:
        raise Refused(f"No Dask scheduler answers at {address} ({cause}). Start it, or check the address.") from cause
    with client, client.as_current():
        _check_versions(client)
        hand = _Hand(store=store, sweep=sweep, client=client, clock=clock)
        with hand.beating():
            return hand.work(follow, distributed.wait)


def _import_distributed() -> Any:  # noqa: ANN401 - publishes no types
    try:
        import distributed  # noqa: PLC0415 - an extra
    except ImportError:
        raise BadInput("Dask is not installed here. Install it with: pip install 'qafila[dask]'.") from None
    return distributed


def _check_versions(client: Any) -> None:  # noqa: ANN401 - publishes no types
    """Refuse a cluster whose answers would not be those of this machine."""
    mine, theirs = versions_here(), client.run(versions_here)
    if not theirs:
        raise Refused("The Dask cluster has no workers. Start some: dask worker ADDRESS.")
    for worker, found in theirs.items():
        wrong = [f"{name} {found[name]} (here {mine[name]})" for name in MUST_AGREE if found[name] != mine[name]]
        if wrong:
            raise Refused(f"Dask worker {worker} has {', '.join(wrong)}. Install the same versions there.")


def versions_here() -> dict[str, str]:
    """Return the versions on which an answer depends, on whichever machine this is called."""
    return {name: _version(name) for name in MUST_AGREE}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


# ------------------------------------------------------------------------------------------- on the cluster's workers


def solve_parts(digest: str, manifest: Mapping[str, str], parts: Mapping[str, bytes | Delta]) -> tuple[str, bytes]:
    """Solve a snapshot that comes as its parts, and return `done` with the plan as JSON, or `failed` with why."""
    if not hasattr(_here, "shelf"):
        _here.shelf = Shelf()
    try:
        snapshot = _here.shelf.read(digest, manifest, lambda wanted: {part: parts[part] for part in wanted})
        return "done", codec.canonical(make_plan(snapshot, lambda _: None))
    except PlannerError as cause:
        return "failed", str(cause).encode()
    except Exception as cause:  # noqa: BLE001 - whatever a solve breaks on is its run's reason, not the cluster's
        return "failed", f"{type(cause).__name__}: {cause}".encode()


# -------------------------------------------------------------------------------------------------------- on this side


@dataclass(slots=True, kw_only=True)
class _Hand:
    """Claims runs of one sweep, hands them to the cluster and keeps the answers."""

    store: Store
    sweep: SweepId
    client: Any
    clock: Clock
    held: dict[Any, Claim] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self, follow: Follow, wait: Callable[..., Any]) -> SweepState:
        try:
            while True:
                state = state_of(self.store, self.sweep)
                follow(state)
                if not state.going:
                    return state
                self._hand_out()
                if self.held:
                    self._take_in(wait)
                else:
                    threading.Event().wait(LOOK_S)  # others have the rest
        finally:
            self._give_back()

    def _hand_out(self) -> None:
        room = AHEAD * sum(self.client.nthreads().values()) - len(self.held)
        for _ in range(room):
            with self.store.writing() as write:
                claim = write.claim_run(
                    f"dask-{socket.gethostname()}", now=self.clock(), lease_s=jobs.LEASE_S, sweep=self.sweep
                )
            if claim is None:
                return
            with self.store.reading() as read:
                _, manifest = read.get_manifest(claim.snapshot)
                parts = self._parts(set(manifest.values()), read.get_blobs)
            future = self.client.submit(solve_parts, claim.snapshot, manifest, parts, pure=False)
            with self.lock:
                self.held[future] = claim

    def _parts(self, wanted: set[str], fetch: Callable[[Collection[str]], dict[str, bytes | Delta]]) -> dict[str, Any]:
        """Return the parts, those that other scenarios share as a word for what the cluster has already."""
        found: dict[str, Any] = fetch(wanted - self.sent.keys())
        likes = {part.like for part in found.values() if isinstance(part, Delta)} - self.sent.keys()
        found |= fetch(likes)
        for digest, part in list(found.items()):
            if isinstance(part, bytes) and len(part) >= SHARED_FROM:
                self.sent[digest] = self.client.scatter(part, hash=False)
        wanted |= likes | {part.like for part in found.values() if isinstance(part, Delta)}
        return {digest: self.sent.get(digest, found.get(digest)) for digest in wanted}

    def _take_in(self, wait: Callable[..., Any]) -> None:
        try:
            done = wait(list(self.held), timeout=LOOK_S, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            return
        for future in done:
            with self.lock:
                claim = self.held.pop(future)
            self._keep(claim, future)

    def _keep(self, claim: Claim, future: Any) -> None:  # noqa: ANN401 - publishes no types
        error = future.exception()
        outcome, told = future.result() if error is None else ("failed", f"{type(error).__name__}: {error}".encode())
        try:
            with self.store.writing() as write:
                if outcome == "done":
                    write.finish_run(claim, codec.from_body(Plan, json.loads(told)), at=self.clock())
                else:
                    write.fail_run(claim, told.decode(), at=self.clock())
        except LostClaim:
            return  # stopped, or taken over meanwhile: whoever has it gives it its end

    def _give_back(self) -> None:
        with self.lock:
            held, self.held = self.held, {}
        for future, claim in held.items():
            future.cancel()
            try:
                with self.store.writing() as write:
                    write.release_run(claim)
            except PlannerError:
                continue  # its lease lapses by itself

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Say in the background of every run handed out that it is being worked."""
        left = threading.Event()

        def beat() -> None:
            while not left.wait(jobs.BEAT_S):
                with self.lock:
                    held = list(self.held.items())
                for future, claim in held:
                    self._beat(future, claim)

        thread = threading.Thread(target=beat, name=f"heart of sweep {self.sweep}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            left.set()
            thread.join()

    def _beat(self, future: Any, claim: Claim) -> None:  # noqa: ANN401 - publishes no types
        try:
            with self.store.writing() as write:
                wish = write.beat(claim, now=self.clock(), sign=None)
        except PlannerError:
            return  # the lease outlasts many missed beats
        if wish is None:
            future.cancel()
