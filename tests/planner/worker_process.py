"""A worker in a process of its own, for tests that kill it: it answers some runs and hangs in the next one."""

import os
import sys
import threading
import time
from pathlib import Path

from planner.domain.canonical import digest_of
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.jobs import Progress, Solve, work_forever
from planner.store.records import Sign
from tests.databases import Database
from tests.planner.desks import Desk
from tests.planner.store.examples import plan_for

LEASE_S = 1


def hanging_solve(*, answers: int) -> Solve:
    """Return a solve that answers so many times, then says so on standard output and never ends."""
    left = iter(range(answers))

    def solve(snapshot: Snapshot, progress: Progress) -> Plan:
        if next(left, None) is not None:
            return plan_for(digest_of(snapshot), people=snapshot.seed)
        sys.stdout.write(f"hanging in {snapshot.seed}\n")
        sys.stdout.flush()
        while True:
            progress(Sign(stage="value", done=0.5, best=None, bound=None))
            time.sleep(0.05)

    return solve


def main(kind: str, address: str, answers: str) -> None:
    """Work until killed, on a test's database or on that of a `desk`'s folder."""
    store = Desk(folder=Path(address)).store() if kind == "desk" else Database(kind=kind, address=address).open()
    work_forever(
        store, hanging_solve(answers=int(answers)), f"process-{os.getpid()}",
        lambda: int(time.time()), leaving=threading.Event(), lease_s=LEASE_S, beat_s=0.1, idle_s=0.1,
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
