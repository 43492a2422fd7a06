"""What a role may read of a report: partners their own tier, whatever they ask for."""

from typing import Final

from flask import g

from planner.partners.report import Tier
from web.rights import Right

FOR_PARTNERS: Final[Tier] = "T1"


def tier_for_me(wanted: Tier) -> Tier:
    """Return the tier that whoever asks may read: the one wanted, or the partners'."""
    return wanted if g.me.can(Right.REPORT) else FOR_PARTNERS
