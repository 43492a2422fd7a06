"""Read a seed's log of evidence and give its records their positions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.resources.abc import Traversable
from typing import Final

from planner.domain.catalogue import Catalogue
from planner.domain.errors import BadInput
from planner.intake.record import read_record
from planner.intake.toml_tables import list_tables, read_toml
from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    CeasefireViolation,
    Control,
    Evidence,
)
from routing.network import RoadNetwork

_OF_CEASEFIRE: Final = (CeasefireExtended, CeasefireClaim, CeasefireViolation)


def read_log(folder: Traversable, network: RoadNetwork, catalogue: Catalogue) -> list[Evidence]:
    """Read log.toml: its records in the order in which they became known, without positions.

    Raises
    ------
    BadInput
        With a line for each record that cannot be used, naming the line of the file where it starts.
    """
    text, told = read_toml(folder / "log.toml")
    records: list[Evidence] = []
    complaints: list[str] = []
    for table in list_tables("log.toml", text, told, "record"):
        try:
            record = read_record(table.values, network, catalogue.crisis.tz)
            check_names(record, records, catalogue)
            _check_order(record, records)
            records.append(record)
        except BadInput as cause:
            complaints.append(f"{table.where}: {cause}")
    if complaints:
        raise BadInput("\n".join(complaints))
    return records


def check_names(record: Evidence, before: Iterable[Evidence], catalogue: Catalogue) -> None:
    """Refuse a record that names a site, movement, party, commodity or ceasefire which nobody has entered.

    Roads do not know these names: a misspelt one would stay in the log without any effect.

    Raises
    ------
    BadInput
        Naming the value and where it should be listed.
    """
    fact = record.fact
    _listed("site", getattr(fact, "site", None), catalogue.sites, "sites.csv")
    _listed("movement", getattr(fact, "movement", None), catalogue.movements, "movements.csv")
    for commodity in getattr(fact, "struck", ()):
        _listed("struck", commodity, catalogue.commodities, "commodities.csv")
    for line in getattr(fact, "lines", ()):
        _listed("commodity", line.commodity, catalogue.commodities, "commodities.csv")
    parties = [party.id for party in catalogue.crisis.parties]
    if isinstance(fact, CeasefireAgreed | Arrangement):
        for party in fact.parties:
            _listed("parties", party, parties, "crisis.toml")
    if isinstance(fact, Control):
        _listed("party", fact.party, parties, "crisis.toml")
    if isinstance(fact, _OF_CEASEFIRE):
        agreed = {r.fact.ceasefire for r in before if isinstance(r.fact, CeasefireAgreed)}
        if fact.ceasefire not in agreed:
            raise BadInput(f"ceasefire is {fact.ceasefire!r}, which no record before agrees. Add it or mend the name.")


def _listed(field: str, name: str | None, known: Iterable[str], file: str) -> None:
    if name is not None and name not in known:
        raise BadInput(f"{field} is {name!r}, which is not in {file}. Add it or mend the name.")


def _check_order(record: Evidence, before: Sequence[Evidence]) -> None:
    if before and record.learned_at < before[-1].learned_at:
        raise BadInput("learned_at is earlier than the record before. Keep the log in the order of learning.")


def with_positions(records: Iterable[Evidence], first: int = 1) -> tuple[Evidence, ...]:
    """Return the records ordered by when they were learned, with positions from `first` on.

    Records learned at the same time keep their order.
    """
    ordered = sorted(records, key=lambda record: record.learned_at)
    return tuple(replace(record, position=first + i) for i, record in enumerate(ordered))
