"""Which hazard an event leaves on the roads around it, by ACLED's type and sub-type: a table that users may change."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast, get_args

from planner.domain.errors import BadInput
from planner.intake.sheet import Column, read_sheet
from planner.intake.table import Row, build_all
from routing.evidence import Hazard

HAZARD_COLUMNS: Final = ("event_type", "sub_event_type", "actor_holds", "hazard")


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardRule:
    """Events of a type and sub-type, some only where an actor's name holds certain words, leave this hazard."""

    event_type: str
    sub_event_type: str
    hazard: Hazard
    actor_holds: str = ""


def find_hazard(
    rules: Sequence[HazardRule], event_type: str, sub_event_type: str, actors: Sequence[str]
) -> Hazard | None:
    """Return the hazard by the first rule that applies; None where no rule knows the sub-type."""
    named = " ; ".join(actors).casefold()
    for rule in rules:
        of_kind = _same(rule.event_type, event_type) and _same(rule.sub_event_type, sub_event_type)
        if of_kind and rule.actor_holds.casefold() in named:
            return rule.hazard
    return None


def read_hazard_rules(name: str, content: bytes) -> tuple[HazardRule, ...]:
    """Read a table of rules as `write_hazard_rules` writes it; it replaces the whole of the default.

    Raises
    ------
    BadInput
        With a line for each row that cannot be used.
    """
    wanted = {key: Column(names=(key,), required=key != "actor_holds") for key in HAZARD_COLUMNS}
    sheet = read_sheet(name, content, wanted)
    if sheet.quarantined:
        raise BadInput("\n".join(f"{name} row {one.row}: {one.reason}" for one in sheet.quarantined))
    return build_all(sheet.rows, _rule)


def write_hazard_rules(rules: Sequence[HazardRule]) -> str:
    """Return the rules as a CSV table, in the order in which they apply."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HAZARD_COLUMNS)
    writer.writerows((r.event_type, r.sub_event_type, r.actor_holds, r.hazard) for r in rules)
    return out.getvalue()


def _rule(row: Row) -> HazardRule:
    return HazardRule(
        event_type=row.text("event_type"), sub_event_type=row.text("sub_event_type"),
        actor_holds=row.optional("actor_holds") or "",
        hazard=cast("Hazard", row.one_of("hazard", get_args(Hazard))),
    )  # fmt: skip


def _same(a: str, b: str) -> bool:
    return a.strip().casefold() == b.strip().casefold()


def _rules(event_type: str, hazards: dict[str, Hazard], actor_holds: str = "") -> tuple[HazardRule, ...]:
    return tuple(
        HazardRule(event_type=event_type, sub_event_type=kind, hazard=hazard, actor_holds=actor_holds)
        for kind, hazard in hazards.items()
    )


AID: Final = "aid workers"
"""How ACLED's actors name those who bring aid."""

DEFAULT_RULES: Final[tuple[HazardRule, ...]] = (
    # Harm to those who bring aid blocks the roads around it for a week, whatever it was done with.
    *_rules("Battles", {"Armed clash": "attack_on_aid"}, AID),
    *_rules(
        "Explosions/Remote violence",
        {
            "Air/drone strike": "attack_on_aid",
            "Shelling/artillery/missile attack": "attack_on_aid",
            "Remote explosive/landmine/IED": "attack_on_aid",
            "Suicide bomb": "attack_on_aid",
            "Grenade": "attack_on_aid",
        },
        AID,
    ),
    *_rules("Violence against civilians", {"Attack": "attack_on_aid"}, AID),
    *_rules(
        "Battles",
        {
            "Armed clash": "armed_clash",
            "Government regains territory": "armed_clash",
            "Non-state actor overtakes territory": "armed_clash",
        },
    ),
    *_rules(
        "Explosions/Remote violence",
        {
            "Air/drone strike": "air_strike",
            "Chemical weapon": "shelling",
            "Shelling/artillery/missile attack": "shelling",
            # Felt as near as a clash is, not as far as artillery reaches.
            "Remote explosive/landmine/IED": "armed_clash",
            "Suicide bomb": "armed_clash",
            "Grenade": "armed_clash",
        },
    ),
    *_rules(
        "Violence against civilians",
        {"Attack": "armed_clash", "Sexual violence": "none", "Abduction/forced disappearance": "none"},
    ),
    *_rules(
        "Protests",
        {
            "Peaceful protest": "none",
            "Protest with intervention": "none",
            "Excessive force against protesters": "none",
        },
    ),
    *_rules("Riots", {"Violent demonstration": "none", "Mob violence": "none"}),
    *_rules(
        "Strategic developments",
        {
            "Agreement": "none",
            "Arrests": "none",
            "Change to group/activity": "none",
            "Disrupted weapons use": "none",
            "Headquarters or base established": "none",
            "Looting/property destruction": "none",
            "Non-violent transfer of territory": "none",
            "Other": "none",
        },
    ),
)
