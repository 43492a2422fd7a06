"""A report that is released, for tests that need one to be there."""

from typing import Final

from planner.partners.report import Kind, Tier
from planner.partners.signing import Signer
from planner.services import releases
from planner.services.crises import load_world
from planner.services.reports import Wanted
from planner.store.store import Store
from routing.units import DAY, Instant
from tests.web.doors import Door

SIGNER: Final = Signer(seed=bytes(range(32)))
LATER_S: Final = 40 * DAY


def release_one(door: Door, tier: Tier = "T1", *, kind: Kind = "denials", subject: str = "2031-04") -> int:
    """Release a report of the failures of Two Rivers, some weeks later, and return its number."""
    wanted = Wanted(kind=kind, subject=subject, tier=tier)
    return release(door.store, "two-rivers", wanted, at=door.clock(), now=door.clock() + LATER_S)


def release_denials(store: Store, crisis: str, period: str, tier: Tier, *, at: Instant, now: Instant) -> int:
    """Release a report on the failures of a period, made at `now`, and return its number."""
    return release(store, crisis, Wanted(kind="denials", subject=period, tier=tier), at=at, now=now)


def release(store: Store, crisis: str, wanted: Wanted, *, at: Instant, now: Instant) -> int:
    """Draft, review and release a report as known at `now`, and return its number."""
    world = load_world(store, crisis)
    draft = releases.draft_release(store, world, wanted, by="nour", at=at, now=now)
    releases.review_release(store, crisis, draft.id, "approved", by="samir", at=at)
    return releases.release(store, world, draft.id, SIGNER, by="samir", at=at, now=now).id
