"""A mail server for tests: it speaks SMTP on this machine, and keeps each message once by its key, as servers do."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message


@dataclass
class PostOffice:
    """What was handed in, and what lies in each mailbox: a message whose key is known there is not put in again."""

    port: int = 0
    handed_in: list[Message] = field(default_factory=list)
    boxes: dict[str, dict[str, Message]] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    """What is said to an address instead of taking it."""

    def take(self, to: str, content: bytes) -> None:
        message = message_from_bytes(content)
        self.handed_in.append(message)
        self.boxes.setdefault(to, {}).setdefault(message["Idempotency-Key"], message)


class _Window(socketserver.StreamRequestHandler):
    office: PostOffice

    def handle(self) -> None:
        self._say("220 post office")
        to = ""
        while line := self.rfile.readline():
            verb, _, rest = line.decode("latin-1").strip().partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    self._say("250 post office")
                case "MAIL" | "RSET" | "NOOP":
                    self._say("250 ok")
                case "RCPT":
                    to = rest.partition("<")[2].partition(">")[0]
                    self._say(self.office.refuses.get(to, "250 ok"))
                case "DATA":
                    self._say("354 go on")
                    if (content := self._content()) is not None:
                        self.office.take(to, content)
                        self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("502 not here")

    def _content(self) -> bytes | None:
        lines: list[bytes] = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return None  # the sender is gone in the middle: nothing was handed in

    def _say(self, words: str) -> None:
        try:
            self.wfile.write(f"{words}\r\n".encode())
        except OSError:
            return


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    """Open it on a free port of this machine."""
    office = PostOffice()
    window = type("Window", (_Window,), {"office": office})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), window) as server:
        server.daemon_threads = True
        office.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield office
        finally:
            server.shutdown()
            thread.join()
