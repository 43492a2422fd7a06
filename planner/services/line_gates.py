"""Stand a gate on every road that crosses a line between parties and has none."""

from collections.abc import Mapping
from dataclasses import dataclass

from planner.domain.canonical import Plain
from planner.domain.world import World
from planner.store.records import ChangedMeanwhile
from planner.store.store import Store
from routing.building.crossings import CROSSING, lines_between, stand_gates, without_gate
from routing.network import GateId, RoadNetwork, SegmentId
from routing.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGates:
    """Which gate would stand on which road, planned against one state of the crisis, whose stamp it carries."""

    crisis: str
    network: RoadNetwork
    stood: Mapping[SegmentId, GateId]
    stamp: tuple[int, ...]

    @property
    def made(self) -> tuple[GateId, ...]:
        """The gates that nobody has on record: somebody stands there, and it is not known who."""
        return tuple(gate for gate in self.stood.values() if gate.startswith(CROSSING))

    @property
    def figures(self) -> dict[str, Plain]:
        """All that is said of it, as JSON."""
        return {"stood": dict(self.stood), "made": list(self.made)}


def roads_without_gate(world: World) -> tuple[SegmentId, ...]:
    """Return the roads that cross a line on record and name no gate: only a ceasefire can open them."""
    return tuple(segment.id for segment in without_gate(world.network, lines_between(world.log)))


def plan_line_gates(store: Store, crisis: str, within_m: float) -> LineGates:
    """Find the roads that cross a line and name no gate, and the gate for each; nothing is stored.

    A gate that stands on no road, within `within_m` and beside one of the two areas, is taken; else one is made.
    """
    with store.reading() as read:
        network, log, stamp = read.get_network(crisis), read.log(crisis), read.stamp(crisis)
    grown, stood = stand_gates(network, lines_between(log), within_m)
    return LineGates(crisis=crisis, network=grown, stood=stood, stamp=stamp)


def apply_line_gates(store: Store, planned: LineGates, *, by: str, at: Instant) -> None:
    """Store the gates in one transaction, with who did it on record; nothing where every line has its gates.

    Raises
    ------
    ChangedMeanwhile
        If anything of the crisis changed since they were planned.
    """
    with store.writing() as write:
        if write.stamp(planned.crisis) != planned.stamp:
            raise ChangedMeanwhile("The crisis changed meanwhile. Give the command again.")
        if not planned.stood:
            return
        write.put_network(planned.crisis, planned.network)
        detail: dict[str, str | int | bool | None] = {"stood": len(planned.stood), "made": len(planned.made)}
        write.append_audit(actor=by, action="stand gates on lines", target=planned.crisis, at=at, detail=detail)
