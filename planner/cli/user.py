"""Commands on people: who may sign in to the pages, with which roles, and new one-time passwords."""

from zoneinfo import ZoneInfo

import click
from rich.text import Text

from planner import bootstrap
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.terminal import listing, note, print_listing
from planner.domain.accounts import Account, parse_role
from planner.domain.rights import Role
from planner.services import accounts
from planner.services.accounts import NewPassword
from routing.units import Instant, format_instant

ROLES = ", ".join(Role)


@click.group()
def user() -> None:
    """Say who may sign in to the pages, and with which roles."""


@user.command()
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, help=f"One of {ROLES}; may be given again.")
@click.option("--name", default="", help="The name that is shown; else the username.")
@json_option
@pass_app
def add(app: App, username: str, roles: tuple[str, ...], name: str, *, as_json: bool) -> None:
    """Let somebody in, and print their one-time password once."""
    wanted = [parse_role(role) for role in roles]
    made = accounts.add_account(app.store, username, wanted, name=name, actor=app.actor, at=bootstrap.clock())
    _print_password(made, as_json=as_json)


@user.command("list")
@json_option
@pass_app
def list_(app: App, *, as_json: bool) -> None:
    """List who may sign in. Times are in UTC."""
    rows, now = accounts.list_accounts(app.store), bootstrap.clock()
    if as_json:
        print_json([_as_json(row, now) for row in rows])
        return
    table = listing("username", "name", "roles", "codes", "last seen", "")
    for row in rows:
        table.add_row(
            row.username, Text(row.name), ", ".join(sorted(row.roles)), "on" if row.totp_secret else "off",
            "never" if row.last_seen_at is None else _utc(row.last_seen_at)[:16], _state(row, now),
        )  # fmt: skip
    print_listing(table)
    if not rows:
        note("Nobody yet. Add somebody: qafila user add USERNAME --role ROLE")


@user.command()
@click.argument("username")
@click.option("--second-factor", is_flag=True, help="Forget their one-time codes too, as when the phone is lost.")
@json_option
@pass_app
def reset(app: App, username: str, *, second_factor: bool, as_json: bool) -> None:
    """Print a new one-time password; where they are signed in they are put out, and their tokens are revoked."""
    made = accounts.reset_password(
        app.store, username, second_factor=second_factor, actor=app.actor, at=bootstrap.clock()
    )
    _print_password(made, as_json=as_json)


@user.command()
@click.argument("username")
@pass_app
def disable(app: App, username: str) -> None:
    """Let somebody in no more; where they are signed in they are put out at once."""
    account = accounts.disable_account(app.store, username, actor=app.actor, at=bootstrap.clock())
    click.echo(f"{account.username} is disabled and signed out everywhere.")


@user.command()
@click.argument("username")
@pass_app
def enable(app: App, username: str) -> None:
    """Let a disabled person in again."""
    account = accounts.enable_account(app.store, username, actor=app.actor, at=bootstrap.clock())
    click.echo(f"{account.username} may sign in again.")


@user.command()
@click.argument("username")
@click.argument("roles", nargs=-1, required=True, metavar="ROLE...")
@pass_app
def roles(app: App, username: str, roles: tuple[str, ...]) -> None:
    """Give somebody these roles instead of those they have; they count at once."""
    wanted = [parse_role(role) for role in roles]
    account = accounts.set_roles(app.store, username, wanted, actor=app.actor, at=bootstrap.clock())
    click.echo(f"{account.username}: {', '.join(sorted(account.roles))}.")


def _print_password(made: NewPassword, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": made.account, "username": made.username, "roles": [*made.roles], "password": made.password})
        return
    note(f"One-time password of {made.username} ({', '.join(made.roles)}); it is shown this once:")
    click.echo(made.password)


def _state(account: Account, now: Instant) -> str:
    if not account.active:
        return "disabled"
    if account.is_locked(now):
        return "rests after wrong tries"
    return "has a one-time password" if account.must_change_password else ""


def _as_json(account: Account, now: Instant) -> dict[str, object]:
    def said(at: Instant | None) -> str | None:
        return None if at is None else _utc(at)

    return {
        "id": account.id,
        "username": account.username,
        "name": account.name or None,
        "roles": sorted(account.roles),
        "active": account.active,
        "one_time_codes": account.totp_secret is not None,
        "must_change_password": account.must_change_password,
        "locked_until": said(account.locked_until) if account.is_locked(now) else None,
        "created_at": said(account.created_at),
        "last_seen_at": said(account.last_seen_at),
    }


def _utc(at: Instant) -> str:
    return format_instant(at, ZoneInfo("UTC"))  # people are there before any crisis with a zone of its own
