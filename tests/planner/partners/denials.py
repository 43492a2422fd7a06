"""Failed movements whose every private word can be told apart from the rest of a report."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from planner.domain.catalogue import Governorate
from planner.domain.delivery import Movement
from planner.domain.denials import AMRF, AUTHORITIES, EVENTS, REASONS, SECTORS, Denial, Period, parse_period
from planner.domain.gazetteer import GateName, Gazetteer, SubDistrict
from planner.partners.denial_reports import Heading, report_denials
from planner.partners.redaction import Frame
from planner.partners.report import Report, Tier
from planner.partners.words import Both
from routing.evidence import Figure
from routing.units import DAY, Instant, parse_instant

ZONE = ZoneInfo("Asia/Damascus")
SEPTEMBER = parse_period("2016-09", ZONE)
LATE = parse_instant("2016-10-20T10:00+03:00", ZONE)
PRIVATE = "qzx"
"""Every word that must not leave at T1 begins so; it stands in no word that may."""

PLACES = {"SY02": ("Aleppo", "حلب", "Atareb"), "SY04": ("Homs", "حمص", "Talbiseh"), "SY05": ("Hama", "حماة", "Hama"),
          "SY07": ("Idleb", "إدلب", "Harim")}  # fmt: skip
GAZETTEER = Gazetteer(
    governorates={code: Governorate(pcode=code, name=en, name_ar=ar) for code, (en, ar, _sub) in PLACES.items()},
    governorate_points={code: (36.0 + n, 35.0) for n, code in enumerate(PLACES)},
    sub_districts={
        (code, sub): SubDistrict(name=sub, name_ar="ناحية", governorate=code, at=(36.82, 36.13))
        for code, (_en, _ar, sub) in PLACES.items()
    },
    gates={"castello": GateName(name="Castello", name_ar="الكاستيلو")},
)


def denial(day: str = "2016-09-19T16:10+03:00", **changes: object) -> Denial:
    """Return a movement that was turned back on a day, each private word of it marked."""
    failed = parse_instant(day, ZONE)
    made = Denial(
        event_id="syria-00042",
        movement=Movement(
            id=f"{PRIVATE}-movement", name=f"{PRIVATE} convoy", name_ar=f"{PRIVATE}", channel="cross_line",
            hub=f"{PRIVATE}-hub", site=f"{PRIVATE}-site", trucks=31, requested_on=failed - 9 * DAY,
            dispatched_at=failed - 3_600, source=f"{PRIVATE} desk", synthetic=False,
        ),
        what="turned_back", result="denied", requested_on=failed - 9 * DAY, first_failed=failed, last_failed=failed,
        reported_at=failed + 3_600, governorate=PRIVATE, governorate_ar=PRIVATE, governorate_code="SY02",
        sub_district="Atareb", sub_district_ar=PRIVATE, reason_code="letter_missing", amrf=3,
        authority_type=f"{PRIVATE} authority", stated_reason=f"{PRIVATE} said no at 36.07, 36.95",
        gate=f"{PRIVATE}-gate", trucks=31, hours_lost=5, truck_days_lost=62, sectors=("food", "health"),
        people_requested=(
            Figure(what="people", count=78_000, source=f"{PRIVATE} a"),
            Figure(what="people", count=185_000, source=f"{PRIVATE} b"),
        ),
        people_reached=(), figures=(Figure(what=f"{PRIVATE} killed", count=20, source=f"{PRIVATE} c"),),
        follow_up=True, sources=(f"{PRIVATE} source",), reliability="B", credibility=2, synthetic=False, records=(415,),
        sensitivity="low",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type] # fields by name


instants = st.integers(SEPTEMBER.window.start, SEPTEMBER.window.end - 1)
counts = st.one_of(st.none(), st.integers(0, 200_000))
people = st.lists(st.integers(0, 500_000), max_size=3).map(
    lambda found: tuple(Figure(what="people", count=n, source=f"{PRIVATE} {i}") for i, n in enumerate(found))
)
words = st.sampled_from((PRIVATE, f"{PRIVATE} at 16:10", f"=HYPERLINK({PRIVATE})", f"{PRIVATE} 36.0721 36.9512"))


@st.composite
def denials(draw: st.DrawFn) -> Denial:
    """Draw a failed movement; fields meant for codes hold a code, or a text that somebody has typed in there."""
    failed = draw(instants)
    made = denial(
        event_id=f"syria-{draw(st.integers(1, 99_999)):05d}",
        what=draw(st.one_of(st.sampled_from(sorted(EVENTS)), words)),
        result=draw(st.sampled_from(("impeded", "denied", "cancelled"))),
        requested_on=draw(st.one_of(st.none(), instants)),
        first_failed=failed,
        last_failed=failed + draw(st.integers(0, 3 * DAY)),
        reported_at=failed + draw(st.integers(0, 6 * DAY)),
        governorate_code=draw(st.sampled_from((*PLACES, PRIVATE, ""))),
        sub_district=draw(st.sampled_from((*(sub for _en, _ar, sub in PLACES.values()), PRIVATE))),
        authority_type=draw(st.one_of(st.sampled_from(sorted(AUTHORITIES)), words)),
        gate=draw(st.sampled_from(("castello", PRIVATE, ""))),
        reliability=draw(st.sampled_from(("A", "F"))),
        sensitivity=draw(st.sampled_from((None, "low", "moderate", "high", "severe"))),
        reason_code=draw(st.one_of(st.sampled_from(sorted(REASONS)), words)),
        amrf=draw(st.sampled_from(sorted(AMRF))),
        stated_reason=draw(words),
        trucks=draw(counts),
        truck_days_lost=draw(counts),
        sectors=tuple(draw(st.lists(st.one_of(st.sampled_from(sorted(SECTORS)), words), max_size=3))),
        people_requested=draw(people),
        people_reached=draw(people),
        follow_up=draw(st.booleans()),
        synthetic=draw(st.booleans()),
    )
    return replace(made, movement=replace(made.movement, trucks=draw(counts)))


def heading(now: Instant = LATE) -> Heading:
    """Return what reports on these movements begin and end with."""
    frame = Frame(gazetteer=GAZETTEER, zone=ZONE, now=now)
    disclaimer = Both(en="No opinion on borders.", ar="لا رأي في الحدود.")
    return Heading(crisis=Both(en="Syria", ar="سوريا"), disclaimer=disclaimer, frame=frame)


def report(found: tuple[Denial, ...], tier: Tier = "T1", *, now: Instant = LATE, period: Period = SEPTEMBER) -> Report:
    """Return the report of these movements for a tier."""
    return report_denials(heading(now), found, tier, period)
