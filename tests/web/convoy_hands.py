"""What hands do with a convoy in tests: publish it, and send the form of what happened."""

import re

from werkzeug.test import TestResponse

from planner.services.movements import publish_plan
from planner.services.plan_records import get_plan
from tests.web.doors import Browser, Door, hidden

CRISIS = "two-rivers"
OUTCOME = {
    "what": "turned_back", "happened_at": "2031-04-08T07:40", "reason_code": "checkpoint_turnback",
    "authority_type": "checkpoint", "stated_reason": "come back with another list", "trucks": "4", "hours_lost": "6",
    "asked_0": "900", "came_0": "0", "figure_source_0": "our plan", "asked_1": "1200", "figure_source_1": "council",
    "source": "convoy leader, by radio", "reliability": "B", "credibility": "2", "follow_up": "1", "sectors": "food",
}  # fmt: skip


def publish(door: Door) -> str:
    """Publish the plan as another person and return the first movement."""
    return publish_plan(door.store, get_plan(door.store, "latest", CRISIS), by="samir", at=door.clock())[0]


def send_outcome(browser: Browser, movement: str, **fields: str) -> TestResponse:
    address = f"/convoys/{movement}/outcome"
    page = browser.get(address).text
    gate = re.search(r'name="where" value="(gate:[^"]+)"', page)
    return browser.client.post(address, data={**hidden(page, address), "where": gate[1] if gate else "road", **fields})
