"""Units of relief by line from asking to the proof of delivery: what each record counts, and whether it adds up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from planner.domain.needs import Commodity, CommodityId
from routing.deliveries import ItemLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBalance:
    """What is recorded of one commodity; None is not stated, and nothing is taken from what is not stated.

    `requested` and `approved` are the last words on each, the others sums. `loaded` counts what was put on trucks,
    `removed` what authorities took off again, before or after sealing. `reconciled`: the waybill was compared.
    """

    commodity: CommodityId
    requested: int | None = None
    approved: int | None = None
    loaded: int | None = None
    removed: int | None = None
    delivered: int | None = None
    lost: int | None = None
    returned: int | None = None
    removed_kg: int | None = None
    removed_treatments: int | None = None
    reconciled: bool = False

    @property
    def on_waybill(self) -> int | None:
        """Units that left: loaded less removed."""
        return None if self.loaded is None else self.loaded - (self.removed or 0)

    @property
    def not_approved(self) -> int | None:
        """Units that were asked for and not granted."""
        if self.requested is None or self.approved is None:
            return None
        return self.requested - self.approved

    @property
    def on_board(self) -> int | None:
        """Units that no record has off the trucks: loaded less removed, delivered, lost and returned."""
        if self.loaded is None:
            return None
        return self.loaded - (self.removed or 0) - (self.delivered or 0) - (self.lost or 0) - (self.returned or 0)

    @property
    def unaccounted(self) -> int:
        """Units that do not add up: more came off than were put on, or some are missing once it was reconciled."""
        if self.loaded is None:
            return -((self.removed or 0) + (self.delivered or 0) + (self.lost or 0) + (self.returned or 0))
        left = self.on_board or 0
        return left if left < 0 or self.reconciled else 0

    @property
    def over_loaded(self) -> int:
        """Units loaded beyond what was approved; 0 where that is not stated."""
        if self.loaded is None or self.approved is None:
            return 0
        return max(0, self.loaded - self.approved)

    @property
    def adds_up(self) -> bool:
        """Whether every unit is where the records say."""
        return self.unaccounted == 0 and self.over_loaded == 0 and (self.not_approved or 0) >= 0


def balance(
    told: Iterable[tuple[ItemLine, ...]], commodities: Mapping[CommodityId, Commodity], *, reconciled: bool = False
) -> tuple[LineBalance, ...]:
    """Return the balance of each commodity of which records speak, in the order of the catalogue.

    `told` are the lines record by record in order of time. Where removed units come without a weight, it is that of
    the catalogue.
    """
    sums: dict[CommodityId, dict[str, int]] = {}
    for lines in told:
        for line in lines:
            mine = sums.setdefault(line.commodity, {})
            if line.what in {"requested", "approved"}:
                mine[line.what] = line.units
                continue
            mine[line.what] = mine.get(line.what, 0) + line.units
            if line.what == "removed":
                kg = line.kg if line.kg is not None else line.units * commodities[line.commodity].kg
                mine["removed_kg"] = mine.get("removed_kg", 0) + kg
                if line.treatments is not None:
                    mine["removed_treatments"] = mine.get("removed_treatments", 0) + line.treatments
    return tuple(
        LineBalance(
            commodity=name, requested=mine.get("requested"), approved=mine.get("approved"), loaded=mine.get("loaded"),
            removed=mine.get("removed"), delivered=mine.get("delivered"), lost=mine.get("lost"),
            returned=mine.get("returned"), removed_kg=mine.get("removed_kg"),
            removed_treatments=mine.get("removed_treatments"), reconciled=reconciled,
        )
        for name, mine in ((name, sums[name]) for name in commodities if name in sums)
    )  # fmt: skip
