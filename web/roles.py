"""What a role may read of a report: partners what was released to their own tier, whatever they ask for."""

from typing import Final, cast

from flask import g

from planner.partners.report import Tier
from planner.services import releases
from planner.services.releases import Reader
from web.desk import the_desk
from web.rights import Right

FOR_PARTNERS: Final[Tier] = "T1"


def reader() -> Reader:
    """Return who asks: the house, or a partner with the tier of their organisation."""
    desk = the_desk()
    if g.me.can(Right.REPORT):
        return Reader(id=g.me.id, tier=None)
    return Reader(id=g.me.id, tier=releases.find_tier(desk.store, desk.crisis_id, g.me.id, FOR_PARTNERS))


def partners_tier() -> Tier:
    """Return the tier that whoever asks reads as a partner; the house looks over the shoulder of T1."""
    return cast("Tier", reader().tier or FOR_PARTNERS)
