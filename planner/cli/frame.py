"""How every command ends: errors in words that help, and the agreed exit codes."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click

from planner.domain.errors import BadInput, PlannerError
from routing.errors import RoutingError

REFUSED: Final = 1
BAD_INPUT: Final = 2

F = TypeVar("F", bound=Callable[..., Any])


def run(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; what went wrong is said on standard error, a line a mistake."""
    try:
        left = command.main(args=arguments, prog_name="qafila", standalone_mode=False)
    except click.exceptions.Abort:
        message, code = "Stopped.", REFUSED
    except click.ClickException as wrong:
        message, code = _usage(wrong), BAD_INPUT
    except (BadInput, RoutingError) as wrong:
        message, code = str(wrong), BAD_INPUT
    except PlannerError as refused:
        message, code = str(refused), REFUSED
    except OSError as wrong:
        message, code = f"{wrong.filename or 'A file'}: {wrong.strerror or wrong}. Check the path.", BAD_INPUT
    else:
        # Without its standalone mode click returns the code of a command that leaves early.
        return left if isinstance(left, int) else 0
    click.echo(message, err=True)
    return code


def _usage(wrong: click.ClickException) -> str:
    """Return one line on how a command is used; a group without a command shows its help instead."""
    if isinstance(wrong, click.UsageError) and not isinstance(wrong, click.exceptions.NoArgsIsHelpError):
        asked = "qafila" if wrong.ctx is None else wrong.ctx.command_path
        return f"{wrong.format_message()} See: {asked} --help."
    return wrong.format_message()


def json_option(command: F) -> F:
    """Give a command the switch `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")(command)


def print_json(value: object) -> None:
    """Print JSON to standard output, one document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
