"""Read what became of past plan periods: requested, approved, reached, in one unit a row."""

from importlib.resources.abc import Traversable
from typing import Final
from zoneinfo import ZoneInfo

from planner.domain.calibration import PlanPeriod
from planner.intake.table import Row, build_all, read_table

COLUMNS: Final = ("period", "ends", "unit", "requested", "approved", "reached", "source", "synthetic", "note")


def read_funnel(file: Traversable, zone: ZoneInfo) -> tuple[PlanPeriod, ...]:
    """Return the periods of a table, in its order.

    Raises
    ------
    BadInput
        With a line for each row that cannot be used.
    """

    def build(row: Row) -> PlanPeriod:
        row.yes("synthetic")
        return PlanPeriod(
            period=row.text("period"), ends=row.instant("ends", zone), unit=row.text("unit"),
            requested=row.integer("requested", least=1), approved=row.optional_integer("approved", least=0),
            reached=row.optional_integer("reached", least=0), source=row.text("source"),
        )  # fmt: skip

    return build_all(read_table(file, COLUMNS), build)
