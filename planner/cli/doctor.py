"""The command that looks whether everything needed is here and works."""

import click
from rich.markup import escape

from planner.bootstrap import probe_store, versions
from planner.cli.app import App, pass_app
from planner.cli.frame import REFUSED, json_option, print_json
from planner.cli.terminal import say
from planner.intake.seed import seed_names
from planner.services.doctor import examine


@click.command()
@json_option
@pass_app
def doctor(app: App, *, as_json: bool) -> None:
    """Say whether everything that the product needs is here and works. Exits 1 where something does not."""
    found = examine(app.settings.home, probe_store(app.settings, app.environ), versions())
    found["seeds"] = list(seed_names())
    if as_json:
        print_json(found)
    else:
        for name, said in found.items():
            say(f"{name:>16}  {escape(_words(said))}")
    if found["ok"] is not True:
        raise click.exceptions.Exit(REFUSED)


def _words(said: object) -> str:
    match said:
        case dict():
            return ", ".join(f"{name} {_words(value)}" for name, value in said.items())
        case list():
            return ", ".join(map(_words, said))
        case bool() | None:
            return {True: "yes", False: "no", None: "none"}[said]
        case int():
            return f"{said:,}"
    return str(said)
