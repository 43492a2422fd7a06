"""Small road networks and access maps made by hand, with times in seconds from a literal start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from routing.network import Area, Gate, Place, RoadNetwork, Segment
from routing.status import AccessMap, Part, PartName, Piece, Status
from routing.units import AsOf, Window

T0 = 1_473_681_600
"""2016-09-12T12:00Z."""

KM_S = 180
"""Seconds that a column takes for a kilometre of track."""


def gate(name: str, *, delay_s: int = 600, flow: int = 60, passed: int = 1, turned_back: int = 0) -> Gate:
    return Gate(
        id=name, name=name, name_ar=name, place="a", regime="permit", authority="district", authority_type="local",
        opens=0, closes=86_400, trucks_per_hour=flow, delay_low_s=delay_s, delay_mode_s=delay_s,
        delay_high_s=delay_s, prior_passed=passed, prior_turned_back=turned_back,
    )  # fmt: skip


def road(
    name: str,
    *,
    metres: int = 1_000,
    gate: str | None = None,
    corridor: str = "road",
    oneway: bool = False,
    weight_limit_kg: int | None = None,
) -> Segment:
    """Return a track called like its ends: "a-b", or "a-b-2" for a second one between the same places."""
    start, end = name.split("-")[:2]
    return Segment(
        id=name, name=name, corridor=corridor, start=start, end=end, length_m=metres, road_class="track",
        shape=((0.0, 0.0), (0.0, 0.0)), gate=gate, oneway=oneway, weight_limit_kg=weight_limit_kg,
    )  # fmt: skip


def network(*roads: Segment, gates: Sequence[Gate] = ()) -> RoadNetwork:
    names = sorted({place for segment in roads for place in (segment.start, segment.end)} | {"a"})
    return RoadNetwork(
        places={
            name: Place(
                id=name, name=name, name_ar=name, kind="town", position=(36.0 + i / 10, 35.0 + i % 3 / 10), area="land"
            )
            for i, name in enumerate(names)
        },
        segments={segment.id: segment for segment in roads},
        gates={listed.id: listed for listed in gates},
        areas={"land": Area(id="land", name="Land", name_ar="Land")},
    )


def piece(
    start: int,
    end: int,
    status: Status = Status.OPEN,
    *,
    p: float | None = None,
    part: PartName = "physical",
    code: str = "test",
    causes: Mapping[str, float] | None = None,
) -> Piece:
    """Return a piece from `start` to `end` seconds after T0, its p the smallest of its causes unless given."""
    met = dict(causes or {})
    usual = 0.0 if status is Status.BLOCKED else min(met.values(), default=1.0)
    lowest = usual if p is None else p
    deciding = Part(name=part, status=status, p=1.0 if met and p is None else lowest, code=code)
    return Piece(
        window=Window(T0 + start, T0 + end), status=status, p=lowest, decided_by=part, parts=(deciding,),
        causes=tuple(sorted(met.items())),
    )  # fmt: skip


def access(
    roads: RoadNetwork, length_s: int = 86_400, changed: Mapping[str, Sequence[Piece]] | None = None
) -> AccessMap:
    """Return a map of `length_s` seconds in which every segment is open but for those given."""
    timelines: dict[str, tuple[Piece, ...]] = {name: (piece(0, length_s),) for name in roads.segments}
    for name, pieces in (changed or {}).items():
        timelines[name] = tuple(pieces)
    return AccessMap(
        as_of=AsOf(at=T0, known=0), horizon=Window(T0, T0 + length_s), timelines=timelines, gate_priors={},
        gate_flow={name: listed.trucks_per_hour for name, listed in roads.gates.items()},
    )  # fmt: skip


def blocked(length_s: int = 86_400) -> tuple[Piece, ...]:
    return (piece(0, length_s, Status.BLOCKED),)


def after(start: int, end: int) -> Window:
    """Return the window between two offsets from T0."""
    return Window(T0 + start, T0 + end)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    roads: RoadNetwork
    access: AccessMap


SPAN_S = 400
"""Length of the drawn worlds: short, so that every second of it can be tried."""


@st.composite
def timelines(draw: st.DrawFn, *, steady: bool = False) -> tuple[Piece, ...]:
    """Draw up to four pieces; `steady` keeps the causes the same in all of them."""
    edges = sorted(draw(st.sets(st.integers(1, SPAN_S - 1), max_size=3)))
    causes = draw(_CAUSES)
    pieces = []
    for start, end in zip([0, *edges], [*edges, SPAN_S], strict=True):
        status = draw(st.sampled_from((Status.OPEN, Status.OPEN, Status.UNKNOWN, Status.CONTESTED, Status.BLOCKED)))
        met = causes if steady else draw(_CAUSES)
        pieces.append(piece(start, end, status, causes={} if status is Status.BLOCKED else met))
    return tuple(pieces)


_CAUSES = st.dictionaries(st.sampled_from("xyz"), st.sampled_from((0.5, 0.8)), max_size=2)


@st.composite
def worlds(draw: st.DrawFn, *, steady: bool = False, most_roads: int = 9) -> World:
    """Draw up to six places, a few roads of some seconds each, two gates, and what happens on them."""
    places = "abcdef"[: draw(st.integers(3, 6))]
    ends = st.tuples(st.sampled_from(places), st.sampled_from(places)).filter(lambda pair: pair[0] != pair[1])
    roads = [
        road(
            f"{start}-{end}-{i}",
            metres=draw(st.integers(20, 400)),
            gate=draw(st.sampled_from((None, None, None, "north", "south"))),
            oneway=draw(st.sampled_from((False, False, True))),
        )
        for i, (start, end) in enumerate(draw(st.lists(ends, min_size=2, max_size=most_roads)))
    ]
    gates = (gate("north", delay_s=7, flow=3_600, turned_back=1), gate("south", delay_s=11, flow=1_800))
    roads_and_gates = network(*roads, gates=gates)
    changed = {segment.id: draw(timelines(steady=steady)) for segment in roads}
    return World(roads=roads_and_gates, access=access(roads_and_gates, SPAN_S, changed))
