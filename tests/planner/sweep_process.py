"""A worker on a sweep in a process of its own, for tests that kill it: each scenario takes it a moment."""

import sys
import time

from planner import jobs
from planner.domain.canonical import digest_of
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.jobs import Progress
from planner.store.shelf import loader
from tests.databases import Database
from tests.planner.store.examples import plan_for

A_MOMENT_S = 0.15


def _solve(snapshot: Snapshot, _: Progress) -> Plan:
    time.sleep(A_MOMENT_S)
    return plan_for(digest_of(snapshot), people=snapshot.seed)


def main(kind: str, address: str, sweep: str, *named: str) -> None:
    """Work what waits of the sweep, as the worker of that name."""
    store = Database(kind=kind, address=address).open()
    load = loader(store)
    while jobs.work_once(store, _solve, named[-1], lambda: int(time.time()), sweep=int(sweep), load=load) is not None:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
