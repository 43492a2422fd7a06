"""Deliver released reports and alerts by mail: each recipient gets each once, whoever is killed on the way."""

import threading
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from typing import Final

from planner.domain.errors import BadInput, NotFound
from planner.domain.releases import Letter, Recipient, Release
from planner.partners.mail import LARGEST_BYTES, Attachment, Covering, Mailer, MailRefused, write_alert, write_message
from planner.partners.words import LANGUAGES, Language
from planner.partners.writers import MEDIA, SPEAKING
from planner.services.alerts import advice_on
from planner.services.releases import signed_parts
from planner.store.records import LostClaim
from planner.store.store import Store
from routing.units import Instant, Seconds

LEASE_S: Final[Seconds] = 300
"""A sender that has said nothing for so long is taken for dead, and its letter is sent again under the same key."""
IDLE_S: Final = 5.0


def put_recipient(store: Store, crisis: str, recipient: Recipient, *, by: str, at: Instant) -> Recipient:
    """Add or change a recipient.

    Raises
    ------
    BadInput
        If it asks for a language or a format that there is none of.
    ChangedMeanwhile
        If somebody else saved it since.
    NotFound
        If its account is not there.
    """
    if recipient.language not in LANGUAGES:
        raise BadInput(f"Language {recipient.language!r} is none of reports. Choose {' or '.join(LANGUAGES)}.")
    unknown = [form for form in recipient.formats if form not in MEDIA]
    if unknown or not recipient.formats:
        raise BadInput(f"Format {''.join(unknown[:1])!r} is none of reports. Choose of {', '.join(MEDIA)}.")
    with store.writing() as unit:
        if recipient.account is not None:
            unit.get_account(recipient.account)
        kept = unit.put_recipient(crisis, recipient)
        unit.append_audit(
            actor=by, action="recipient", target=f"{crisis}/{recipient.id}", at=at,
            detail={"tier": recipient.tier, "active": recipient.active, "mailed": recipient.email is not None},
        )  # fmt: skip
    return kept


def end_recipient(store: Store, crisis: str, name: str, *, by: str, at: Instant) -> Recipient:
    """Send a recipient nothing more and erase the address; raises `NotFound` where there is none."""
    with store.writing() as unit:
        there = unit.get_recipient(crisis, name)
        gone = unit.put_recipient(crisis, replace(there, active=False, email=None, account=None, alerts=False))
        unit.append_audit(actor=by, action="end recipient", target=f"{crisis}/{name}", at=at)
    return gone


def list_recipients(store: Store, crisis: str) -> tuple[Recipient, ...]:
    """Return the recipients of a crisis by id."""
    with store.reading() as unit:
        return unit.list_recipients(crisis)


def list_letters(store: Store, crisis: str) -> tuple[Letter, ...]:
    """Return the letters of the outbox, newest first."""
    with store.reading() as unit:
        return unit.list_letters(crisis)


def retry_letter(store: Store, crisis: str, number: int, *, by: str, at: Instant) -> Letter:
    """Queue a letter again that was put aside; raises `NotFound` where none of that number is."""
    with store.writing() as unit:
        again = unit.retry_letter(crisis, number, at=at)
        unit.append_audit(actor=by, action="retry letter", target=f"letter {number}", at=at)
    return again


def send_one(
    store: Store, crisis: str, mailer: Mailer, *, sender: str, public_key: str, clock: Callable[[], Instant],
    lease_s: Seconds = LEASE_S,
) -> Letter | None:  # fmt: skip
    """Send the oldest letter that is due and return it; None where none is.

    No transaction is open while the server is spoken to. Killed before the server's word, the letter is sent again;
    killed after it, the letter is sent again with the same key, by which the server knows it.
    """
    with store.writing() as unit:
        letter = unit.claim_letter(crisis, now=clock(), lease_s=lease_s)
    if letter is None:
        return None
    try:
        told = _message(store, crisis, letter, sender=sender, public_key=public_key)
        if told is None:
            with store.writing() as unit:
                unit.note_needless(letter)
            return letter
        mailer.send(*told)
    except MailRefused as cause:
        _put_back(store, letter, str(cause), at=clock(), for_good=cause.for_good)
        return letter
    except NotFound as cause:
        _put_back(store, letter, str(cause), at=clock(), for_good=True)
        return letter
    try:
        with store.writing() as unit:
            unit.note_sent(letter, at=clock())
            deed = ("send report", f"report {letter.release}")
            if letter.news is not None:
                deed = ("send alert", f"{crisis}/records/{letter.news[0]}-{letter.news[1]}")
            unit.append_audit(
                actor="outbox", action=deed[0], target=deed[1], at=clock(),
                detail={"recipient": letter.recipient, "key": letter.key},
            )  # fmt: skip
    except LostClaim:
        pass  # another sender has it under the same key; its word is the one on record
    return letter


def _put_back(store: Store, letter: Letter, error: str, *, at: Instant, for_good: bool) -> None:
    try:
        with store.writing() as unit:
            unit.note_refused(letter, error, at=at, for_good=for_good)
    except LostClaim:
        pass  # as in `send_one`


def _message(
    store: Store, crisis: str, letter: Letter, *, sender: str, public_key: str
) -> tuple[EmailMessage, str] | None:
    """Return what is sent and to whom; None of an alert that is not needed."""
    with store.reading() as unit:
        recipient = unit.get_recipient(crisis, letter.recipient)
    if not recipient.active or recipient.email is None:
        raise NotFound(f"Recipient {recipient.id} is not mailed any more.")
    if letter.news is not None:
        return _alert(store, crisis, letter, recipient, recipient.email, sender=sender)
    with store.reading() as unit:
        told = unit.get_release(crisis, letter.release or 0)
        files = [
            Attachment(name=file.name, media=file.media, content=unit.get_content(told.id, file.name))
            for file in told.files
            if _goes(file.name, file.language, recipient)
        ]
    message = write_message(
        Covering(
            kind=told.kind, subject=told.subject, tier=told.tier, number=told.id, released_at=told.released_at or 0,
            supersedes=told.supersedes, public_key=public_key,
        ),
        _attached(told, files), key=letter.key, to=recipient.email, sender=sender,
        language="ar" if recipient.language == "ar" else "en",
    )  # fmt: skip
    return message, recipient.email


def _alert(
    store: Store, crisis: str, letter: Letter, recipient: Recipient, to: str, *, sender: str
) -> tuple[EmailMessage, str] | None:
    if letter.news is None or not recipient.alerts:
        return None
    touched = advice_on(store, crisis, letter.news)
    if not touched:
        return None
    with store.reading() as unit:
        at = unit.get_evidence(crisis, letter.news[1]).learned_at
    language: Language = "ar" if recipient.language == "ar" else "en"
    return write_alert(touched, at=at, key=letter.key, to=to, sender=sender, language=language), to


def switch_alerts(store: Store, crisis: str, name: str, *, on: bool, by: str, at: Instant) -> Recipient:
    """Begin or cease to alert a recipient of news that touches convoys.

    Raises
    ------
    BadInput
        If it has no e-mail address or does not read T3.
    NotFound
        If there is no such recipient.
    """
    with store.writing() as unit:
        kept = unit.put_recipient(crisis, replace(unit.get_recipient(crisis, name), alerts=on))
        unit.append_audit(actor=by, action="alerts on" if on else "alerts off", target=f"{crisis}/{name}", at=at)
    return kept


def _goes(name: str, language: str, recipient: Recipient) -> bool:
    form = name.rpartition(".")[2]
    return form in recipient.formats and (form not in SPEAKING or language == recipient.language)


def _attached(told: Release, files: list[Attachment]) -> list[Attachment]:
    """Return what goes by mail: nothing of a restricted report, and nothing that servers would not take."""
    if told.tier == "T3" or sum(len(file.content) for file in files) > LARGEST_BYTES:
        return []
    media = {"manifest.json": "application/json", "manifest.sig": "application/octet-stream"}
    parts = [Attachment(name=n, media=media[n], content=content) for n, content in signed_parts(told).items()]
    return [*files, *parts]


def send_what_waits(
    store: Store, crisis: str, mailer: Mailer, *, sender: str, public_key: str, clock: Callable[[], Instant]
) -> int:  # fmt: skip
    """Send every letter that is due now and return how many were tried."""
    tried = 0
    while send_one(store, crisis, mailer, sender=sender, public_key=public_key, clock=clock) is not None:
        tried += 1
    return tried


def send_forever(
    store: Store, crisis: str, mailer: Mailer, *, sender: str, public_key: str, clock: Callable[[], Instant],
    leaving: threading.Event,
) -> int:  # fmt: skip
    """Send letters as they come due until `leaving` is set, and return how many were tried."""
    tried = 0
    while not leaving.is_set():
        tried += send_what_waits(store, crisis, mailer, sender=sender, public_key=public_key, clock=clock)
        leaving.wait(IDLE_S)
    return tried
