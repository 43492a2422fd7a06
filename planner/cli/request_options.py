"""What the commands that take a step of a request have in common: its values as options, read and checked."""

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click

from planner.bootstrap import clock
from planner.cli.app import App
from planner.domain.errors import BadInput
from planner.domain.pipeline import StepName
from planner.services.requests import Taken
from routing.deliveries import ItemLine, Quantity
from routing.evidence import Figure

F = TypeVar("F", bound=Callable[..., Any])
STEPS: tuple[StepName, ...] = get_args(StepName)
_OPTIONS = (
    click.option("--at", help="When it happened: a time with offset, or a date; without it, now."),
    click.option("--source", required=True, help="Who says so."),
    click.option("--reliability", default="B", show_default=True, type=click.Choice(list("ABCDEF"))),
    click.option("--credibility", default=2, show_default=True, type=click.IntRange(1, 6)),
    click.option("--note", default="", help="Anything else."),
    click.option("--until", help="Until when a paper holds."),
    click.option("--people", type=click.IntRange(min=0), help="People that a permission or letter is for."),
    click.option("--struck", multiple=True, metavar="COMMODITY", help="An item that is not allowed."),
    click.option("--by", multiple=True, metavar="AUTHORITY",
                 help="Whose clearance: governor, security, armed_group, un; all four if none is named."),
    click.option("--gate", help="The checkpoint or crossing."),
    click.option("--hub", default="", help="Where it leaves from, if it has no convoy yet."),
    click.option("--trucks", type=click.IntRange(min=0), help="Trucks."),
    click.option("--line", "lines", multiple=True, metavar="WHAT:COMMODITY=UNITS[,kg=N][,treatments=N]",
                 help="Units of one commodity: loaded, removed, delivered, lost, returned, approved or requested."),
    click.option("--authority", "authority_type", default="", help="The type of authority that decided."),
    click.option("--reason", "reason_code", default="", help="Why, as assessed: a reason code."),
    click.option("--stated", "stated_reason", default="", help="Why, word for word."),
    click.option("--document", default="", help="Number of the waybill or proof of delivery."),
    click.option("--hours-lost", type=click.IntRange(min=0), help="Hours lost."),
    click.option("--asked", multiple=True, metavar="COUNT=SOURCE", help="People that were to be reached, by source."),
    click.option("--reached", multiple=True, metavar="COUNT=SOURCE", help="People reached, by source."),
    click.option("--follow-up", is_flag=True, help="Somebody is to follow this up."),
    click.option("--as-reported", is_flag=True, help="It happened, whatever ought to have come before it."),
)  # fmt: skip


def step_options(command: F) -> F:
    """Give a command the values of a step as options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_step(app: App, step: str, told: dict[str, Any]) -> Taken:
    """Return the step that options tell.

    Raises
    ------
    BadInput
        If the step is none, or a value is not understood.
    """
    name = next((s for s in STEPS if s == step.replace("-", "_")), None)
    if name is None:
        raise BadInput(f"Step {step!r} is none. Give one of: {', '.join(STEPS)}.")
    at, until = told.pop("at"), told.pop("until")
    return Taken(
        step=name, at=clock() if at is None else app.instant(at, "--at"),
        valid_until=None if until is None else app.instant(until, "--until"),
        lines=tuple(read_line(line) for line in told.pop("lines")),
        people_requested=_figures("--asked", told.pop("asked")),
        people_reached=_figures("--reached", told.pop("reached")), **told,
    )  # fmt: skip


def read_line(text: str, what: Quantity | None = None) -> ItemLine:
    """Read a line of units, as `removed:trauma-kit=3,kg=1500,treatments=300`; with `what` given, without that word.

    Raises
    ------
    BadInput
        If it is not understood.
    """
    head, _, rest = text.partition("=")
    quantity, _, commodity = head.rpartition(":")
    wanted = what or next((q for q in get_args(Quantity) if q == quantity), None)
    units, *more = rest.split(",")
    extra = dict(part.partition("=")[::2] for part in more)
    numbers = {"units": units, **extra}
    wrong = wanted is None or not commodity or set(extra) - {"kg", "treatments"}
    if wrong or not all(value.isdigit() for value in numbers.values()):
        raise BadInput(f"--line {text!r} is not understood. Write it as removed:trauma-kit=3,kg=1500,treatments=300.")
    read = {name: int(value) for name, value in numbers.items()}
    return ItemLine(
        what=wanted or "requested", commodity=commodity, units=read["units"], kg=read.get("kg"),
        treatments=read.get("treatments"),
    )  # fmt: skip


def _figures(option: str, told: tuple[str, ...]) -> tuple[Figure, ...]:
    found = []
    for text in told:
        count, _, source = text.partition("=")
        if not count.isdigit() or not source.strip():
            raise BadInput(f"{option} {text!r} is not understood. Write a count and whose it is: 35000=OCHA.")
        found.append(Figure(what="people", count=int(count), source=source.strip()))
    return tuple(found)
