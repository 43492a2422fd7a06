"""Commands that let reports out: draft, review by a second person, release, verify; and consent to tell of one."""

import zipfile
from pathlib import Path
from typing import Final, get_args

import click
from rich.text import Text

from planner import bootstrap
from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.terminal import listing, note, print_listing
from planner.domain.errors import BadInput
from planner.domain.releases import Release, Verdict
from planner.partners.report import TIERS, Kind, Tier
from planner.partners.signing import check_bundle
from planner.services import releases
from planner.services.evidence import record
from planner.services.releases import RELEASED_KINDS, Reader
from planner.services.reports import Wanted
from routing.evidence import Sensitivity
from routing.units import format_instant

CLASSES: Final[tuple[str, ...]] = get_args(Sensitivity)


@click.command()
@click.argument("kind", type=click.Choice(sorted(RELEASED_KINDS)))
@click.argument("subject")
@click.option("--tier", type=click.Choice(TIERS), required=True, help="Who is to read it.")
@click.option("--supersedes", type=int, help="The number of the released report whose place it takes.")
@click.option("--at", help="As of this time; else now.")
@json_option
@pass_app
def draft(
    app: App, kind: Kind, subject: str, tier: Tier, supersedes: int | None, at: str | None, *, as_json: bool
) -> None:
    """Draft a report of a KIND on a SUBJECT (a period, a plan's month or an event) for review."""
    now = clock() if at is None else app.instant(at, "--at")
    wanted = Wanted(kind=kind, subject=subject, tier=tier)
    made = releases.draft_release(
        app.store, app.world, wanted, by=app.actor, at=clock(), now=now, supersedes=supersedes
    )
    _say(
        app, made, f"Drafted as {made.id}. A second person reviews it: qafila report review {made.id}", as_json=as_json
    )


@click.command()
@click.argument("number", type=int)
@click.option(
    "--approve/--return", "approve", required=True, default=None, help="Approve it, or return it with a note."
)
@click.option("--note", "said", default="", help="What is wrong with it.")
@json_option
@pass_app
def review(app: App, number: int, said: str, *, approve: bool, as_json: bool) -> None:
    """Approve a draft that somebody else made, or return it."""
    verdict: Verdict = "approved" if approve else "returned"
    done = releases.review_release(
        app.store,
        app.crisis,
        number,
        verdict,
        by=app.actor,
        at=clock(),
        note=said,
    )
    _say(app, done, f"Report {number} is {verdict}.", as_json=as_json)


@click.command()
@click.argument("number", type=int)
@click.option("--at", help="Judge what may be told as of this time; else now.")
@json_option
@pass_app
def release(app: App, number: int, at: str | None, *, as_json: bool) -> None:
    """Release an approved report: it is signed, and goes to every recipient of its tier."""
    now = clock() if at is None else app.instant(at, "--at")
    signer = bootstrap.get_signer(app.settings)
    done = releases.release(app.store, app.world, number, signer, by=app.actor, at=clock(), now=now)
    _say(app, done, f"Released {number}, signed with {signer.public_key}.", as_json=as_json)


@click.command()
@click.argument("number", type=int)
@pass_app
def discard(app: App, number: int) -> None:
    """End a report that was not released."""
    releases.discard_release(app.store, app.crisis, number, by=app.actor, at=clock())
    click.echo(f"Report {number} is discarded.")


@click.command("list")
@json_option
@pass_app
def list_(app: App, *, as_json: bool) -> None:
    """List reports on their way: drafts, returned, approved, released, superseded."""
    rows = releases.list_house(app.store, app.crisis)
    if as_json:
        print_json([release_json(row, app) for row in rows])
        return
    table = listing("number", "kind", "subject", "tier", "state", "drafted by", "reviewed by", "released")
    zone = app.world.catalogue.crisis.tz
    for row in rows:
        state = f"superseded by {row.superseded_by}" if row.superseded_by else row.state
        released = "" if row.released_at is None else format_instant(row.released_at, zone)[:16]
        table.add_row(
            str(row.id),
            row.kind,
            row.subject,
            row.tier,
            state,
            Text(row.drafted_by),
            Text(row.reviewed_by or ""),
            released,
        )
    print_listing(table)


@click.command()
@click.argument("number", type=int)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The ZIP to write.")
@pass_app
def fetch(app: App, number: int, output: Path) -> None:
    """Write a released report as one ZIP: its files, the manifest and the signature."""
    content = releases.fetch_bundle(app.store, app.crisis, number, Reader(id=app.actor, tier=None), at=clock())
    output.write_bytes(content)
    note(f"Written {len(content):,} bytes to {output}.")


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path, exists=True))
@click.option("--key", "public_key", help="The public key that the sender gave you; else this desk's own.")
@json_option
@pass_app
def verify(app: App, bundle: Path, public_key: str | None, *, as_json: bool) -> None:
    """Check that a released report (a ZIP or its folder) is whole and signed with a key."""
    key = public_key or bootstrap.get_signer(app.settings).public_key
    told = check_bundle(_read(bundle), key)
    if as_json:
        print_json({"ok": True, **told})
        return
    files = told["files"] if isinstance(told["files"], dict) else {}
    click.echo(
        f"Report {told['report']}, {told['kind']} {told['subject']} for {told['tier']}: {len(files)} files hold."
    )


LARGEST: Final = 200 * 1024 * 1024
"""Bytes of a bundle unpacked: a report has a hundredth of it."""


def _read(bundle: Path) -> dict[str, bytes]:
    if bundle.is_dir():
        return {path.name: path.read_bytes() for path in sorted(bundle.iterdir()) if path.is_file()}
    try:
        with zipfile.ZipFile(bundle) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST:
                raise BadInput(f"{bundle} unpacks to more than {LARGEST:,} bytes. It is no report of ours.")
            return {part.filename: packed.read(part) for part in packed.infolist()}
    except zipfile.BadZipFile as cause:
        raise BadInput(f"{bundle} is no ZIP. Give the bundle, or the folder it was unpacked into.") from cause


@click.command()
@pass_app
def key(app: App) -> None:
    """Print the public key by which others verify what this desk releases."""
    click.echo(bootstrap.get_signer(app.settings).public_key)


@click.command()
@click.argument("movement")
@click.option(
    "--consent/--no-consent", required=True, default=None, help="Whether the reporting organisation consents."
)
@click.option(
    "--class",
    "sensitivity",
    type=click.Choice(CLASSES),
    default="severe",
    show_default=True,
    help="low: anybody; moderate: partners; high: the access working group; severe: operations alone.",
)
@click.option("--source", required=True, help="Whose word it is.")
@click.option("--learned", help="When it was learned; without it, now.")
@pass_app
def share(
    app: App, movement: str, sensitivity: str, source: str, learned: str | None, *, consent: bool
) -> None:  # fmt: skip
    """Record whether a failed MOVEMENT may be told to others. Without such a record nothing of it leaves operations."""
    at = learned or format_instant(clock(), app.world.catalogue.crisis.tz)
    told = {
        "kind": "sharing", "movement": movement, "consent": consent, "sensitivity": sensitivity, "source": source,
        "valid_from": at, "learned_at": at,
    }  # fmt: skip
    position = record(app.store, app.world, told, actor=app.actor, at=clock())
    click.echo(f"Recorded as {position}.")


def release_json(row: Release, app: App) -> dict[str, object]:
    """Return a report on its way as scripts read it."""
    zone = app.world.catalogue.crisis.tz

    def moment(at: int | None) -> str | None:
        return None if at is None else format_instant(at, zone)

    return {
        "report": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "tier": row.tier,
        "state": row.state,
        "drafted_at": moment(row.drafted_at),
        "drafted_by": row.drafted_by,
        "reviewed_by": row.reviewed_by,
        "review_note": row.review_note,
        "released_at": moment(row.released_at),
        "supersedes": row.supersedes,
        "superseded_by": row.superseded_by,
        "files": {file.name: file.sha256 for file in row.files},
    }


def _say(app: App, row: Release, words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(release_json(row, app))
    else:
        click.echo(words)


COMMANDS: Final = (draft, review, release, discard, list_, fetch, verify, key, share)
