"""What all commands share: settings, the open store, times as people write them, progress, and errors that help."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from planner import bootstrap
from planner.domain.errors import BadInput, PlannerError
from planner.domain.world import World
from planner.jobs import Report
from planner.services.crises import choose_crisis, load_world
from planner.store.store import Store
from routing.errors import RoutingError
from routing.units import Instant, parse_instant

REFUSED: Final = 1
BAD_INPUT: Final = 2

F = TypeVar("F", bound=Callable[..., Any])

out = Console()
notes = Console(stderr=True)


@dataclass(kw_only=True)
class App:
    """One run of the command line. The store and the world are opened when a command first needs them."""

    settings: bootstrap.Settings = field(default_factory=lambda: bootstrap.read_settings(os.environ))

    @cached_property
    def store(self) -> Store:
        """The open store."""
        return bootstrap.open_store(self.settings, os.environ)

    @cached_property
    def crisis(self) -> str:
        """The id of the crisis that is worked on."""
        return choose_crisis(self.store, self.settings.crisis)

    @cached_property
    def world(self) -> World:
        """All that is on record about the crisis."""
        return load_world(self.store, self.crisis)

    @property
    def actor(self) -> str:
        """The id of whoever gives the command."""
        return bootstrap.actor(os.environ)

    def instant(self, text: str, option: str) -> Instant:
        """Read a time with offset, or a bare date in the crisis's own zone.

        Raises
        ------
        BadInput
            Naming the option, the value and the way out.
        """
        try:
            return parse_instant(text, self.world.catalogue.crisis.tz)
        except RoutingError as cause:
            raise BadInput(f"{option}: {cause}") from cause


pass_app = click.make_pass_decorator(App, ensure=True)


def json_option(command: F) -> F:
    """Give a command the switch `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")(command)


def print_json(value: object) -> None:
    """Print JSON to standard output, one document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def solving(title: str) -> Iterator[Callable[[Report], None]]:
    """Show a solve's stage and share as a bar on standard error; silent where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[stage]}"), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True) as bar:
        task = bar.add_task(title, total=1.0, stage="")

        def show(report: Report) -> None:
            said = report.stage
            if report.best is not None and report.bound is not None:
                said += f"  best {report.best:,.0f}, bound {report.bound:,.0f}"
            bar.update(task, completed=min(1.0, report.done), stage=said)

        yield show


def run(command: click.Command) -> None:
    """Run the command line; say what went wrong in words and end with the agreed exit code."""
    try:
        command(standalone_mode=False)
    except click.exceptions.Abort:
        notes.print("Stopped.")
        sys.exit(REFUSED)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(BAD_INPUT)
    except (BadInput, RoutingError) as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(BAD_INPUT)
    except PlannerError as refused:
        click.echo(str(refused), err=True)
        sys.exit(REFUSED)
