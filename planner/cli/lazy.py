"""Groups of commands that load a command's module only when it is called, so that asking is quick."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar

import click


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Where a command is (`module:name`), and the line about it in the listing of commands."""

    where: str
    help: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, name = self.where.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


class LazyGroup(click.Group):
    """A group whose subclass says in `later` which commands are loaded when called; they are listed first."""

    later: ClassVar[Mapping[str, Later]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.later, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = self.later.get(cmd_name)
        return super().get_command(ctx, cmd_name) if found is None else found.load()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the listing of commands without loading them."""
        here = [name for name in super().list_commands(ctx) if not self.commands[name].hidden]
        rows = [(name, later.help) for name, later in self.later.items()]
        rows += [(name, self.commands[name].get_short_help_str(limit=100)) for name in here]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
