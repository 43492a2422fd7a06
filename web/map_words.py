"""The words that maps need in the browser, in the reader's language."""

from typing import Any, Final

from web.i18n import lazy_gettext as _l

WORDS: Final[dict[str, Any]] = {
    # The statuses
    "open": _l("open"),
    "contested": _l("contested"),
    "blocked": _l("blocked"),
    "unknown": _l("unknown"),
    # The key
    "Key": _l("Key"),
    "All signs": _l("All signs"),
    "{count} segments": _l("{count} segments"),
    "warehouse": _l("warehouse"),
    "served; area by people": _l("served; area by people"),
    "unmet; area by people": _l("unmet; area by people"),
    "gate": _l("gate"),
    "besieged": _l("besieged"),
    "failed; area by people": _l("failed; area by people"),
    "planned way, its status inside": _l("planned way, its status inside"),
    "possible way, not planned": _l("possible way, not planned"),
    "way added": _l("way added"),
    "way left": _l("way left"),
    "km": _l("km"),
    "m": _l("m"),
    "Coasts and borders: {source}.": _l("Coasts and borders: {source}."),
    # What can be done
    "Map. Arrow keys move it, plus and minus zoom, Enter selects what lies under the cross in the middle.": _l(
        "Map. Arrow keys move it, plus and minus zoom, Enter selects what lies under the cross in the middle."
    ),
    "Zoom in": _l("Zoom in"),
    "Zoom out": _l("Zoom out"),
    "Show the whole map": _l("Show the whole map"),
    "{name}: show this place large": _l("{name}: show this place large"),
    "Click a road. With keys: move it under the cross and press Enter. Esc leaves.": _l(
        "Click a road. With keys: move it under the cross and press Enter. Esc leaves."
    ),
    "Click a gate. With keys: move it under the cross and press Enter. Esc leaves.": _l(
        "Click a gate. With keys: move it under the cross and press Enter. Esc leaves."
    ),
    "Click a road or a gate. With keys: move it under the cross and press Enter. Esc leaves.": _l(
        "Click a road or a gate. With keys: move it under the cross and press Enter. Esc leaves."
    ),
    "Nothing of that kind lies there.": _l("Nothing of that kind lies there."),
    "Leave": _l("Leave"),
    # What is awaited, and what went wrong
    "Loading roads": _l("Loading roads"),
    "Roads not loaded": _l("Roads not loaded"),
    "Status not loaded": _l("Status not loaded"),
    "The road network has changed since this page was opened.": _l(
        "The road network has changed since this page was opened."
    ),
    "Load the page again": _l("Load the page again"),
    "You are signed out.": _l("You are signed out."),
    "Your role does not see this.": _l("Your role does not see this."),
    "The server did not answer.": _l("The server did not answer."),
    "Try again": _l("Try again"),
}
"""By their English, which is what scripts ask for."""


def map_words() -> dict[str, str]:
    """Return every word of the map in the language of this request."""
    return {said: str(text) for said, text in WORDS.items()}
