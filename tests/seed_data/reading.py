"""Reads the seed's tables and logs as they lie on disk, without the product's own reader."""

from __future__ import annotations

import csv
import tomllib
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

SEED = Path(__file__).resolve().parents[2] / "seed_data"
SYRIA = "syria-2016-09"

Row = dict[str, str]
# A record of the log is what TOML holds: strings, numbers, booleans, lists and small tables.
Record = dict[str, object]


def table(crisis: str, name: str) -> list[Row]:
    with (SEED / crisis / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids(crisis: str, name: str) -> set[str]:
    return {row["id"] for row in table(crisis, name)}


def log(crisis: str) -> list[Record]:
    loaded: list[Record] = tomllib.loads((SEED / crisis / "log.toml").read_text(encoding="utf-8"))["record"]
    return loaded


def header(crisis: str) -> dict[str, object]:
    return tomllib.loads((SEED / crisis / "crisis.toml").read_text(encoding="utf-8"))


def records(crisis: str, kind: str, **fields: object) -> list[Record]:
    return [r for r in log(crisis) if r["kind"] == kind and all(r.get(k) == v for k, v in fields.items())]


def moment(value: object) -> datetime:
    at = datetime.fromisoformat(str(value))
    assert at.utcoffset() == timedelta(hours=3), value
    return at


def strings(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


def figures(record: Record, what: str) -> set[int]:
    listed = record["figures"]
    assert isinstance(listed, list)
    return {item["count"] for item in listed if item["what"] == what}


def known_by(crisis: str, clock: str) -> list[Record]:
    return [r for r in log(crisis) if moment(r["learned_at"]) <= moment(clock)]


def permit_steps(crisis: str, site: str, clock: str) -> set[tuple[object, object]]:
    """The steps and states of a site's permits as known at a clock time."""
    return {(r["step"], r["state"]) for r in known_by(crisis, clock) if r["kind"] == "permit" and r["site"] == site}


def segments(crisis: str) -> set[frozenset[str]]:
    corridors: dict[str, list[Row]] = {}
    for row in table(crisis, "waypoints"):
        corridors.setdefault(row["corridor"], []).append(row)
    found: set[frozenset[str]] = set()
    for rows in corridors.values():
        stops = [r["place"] for r in sorted(rows, key=lambda r: int(r["order"])) if r["place"]]
        found |= {frozenset(pair) for pair in pairwise(stops)}
    return found
