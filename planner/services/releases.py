"""Let a report out: drafted, reviewed by a second person, released and signed; superseded, never edited."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from planner.domain.denials import day_of
from planner.domain.errors import BadInput, NotFound, Refused
from planner.domain.releases import Recipient, Release, ReleaseFile, Verdict
from planner.domain.world import World
from planner.partners.report import Report
from planner.partners.signing import MANIFEST, SIGNATURE, Signer, make_manifest
from planner.partners.words import LANGUAGES, Language
from planner.partners.writers import MAPS, MEDIA, OFFERS, SPEAKING, check_offer, file_name, write
from planner.services.reports import Wanted, make_report, told_events
from planner.store.codec import sha256
from planner.store.store import Store
from routing.units import Instant

RELEASED_KINDS: Final = frozenset({"denials", "incident", "monthly", "register", "activities"})
"""Papers of a convoy on the road are made anew each time, marked for one reader; they are never released."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who may fetch released reports: everything for the house, one tier for a partner."""

    id: str
    tier: str | None
    """None: of the house."""


def draft_release(
    store: Store, world: World, wanted: Wanted, *, by: str, at: Instant, now: Instant, supersedes: int | None = None
) -> Release:
    """Draft a report with all its files in both languages, and return it. `now` is the time it speaks from.

    Raises
    ------
    BadInput
        As `make_report` does; if the kind is not released; or if there is nothing in it.
    NotFound
        If what it supersedes is not there.
    Refused
        If what it supersedes was not released, or is of another kind or tier.
    """
    if wanted.kind not in RELEASED_KINDS:
        raise BadInput(
            f"A {wanted.kind} is for the road and is not released. Make it with: qafila report {wanted.kind}."
        )
    crisis = world.catalogue.crisis.id
    if supersedes is not None:
        _check_superseded(get_release(store, crisis, supersedes), wanted)
    report = make_report(store, world, wanted, now=now, reader=f"release by {by}")
    if not any(table.rows for table in report.tables):
        raise BadInput(f"Nothing may be told to {wanted.tier} of {wanted.subject} yet. There is nothing to release.")
    values = {
        "crisis": crisis, "kind": wanted.kind, "subject": report.subject, "tier": wanted.tier, "generated_at": now,
        "drafted_at": at, "drafted_by": by, "supersedes": supersedes,
        "events": list(told_events(store, world, wanted, now=now)),
    }  # fmt: skip
    files = _files(report)
    with store.writing() as unit:
        draft = unit.add_release(values, files)
        unit.append_audit(
            actor=by, action="draft report", target=f"report {draft.id}", at=at,
            detail={"kind": wanted.kind, "subject": report.subject, "tier": wanted.tier},
        )  # fmt: skip
    return draft


def _check_superseded(old: Release, wanted: Wanted) -> None:
    if old.state != "released":
        raise Refused(f"Report {old.id} is {old.state}: only what was released can be superseded.")
    if old.superseded_by is not None:
        raise Refused(f"Report {old.id} was superseded by {old.superseded_by} already. Supersede that one.")
    if (old.kind, old.tier) != (wanted.kind, wanted.tier):
        raise Refused(f"Report {old.id} is {old.kind} for {old.tier}; this one is {wanted.kind} for {wanted.tier}.")


def _files(report: Report) -> list[tuple[ReleaseFile, bytes]]:
    made = []
    for form in OFFERS[report.kind].formats:
        if form in MAPS and not report.features:
            continue  # a map with nothing on it opens as an error in the programs of others
        languages: tuple[Language, ...] = LANGUAGES if form in SPEAKING else ("en",)
        for language in languages:
            content = write(report, form, language)
            file = ReleaseFile(
                name=file_name(report, form, language), media=MEDIA[form], language=language,
                sha256=sha256(content), size=len(content),
            )  # fmt: skip
            made.append((file, content))
    return made


def review_release(
    store: Store, crisis: str, number: int, verdict: Verdict, *, by: str, at: Instant, note: str = ""
) -> Release:
    """Approve a draft that somebody else made, or return it with a reason.

    Raises
    ------
    Refused
        If it is no draft, or the reviewer drafted it.
    BadInput
        If it is returned without a reason.
    NotFound
        If there is no such report.
    """
    if verdict == "returned" and not note.strip():
        raise BadInput("A report is returned with a reason. Say what is wrong with it.")
    with store.writing() as unit:
        reviewed = unit.review_release(crisis, number, verdict, by=by, at=at, note=note.strip()[:2_000])
        unit.append_audit(actor=by, action="review report", target=f"report {number}", at=at, detail={"is": verdict})
    return reviewed


def release(store: Store, world: World, number: int, signer: Signer, *, by: str, at: Instant, now: Instant) -> Release:
    """Release an approved report: sign it, and put it into the outbox for every recipient of its tier.

    What it tells of must still be tellable at `now`: a record withdrawn or a consent taken back since stops it.

    Raises
    ------
    Refused
        If it was not approved, or tells of an event that this tier may no longer be told of.
    NotFound
        If there is no such report.
    """
    crisis = world.catalogue.crisis.id
    draft = get_release(store, crisis, number)
    _still_tellable(store, world, draft, now)
    with store.reading() as unit:
        files = {file.name: unit.get_content(number, file.name) for file in draft.files}
    manifest = make_manifest(
        {
            "report": number, "kind": draft.kind, "subject": draft.subject, "tier": draft.tier,
            "crisis": crisis, "generated_on": day_of(draft.generated_at, world.catalogue.crisis.tz),
            "supersedes": draft.supersedes, "public_key": signer.public_key,
        },
        files,
    )  # fmt: skip
    with store.writing() as unit:
        done = unit.put_released(
            crisis, number, manifest=manifest, signature=signer.sign(manifest.encode()), by=by, at=at
        )
        for recipient in unit.list_recipients(crisis, tier=done.tier):
            if recipient.active and recipient.email is not None:
                unit.add_letter(crisis, number, recipient.id, key=letter_key(done, recipient), at=at)
        unit.append_audit(
            actor=by, action="release report", target=f"report {number}", at=at,
            detail={"tier": done.tier, "sha256": sha256(manifest.encode())},
        )  # fmt: skip
    return done


def letter_key(told: Release, recipient: Recipient) -> str:
    """Return what makes two letters the same: the report as it was signed, and who gets it. It names neither."""
    return sha256(f"{told.crisis}/{told.id}/{told.signature}/{recipient.id}".encode())[:32]


def _still_tellable(store: Store, world: World, draft: Release, now: Instant) -> None:
    if not draft.events:
        return
    wanted = Wanted(kind=draft.kind, subject=draft.subject, tier=draft.tier)  # type: ignore[arg-type] # as it was drafted
    try:
        check_offer(wanted.kind, wanted.tier)
        told = set(told_events(store, world, wanted, now=max(now, draft.generated_at)))
    except NotFound:
        told = set()
    gone = sorted(set(draft.events) - told)
    if gone:
        raise Refused(
            f"Report {draft.id} tells of {', '.join(gone)}, which may no longer be told to {draft.tier}: a record was "
            "withdrawn, or a consent taken back. Discard it and draft anew."
        )


def discard_release(store: Store, crisis: str, number: int, *, by: str, at: Instant) -> Release:
    """End a report that was not released; raises `Refused` where it was, `NotFound` where there is none."""
    with store.writing() as unit:
        gone = unit.discard_release(crisis, number)
        unit.append_audit(actor=by, action="discard report", target=f"report {number}", at=at)
    return gone


def get_release(store: Store, crisis: str, number: int) -> Release:
    """Return a report in whatever state, for the house; raises `NotFound`."""
    with store.reading() as unit:
        return unit.get_release(crisis, number)


def list_house(store: Store, crisis: str) -> tuple[Release, ...]:
    """Return every report on its way, for the house, newest first."""
    with store.reading() as unit:
        return unit.list_releases(crisis)


def list_for(store: Store, crisis: str, reader: Reader) -> tuple[Release, ...]:
    """Return the released reports that a reader may fetch, newest first: of a partner those of one tier."""
    with store.reading() as unit:
        return unit.list_releases(crisis, states=("released",), tier=reader.tier)


def find_tier(store: Store, crisis: str, account: str, otherwise: str) -> str:
    """Return the tier that a partner's account reads: its recipient's, else the partners'."""
    with store.reading() as unit:
        found = unit.find_recipient_of(crisis, account)
    return otherwise if found is None else found.tier


def get_for(store: Store, crisis: str, number: int, reader: Reader) -> Release:
    """Return a report that a reader may fetch.

    Raises
    ------
    NotFound
        If there is none, or none for this reader: whether there is one for others is not told.
    """
    found = get_release(store, crisis, number)
    if reader.tier is not None and (found.state != "released" or found.tier != reader.tier):
        raise NotFound(f"No report {number}. Use a number from the listing of reports.")
    return found


def fetch_file(
    store: Store, crisis: str, number: int, name: str, reader: Reader, *, at: Instant
) -> tuple[ReleaseFile, bytes]:
    """Return a file of a report, and put on record who fetched it.

    Raises
    ------
    NotFound
        If there is no such report for this reader, or no such file of it.
    """
    found = get_for(store, crisis, number, reader)
    file = found.file(name)
    if file is None:
        raise NotFound(f"Report {number} has no file {name!r}. Use a name from its page.")
    with store.writing() as unit:
        content = unit.get_content(number, name)
        unit.append_audit(
            actor=reader.id, action="fetch report", target=f"report {number}", at=at,
            detail={"file": name, "tier": found.tier, "sha256": file.sha256},
        )  # fmt: skip
    return file, content


def fetch_bundle(store: Store, crisis: str, number: int, reader: Reader, *, at: Instant) -> bytes:
    """Return a released report as one ZIP with manifest and signature, and put on record who fetched it.

    Raises
    ------
    NotFound
        If there is no such released report for this reader.
    """
    found = get_for(store, crisis, number, reader)
    if found.state != "released":
        raise NotFound(f"Report {number} is not released: there is no signed bundle of it.")
    with store.writing() as unit:
        files = {file.name: unit.get_content(number, file.name) for file in found.files}
        unit.append_audit(
            actor=reader.id, action="fetch report", target=f"report {number}", at=at,
            detail={"file": "bundle", "tier": found.tier, "sha256": sha256((found.manifest or "").encode())},
        )  # fmt: skip
    return _zip({**files, **signed_parts(found)})


def signed_parts(told: Release) -> dict[str, bytes]:
    """Return manifest and signature of a released report as files."""
    return {MANIFEST: (told.manifest or "").encode(), SIGNATURE: f"{told.signature}\n".encode()}


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return out.getvalue()
