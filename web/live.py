"""Streams of server-sent events, counted, so that watching never takes the threads that pages need."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from flask import Response, stream_with_context

MOST_STREAMS: Final = 40
"""The server answers with 64 threads and each stream holds one: the rest are for pages. Beyond, pages poll."""
EVERY_S: Final = 1.0
BEAT_EVERY: Final = 10
"""Looks without news after which a comment is sent: a line that is dead is found out, a proxy keeps it open."""
LONGEST_S: Final = 300.0
"""The browser then asks again, so that whoever was signed out meanwhile sees no more."""

Look = Callable[[], tuple[str, bool]]
"""Returns what to show now, and whether it is the last."""


class Streams:
    """The streams that are open in this process."""

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self._room = threading.BoundedSemaphore(most)

    def open(
        self, look: Look, *, pause: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> Response | None:
        """Return an answer that sends what `look` returns whenever it is news; None where there is no room.

        `look` is called once a second and must hold no transaction between two calls.
        """
        if not self._room.acquire(blocking=False):
            return None
        # What is shown is written in the language of whoever asked, while it is sent.
        events = stream_with_context(self._events(look, pause, clock))
        answer = Response(events, mimetype="text/event-stream")
        answer.headers["X-Accel-Buffering"] = "no"
        answer.call_on_close(self._room.release)
        return answer

    def _events(self, look: Look, pause: Callable[[float], None], clock: Callable[[], float]) -> Iterator[str]:
        until, shown, quiet = clock() + LONGEST_S, "", 0
        yield "retry: 2000\n\n"
        while clock() < until:
            text, last = look()
            if text != shown:
                yield f"event: {'end' if last else 'progress'}\ndata: {json.dumps(text)}\n\n"
                shown, quiet = text, 0
            if last:
                return
            quiet += 1
            if quiet % BEAT_EVERY == 0:
                yield ": still here\n\n"
            pause(EVERY_S)
