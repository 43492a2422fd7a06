"""What is recorded of a convoy between its papers and its outcome: its steps, and units of relief counted by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from routing.errors import InvalidEvidence
from routing.network import GateId

CAME_LATER: Final[Mapping[str, bool]] = {"unwritten_if_default": True}
"""Metadata of fields that came later: a record that says nothing there is written, and has its digest, as before."""

Quantity: TypeAlias = Literal["requested", "approved", "loaded", "removed", "delivered", "lost", "returned"]
MovementStepName: TypeAlias = Literal[
    "loading", "items_removed", "sealed", "dispatched", "at_checkpoint", "proceeded", "released", "crossed_line",
    "offloading", "returned", "reconciled",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """Units of one commodity that one record counts under one heading; kg and treatments None are not stated."""

    what: Quantity
    commodity: str
    units: int
    kg: int | None = None
    treatments: int | None = field(default=None, metadata=CAME_LATER)

    def __post_init__(self) -> None:
        """Refuse a count below nought.

        Raises
        ------
        InvalidEvidence
            If there is one.
        """
        if min(self.units, self.kg or 0, self.treatments or 0) < 0:
            raise InvalidEvidence(f"{self.units} units of {self.commodity} {self.what} cannot be. Give 0 or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementStep:
    """One step of a convoy from loading to reconciliation; it was taken when the record's valid window begins.

    `site` empty: of all its stops. `document` is the number of the waybill or proof of delivery.
    """

    movement: str
    step: MovementStepName
    site: str | None = None
    gate: GateId | None = None
    trucks: int | None = None
    lines: tuple[ItemLine, ...] = ()
    authority_type: str = "none"
    reason_code: str = ""
    stated_reason: str = ""
    document: str = ""
    kind: Literal["movement_step"] = "movement_step"
