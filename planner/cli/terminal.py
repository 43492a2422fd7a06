"""Write to the terminal, and in the same words where there is none: lines, tables, a bar for long work."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from planner.jobs import Report

PAGE: Final = 120
"""Characters a line where nothing says how wide the reader's screen is: a file, a pipe, a log."""


def _console(stream: TextIO, *, stderr: bool) -> Console:
    told = stream.isatty() or "COLUMNS" in os.environ
    return Console(stderr=stderr, width=None if told else PAGE, highlight=False)


out: Final = _console(sys.stdout, stderr=False)
notes: Final = _console(sys.stderr, stderr=True)


def say(text: str, *, style: str | None = None) -> None:
    """Print a line of rich's markup to standard output; outside a terminal it stays one line, however long."""
    out.print(text, style=style, soft_wrap=not out.is_terminal)


def note(text: str) -> None:
    """Print plain words to standard error."""
    notes.print(escape(text), style="dim", soft_wrap=not notes.is_terminal)


def listing(*columns: str, right: tuple[str, ...] = (), title: str | None = None) -> Table:
    """Return an empty table with these columns, those in `right` set to the right."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title=title, title_justify="left")
    table.title_style = "bold"
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def print_listing(table: Table) -> None:
    """Print a table; outside a terminal as wide as it needs to be, so that no id is broken."""
    if out.is_terminal:
        out.print(table)
        return
    needed = Measurement.get(out, out.options.update(max_width=10_000), table).maximum
    Console(width=max(PAGE, needed)).print(table)


@contextmanager
def solving(title: str) -> Iterator[Callable[[Report], None]]:
    """Show a solve's stage and share as a bar on standard error; silent where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[stage]}"), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bar:
        task = bar.add_task(title, total=1.0, stage="")

        def show(report: Report) -> None:
            said = report.stage
            if report.best is not None and report.bound is not None:
                said += f"  best {report.best:,.0f}, bound {report.bound:,.0f}"
            bar.update(task, completed=min(1.0, report.done), stage=said)

        yield show
