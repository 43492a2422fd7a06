"""Say in one English sentence why a part of a segment's status is as it is, and who reported it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

from routing.evidence import Evidence
from routing.ledger import SUPPOSED
from routing.status import Part

_SAYINGS: Final[Mapping[str, str]] = {
    "road_open": "The road is open{}",
    "road_restricted": "The road is open with restrictions{}",
    "road_damaged": "The road is damaged{}",
    "road_closed": "The road is closed{}",
    "stale_report": "The road was open{}, but the report is old",
    "disputed_report": "Sources disagree on the road{}",
    "no_report": "Nobody has reported on the road, and one report is needed here",
    "not_reported": "Nobody has reported on the road, and none is needed here",
    "one_holder": "The road stays with one holder{}",
    "border": "The road crosses a border{}",
    "crosses_line": "The road crosses a line{}",
    "line_without_consent": "The road crosses a line{} with neither ceasefire nor arrangement",
    "control_not_reported": "It is not known who holds both ends of the road{}",
    "not_needed": "No ceasefire is needed",
    "ceasefire_in_force": "A ceasefire is in force{}",
    "ceasefire_strained": "A ceasefire is in force, with violations{}",
    "ceasefire_disputed": "It is disputed whether a ceasefire holds{}",
    "ceasefire_announced": "A ceasefire is past its firm end, its renewal uncertain{}",
    "ceasefire_suspended": "The ceasefire is suspended{}",
    "ceasefire_over": "The ceasefire is over{}",
    "ceasefire_expired": "The ceasefire has expired{}",
    "arrangement": "Both sides have agreed to passage{}",
    "pause": "Both sides have accepted a daily pause{}",
    "no_gate": "No gate stands on the road",
    "gate_open": "The gate is open to all{}",
    "gate_by_permit": "The gate is passable by permit{}",
    "gate_closed": "The gate is closed to all{}",
    "outside_hours": "It is outside the gate's hours{}",
    "gate_not_reported": "Nobody has reported on the gate; its rule is assumed{}",
    "stale_gate": "The gate was open to all{}, but the report is old",
    "disputed_gate": "Sources disagree on the gate{}",
    "disputed_hours": "Sources disagree on the gate's hours{}",
    "no_hazard": "No incident is felt on the road",
    "air_strike": "An air strike is felt on the road{}",
    "shelling": "Shelling is felt on the road{}",
    "armed_clash": "An armed clash is felt on the road{}",
    "attack_on_aid": "Aid was attacked near the road{}",
}


def describe(part: Part, log: Iterable[Evidence], zone: tzinfo = UTC) -> str:
    """Return one sentence for a part: its reason, its values and who reported it; dates are days in `zone`.

    Probabilities below 1 are given. What nobody reported is called supposed (a what-if) or has no source.
    """
    saying = _SAYINGS.get(part.code, part.code.replace("_", " ").capitalize() + "{}")
    text = saying.format(f" ({part.detail})" if part.detail else "")
    if 0 < part.p < 1:
        text += f", passable with p {part.p:.2f}"
    wanted = set(part.evidence)
    records = sorted(
        (record for record in log if record.position in wanted and record.position != SUPPOSED),
        key=lambda record: record.position,
    )
    told = [f"reported by {_source(record, zone)}" for record in records]
    if SUPPOSED in wanted:
        told.append("supposed in this what-if")
    return f"{text}{', ' if told else ''}{' and '.join(told)}."


def _source(record: Evidence, zone: tzinfo) -> str:
    day = datetime.fromtimestamp(record.valid.start, zone).date().isoformat()
    synthetic = ", synthetic" if record.synthetic else ""
    return f"{record.source} on {day} (position {record.position}{synthetic})"
