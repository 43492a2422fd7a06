"""Send a released report by mail: one message a recipient, the same in every try, over an encrypted connection."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from planner.domain.advice import URGENCY, Advice
from planner.domain.errors import BadInput
from planner.partners.words import Language, said, word
from routing.units import Instant

PORTS: Final[Mapping[str, int]] = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
TIMEOUT_S: Final = 60.0
LARGEST_BYTES: Final = 15 * 1024 * 1024
"""Of a message; many servers take no larger one."""
PERMANENT: Final = 500


class MailRefused(Exception):
    """The server did not take a message; `for_good` tells whether to try again is of no use."""

    def __init__(self, said_: str, *, for_good: bool) -> None:
        super().__init__(said_)
        self.for_good = for_good


class Mailer(Protocol):
    """Whatever takes a message off our hands."""

    def send(self, message: EmailMessage, to: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A mail server as settings name it. The password is never printed."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str

    def send(self, message: EmailMessage, to: str) -> None:
        """Hand a message over.

        Raises
        ------
        MailRefused
            If the server does not answer or does not take it.
        """
        try:
            with self.connect() as server:
                if self.user is not None:
                    server.login(self.user, self.password or "")
                refused = server.send_message(message, self.sender, [to])
        except smtplib.SMTPRecipientsRefused as cause:
            code = min((code for code, _said in cause.recipients.values()), default=PERMANENT)
            raise MailRefused(f"The address is refused ({code}).", for_good=code >= PERMANENT) from cause
        except smtplib.SMTPResponseException as cause:
            raise MailRefused(
                f"The mail server said {cause.smtp_code}.", for_good=cause.smtp_code >= PERMANENT
            ) from cause
        except (OSError, smtplib.SMTPException) as cause:
            raise MailRefused(f"The mail server cannot be reached ({type(cause).__name__}).", for_good=False) from cause
        if refused:
            raise MailRefused("The address is refused.", for_good=True)

    def connect(self) -> smtplib.SMTP:
        """Return an open connection; encrypted, except to this machine itself where the settings say so."""
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        if self.scheme == "smtp":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


def parse_mail_server(url: str, sender: str) -> MailServer:
    """Read a mail server's address: `smtp://user:password@host:587` (STARTTLS), `smtps://...`, or `smtp+plain://localhost`.

    Raises
    ------
    BadInput
        If it is none, or would send reports in the clear to another machine.
    """
    try:
        told = urlsplit(url)
        port = told.port
    except ValueError:
        raise BadInput("The mail server's address cannot be read. Write smtp://user:password@host:587.") from None
    if told.scheme not in PORTS or not told.hostname:
        raise BadInput("The mail server's address begins with smtp://, smtps:// or smtp+plain://, then a host.")
    if told.scheme == "smtp+plain" and not _is_here(told.hostname):
        raise BadInput("smtp+plain:// sends in the clear and is for this machine alone. Use smtp:// or smtps://.")
    if "@" not in sender or any(c in sender for c in "\r\n"):
        raise BadInput(f"The sender {sender!r} is no address. Set QAFILA_MAIL_FROM like reports@example.org.")
    return MailServer(
        scheme=told.scheme, host=told.hostname, port=port or PORTS[told.scheme],
        user=None if told.username is None else unquote(told.username),
        password=None if told.password is None else unquote(told.password), sender=sender,
    )  # fmt: skip


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    """What a message says of the report that it brings."""

    kind: str
    subject: str
    tier: str
    number: int
    released_at: Instant
    supersedes: int | None
    public_key: str


def write_alert(
    touched: Mapping[Advice, int], *, at: Instant, key: str, to: str, sender: str, language: Language
) -> EmailMessage:
    """Return the message that news touches convoys: how many, by what they can do, and no word of which or where."""
    lines = [said("alert_text").say(language), ""]
    lines += [f"{word('advice', advice).say(language)}: {touched[advice]}" for advice in URGENCY if touched.get(advice)]
    lines += ["", said("alert_look").say(language)]
    message = _blank(said("alert_title").say(language), at=at, key=key, to=to, sender=sender)
    message["Importance"] = "high"
    message.set_content("\n".join(lines) + "\n")
    return message


def _blank(subject: str, *, at: Instant, key: str, to: str, sender: str) -> EmailMessage:
    """Return a message without text. Nothing in it differs from try to try."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    message["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    message["Idempotency-Key"] = key
    message["Auto-Submitted"] = "auto-generated"
    return message


def write_message(
    covering: Covering, attachments: Sequence[Attachment], *, key: str, to: str, sender: str, language: Language
) -> EmailMessage:
    """Return the message of a report. It has no time but that of release, so that every try sends the same bytes."""
    title = f"{word('title', covering.kind).say(language)} {covering.subject}"
    message = _blank(f"{title} ({covering.tier})", at=covering.released_at, key=key, to=to, sender=sender)
    lines = [title, "", said("mail_text" if attachments else "mail_fetch").say(language)]
    if covering.supersedes is not None:
        lines.append(said("mail_supersedes").say(language).format(number=covering.supersedes))
    lines += ["", said("mail_number").say(language).format(number=covering.number)]
    lines.append(said("mail_key").say(language).format(key=covering.public_key))
    message.set_content("\n".join(lines) + "\n")
    for one in attachments:
        main, _, sub = one.media.partition("/")
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    # Drawn from the key: a boundary made by chance would differ from try to try.
    if message.is_multipart():
        message.set_boundary(f"=-{key}")
    return message
