"""Work a sweep with processes on this machine, and follow it to its end wherever else it is worked."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from planner.domain.errors import Refused
from planner.jobs import Clock
from planner.services.sweeps import SweepState, state_of
from planner.store.records import SweepId
from planner.store.store import Store

POLL_S: Final = 0.2
DEATHS: Final = 50
"""So many workers may die before the sweep is left: something kills every one of them."""

Follow = Callable[[SweepState], None]


@dataclass(slots=True, kw_only=True)
class _Crew:
    """Worker processes on one sweep: whoever dies without a word is replaced, and what they had goes back at once."""

    store: Store
    command: Sequence[str]
    wanted: int
    name: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-sweep")
    hands: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    started: int = 0
    deaths: int = 0

    def fill(self, waiting: int) -> None:
        """Start workers until there are as many as wanted, but no more than there are runs to take."""
        for _ in range(min(self.wanted - len(self.hands), waiting)):
            self.started += 1
            name = f"{self.name}-{self.started}"
            # A session of its own: Ctrl-C is for the one who watches, who then says when to leave.
            self.hands[name] = subprocess.Popen(  # noqa: S603 - our own command
                [*self.command, "--name", name], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def look(self) -> None:
        """Take leave of the workers that have ended; raises `Refused` where too many died."""
        for name, process in list(self.hands.items()):
            if process.poll() is None:
                continue
            del self.hands[name]
            if process.returncode != 0:
                self.deaths += 1
                self._release(name)
        if self.deaths > DEATHS:
            raise Refused(
                f"{self.deaths} workers died. Look whether memory is short; what is done is kept, and the same command "
                "goes on from there."
            )

    def dismiss(self) -> None:
        """End all workers at once; what they had in hand is put back."""
        for process in self.hands.values():
            process.kill()
        for name, process in self.hands.items():
            process.wait()
            self._release(name)
        self.hands.clear()

    def _release(self, name: str) -> None:
        with self.store.writing() as write:
            write.release_worker(name)


def work_sweep(
    store: Store,
    sweep: SweepId,
    command: Sequence[str],
    workers: int,
    follow: Follow,
    clock: Clock,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> SweepState:
    """Work a sweep to its end with so many processes here, and return its state; with 0 it is only followed.

    `command` starts a worker for the sweep; it is given a name. A worker that is killed loses nothing: its run is done
    by another. Workers of other machines on the same database help by themselves. Whoever interrupts ends the workers
    here; the sweep goes on where it was when it is asked for again.

    Raises
    ------
    Refused
        If workers die again and again.
    """
    crew = _Crew(store=store, command=command, wanted=workers)
    try:
        while True:
            state = state_of(store, sweep)
            follow(state)
            if not state.going:
                return state
            crew.look()
            with store.reading() as read:
                claimable = read.count_claimable(sweep, now=clock())
            crew.fill(claimable)
            pause(POLL_S)
    finally:
        crew.dismiss()
