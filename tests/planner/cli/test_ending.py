"""A running site that is told to leave takes its worker, its server and the demonstration's folder with it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def processes_of(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The fields after the command's name, which may hold spaces: state, parent, group.
                state, _parent, of = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(of) == group and state != "Z":
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts processes as Linux tells them")
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_demonstration_told_to_leave_leaves_nothing_behind(tmp_path: Path, told: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "planner", "demo", "--crisis", "two-rivers", "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as demo:  # fmt: skip
        try:
            # It has solved by then: a solver that takes the handler of Ctrl-C with it is found out here.
            assert any("Ctrl-C ends it." in line for line in demo.stdout or ())
            assert list(tmp_path.glob("qafila-demo-*"))
            # A terminal sends Ctrl-C to all that run in it; a service manager tells the first alone.
            (os.killpg if told is signal.SIGINT else os.kill)(demo.pid, told)
            demo.communicate(timeout=60)
        finally:
            if left := processes_of(demo.pid):
                os.killpg(demo.pid, signal.SIGKILL)

    assert left == []
    assert demo.returncode == 0
    assert list(tmp_path.glob("qafila-demo-*")) == []
