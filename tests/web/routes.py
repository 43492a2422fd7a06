"""Every route of the site with an address behind which something stands, for tests that walk them all."""

from collections.abc import Iterator
from itertools import product

from werkzeug.routing import Rule

from planner.domain.rights import Right
from routing.evidence import DeliveryOutcome
from tests.web.doors import Door
from web.desk import KEY
from web.rights import right_of

LATER = "2031-06-01T08:00"
"""A time after everything that is planned."""
ASKED = (
    "", f"?at={LATER}", f"?period=2031-04&at={LATER}&tier=T3&known=999", "?period=2031-04&view=partner&lang=ar",
    "?period=2031-04&tier=T3", "?sel=gate:amber-bridge&base=latest&with=1", "?origin=calder&destination=ulmar",
)  # fmt: skip
"""What is asked of every address: at other times, for other tiers, with something chosen."""


def rules(door: Door, method: str = "GET") -> list[Rule]:
    return [rule for rule in door.app.url_map.iter_rules() if method in (rule.methods or ())]


def needed(door: Door, rule: Rule) -> Right | None:
    return right_of(door.app.view_functions[rule.endpoint])


def values(door: Door) -> dict[str, str | int]:
    """Return something that is there for each name in an address; of convoys a published one, if there is one."""
    with door.app.test_request_context():
        shown = str(door.app.jinja_env.globals["asset"]("css/frame.css"))  # type: ignore[operator] # our own function
    with door.store.reading() as read:
        plan = read.get_plan("latest")
        movements = read.list_movements("two-rivers")
    log = door.app.extensions[KEY].world().log
    failed = next(record.position for record in log if isinstance(record.fact, DeliveryOutcome))
    published = [movement.id for movement in movements if movement.id.startswith(plan.card.id)]
    return {
        "site": "kessa", "plan": "latest", "first": "latest", "second": "latest", "a": "latest", "b": "latest",
        "run": 1, "sweep": 1, "do": "stop", "file": 1,
        "position": 1, "segment": plan.plan.convoys[0].segments[0], "digest": shown.split("/")[2],
        "name": "css/frame.css", "kind": "stock", "username": "analyst",
        "study": "tradeoff", "recipient": "duty",
        "movement": next(iter(published), "kessa-01"), "event_id": f"two-rivers-{failed:05}",
        "request_id": "varn@varn-01", "step": "agree_in_principle", "month": "2031-03", "number": 1,
    }  # fmt: skip


def address(door: Door, rule: Rule, known: dict[str, str | int] | None = None) -> str:
    """Return an address of the rule."""
    known = known or values(door)
    with door.app.test_request_context():
        built = rule.build({name: known[name] for name in rule.arguments})
    assert built is not None
    return built[1]


def walk(door: Door, method: str = "GET", asked: tuple[str, ...] = ("",)) -> Iterator[tuple[Rule, str]]:
    """Yield each rule of a method with each address that is asked of it."""
    known = values(door)
    for rule, more in product(rules(door, method), asked):
        # A kind of row belongs to one of two families.
        mine = known | {"kind": "need"} if rule.endpoint.startswith("needs.") else known
        if rule.endpoint.endswith("reports.file"):
            mine = known | {"name": "denials-2031-04-T1.csv"}
        if "recipients." in rule.endpoint:
            mine = known | {"name": "ocha"}
        yield rule, address(door, rule, mine) + more
