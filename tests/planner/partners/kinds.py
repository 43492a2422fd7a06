"""One small report of every kind that there is, of the same few events."""

from collections.abc import Iterator
from dataclasses import replace

from planner.partners.activities import Delivery, Goods, report_activities
from planner.partners.denial_reports import report_denials, report_incident, report_register
from planner.partners.monthly import INDICATORS, Besieged, Figure, Month, Reason, report_month
from planner.partners.report import TIERS, Mark, Report, marked
from planner.partners.sheets import ConvoyPaper, HeldPaper, Item, Step, report_notice, report_sheet
from planner.partners.words import Both
from planner.partners.writers import OFFERS
from routing.evidence import Figure as People
from routing.units import DAY, HOUR, parse_instant
from tests.planner.partners.denials import LATE, SEPTEMBER, ZONE, denial, heading

SET_OFF = parse_instant("2016-09-19T10:50+03:00", ZONE)
PLACE = Both(en="Atareb", ar="الأتارب")
DENIALS = (denial(), denial(event_id="syria-00043", governorate_code="SY04", sub_district="Talbiseh")) * 3
DELIVERY = Delivery(
    movement="talbiseh-01", channel="cross_line", completed_at=SET_OFF, reported_at=SET_OFF + HOUR,
    governorate_code="SY04", sub_district="Talbiseh", site=PLACE, site_at=(36.73, 34.84), listing="hard_to_reach",
    sectors=("food",), people_requested=(People(what="people", count=84_000, source="UN"),),
    people_reached=(People(what="people", count=84_000, source="UN"),), trucks=45, synthetic=False,
    goods=(Goods(name=Both(en="Ration", ar="حصة"), sector="food", unit="ration", units=7_000, kg=469_000),),
)  # fmt: skip
DELIVERIES = tuple(replace(DELIVERY, movement=f"talbiseh-{n:02d}") for n in range(3))
MONTH = Month(
    plan="2016-09", convoys=3, reasons=(Reason(code="attack", convoys=1, people=78_000),),
    figures={code: Figure(value=8, of=26, of_what="requests", counted=26) for code in INDICATORS["T1"]},
    besieged=(
        Besieged(governorate=Both(en="Homs", ar="حمص"), sub_district=Both(en="Talbiseh", ar="تلبيسة"),
                 last_reached_on="2016-09-19", days_since=11),
    ),
)  # fmt: skip
CONVOY = ConvoyPaper(
    movement="1e73b41f20cf-c02", number="C2", published=True, hub=PLACE, sites=(PLACE,), gates=(PLACE,),
    depart_at=SET_OFF, back_at=SET_OFF + 8 * HOUR, through_by=SET_OFF + HOUR, stop_at=SET_OFF + 5 * HOUR,
    window_ends_at=SET_OFF + 7 * HOUR, reserve_s=HOUR, trucks=(("Semi-trailer, 25 t", 14),),
    steps=(
        Step(kind="load", place=PLACE, start=SET_OFF - DAY, end=SET_OFF - DAY + HOUR, km=0),
        Step(kind="unload", place=PLACE, start=SET_OFF + 3 * HOUR, end=SET_OFF + 5 * HOUR, km=31.5),
    ),
    items=(Item(site=PLACE, name=PLACE, unit="ration", sector="food", units=4_960, people=24_800, kg=332_320,
                litres=545_600),),
    papers=(HeldPaper(step="letter", state="issued", site=PLACE, people=None, valid_from=SET_OFF - DAY,
                      valid_to=None),),
    way=(((36.95, 36.15), (36.97, 36.16)),), stops=((PLACE, (36.95, 36.15)),),
)  # fmt: skip


def every_report() -> Iterator[Report]:
    """Yield a report of each kind for each tier that it is made for."""
    top, found = heading(LATE), DENIALS
    for tier in TIERS:
        made = [
            report_denials(top, found, tier, SEPTEMBER), report_register(top, found, tier, SEPTEMBER),
            report_activities(top, DELIVERIES, tier, "2016-09"), report_month(top, MONTH, DELIVERIES, tier),
            report_incident(top, denial(), tier, SEPTEMBER),
        ]  # fmt: skip
        if tier == "T3":
            made += [report_sheet(top, CONVOY), report_notice(top, CONVOY)]
            made = [marked(one, Mark(reader="nour", expires_at=LATE + 7 * DAY)) for one in made]
        yield from (one for one in made if tier in OFFERS[one.kind].tiers)


EVERY = tuple(every_report())
NAMES = tuple(f"{report.kind}-{report.tier}" for report in EVERY)
