"""What a library prints by itself never stands before an answer."""

import subprocess
import sys

PRINTS = """
import ctypes, sys
from planner.solvers.aside import printed_aside
c = ctypes.CDLL(None)
c.printf(b"before\\n")
with printed_aside():
    c.printf(b"inside\\n")
    with printed_aside():
        c.printf(b"deeper\\n")
    c.printf(b"inside still\\n")
c.printf(b"after\\n")
c.fflush(None)
print("answer")
"""


def test_c_code_prints_to_standard_error_meanwhile_and_nothing_is_lost() -> None:
    told = subprocess.run([sys.executable, "-c", PRINTS], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["before", "after", "answer"]
    assert told.stderr.split() == ["inside", "deeper", "inside", "still"]


def test_without_standard_streams_it_does_nothing() -> None:
    script = "import os; os.close(1); os.close(2)\n" + PRINTS.replace('print("answer")', "os._exit(0)")
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


SIDE_BY_SIDE = """
import threading
from planner.solvers.aside import printed_aside

def go():
    for _time in range(500):
        with printed_aside():
            pass

threads = [threading.Thread(target=go) for _ in range(4)]
[one.start() for one in threads]
[one.join() for one in threads]
print("answer")
"""


def test_several_threads_leave_standard_output_as_it_was() -> None:
    told = subprocess.run([sys.executable, "-c", SIDE_BY_SIDE], capture_output=True, text=True, check=True)
    assert told.stdout == "answer\n"
