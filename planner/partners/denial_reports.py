"""Reports on failed movements: those of a period, one alone, and the register of access constraints."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.denials import AMRF, Denial, Period
from planner.domain.gazetteer import Gazetteer
from planner.partners.redaction import Frame, Redacted, redact, sort_out, told_by
from planner.partners.report import (
    Bars,
    Column,
    Feature,
    Headline,
    Kind,
    Report,
    Spot,
    Table,
    Tier,
    file_features,
    tell,
)
from planner.partners.small_cells import merge_small
from planner.partners.words import Both, said, word
from routing.network import Position

NOTES: Final[Mapping[Tier, str]] = {"T0": "t0_note", "T1": "t1_note", "T2": "t2_note", "T3": "t3_note"}
REGISTER: Final = (
    "event_id", "occurred_on", "governorate", "governorate_ar", "governorate_code", "sub_district", "sub_district_ar",
    "amrf_code", "amrf_category", "reason_code", "event", "outcome", "severity", "status", "authority_type", "sectors",
    "people_targeted_most", "hours_lost", "truck_days_lost", "follow_up_requested", "reliability", "credibility",
    "synthetic", "stated_reason", "sources",
)  # fmt: skip
"""Fields of the register of the Access Monitoring and Reporting Framework, of those that the tier may read."""
REGISTER_WIDE: Final[Mapping[str, float]] = {"amrf_code": 2.2, "severity": 1.2, "status": 1.1}
"""Fields that the register prints and a listing of failures has no room for."""
CATEGORY_COLUMNS: Final = (
    Column(name="amrf_code", hxl="#access+type+code", kind="number", words="category", wide=3),
    Column(name="amrf_category", hxl="#access+type+name"),
    Column(name="failed_movements", hxl="#event+num", kind="count", wide=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What every report of a crisis begins and ends with, and the names that it may use."""

    crisis: Both
    disclaimer: Both
    frame: Frame

    def report(self, kind: Kind, tier: Tier, subject: str, tables: tuple[Table, ...]) -> Report:
        """Return a report with these tables and no summary yet."""
        gazetteer = self.frame.gazetteer
        around = tuple(
            (Both(en=one.name, ar=one.name_ar), gazetteer.governorate_points[code])
            for code, one in gazetteer.governorates.items()
            if code in gazetteer.governorate_points
        )
        return Report(
            kind=kind, tier=tier, subject=subject, crisis=self.crisis, disclaimer=self.disclaimer,
            generated_at=self.frame.now, zone=self.frame.zone, tables=tables, notes=(said(NOTES[tier]),),
            around=around,
        )  # fmt: skip


def report_denials(heading: Heading, denials: Iterable[Denial], tier: Tier, period: Period) -> Report:
    """Return the failed movements of a period as a tier may read them."""
    redacted = redact(denials, tier, period, heading.frame)
    bare = heading.report("denials", tier, period.name, (redacted.table(),))
    if tier == "T0":
        return _with_totals(bare, redacted, heading.frame.gazetteer)
    return _with_movements(bare, redacted.told, heading.frame.gazetteer, redacted.withheld)


def report_incident(heading: Heading, denial: Denial, tier: Tier, period: Period) -> Report:
    """Return one failed movement as a tier may read it; without a row where it may not. T0 reads of none alone."""
    if tier == "T0":
        return heading.report("incident", tier, "withheld", ())
    redacted = redact((denial,), tier, period, heading.frame)
    bare = heading.report("incident", tier, denial.event_id, (redacted.table(),))
    return _with_movements(bare, redacted.told, heading.frame.gazetteer, redacted.withheld)


def report_register(heading: Heading, denials: Iterable[Denial], tier: Tier, period: Period) -> Report:
    """Return the register of access constraints of a period, by category; T0 reads how many there are of each."""
    told, withheld = sort_out(denials, tier, heading.frame.now)
    counts = {code: sum(d.amrf == code for d in told) for code in AMRF}
    if tier == "T0":
        merged = merge_small({str(code): n for code, n in counts.items() if n})
        kept = [(int(name) if name else None, n) for name, n in merged.cells]
        table = Table(
            title=said("category_totals"), columns=CATEGORY_COLUMNS,
            rows=tuple((code, AMRF[code] if code else "other categories", n) for code, n in kept),
        )  # fmt: skip
        bare = heading.report("register", tier, period.name, (table,) if table.rows else ())
        return replace(bare, bars=_category_bars(kept))
    ordered = sorted(told, key=lambda d: (d.amrf, d.first_failed, d.event_id))
    serialiser = tuple(one for name in REGISTER for one in told_by(tier, heading.frame) if one.column.name == name)
    columns = tuple(replace(c, wide=REGISTER_WIDE.get(c.name, c.wide)) for c in (one.column for one in serialiser))
    rows = Table(title=said("the_register"), columns=columns, rows=tell(ordered, serialiser))
    totals = Table(
        title=said("category_totals"), columns=CATEGORY_COLUMNS,
        rows=tuple((code, AMRF[code], n) for code, n in counts.items()),
    )  # fmt: skip
    bare = heading.report("register", tier, period.name, (rows, totals))
    made = _with_movements(bare, ordered, heading.frame.gazetteer, withheld)
    return replace(made, notes=(*made.notes, said("severity_note")))


def _with_totals(bare: Report, redacted: Redacted, gazetteer: Gazetteer) -> Report:
    named = {governorate.name: code for code, governorate in gazetteer.governorates.items()}
    bars = tuple((Both(en=str(en), ar=str(ar)), int(n or 0)) for _period, en, ar, n in redacted.rows)
    codes = [named.get(label.en, "") for label, _n in bars]
    at = [gazetteer.governorate_points.get(code) for code in codes]
    spots = tuple(Spot(label=label, at=where, value=n) for (label, n), where in zip(bars, at, strict=True) if where)
    points = [() if where is None else (where,) for where in at]
    return replace(
        bare,
        headlines=(Headline(label=_failed(total), low=total, high=total, bad=True),)
        if (total := sum(n for _, n in bars))
        else (),
        bars=Bars(title=said("by_governorate"), rows=bars) if bars else None,
        spots=spots,
        spots_said=said("map_points_gov"),
        features=file_features(bare, points, [label for label, _ in bars]),
    )


def _with_movements(bare: Report, told: Sequence[Denial], gazetteer: Gazetteer, withheld: Mapping[str, int]) -> Report:
    """Return the report with what is read of single movements: figures, reasons, and where on the map."""
    places = [gazetteer.sub_district(d.governorate_code, d.sub_district) for d in told]
    names = [Both(en="", ar="") if p is None else Both(en=p.name, ar=p.name_ar) for p in places]
    at = [() if p is None or p.at is None else (p.at,) for p in places]
    return replace(
        bare,
        headlines=_headlines(told),
        bars=_category_bars([(code, sum(d.amrf == code for d in told)) for code in AMRF]),
        spots=_spots(names, at),
        spots_said=said("map_points_sub"),
        features=file_features(bare, at, names),
        notes=(*bare.notes, said("ranges")),
        withheld=withheld,
    )


def _spots(names: Sequence[Both], at: Sequence[tuple[Position, ...]]) -> tuple[Spot, ...]:
    where = {points[0]: name for name, points in zip(names, at, strict=True) if points}
    return tuple(Spot(label=name, at=point, value=sum(p == (point,) for p in at)) for point, name in where.items())


def _headlines(told: Sequence[Denial]) -> tuple[Headline, ...]:
    if not told:
        return ()

    def asked(pick: Callable[[Iterable[int]], int]) -> int | None:
        stated = [pick(figure.count for figure in d.people_requested) for d in told if d.people_requested]
        return sum(stated) if stated else None

    def total(values: Iterable[int | None]) -> int | None:
        stated = [value for value in values if value is not None]
        return sum(stated) if stated else None

    low, high = asked(min), asked(max)
    trucks, days = total(d.trucks for d in told), total(d.truck_days_lost for d in told)
    return (
        Headline(label=_failed(len(told)), low=len(told), high=len(told), bad=True),
        Headline(label=said("asked_for" if low == high else "asked_range"), low=low, high=high),
        Headline(label=said("trucks_in"), low=trucks, high=trucks),
        Headline(label=said("truck_days"), low=days, high=days),
    )


def _failed(count: int) -> Both:
    one, several = said("failed_one"), said("failed")
    # After a number above ten an Arabic noun is in the singular.
    return Both(en=one.en if count == 1 else several.en, ar=several.ar if 2 < count <= 10 else one.ar)  # noqa: PLR2004


def _category_bars(counts: Iterable[tuple[int | None, int]]) -> Bars | None:
    rows = sorted(((code, n) for code, n in counts if n), key=lambda pair: (-pair[1], pair[0] or 99))
    if not rows:
        return None
    return Bars(title=said("by_category"), rows=tuple((_category(code), n) for code, n in rows))


def _category(code: int | None) -> Both:
    if code is None:
        return said("other_categories")
    words = word("category", code)
    return Both(en=f"{code} {words.en}", ar=f"{code} {words.ar}")


__all__ = ["Feature", "Heading", "report_denials", "report_incident", "report_register"]
