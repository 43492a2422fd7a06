"""Send what waits in the outbox, and die without a word at a named step: `python -m tests.planner.outbox_process`.

Each line of standard input names a step and a time. A child sends and dies; how it ended is the answer.
"""

import os
import signal
import smtplib
import sys
from collections.abc import Sequence
from email.message import EmailMessage

from planner.domain.releases import Letter
from planner.partners.mail import MailServer
from planner.services.outbox import send_what_waits
from planner.store.outbox import OutboxWrites
from tests.databases import Database

STEPS = ("claimed", "connected", "mail", "rcpt", "half", "taken", "noted", "none")
"""After the claim, the connection, each word of SMTP, half of the message, the server's word, the note of it."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Dying(smtplib.SMTP):
    """A connection that is cut by the sender's death."""

    step = "none"

    def mail(self, sender: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        answer = super().mail(sender, options)
        _die_at("mail")
        return answer

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        answer = super().rcpt(recip, options)
        _die_at("rcpt")
        return answer

    def data(self, msg: bytes) -> tuple[int, bytes]:  # type: ignore[override] # as it is called
        if Dying.step == "half":
            self.putcmd("data")
            self.getreply()
            self.send(msg[: len(msg) // 2])
            die()
        return super().data(msg)


def _die_at(step: str) -> None:
    if Dying.step == step:
        die()


class DyingServer(MailServer):
    """A mail server whose connections die."""

    def connect(self) -> smtplib.SMTP:
        connection = Dying(self.host, self.port, timeout=20)
        _die_at("connected")
        return connection

    def send(self, message: EmailMessage, to: str) -> None:
        _die_at("claimed")
        super().send(message, to)
        _die_at("taken")


def send(kind: str, address: str, port: int, step: str, now: int) -> None:
    Dying.step = step
    note = OutboxWrites.note_sent

    def noted(self: OutboxWrites, letter: Letter, *, at: int) -> None:
        note(self, letter, at=at)
        _die_at("noted")  # before the transaction that holds it is kept

    OutboxWrites.note_sent = noted  # type: ignore[method-assign] # for this process
    store = Database(kind=kind, address=address).open()
    server = DyingServer(scheme="smtp+plain", host="127.0.0.1", port=port, sender="reports@example.org")
    send_what_waits(store, "two-rivers", server, sender=server.sender, public_key="00", clock=lambda: now)
    store.close()


def main(kind: str, address: str, port: str) -> None:
    for line in sys.stdin:
        step, now = line.split()
        child = os.fork()
        if child == 0:
            send(kind, address, int(port), step, int(now))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main(*sys.argv[1:])
