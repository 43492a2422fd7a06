"""Keep what a library prints by itself off standard output, which is for answers alone."""

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_OUT: Final = 1
_ERR: Final = 2
_C: Final = ctypes.CDLL(None)
_lock: Final = threading.Lock()
_inside: list[int] = []
"""The kept standard output, while somebody is inside; counted, for two solves may run side by side."""


@contextmanager
def printed_aside() -> Iterator[None]:
    """Send what C code writes to standard output to standard error meanwhile.

    HiGHS 1.12 prints a line of its own now and then, whatever its output flag says: a script that reads the JSON of
    `plan new` would find it before the first brace. A process without these streams is left as it is.
    """
    with suppress(OSError):
        _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    with _lock:
        if not _inside:
            _C.fflush(None)
            kept = os.dup(_OUT)
            try:
                os.dup2(_ERR, _OUT)
            except OSError:
                os.close(kept)
                raise
            _inside.append(kept)
        else:
            _inside.append(_inside[0])


def _leave() -> None:
    with _lock:
        if not _inside:
            return
        kept = _inside.pop()
        if not _inside:
            # What the library has written still lies in the C library's buffer.
            _C.fflush(None)
            os.dup2(kept, _OUT)
            os.close(kept)
