"""A crisis as a whole: its roads, its log of evidence and everything else on record."""

from dataclasses import dataclass

from planner.domain.catalogue import Catalogue
from routing.evidence import Evidence
from routing.network import RoadNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that is on record about a crisis at one moment, from the store or from a seed."""

    catalogue: Catalogue
    network: RoadNetwork
    log: tuple[Evidence, ...]

    @property
    def head(self) -> int:
        """The last position of the log; 0 where it is empty."""
        return max((record.position for record in self.log), default=0)
