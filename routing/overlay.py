"""Lay a what-if over what is known: only the roads it can touch are folded again, all others are shared."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from routing.access import DEFAULT_POLICY, fold_segments
from routing.errors import RoutingError, UnknownId
from routing.evidence import Arrangement, Control, Evidence, GateHours, GateReport, GateState, RoadReport
from routing.geometry import Geometry
from routing.ledger import SUPPOSED, Ledger, read_ledger
from routing.network import AreaId, GateId, PartyId, RoadNetwork, SegmentId
from routing.policy import AccessPolicy
from routing.reach import near_moved_lines
from routing.status import AccessMap
from routing.track import Question
from routing.units import FOREVER, AsOf, Instant, Metres, Seconds, Window

SOURCE: Final = "what-if"
"""The source that supposed records name; nobody reported them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupposedCeasefireEnd:
    """A ceasefire holds until `at` and then expires, whatever was agreed or claimed; violations still strain it."""

    ceasefire: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SupposedGate:
    """A gate is open to all, passable by permit or closed within a window; this creates no consent to a line."""

    gate: GateId
    state: GateState
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class SupposedHours:
    """A gate keeps these daily hours (seconds after local midnight) within a window."""

    gate: GateId
    opens: Seconds
    closes: Seconds
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class SupposedArrangement:
    """The parties consent to passage of the gates within a window."""

    gates: tuple[GateId, ...]
    parties: tuple[PartyId, ...]
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class SupposedControl:
    """A party holds an area within a window."""

    area: AreaId
    party: PartyId
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class SupposedRoad:
    """A segment is physically open or closed within a window."""

    segment: SegmentId
    state: Literal["open", "closed"]
    window: Window


Supposition: TypeAlias = (
    SupposedCeasefireEnd | SupposedGate | SupposedHours | SupposedArrangement | SupposedControl | SupposedRoad
)


def apply(
    base: AccessMap,
    suppositions: Collection[Supposition],
    log: tuple[Evidence, ...],
    network: RoadNetwork,
    as_of: AsOf,
    zone: ZoneInfo,
    policy: AccessPolicy = DEFAULT_POLICY,
) -> AccessMap:
    """Return the map as it would be if the suppositions held; `base` must be the fold of the same arguments.

    Within its window a supposition stands above every record of its target; outside it the records stay as they
    are. Timelines that do not change are the same objects as in `base`, and without suppositions the result is
    `base` itself. The order of suppositions is of no consequence.

    Raises
    ------
    RoutingError
        If `base` is of another as-of, or two suppositions contradict each other on one target.
    UnknownId
        If a supposition names something that the network or the log does not hold.
    """
    if as_of != base.as_of:
        raise RoutingError(f"The base map is as of {base.as_of}, the what-if as of {as_of}. Fold the base anew.")
    chosen = tuple(sorted(set(suppositions), key=repr))
    if not chosen:
        return base
    check_contradictions(chosen)
    question = Question(as_of=as_of, horizon=base.horizon, zone=zone, policy=policy)
    recorded = read_ledger(log, as_of.known, network)
    touched = _touched(chosen, recorded, network, policy.report_needed_within_m)
    supposed = read_ledger(
        log,
        as_of.known,
        network,
        supposed=[record for each in chosen for record in _records(each, as_of)],
        supposed_ends={each.ceasefire: each.at for each in chosen if isinstance(each, SupposedCeasefireEnd)},
    )
    folded = fold_segments(question, supposed, network, touched)
    changed = {segment: pieces for segment, pieces in folded.items() if pieces != base.timelines[segment]}
    return base.replace_timelines(changed) if changed else base


def check_contradictions(suppositions: Iterable[Supposition]) -> None:
    """Refuse two different suppositions of one target in overlapping time; consents add up and never contradict.

    Raises
    ------
    RoutingError
        Naming both and the way out.
    """
    for first, second in combinations(set(suppositions), 2):
        if type(first) is not type(second) or isinstance(first, SupposedArrangement):
            continue
        (target, window), (other, other_window) = _target(first), _target(second)
        if target == other and window.overlaps(other_window):
            raise RoutingError(
                f"Two suppositions speak of {target} in overlapping time: {first} and {second}. Drop one or shorten "
                f"its window."
            )


def _target(supposition: Supposition) -> tuple[str, Window]:
    match supposition:
        case SupposedCeasefireEnd():
            return supposition.ceasefire, Window(0, FOREVER)
        case SupposedGate() | SupposedHours():
            return supposition.gate, supposition.window
        case SupposedArrangement():
            return ", ".join(supposition.gates), supposition.window
        case SupposedControl():
            return supposition.area, supposition.window
        case SupposedRoad():
            return supposition.segment, supposition.window


def _records(supposition: Supposition, as_of: AsOf) -> tuple[Evidence, ...]:
    """Return the hypothetical evidence that says what is supposed; a ceasefire's end is none."""
    fact: GateReport | GateHours | Arrangement | Control | RoadReport
    match supposition:
        case SupposedCeasefireEnd():
            return ()
        case SupposedGate():
            fact = GateReport(gate=supposition.gate, state=supposition.state)
        case SupposedHours():
            fact = GateHours(gate=supposition.gate, opens=supposition.opens, closes=supposition.closes)
        case SupposedArrangement():
            fact = Arrangement(gates=supposition.gates, parties=supposition.parties)
        case SupposedControl():
            fact = Control(area=supposition.area, party=supposition.party)
        case SupposedRoad():
            fact = RoadReport(segments=(supposition.segment,), state=supposition.state)
    return (
        Evidence(
            position=SUPPOSED, learned_at=as_of.at, valid=supposition.window, fact=fact, source=SOURCE
        ),
    )  # fmt: skip


def _touched(
    suppositions: Iterable[Supposition], ledger: Ledger, network: RoadNetwork, near_m: Metres
) -> set[SegmentId]:
    """Return every segment whose timeline the suppositions can change."""
    found: set[SegmentId] = set()
    moved: set[AreaId] = set()
    for supposition in suppositions:
        match supposition:
            case SupposedCeasefireEnd():
                found |= _under_ceasefire(supposition.ceasefire, ledger, network)
            case SupposedGate() | SupposedHours():
                found.update(network.segments_of_gate[network.get_gate(supposition.gate).id])
            case SupposedArrangement():
                for gate in supposition.gates:
                    found.update(network.segments_of_gate[network.get_gate(gate).id])
            case SupposedRoad():
                found.add(network.get_segment(supposition.segment).id)
            case SupposedControl():
                if supposition.area not in network.areas:
                    raise UnknownId(f"No area {supposition.area!r} in the network. Use an id from the areas listing.")
                moved.add(supposition.area)
    if moved:
        geometry = Geometry.of(network)
        found.update(geometry.names(near_moved_lines(moved, geometry, near_m)))
    return found


def _under_ceasefire(ceasefire: str, ledger: Ledger, network: RoadNetwork) -> set[SegmentId]:
    if ceasefire not in ledger.agreed:
        known = ", ".join(sorted(ledger.agreed)) or "none"
        raise UnknownId(f"No ceasefire {ceasefire!r} is known at this position of the log. Known: {known}.")
    areas = {area for agreement in ledger.agreed[ceasefire] for area in agreement.fact.areas}
    geometry = Geometry.of(network)
    return set(geometry.names(geometry.between(areas)))
