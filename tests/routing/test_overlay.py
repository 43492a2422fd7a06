"""What-ifs over what is known: they hold within their windows, add up in any order and share what they do not touch."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import RoutingError, UnknownId
from routing.evidence import Evidence
from routing.overlay import (
    SupposedArrangement,
    SupposedCeasefireEnd,
    SupposedControl,
    SupposedGate,
    SupposedHours,
    SupposedRoad,
    Supposition,
    apply,
)
from routing.status import AccessMap, Status
from routing.units import HOUR, AsOf, Window
from tests.routing.builders import (
    EAST_SOUTH,
    POLICY,
    WEST_NORTH,
    ZONE,
    access,
    agreed,
    arranged,
    claimed_over,
    gate_is,
    held,
    incident,
    log,
    part,
    road,
    span,
    time,
    two_sides,
    violated,
)

NETWORK = two_sides(opens="06:00", closes="20:00")
START, END = "2016-09-13 00:00", "2016-09-25 00:00"
RECORDS = log(
    WEST_NORTH,
    EAST_SOUTH,
    agreed(),
    claimed_over("north", "2016-09-19 15:00"),
    road("supply", "open", "2016-09-12 18:00"),
    road("crossing", "open", "2016-09-12 18:00"),
    gate_is("by_permit", "2016-09-12 19:00", "2016-09-19 19:00"),
    gate_is("closed", "2016-09-19 19:00"),
    incident("shelling", "2016-09-14 08:00"),
    violated("east", "2016-09-14 08:00"),
)


def base(records: tuple[Evidence, ...] = RECORDS) -> AccessMap:
    return access(records, START, END, network=NETWORK)


def supposed(*suppositions: Supposition, records: tuple[Evidence, ...] = RECORDS) -> AccessMap:
    known = AsOf(at=time(START), known=len(records))
    return apply(base(records), suppositions, records, NETWORK, known, ZONE, POLICY)


def test_supposing_nothing_is_the_base_itself() -> None:
    known = base()
    assert apply(known, (), RECORDS, NETWORK, known.as_of, ZONE) is known


def test_untouched_roads_share_their_timelines() -> None:
    known = base()
    found = apply(
        known, (SupposedRoad(segment="supply", state="closed", window=span("2016-09-15 00:00", "2016-09-16 00:00")),),
        RECORDS, NETWORK, known.as_of, ZONE,
    )  # fmt: skip
    assert found.timeline("supply") != known.timeline("supply")
    for name in ("crossing", "inland", "remote"):
        assert found.timeline(name) is known.timeline(name)
    assert found.gate_priors is known.gate_priors


def test_a_supposition_without_effect_shares_everything() -> None:
    known = base()
    outside = SupposedGate(gate="gate", state="closed", window=span("2016-10-15 00:00", "2016-10-16 00:00"))
    assert apply(known, (outside,), RECORDS, NETWORK, known.as_of, ZONE) is known


def test_a_supposed_closure_holds_within_its_window_and_the_records_outside() -> None:
    found = supposed(
        SupposedRoad(segment="supply", state="closed", window=span("2016-09-15 00:00", "2016-09-16 00:00"))
    )
    inside = found.at("supply", time("2016-09-15 12:00"))
    assert (inside.status, inside.deciding().code, inside.deciding().evidence) == (Status.BLOCKED, "road_closed", (0,))
    assert found.at("supply", time("2016-09-16 00:00")) == base().at("supply", time("2016-09-16 00:00"))


def test_a_supposed_open_road_is_neither_stale_nor_disputed() -> None:
    closed = log(*RECORDS, road("supply", "closed", "2016-09-13 12:00", source="drivers"))
    found = supposed(
        SupposedRoad(segment="supply", state="open", window=span("2016-09-10 00:00", "2016-09-20 00:00")),
        records=closed,
    )
    assert part(found.at("supply", time("2016-09-19 00:00")), "physical").code == "road_open"


def test_a_ceasefire_supposed_to_hold_longer_covers_the_line_despite_the_claims() -> None:
    found = supposed(SupposedCeasefireEnd(ceasefire="truce", at=time("2016-09-23 19:00")))
    assert part(found.at("crossing", time("2016-09-19 18:00")), "ceasefire").code == "ceasefire_in_force"
    assert part(found.at("crossing", time("2016-09-23 18:59")), "ceasefire").code == "ceasefire_in_force"
    ended = part(found.at("crossing", time("2016-09-23 19:00")), "ceasefire")
    assert (ended.status, ended.code, ended.evidence) == (Status.BLOCKED, "ceasefire_expired", (0, 3))
    assert part(found.at("crossing", time("2016-09-14 09:00")), "ceasefire").code == "ceasefire_strained"


def test_a_ceasefire_supposed_to_collapse_closes_the_line_from_then_on() -> None:
    found = supposed(SupposedCeasefireEnd(ceasefire="truce", at=time("2016-09-13 12:00")))
    assert found.at("crossing", time("2016-09-13 11:59")).status is Status.CONTESTED
    assert found.at("crossing", time("2016-09-13 12:00")).deciding().code == "ceasefire_expired"


def test_a_supposed_open_gate_creates_no_consent() -> None:
    found = supposed(SupposedGate(gate="gate", state="open", window=span("2016-09-20 00:00", "2016-09-24 00:00")))
    inside = found.at("crossing", time("2016-09-21 12:00"))
    assert part(inside, "gate").code == "gate_open"
    assert (inside.status, inside.decided_by) == (Status.BLOCKED, "ceasefire")


def test_a_gate_supposed_open_does_not_go_stale() -> None:
    found = supposed(SupposedGate(gate="gate", state="open", window=span("2016-08-01 00:00", "2016-09-24 00:00")))
    assert part(found.at("crossing", time("2016-09-21 12:00")), "gate").code == "gate_open"


def test_a_supposed_arrangement_is_consent_but_does_not_open_the_gate() -> None:
    window = span("2016-09-20 00:00", "2016-09-24 00:00")
    consent = SupposedArrangement(gates=("gate",), parties=("north", "south"), window=window)
    alone = supposed(consent).at("crossing", time("2016-09-21 12:00"))
    assert (part(alone, "ceasefire").code, alone.decided_by) == ("arrangement", "gate")
    both = supposed(consent, SupposedGate(gate="gate", state="open", window=window))
    assert both.at("crossing", time("2016-09-21 12:00")).status is Status.CONTESTED


def test_two_consents_to_one_gate_add_up() -> None:
    with_third = SupposedArrangement(gates=("gate",), parties=("north", "third"), window=span(START, END))
    with_south = SupposedArrangement(gates=("gate",), parties=("north", "south"), window=span(START, END))
    found = supposed(with_third, with_south).at("crossing", time("2016-09-21 12:00"))
    assert part(found, "ceasefire").code == "arrangement"


def test_supposed_hours_let_pass_at_night_within_their_window() -> None:
    found = supposed(SupposedHours(gate="gate", opens=0, closes=24 * HOUR, window=span(START, "2016-09-15 00:00")))
    assert part(found.at("crossing", time("2016-09-14 03:00")), "gate").code == "gate_by_permit"
    assert part(found.at("crossing", time("2016-09-15 03:00")), "gate").code == "outside_hours"


def test_a_supposed_change_of_control_makes_and_unmakes_lines() -> None:
    found = supposed(SupposedControl(area="east", party="north", window=span("2016-09-20 00:00", "2016-09-22 00:00")))
    assert part(found.at("crossing", time("2016-09-21 12:00")), "control").code == "one_holder"
    assert part(found.at("inland", time("2016-09-21 12:00")), "physical").code == "not_reported"
    assert part(found.at("inland", time("2016-09-22 12:00")), "physical").code == "no_report"


def test_what_contradicts_or_is_not_known_is_refused() -> None:
    window = span(START, END)
    with pytest.raises(RoutingError, match="overlapping"):
        supposed(
            SupposedGate(gate="gate", state="open", window=window),
            SupposedGate(gate="gate", state="closed", window=window),
        )
    for unknown in (
        SupposedGate(gate="nowhere", state="open", window=window),
        SupposedArrangement(gates=("nowhere",), parties=("north", "south"), window=window),
        SupposedRoad(segment="nowhere", state="open", window=window),
        SupposedControl(area="nowhere", party="north", window=window),
        SupposedCeasefireEnd(ceasefire="nowhere", at=time(START)),
    ):
        with pytest.raises(UnknownId, match="nowhere"):
            supposed(unknown)
    with pytest.raises(RoutingError, match="as of"):
        apply(base(), (SupposedGate(gate="gate", state="open", window=window),), RECORDS, NETWORK,
              AsOf(at=time(START), known=1), ZONE)  # fmt: skip


# As in the laws of the fold.
few = settings(max_examples=settings().max_examples // 3)
days = st.integers(0, 11)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = time(START) + draw(days) * 24 * HOUR + draw(st.integers(0, 23)) * HOUR
    return Window(start, start + draw(st.integers(1, 96)) * HOUR)


one_each = st.tuples(
    st.builds(SupposedCeasefireEnd, ceasefire=st.just("truce"), at=days.map(lambda d: time(START) + d * 24 * HOUR)),
    st.builds(
        SupposedGate, gate=st.just("gate"), state=st.sampled_from(["open", "by_permit", "closed"]), window=windows()
    ),
    st.builds(SupposedHours, gate=st.just("gate"), opens=st.just(0), closes=st.just(12 * HOUR), window=windows()),
    st.builds(SupposedArrangement, gates=st.just(("gate",)), parties=st.just(("north", "south")), window=windows()),
    st.builds(SupposedControl, area=st.just("east"), party=st.sampled_from(["north", "third"]), window=windows()),
    st.builds(SupposedRoad, segment=st.just("supply"), state=st.sampled_from(["open", "closed"]), window=windows()),
)


@few
@given(one_each.flatmap(st.permutations), st.integers(0, 6))
def test_suppositions_commute(drawn: list[Supposition], take: int) -> None:
    chosen = drawn[:take]
    assert supposed(*chosen) == supposed(*sorted(chosen, key=repr))


@few
@given(one_each, st.integers(0, 5))
def test_a_supposed_record_is_worth_what_the_same_record_would_be(drawn: tuple[Supposition, ...], which: int) -> None:
    """Of road, control and arrangement: the fold of the log with the record gives the same statuses."""
    supposition = drawn[which]
    match supposition:
        case SupposedArrangement():
            row = arranged("2016-09-13 00:00", "2016-09-14 00:00")
        case SupposedControl():
            row = held("east", supposition.party)
        case SupposedRoad(state="closed"):
            row = road("supply", "closed", START)
        case _:
            return
    newer = log(*RECORDS, Evidence(
        position=1, learned_at=time(START), valid=supposition.window, fact=row.fact, source="another desk"
    ))  # fmt: skip
    found, recorded = supposed(supposition), access(newer, START, END, network=NETWORK)
    for name in NETWORK.segments:
        for at in range(time(START), time(END), 5 * HOUR):
            assert found.at(name, at).status is recorded.at(name, at).status


closures = st.one_of(
    st.builds(
        SupposedRoad, segment=st.sampled_from(sorted(NETWORK.segments)), state=st.just("closed"), window=windows()
    ),
    st.builds(SupposedGate, gate=st.just("gate"), state=st.just("closed"), window=windows()),
)


@few
@given(
    st.tuples(*[
        st.builds(SupposedRoad, segment=st.just(name), state=st.sampled_from(["open", "closed"]), window=windows())
        for name in sorted(NETWORK.segments)
    ]),
    one_each, st.permutations(sorted(NETWORK.segments)), st.sets(st.integers(0, 7)),
)  # fmt: skip
def test_what_ifs_on_different_segments_add_up_laid_one_by_one_in_any_order(
    on_roads: tuple[SupposedRoad, ...], one_of_each: tuple[Supposition, ...], order: list[str], chosen: set[int]
) -> None:
    """The law holds where no segment is touched by two of the what-ifs: here all of the gate's are one with its road.

    Two on one segment are no sum of two maps, so that they are laid at once; in which order they are named is then of
    no consequence (the law above). A change of control touches all roads of its area and is left out here.
    """
    by_segment: dict[str, list[Supposition]] = {name: [] for name in NETWORK.segments}
    for k, supposition in enumerate((*on_roads, *one_of_each[:4])):
        if k in chosen:
            by_segment[supposition.segment if isinstance(supposition, SupposedRoad) else "crossing"].append(supposition)
    known = base()
    laid = known
    for name in order:
        alone = supposed(*by_segment[name])
        laid = laid.replace_timelines(
            {each: alone.timeline(each) for each in NETWORK.segments if alone.timeline(each) != known.timeline(each)}
        )
    assert laid == supposed(*[each for group in by_segment.values() for each in group])


@few
@given(closures, st.sets(st.integers(0, 5)), one_each)
def test_a_supposed_closure_never_makes_any_road_better(
    closure: Supposition, chosen: set[int], one_of_each: tuple[Supposition, ...]
) -> None:
    """Whatever else is supposed, as long as it speaks of other targets."""
    rest = [
        each
        for k, each in enumerate(one_of_each)
        if k in chosen and type(each) is not type(closure)
    ]  # fmt: skip
    before, after = supposed(*rest), supposed(*rest, closure)
    for name in NETWORK.segments:
        edges = {piece.window.start for found in (before, after) for piece in found.timeline(name)}
        for at in edges:
            was, now = before.at(name, at), after.at(name, at)
            assert (now.status.rank, -now.p) >= (was.status.rank, -was.p)
