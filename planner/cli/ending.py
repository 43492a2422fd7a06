"""Let a command that is told to leave do so as after Ctrl-C: what it started ends, and what it made for itself goes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

LEAVE: Final = (signal.SIGTERM, signal.SIGHUP)
"""What a service manager sends, and what a closed terminal leaves behind."""


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """Within it a signal to leave is an interrupt, which unwinds the command; left to itself it ends the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in LEAVE}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
