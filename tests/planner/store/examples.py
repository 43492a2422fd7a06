"""Small records and plans to store, and strategies that draw every kind of fact."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass, replace
from functools import cache
from typing import Final, Literal, cast, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from planner.domain.crisis import Crisis, Party
from planner.domain.plan import Change, Convoy, GatePass, Load, Move, ObjectiveLevel, PinnedNotice, Plan, Stop, Unmet
from routing import evidence, hand_set
from routing.evidence import Evidence, Fact, GateReport
from routing.policy import AccessPolicy
from routing.units import DAY, HOUR, AsOf, Instant, Window

MONDAY: Instant = 1_473_627_600
"""12 September 2016, 00:00 in Damascus."""

SYRIA = Crisis(
    id="syria", name="Syria", name_ar="سوريا", zone="Asia/Damascus", dawn_s=6 * HOUR, dusk_s=18 * HOUR,
    working_days=("Sunday", "Monday"), holidays=("2016-09-12",),
    parties=(Party(id="north", name="Northern side", name_ar="الشمال"),),
    disclaimer="Boundaries are not endorsed.", disclaimer_ar="لا تعني الحدود إقراراً.",
    demo_from=MONDAY, demo_days=9, demo_known=MONDAY,
)  # fmt: skip


def gate_report(state: evidence.GateState = "open", *, gate: str = "castello", at: Instant = MONDAY) -> Evidence:
    """Return a report on a gate that is not yet in a log."""
    return Evidence(
        position=0, learned_at=at, valid=Window(at), source="monitor", fact=GateReport(gate=gate, state=state)
    )


def plan_for(snapshot_digest: str, *, people: int = 8_000) -> Plan:
    """Return a plan with one of everything."""
    convoy = Convoy(
        id="c01", hub="aleppo",
        stops=(
            Stop(
                site="urum", arrive_at=MONDAY + 9 * HOUR, unloaded_at=MONDAY + 11 * HOUR, trucks={"t20": 4},
                loads=(Load(commodity="food", batch="b1", units=1_600, kg=96_000, litres=160_000, people=people),),
            ),
        ),
        moves=(
            Move(
                start="aleppo", end="urum", depart_at=MONDAY + 7 * HOUR, arrive_at=MONDAY + 9 * HOUR,
                segments=("s1", "s2"),
                gates=(GatePass(gate="castello", arrive_at=MONDAY + 8 * HOUR, clear_at=MONDAY + 8 * HOUR + 600),),
                loaded=True,
            ),
        ),
        trucks={"t20": 4}, loading=Window(MONDAY, MONDAY + HOUR), p=0.7225, slack_s=1_800, exposure_truck_s=7_200,
        movement="urum-01",
    )  # fmt: skip
    return Plan(
        snapshot_digest=snapshot_digest, as_of=AsOf(at=MONDAY, known=41), horizon=Window(MONDAY, MONDAY + 9 * DAY),
        status="feasible", cut_short=False,
        objective=(
            ObjectiveLevel(level=1, name="equity > 300 d", value=1, bound=1e-7, gap=0.0, proof="global"),
            ObjectiveLevel(level=2, name="value", value=1.5e16, bound=1e22, gap=0.1, proof="none"),
        ),
        convoys=(convoy,),
        unmet=(
            Unmet(
                site="castello-site", commodity="food", units=3, people=15, unmet_class="impossible", rule="letter",
                reason="no letter", proof=("gate:castello", "17"),
                change=Change(edit="letter for castello", people_gained=15, verified=True),
            ),
        ),
        people_reached=people, coverage_by_site={"urum": 1, "b": 0.25, "castello-site": 0.0},
        pinned=(PinnedNotice(movement="urum-01", rules=("gate hours",), choices=("hold", "turn back")),),
        notes=("drawn by hand",),
    )  # fmt: skip


# What both databases can keep: every letter but NUL, and no half of a surrogate pair.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
_PLAIN = {
    str: TEXTS,
    int: st.integers(0, 4_102_444_800),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
}


def drawn(hint: object) -> st.SearchStrategy[object]:
    """Draw a value of any type that a fact has, its defaults not spared."""
    kind, inside = get_origin(hint), get_args(hint)
    if kind is Literal:
        return st.sampled_from(inside)
    if kind is tuple:
        return st.lists(drawn(inside[0]), max_size=3).map(tuple)
    if inside:
        return st.one_of(*map(drawn, inside))
    if isinstance(hint, type) and is_dataclass(hint):
        return st.builds(hint, **{name: drawn(field) for name, field in get_type_hints(hint).items()})
    return _PLAIN[hint]  # type: ignore[index] # the keys are the types that are left


@st.composite
def ceasefires(draw: st.DrawFn) -> evidence.CeasefireAgreed:
    """Draw an agreement between two parties whose ends are in order."""
    firm_end = draw(st.integers(0, 4_102_444_800))
    return evidence.CeasefireAgreed(
        ceasefire=draw(TEXTS), areas=tuple(draw(st.lists(TEXTS, max_size=3))), parties=("north", "south"),
        firm_end=firm_end, intended_end=firm_end + draw(st.integers(0, 10**6)), terms=draw(TEXTS),
    )  # fmt: skip


@st.composite
def inspections(draw: st.DrawFn) -> hand_set.GateInspection:
    """Draw an inspection whose delays are in order."""
    low, mode, high = sorted(draw(st.lists(st.integers(0, 10**6), min_size=3, max_size=3)))
    return hand_set.GateInspection(gate=draw(TEXTS), delay_low_s=low, delay_mode_s=mode, delay_high_s=high)


@st.composite
def overrides(draw: st.DrawFn) -> hand_set.PassageOverride:
    """Draw counts of which a probability can be made."""
    passed, back = draw(st.integers(0, 99)), draw(st.integers(1, 99))
    return hand_set.PassageOverride(gate=draw(TEXTS), passed=passed, turned_back=back, reason=draw(TEXTS))


@st.composite
def policies(draw: st.DrawFn) -> hand_set.PolicySet:
    """Draw a policy with other numbers than the default's."""
    policy = AccessPolicy(
        p_stale=draw(st.floats(0, 1)), open_from_p=draw(st.floats(0.5, 1)), stale_after_s=draw(st.integers(0, 10**8))
    )
    return hand_set.PolicySet(name=draw(TEXTS), policy=policy)


_LAWFUL: Final[Mapping[object, Callable[[object], st.SearchStrategy[object]]]] = {
    evidence.CeasefireAgreed: lambda _kind: ceasefires(),
    hand_set.GateInspection: lambda _kind: inspections(),
    hand_set.PassageOverride: lambda _kind: overrides(),
    hand_set.PolicySet: lambda _kind: policies(),
}
"""Facts that cannot be built of any values."""


@cache
def facts() -> st.SearchStrategy[object]:
    """Draw facts of every kind."""
    return st.one_of(*(_LAWFUL.get(kind, drawn)(kind) for kind in get_args(Fact)))


@st.composite
def records(draw: st.DrawFn) -> Evidence:
    """Draw a record of a log; withdrawals name the first record."""
    start = draw(st.integers(0, 4_102_444_800))
    fact = draw(facts())
    if isinstance(fact, evidence.Retraction):
        fact = replace(fact, position=1)
    return Evidence(
        position=0, learned_at=draw(st.integers(0, 4_102_444_800)),
        valid=Window(start, start + draw(st.integers(1, 10**9))), fact=cast("Fact", fact),
        source=draw(TEXTS.filter(str.strip)), reliability=draw(st.sampled_from("ABCDEF")),
        credibility=draw(st.integers(1, 6)), note=draw(TEXTS), synthetic=draw(st.booleans()),
    )  # fmt: skip
