"""Commands on delivery: who gets reports, what waits for them, and sending it."""

import signal
import threading

import click
from rich.text import Text

from planner import bootstrap
from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.terminal import listing, note, print_listing
from planner.domain.errors import BadInput
from planner.domain.releases import Letter, Recipient
from planner.partners.mail import MailServer
from planner.partners.report import TIERS
from planner.partners.words import LANGUAGES
from planner.services import accounts
from planner.services import outbox as service
from routing.units import format_instant


@click.group()
def outbox() -> None:
    """Say who gets released reports, and deliver them by mail."""


@outbox.command()
@click.argument("recipient")
@click.option("--organisation", required=True, help="As it is called.")
@click.option("--tier", type=click.Choice(TIERS), required=True, help="What they read.")
@click.option("--email", help="Where reports are mailed; without it they fetch them.")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option(
    "--format", "formats", multiple=True, default=("pdf", "xlsx"), show_default=True, help="May be given again."
)
@click.option("--account", help="The username whose page and token open their feed.")
@pass_app
def add(
    app: App, recipient: str, organisation: str, tier: str, email: str | None, language: str, formats: tuple[str, ...],
    account: str | None,
) -> None:  # fmt: skip
    """Add a RECIPIENT of the released reports of a tier, or change one: all values are given anew."""
    there = next((r for r in service.list_recipients(app.store, app.crisis) if r.id == recipient), None)
    linked = None if account is None else accounts.get_account(app.store, account).id
    wanted = Recipient(
        id=recipient, organisation=organisation, email=email, tier=tier, language=language, formats=formats,
        account=linked, version=0 if there is None else there.version, alerts=there is not None and there.alerts,
    )  # fmt: skip
    kept = service.put_recipient(app.store, app.crisis, wanted, by=app.actor, at=clock())
    click.echo(f"{kept.organisation} reads {kept.tier}{' by mail' if kept.email else ''}.")


@outbox.command()
@click.argument("recipient")
@click.argument("switch", type=click.Choice(("on", "off")))
@pass_app
def alerts(app: App, recipient: str, switch: str) -> None:
    """Mail a RECIPIENT on duty how many convoys news touches, or cease to; it reads T3 and has an address."""
    service.switch_alerts(app.store, app.crisis, recipient, on=switch == "on", by=app.actor, at=clock())
    click.echo(f"{recipient} is {'alerted' if switch == 'on' else 'not alerted any more'}.")


@outbox.command()
@click.argument("recipient")
@pass_app
def remove(app: App, recipient: str) -> None:
    """Send a RECIPIENT nothing more and forget the address; what was sent stays on record by id."""
    service.end_recipient(app.store, app.crisis, recipient, by=app.actor, at=clock())
    click.echo(f"{recipient} gets nothing more; the address is erased.")


@outbox.command()
@json_option
@pass_app
def recipients(app: App, *, as_json: bool) -> None:
    """List who gets the reports of which tier."""
    rows = service.list_recipients(app.store, app.crisis)
    if as_json:
        print_json([
            {"recipient": r.id, "organisation": r.organisation, "tier": r.tier, "mailed": r.email is not None,
             "language": r.language, "formats": [*r.formats], "active": r.active, "alerts": r.alerts}
            for r in rows
        ])  # fmt: skip
        return
    table = listing("recipient", "organisation", "tier", "mailed", "language", "formats", "")
    for r in rows:
        mailed = "yes" if r.email else "fetches"
        table.add_row(
            r.id, Text(r.organisation), r.tier, mailed, r.language, ", ".join(r.formats), "" if r.active else "ended"
        )
    print_listing(table)


@outbox.command("list")
@json_option
@pass_app
def list_(app: App, *, as_json: bool) -> None:
    """List the letters: what waits, what was sent, what was put aside and why."""
    rows, zone = service.list_letters(app.store, app.crisis), app.world.catalogue.crisis.tz
    if as_json:
        print_json([
            {"letter": r.id, "report": r.release, "news": r.news and [*r.news], "recipient": r.recipient,
              "state": r.state, "attempts": r.attempt,
             "next_at": format_instant(r.next_at, zone), "error": r.error,
             "sent_at": None if r.sent_at is None else format_instant(r.sent_at, zone)}
            for r in rows
        ])  # fmt: skip
        return
    table = listing("letter", "about", "recipient", "state", "tries", "sent, or next try", "error", right=("letter",))
    for r in rows:
        when = format_instant(r.next_at if r.sent_at is None else r.sent_at, zone)[:16]
        table.add_row(str(r.id), _about(r), r.recipient, r.state, str(r.attempt), when, Text(r.error or ""))
    print_listing(table)


def _about(letter: Letter) -> str:
    if letter.news is None:
        return f"report {letter.release}"
    first, last = letter.news
    return f"record {first}" if first == last else f"records {first}-{last}"


@outbox.command()
@click.argument("letter", type=int)
@pass_app
def retry(app: App, letter: int) -> None:
    """Queue a LETTER again that was put aside."""
    service.retry_letter(app.store, app.crisis, letter, by=app.actor, at=clock())
    click.echo(f"Letter {letter} is queued again.")


@outbox.command()
@pass_app
def send(app: App) -> None:
    """Send what is due now, then leave."""
    mailer = _mailer(app)
    tried = service.send_what_waits(
        app.store, app.crisis, mailer, sender=mailer.sender, public_key=bootstrap.get_signer(app.settings).public_key,
        clock=clock,
    )  # fmt: skip
    waiting = [r for r in service.list_letters(app.store, app.crisis) if r.state not in {"sent", "needless"}]
    note(f"Tried {tried} letters; {len(waiting)} are not sent.")


@outbox.command()
@pass_app
def run(app: App) -> None:
    """Send letters as they come due, until told to leave."""
    mailer, leaving = _mailer(app), threading.Event()
    before = {
        sign: signal.signal(sign, lambda _number, _frame: leaving.set()) for sign in (signal.SIGTERM, signal.SIGINT)
    }
    key = bootstrap.get_signer(app.settings).public_key
    try:
        note(f"Reports go out by {mailer.host}.")
        service.send_forever(
            app.store, app.crisis, mailer, sender=mailer.sender, public_key=key, clock=clock, leaving=leaving
        )
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _mailer(app: App) -> MailServer:
    mailer = bootstrap.find_mailer(app.settings)
    if mailer is None:
        raise BadInput("No mail server is set. Set QAFILA_SMTP_URL and QAFILA_MAIL_FROM, or both in settings.toml.")
    return mailer
