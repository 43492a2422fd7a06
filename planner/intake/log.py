"""Read a seed's log of evidence and give its records their positions."""

import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from planner.domain.errors import BadInput
from planner.intake.record import read_record
from routing.evidence import Evidence
from routing.network import RoadNetwork


def read_log(folder: Traversable, network: RoadNetwork, zone: ZoneInfo, sites: Collection[str]) -> list[Evidence]:
    """Read log.toml: its records in the order in which they became known, without positions.

    Raises
    ------
    BadInput
        With a line for each record that cannot be used, naming the line of the file where it starts.
    """
    text = (folder / "log.toml").read_text(encoding="utf-8")
    try:
        tables = tomllib.loads(text).get("record", [])
    except tomllib.TOMLDecodeError as cause:
        raise BadInput(f"log.toml: {cause}. Mend the TOML there.") from cause
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[record]]"]
    records: list[Evidence] = []
    complaints: list[str] = []
    for number, values in zip(lines, tables, strict=True):
        try:
            record = read_record(values, network, zone)
            _check_against(record, records, sites)
            records.append(record)
        except BadInput as cause:
            complaints.append(f"log.toml row {number}: {cause}")
    if complaints:
        raise BadInput("\n".join(complaints))
    return records


def _check_against(record: Evidence, before: Sequence[Evidence], sites: Collection[str]) -> None:
    site = getattr(record.fact, "site", None)
    if site is not None and site not in sites:
        raise BadInput(f"site is {site!r}, which is not in sites.csv. Add it or mend the name.")
    if before and record.learned_at < before[-1].learned_at:
        raise BadInput("learned_at is earlier than the record before. Keep the log in the order of learning.")


def with_positions(records: Iterable[Evidence], first: int = 1) -> tuple[Evidence, ...]:
    """Return the records ordered by when they were learned, with positions from `first` on.

    Records learned at the same time keep their order.
    """
    ordered = sorted(records, key=lambda record: record.learned_at)
    return tuple(replace(record, position=first + i) for i, record in enumerate(ordered))
