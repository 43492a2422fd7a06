"""What each audience may read of a failed movement: one serialiser a tier, made of the fields it is allowed."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from planner.domain.denials import AMRF, EVENTS, REASONS, SECTORS, Denial, Period, day_of, moment_of
from routing.evidence import Figure
from routing.units import DAY, Instant, Seconds

Tier: TypeAlias = Literal["T0", "T1", "T2", "T3"]
Cell: TypeAlias = str | int | bool | None
Read: TypeAlias = Callable[[Denial, ZoneInfo], Cell]

EMBARGO_S: Final[Mapping[Tier, Seconds]] = {"T0": 7 * DAY, "T1": 3 * DAY, "T2": 3 * DAY, "T3": 0}
"""How long after its last failure a movement may not be reported to a tier."""

_NEVER_CAME: Final = frozenset({"held", "turned_back", "cancelled"})

SMALL_CELL: Final = 3
"""At T0 a governorate with fewer failed movements than this is merged with the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field that may leave the house: its name, its HXL hashtag, and how it is read from the record."""

    name: str
    hxl: str
    read: Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """The rows that a tier may read, and how many it may not, by reason."""

    tier: Tier
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    withheld: Mapping[str, int]


def _least(figures: Sequence[Figure]) -> int | None:
    return min((figure.count for figure in figures), default=None)


def _most(figures: Sequence[Figure]) -> int | None:
    return max((figure.count for figure in figures), default=None)


def _reached(denial: Denial, pick: Callable[[Sequence[Figure]], int | None]) -> int | None:
    """Return the people reached: nobody where the trucks never came; not stated where they may have come in part."""
    never_came = denial.result in {"denied", "cancelled"} or denial.what in _NEVER_CAME
    return 0 if never_came and not denial.people_reached else pick(denial.people_reached)


def _code(word: str, known: Container[str]) -> str:
    """Return a word of a fixed list, or `other`: free text never leaves by a field that was meant for codes."""
    return word if not word or word in known else "other"


def _by_source(figures: Sequence[Figure]) -> str:
    return "; ".join(f"{figure.what} {figure.count} ({figure.source})" for figure in figures)


_T1: Final[tuple[Column, ...]] = (
    Column(name="event_id", hxl="#event+id", read=lambda d, _: d.event_id),
    Column(name="channel", hxl="#modality+channel", read=lambda d, _: d.movement.channel),
    Column(name="event", hxl="#event+type", read=lambda d, _: _code(d.what, EVENTS)),
    Column(name="outcome", hxl="#access+status", read=lambda d, _: d.result),
    Column(name="requested_on", hxl="#date+requested",
           read=lambda d, z: None if d.requested_on is None else day_of(d.requested_on, z)),
    Column(name="occurred_on", hxl="#date+occurred", read=lambda d, z: day_of(d.first_failed, z)),
    Column(name="last_reported_on", hxl="#date+reported", read=lambda d, z: day_of(d.reported_at, z)),
    Column(name="governorate", hxl="#adm1+name+i_en", read=lambda d, _: d.governorate),
    Column(name="governorate_ar", hxl="#adm1+name+i_ar", read=lambda d, _: d.governorate_ar),
    Column(name="governorate_code", hxl="#adm1+code", read=lambda d, _: d.governorate_code),
    Column(name="sub_district", hxl="#adm3+name+i_en", read=lambda d, _: d.sub_district),
    Column(name="sub_district_ar", hxl="#adm3+name+i_ar", read=lambda d, _: d.sub_district_ar),
    Column(name="sectors", hxl="#sector+name", read=lambda d, _: ", ".join(_code(s, SECTORS) for s in d.sectors)),
    Column(name="reason_code", hxl="#cause+code", read=lambda d, _: _code(d.reason_code, REASONS)),
    Column(name="amrf_code", hxl="#access+type+code", read=lambda d, _: d.amrf),
    Column(name="amrf_category", hxl="#access+type+name", read=lambda d, _: AMRF[d.amrf]),
    Column(name="trucks", hxl="#capacity+trucks", read=lambda d, _: d.trucks),
    Column(name="people_targeted_least", hxl="#targeted+min", read=lambda d, _: _least(d.people_requested)),
    Column(name="people_targeted_most", hxl="#targeted+max", read=lambda d, _: _most(d.people_requested)),
    Column(name="people_reached_least", hxl="#reached+min", read=lambda d, _: _reached(d, _least)),
    Column(name="people_reached_most", hxl="#reached+max", read=lambda d, _: _reached(d, _most)),
    Column(name="truck_days_lost", hxl="#impact+truck_days", read=lambda d, _: d.truck_days_lost),
    Column(name="follow_up_requested", hxl="#meta+follow_up", read=lambda d, _: d.follow_up),
    Column(name="synthetic", hxl="#meta+synthetic", read=lambda d, _: d.synthetic),
)  # fmt: skip

_T2: Final[tuple[Column, ...]] = (
    *_T1,
    Column(name="authority_type", hxl="#org+authority+type", read=lambda d, _: d.authority_type),
    Column(name="stated_reason", hxl="#cause+stated", read=lambda d, _: d.stated_reason),
    Column(name="checkpoint", hxl="#loc+checkpoint", read=lambda d, _: d.gate),
    Column(name="hours_lost", hxl="#impact+hours", read=lambda d, _: d.hours_lost),
    Column(name="reliability", hxl="#meta+reliability", read=lambda d, _: d.reliability),
    Column(name="credibility", hxl="#meta+credibility", read=lambda d, _: d.credibility),
)

_T3: Final[tuple[Column, ...]] = (
    *_T2,
    Column(name="movement", hxl="#event+movement", read=lambda d, _: d.movement.id),
    Column(name="movement_name", hxl="#event+name", read=lambda d, _: d.movement.name),
    Column(name="occurred_at", hxl="#date+occurred+time", read=lambda d, z: moment_of(d.first_failed, z)),
    Column(
        name="people_targeted_by_source", hxl="#description+targeted", read=lambda d, _: _by_source(d.people_requested)
    ),
    Column(name="people_reached_by_source", hxl="#description+reached", read=lambda d, _: _by_source(d.people_reached)),
    Column(name="figures_by_source", hxl="#description+impact", read=lambda d, _: _by_source(d.figures)),
    Column(name="sources", hxl="#meta+source", read=lambda d, _: "; ".join(d.sources)),
    Column(name="log_positions", hxl="#meta+records", read=lambda d, _: ", ".join(map(str, d.records))),
)

_T0: Final[tuple[tuple[str, str], ...]] = (
    ("period", "#date+period"),
    ("governorate", "#adm1+name+i_en"),
    ("failed_movements", "#event+num"),
)

ALLOWED: Final[Mapping[Tier, tuple[Column, ...]]] = {"T1": _T1, "T2": _T2, "T3": _T3}
"""The fields of each tier that reads single movements. What is not in the list cannot leave."""


def redact(denials: Iterable[Denial], tier: Tier, period: Period, now: Instant, zone: ZoneInfo) -> Redacted:
    """Return what a tier may read of the failed movements of a period at the time of the report.

    Movements within the tier's embargo, and anything dated after `now`, are withheld and counted.
    """
    told: list[Denial] = []
    withheld = {"embargo": 0, "not yet happened": 0}
    for denial in denials:
        if max(denial.last_failed, denial.reported_at) > now:
            withheld["not yet happened"] += 1
        elif denial.last_failed + EMBARGO_S[tier] > now:
            withheld["embargo"] += 1
        elif denial.requested_on is not None and denial.requested_on > now:
            told.append(replace(denial, requested_on=None))
        else:
            told.append(denial)
    because = {reason: count for reason, count in withheld.items() if count}
    if tier == "T0":
        return _totals(told, period, because)
    columns = ALLOWED[tier]
    rows = tuple(tuple(column.read(denial, zone) for column in columns) for denial in told)
    return Redacted(tier=tier, columns=columns, rows=rows, withheld=because)


def _totals(told: Sequence[Denial], period: Period, withheld: Mapping[str, int]) -> Redacted:
    counts: dict[str, int] = {}
    for denial in told:
        counts[denial.governorate] = counts.get(denial.governorate, 0) + 1
    large = {name: n for name, n in counts.items() if n >= SMALL_CELL}
    rest = sum(counts.values()) - sum(large.values())
    because = dict(withheld)
    rows: list[tuple[Cell, ...]] = [(period.name, name, n) for name, n in sorted(large.items())]
    if rest >= SMALL_CELL:
        rows.append((period.name, "other governorates", rest))
    elif rest:
        because["small numbers"] = rest
    columns = tuple(Column(name=name, hxl=hxl, read=lambda _d, _z: None) for name, hxl in _T0)
    return Redacted(tier="T0", columns=columns, rows=tuple(rows), withheld=because)
