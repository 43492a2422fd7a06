"""Files as partners send them, made small, and who tells them."""

import csv
import io
import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import openpyxl

from planner.intake.drafts import Teller

ZONE = ZoneInfo("Asia/Damascus")
LEARNED = 1_474_362_000
"""20 September 2016, 12:00 in Damascus."""
TELLER = Teller(learned_at=LEARNED, zone=ZONE)

EVENT_HEADER = (
    "event_id_cnty", "event_date", "time_precision", "event_type", "sub_event_type", "actor1", "actor2", "location",
    "latitude", "longitude", "geo_precision", "source", "notes", "fatalities", "timestamp",
)  # fmt: skip
CLASH = {
    "event_id_cnty": "SYR1", "event_date": "2016-09-16", "time_precision": "1", "event_type": "Battles",
    "sub_event_type": "Armed clash", "actor1": "Military Forces", "actor2": "Armed Group", "location": "Hub",
    "latitude": "36.0", "longitude": "36.1", "geo_precision": "1", "source": "Local Radio", "notes": "heard at noon",
    "fatalities": "3", "timestamp": "1474000000",
}  # fmt: skip
PASSABLE = {"segment": "supply", "status": "Passable", "date": "2016-09-16", "source": "Logistics Cluster"}


def event(**changes: str) -> dict[str, str]:
    return {**CLASH, **changes}


def csv_of(*rows: dict[str, str], delimiter: str = ",") -> bytes:
    header = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, header, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def workbook(*lines: Sequence[object], merge: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in lines:
        sheet.append(list(line))
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def feature(kind: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def geojson(*features: object, **more: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def square(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]
