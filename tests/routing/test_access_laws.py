"""Laws of the fold, tried on logs drawn at random over one small road."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.access import fold
from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    CeasefireViolation,
    Control,
    DeliveryOutcome,
    Evidence,
    GateHours,
    GateReport,
    Hold,
    Incident,
    Pause,
    Retraction,
    RoadReport,
)
from routing.network import RoadNetwork
from routing.status import AccessMap, Status
from routing.units import FOREVER, HOUR, AsOf, Window
from tests.routing.builders import (
    POLICY,
    ZONE,
    gate,
    log,
    network_of,
    part,
    place,
    road,
    segment,
    time,
    two_sides,
)

ORIGIN = time("2016-09-10 00:00")
HORIZON = Window(ORIGIN, ORIGIN + 96 * HOUR)
NETWORK = two_sides(opens="06:00", closes="20:00")
# A fold is dearer than most examples: a third of what the running profile draws.
few = settings(max_examples=settings().max_examples // 3)

hours = st.integers(-48, 96)
areas = st.sampled_from(["west", "east"])
parties = st.sampled_from(["north", "south", "neighbour"])
names = st.sampled_from(["supply", "crossing", "inland", "remote"])
sources = st.sampled_from(["field desk", "drivers"])

facts = st.one_of(
    st.builds(
        RoadReport, segments=st.tuples(names), state=st.sampled_from(["open", "restricted", "damaged", "closed"])
    ),
    st.builds(GateReport, gate=st.just("gate"), state=st.sampled_from(["open", "by_permit", "closed"])),
    st.builds(
        GateHours,
        gate=st.just("gate"),
        opens=st.sampled_from([0, 8 * HOUR]),
        closes=st.sampled_from([4 * HOUR, 12 * HOUR, 24 * HOUR]),
    ),
    st.builds(Control, area=areas, party=parties),
    st.builds(Arrangement, gates=st.just(("gate",)), parties=st.just(("north", "south"))),
    st.builds(Pause, gates=st.just(("gate",)), by=st.just("north"), accepted=st.booleans(), opens=st.just(10 * HOUR)),
    st.builds(
        lambda firm, more: CeasefireAgreed(
            ceasefire="truce",
            areas=("west", "east"),
            parties=("north", "south"),
            guarantors=("sponsor",),
            firm_end=ORIGIN + firm * HOUR,
            intended_end=ORIGIN + (firm + more) * HOUR,
        ),
        st.integers(0, 80),
        st.integers(0, 40),
    ),
    st.builds(
        lambda firm, more: CeasefireExtended(
            ceasefire="truce", firm_end=ORIGIN + firm * HOUR, intended_end=ORIGIN + (firm + more) * HOUR
        ),
        st.integers(0, 80),
        st.integers(0, 40),
    ),
    st.builds(
        CeasefireClaim,
        ceasefire=st.just("truce"),
        by=st.sampled_from(["north", "south", "sponsor"]),
        says=st.sampled_from(["in_force", "suspended", "over"]),
    ),
    st.builds(CeasefireViolation, ceasefire=st.just("truce"), areas=st.tuples(areas)),
    st.builds(
        Incident,
        event_type=st.just("event"),
        sub_event_type=st.just("sub-event"),
        hazard=st.sampled_from(["air_strike", "shelling", "armed_clash", "attack_on_aid", "none"]),
        lon=st.sampled_from([36.0, 36.1, 36.3, 37.7]),
        lat=st.sampled_from([35.95, 36.0, 36.06]),
    ),
    st.builds(Retraction, position=st.integers(1, 6)),
    st.builds(Hold, scope=st.sampled_from([(), ("gate:gate",), ("area:east",)]), reason=st.just("attack")),
    st.builds(
        lambda result, movement: DeliveryOutcome(
            movement=movement, site="town", happened_at=ORIGIN, result=result, what="delivered", gate="gate"
        ),
        st.sampled_from(["facilitated", "impeded", "denied", "cancelled"]),
        st.sampled_from(["m1", "m2"]),
    ),
)


@st.composite
def records(draw: st.DrawFn) -> Evidence:
    since = ORIGIN + draw(hours) * HOUR + draw(st.integers(0, 59)) * 60
    until = draw(st.one_of(st.just(FOREVER), st.integers(1, 60).map(lambda h: since + h * HOUR)))
    return Evidence(
        position=0, learned_at=since, valid=Window(since, until), fact=draw(facts), source=draw(sources)
    )  # fmt: skip


logs = st.lists(records(), min_size=2, max_size=14).map(lambda rows: log(*rows))


def folded(
    rows: tuple[Evidence, ...], *, known: int | None = None, now: int = 24, horizon: Window = HORIZON,
    network: RoadNetwork = NETWORK,
) -> AccessMap:  # fmt: skip
    as_of = AsOf(at=ORIGIN + now * HOUR, known=len(rows) if known is None else known)
    return fold(rows, network, as_of, horizon, ZONE, POLICY)


@few
@given(logs.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_rows_never_matters(drawn: tuple[tuple[Evidence, ...], list[Evidence]]) -> None:
    rows, shuffled = drawn
    assert folded(tuple(shuffled)) == folded(rows)


def target(row: Evidence) -> tuple[object, ...]:
    """Return what a record speaks of, in the sense in which a later record of it counts instead."""
    match row.fact:
        case RoadReport():
            return ("road", row.fact.segments)
        case Control():
            return ("control", row.fact.area)
        case CeasefireAgreed() | CeasefireExtended():
            return ("terms",)
        case CeasefireClaim():
            return ("claim", row.fact.by)
        case DeliveryOutcome():
            return ("outcome", row.fact.movement)
        case _:
            return (row.fact.kind,)


@few
@given(logs.filter(lambda rows: not any(isinstance(row.fact, Retraction) for row in rows)), st.data())
def test_records_of_different_targets_may_be_recorded_in_any_order(
    rows: tuple[Evidence, ...], choice: st.DataObject
) -> None:
    """Of two records of one target the later position may count; of others only their names in reasons differ."""
    place: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        place.setdefault(target(row), []).append(row.position)
    order = choice.draw(st.permutations(sorted(place, key=repr)))
    mixed = log(*[rows[position - 1] for each in order for position in place[each]])
    one, other = folded(rows), folded(mixed)
    assert (one.gate_priors, one.gate_flow) == (other.gate_priors, other.gate_flow)
    for name in NETWORK.segments:
        for at in {piece.window.start for found in (one, other) for piece in found.timelines[name]}:
            here, there = one.at(name, at), other.at(name, at)
            assert (here.status, here.p, sorted(p for _, p in here.causes)) == (
                there.status, there.p, sorted(p for _, p in there.causes)
            )  # fmt: skip


@few
@given(logs, records())
def test_a_later_record_never_changes_an_older_as_of(rows: tuple[Evidence, ...], later: Evidence) -> None:
    longer = (*rows, replace(later, position=len(rows) + 1))
    assert folded(longer, known=len(rows)) == folded(rows)


@few
@given(logs)
def test_a_timeline_has_no_gaps_and_no_equal_neighbours(rows: tuple[Evidence, ...]) -> None:
    for timeline in folded(rows).timelines.values():
        assert (timeline[0].window.start, timeline[-1].window.end) == (HORIZON.start, HORIZON.end)
        for before, after in pairwise(timeline):
            assert before.window.end == after.window.start
            assert replace(before, window=after.window) != after


@few
@given(logs, st.lists(st.integers(0, HORIZON.seconds - 1), min_size=1, max_size=6), st.integers(-24, 96))
def test_a_timeline_is_the_fold_of_each_of_its_instants(
    rows: tuple[Evidence, ...], offsets: list[int], now: int
) -> None:
    whole = folded(rows, now=now)
    edges = [piece.window.start for timeline in whole.timelines.values() for piece in timeline]
    instants = {HORIZON.start + offset for offset in offsets} | {edges[offset % len(edges)] for offset in offsets}
    for at in instants | {at - 1 for at in instants if at > HORIZON.start}:
        exact = folded(rows, now=now, horizon=Window(at, at + 1))
        for name in NETWORK.segments:
            kept, true = whole.at(name, at), exact.at(name, at)
            assert kept.status is true.status
            assert kept.p <= true.p
            assert {cause for cause, _ in kept.causes} == {cause for cause, _ in true.causes}
            for before, after in zip(kept.parts, true.parts, strict=True):
                assert (before.name, before.status, before.evidence) == (after.name, after.status, after.evidence) or (
                    before.name == "hazard" and before.status is after.status
                )


@few
@given(logs)
def test_splitting_a_segment_in_two_changes_no_cause(rows: tuple[Evidence, ...]) -> None:
    def halves(row: Evidence) -> Evidence:
        if not isinstance(row.fact, RoadReport) or row.fact.segments != ("supply",):
            return row
        return replace(row, fact=replace(row.fact, segments=("supply-1", "supply-2")))

    known = NETWORK.places
    # Both halves of this short road lie near the line, so that both need the report that the whole one needs.
    hub = place("hub", (36.14, 36.0), "west")
    middle = place("middle", (36.17, 36.0), "west")
    others = [segment("crossing", known["post"], known["town"], "gate"), segment("inland", known["town"], known["far"]),
              segment("remote", known["far"], known["end"])]  # fmt: skip
    gates = [gate("gate", "post", opens="06:00", closes="20:00")]
    rest = [known["post"], known["town"], known["far"], known["end"]]
    whole = network_of([hub, *rest], [segment("supply", hub, known["post"]), *others], gates)
    first, second = segment("supply-1", hub, middle), segment("supply-2", middle, known["post"])
    split = network_of([hub, middle, *rest], [first, second, *others], gates)
    one = folded(rows, network=whole)
    two = folded(tuple(halves(row) for row in rows), network=split)
    for at in range(HORIZON.start, HORIZON.end, 7 * HOUR):
        smallest: dict[str, float] = {}
        for name in ("supply-1", "supply-2"):
            for cause, p in two.at(name, at).causes:
                smallest[cause] = min(p, smallest.get(cause, 1.0))
        assert dict(one.at("supply", at).causes) == smallest


@few
@given(st.integers(-200, 48), st.integers(0, 300), st.integers(0, 300))
def test_an_ageing_open_report_never_turns_better(since: int, first: int, more: int) -> None:
    rows = log(replace(road("supply", "open", "2016-09-10 00:00"), valid=Window(ORIGIN + since * HOUR)))
    found = []
    for now in (since + first, since + first + more):
        at = ORIGIN + now * HOUR
        piece = folded(rows, now=now, horizon=Window(at, at + 1)).at("supply", at)
        found.append(part(piece, "physical"))
    assert found[0].status.rank <= found[1].status.rank
    assert found[0].p >= found[1].p
    assert found[1].status in (Status.OPEN, Status.CONTESTED)
