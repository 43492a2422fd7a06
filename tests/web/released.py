"""A report that is released, for tests that need one to be there."""

from typing import Final

from planner.partners.report import Tier
from planner.partners.signing import Signer
from planner.services import releases
from planner.services.crises import load_world
from planner.services.reports import Wanted
from routing.units import DAY
from tests.web.doors import Door

SIGNER: Final = Signer(seed=bytes(range(32)))
LATER_S: Final = 40 * DAY


def release_one(door: Door, tier: Tier = "T1", *, kind: str = "denials", subject: str = "2031-04") -> int:
    """Release a report of the failures of Two Rivers, some weeks later, and return its number."""
    world, at = load_world(door.store, "two-rivers"), door.clock()
    wanted = Wanted(kind=kind, subject=subject, tier=tier)  # type: ignore[arg-type] # as the caller says
    draft = releases.draft_release(door.store, world, wanted, by="nour", at=at, now=at + LATER_S)
    releases.review_release(door.store, "two-rivers", draft.id, "approved", by="samir", at=at)
    return releases.release(door.store, world, draft.id, SIGNER, by="samir", at=at, now=at + LATER_S).id
