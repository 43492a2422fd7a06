"""A request's waybill: its lines by all its records together, several reports of one event counted once."""

from collections.abc import Iterable, Mapping, Sequence

from planner.domain.catalogue import Catalogue
from planner.domain.permits import IN_FORCE
from planner.domain.quantities import LineBalance, balance
from routing.deliveries import ItemLine, MovementStep
from routing.evidence import DeliveryOutcome, Evidence, PermitStep
from routing.units import Instant


def lines_of(
    records: Sequence[Evidence], catalogue: Catalogue, before: Iterable[LineBalance]
) -> tuple[LineBalance, ...]:
    """Return the balance of a request's lines by these records; what was asked for stands if no record says it."""
    asked = tuple(
        ItemLine(what="requested", commodity=line.commodity, units=line.requested)
        for line in before
        if line.requested is not None
    )
    return waybill(records, catalogue, asked, reconciled=False)


def waybill(
    records: Sequence[Evidence], catalogue: Catalogue, asked_first: tuple[ItemLine, ...], *, reconciled: bool
) -> tuple[LineBalance, ...]:
    """Return the balance of every line; `asked_first` is what a published plan asks for before any record does."""
    told: list[tuple[ItemLine, ...]] = [asked_first]
    events: dict[tuple[str, str, Instant], dict[str, tuple[ItemLine, ...]]] = {}
    for record in records:
        fact = record.fact
        if isinstance(fact, PermitStep):
            asked = {line.commodity: line.units for lines in told for line in lines if line.what == "requested"}
            told.append(fact.lines or _granted(fact, asked))
        elif isinstance(fact, MovementStep | DeliveryOutcome) and fact.lines:
            accounts = events.setdefault((fact.kind, word_of(record), happened_at(record)), {})
            accounts[record.source] = (*accounts.pop(record.source, ()), *fact.lines)
    # Several sources on one event are several accounts of it, and the one that spoke last counts; what one source
    # says in several records it says together.
    last_accounts = [list(accounts.values())[-1] for accounts in events.values()]
    return balance([*told, *last_accounts], catalogue.commodities, reconciled=reconciled)


def _granted(fact: PermitStep, asked: Mapping[str, int]) -> tuple[ItemLine, ...]:
    """Return what a permission that counts nothing allows: all that was asked for but what it strikes."""
    if fact.step != "permission" or fact.state not in IN_FORCE:
        return ()
    return tuple(
        ItemLine(what="approved", commodity=name, units=0 if name in fact.struck else units)
        for name, units in asked.items()
    )


def happened_at(record: Evidence) -> Instant:
    """Return when what a record tells took place."""
    return record.fact.happened_at if isinstance(record.fact, DeliveryOutcome) else record.valid.start


def word_of(record: Evidence) -> str:
    """Return which step or outcome of a convoy a record tells."""
    fact = record.fact
    if isinstance(fact, MovementStep):
        return fact.step
    if isinstance(fact, DeliveryOutcome):
        return fact.what
    raise TypeError(f"Record {record.position} tells no step of a convoy.")
