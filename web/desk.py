"""What every page stands on: the store, the crisis that is worked on, and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, cast
from zoneinfo import ZoneInfo

from flask import current_app, g, has_request_context, request

from planner.bootstrap import clock as machine_clock
from planner.bootstrap import versions
from planner.domain.crisis import Crisis
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.partners.signing import Signer
from planner.services.plan_records import PlanRecord
from planner.services.readings import Readings
from planner.store.store import Store
from routing.status import AccessMap
from routing.units import AsOf, Instant, Window

KEY: Final = "qafila"
READING: Final = ("GET", "HEAD")


def no_signer() -> Signer:
    """Refuse to sign; raises `BadInput`."""
    raise BadInput("This desk has no key to sign reports with. Start the site with: qafila serve.")


@dataclass(kw_only=True)
class Desk:
    """One crisis in one store, as the pages read it.

    `situation_at` sets the pages on a past day (a replay); None lets them follow the clock.
    """

    store: Store
    crisis_id: str
    clock: Callable[[], Instant] = machine_clock
    situation_at: Instant | None = None
    settle: Callable[[], None] = lambda: None
    """Called whenever the world was read anew."""
    signer: Callable[[], Signer] = no_signer
    """What signs released reports."""

    @cached_property
    def readings(self) -> Readings:
        """What is on record, read again only when something was written."""
        return Readings(self.store, self.crisis_id, self.settle)

    def world(self) -> World:
        """Return all that is on record about the crisis now; a request that only reads has one world throughout."""
        if not has_request_context() or request.method not in READING:
            return self.readings.world()
        if "world" not in g:
            g.world = self.readings.world()
        return cast("World", g.world)

    @property
    def crisis(self) -> Crisis:
        """The crisis as it is described now."""
        return self.world().catalogue.crisis

    @property
    def zone(self) -> ZoneInfo:
        """The crisis's own time zone."""
        return self.crisis.tz

    @property
    def now(self) -> Instant:
        """The instant the pages take for the present: the replay's, or the clock's."""
        return self.clock() if self.situation_at is None else self.situation_at

    def access_at(self, question: AsOf) -> AccessMap:
        """Return the access map at one instant."""
        return self.readings.access_at(question)

    def access_around(self, question: AsOf) -> AccessMap:
        """Return the access map of the weeks around an instant."""
        return self.readings.access_around(question)

    def access_over(self, question: AsOf, horizon: Window) -> AccessMap:
        """Return the access map over a horizon."""
        return self.readings.access_over(question, horizon)

    def plan(self, plan: str = "latest") -> PlanRecord:
        """Return a plan by id or the `latest` one; raises `NotFound`."""
        return self.readings.plan(plan)

    @cached_property
    def versions(self) -> dict[str, str]:
        """The solvers' versions, which are part of a run's key."""
        return versions()


def the_desk() -> Desk:
    """Return the desk of the application that answers this request."""
    return cast("Desk", current_app.extensions[KEY])
