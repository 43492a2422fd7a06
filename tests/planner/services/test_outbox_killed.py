"""Each partner gets each report exactly once though the sender is killed at every step, on both databases."""

import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace

from planner.services.crises import load_seed
from planner.services.outbox import LEASE_S, list_letters, put_recipient
from planner.store.store import Store
from tests.databases import Database
from tests.planner.outbox_process import STEPS
from tests.planner.post_office import open_post_office
from tests.planner.services.test_releases import NOW, OCHA, released

pytest_plugins = ["tests.database_fixtures"]


def send_and_die(database: Database, port: int, steps: Iterable[str]) -> list[int]:
    """Return how each sender ended, one after the other, each when the lease of the one before has lapsed."""
    command = [sys.executable, "-m", "tests.planner.outbox_process", database.kind, database.address, str(port)]
    told = "".join(f"{step} {NOW + n * LEASE_S}\n" for n, step in enumerate(steps))
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True, timeout=120)
    return [int(line) for line in done.stdout.split()]


def test_killed_at_every_step_each_report_comes_once(database: Database) -> None:
    store: Store = database.open()
    world = load_seed(store, "two-rivers", actor="nour", at=NOW)
    for name in ("ocha", "wfp"):
        put_recipient(store, "two-rivers", replace(OCHA, id=name, email=f"{name}@example.org"), by="nour", at=NOW)
    released(store, world)
    with open_post_office() as office:
        ends = send_and_die(database, office.port, STEPS)
        assert ends == [-signal.SIGKILL] * (len(STEPS) - 1) + [0]
        boxes = {to: len(box) for to, box in office.boxes.items()}
        keys = {message["Idempotency-Key"] for message in office.handed_in}
        handed = len(office.handed_in)
    letters = list_letters(store, "two-rivers")
    with store.reading() as unit:
        sent = [entry.detail["recipient"] for entry in unit.list_audit() if entry.action == "send report"]
    store.close()

    assert boxes == {"ocha@example.org": 1, "wfp@example.org": 1}
    assert [letter.state for letter in letters] == ["sent", "sent"]
    assert sorted(map(str, sent)) == ["ocha", "wfp"]
    assert keys == {letter.key for letter in letters}
    assert handed > len(boxes)  # some were handed in again, under the same key, and the server knew them
