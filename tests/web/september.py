"""September 2016 for tests of pages: its id, its moments, and what a reader sees of a page."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from routing.units import Instant, parse_instant
from tests.web.doors import Door

CRISIS = "syria-2016-09"
Opened = Callable[[str], Door]


def moment(text: str) -> Instant:
    """Return an instant of the crisis's own zone, as `2016-09-30T12:00`."""
    return parse_instant(f"{text}+03:00", ZoneInfo("Asia/Damascus"))


def text_of(page: str) -> str:
    """Return what a reader sees, its spaces single."""
    shown = re.sub(r"<script.*?</script>|<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", shown)
