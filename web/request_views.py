"""The requests as a page looks at them, and as they stand at the desk's present by everything on record."""

from planner.domain.requests import Request
from planner.services.requests import list_requests
from routing.units import AsOf
from web.desk import the_desk
from web.frame import current_asof


def requests_now() -> tuple[Request, ...]:
    """Return the requests as known at the page's as-of."""
    desk = the_desk()
    return list_requests(desk.store, desk.world(), current_asof())


def requests_at_present() -> tuple[Request, ...]:
    """Return the requests by the whole log: a step is judged by that, whatever the page looks back at."""
    desk = the_desk()
    return list_requests(desk.store, desk.world(), AsOf(at=desk.now, known=desk.world().head))
