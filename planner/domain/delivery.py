"""Movements: convoys that were asked for, promised or sent, with what became of them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from planner.domain.needs import SiteId
from planner.domain.supply import HubId
from routing.units import Instant

MovementId: TypeAlias = str
Channel: TypeAlias = Literal["cross_line", "cross_border", "regular", "air"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A convoy that somebody was told about; `trucks` None and times None mean not stated."""

    id: MovementId
    name: str
    name_ar: str
    channel: Channel
    hub: HubId
    site: SiteId
    trucks: int | None
    requested_on: Instant | None
    dispatched_at: Instant | None
    source: str
    synthetic: bool
