"""The words of what is found out about a plan that is there: its stages, its kinds of opening, how each was found."""

from typing import Any, Final

from web.event_words import said
from web.i18n import lazy_gettext as _l
from web.plan_words import STAGES

STUDIES: Final[dict[str, Any]] = {
    "opening": {"openings": _l("Trying what opening would give")},
    "tradeoff": {"tradeoff": _l("Trying other balances")},
}
"""The stages of each study."""
NAMES: Final[dict[str, Any]] = {
    "opening": _l("what opening would give to plan"),
    "tradeoff": _l("other balances of plan"),
}
OPENING_KINDS: Final[dict[str, Any]] = {
    "gate": _l("Gate"),
    "road": _l("Road"),
    "letter": _l("Papers"),
    "window": _l("Hours"),
    "trucks": _l("Trucks, teams"),
    "several": _l("Several at once"),
}
OPENING_GRADES: Final[dict[str, Any]] = {
    "solved": _l("solved as a scenario"),
    "beside": _l("solved beside the plan's convoys"),
    "nothing": _l("no convoy by it alone"),
}


def stage_said(stage: str) -> str:
    """Say what a run is doing; a stage nobody has words for is named as it is."""
    return said(STAGES | {key: text for stages in STUDIES.values() for key, text in stages.items()}, stage)
