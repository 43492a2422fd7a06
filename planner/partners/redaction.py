"""What each audience may read of a failed movement: one serialiser a tier, made of the fields it is allowed."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from planner.domain.delivery import Channel
from planner.domain.denials import AMRF, AUTHORITIES, EVENTS, REASONS, SECTORS, Denial, Period, day_of, moment_of
from planner.domain.gazetteer import Gazetteer
from planner.partners.report import Cell, Column, Table, Tier, Told
from planner.partners.small_cells import merge_small
from planner.partners.words import said
from routing.evidence import Figure, Sensitivity
from routing.units import DAY, Instant, Seconds

EMBARGO_S: Final[Mapping[Tier, Seconds]] = {"T0": 7 * DAY, "T1": 3 * DAY, "T2": 3 * DAY, "T3": 0}
"""How long after its last failure a movement may not be reported to a tier."""
NO_WORD_S: Final[Seconds] = 14 * DAY
"""A movement last heard of as held or delayed may still go: only after so long without a word does it count as over."""
AUDIENCE: Final[Mapping[Sensitivity, frozenset[Tier]]] = {
    "low": frozenset({"T0", "T1", "T2"}),
    "moderate": frozenset({"T1", "T2"}),
    "high": frozenset({"T2"}),
    "severe": frozenset(),
}
"""Which tiers beside operations may be told of an incident of each class, given consent."""
OPEN_ENDED: Final = frozenset({"held", "delayed"})
Why: TypeAlias = Literal["not yet happened", "not completed", "embargo", "no consent", "small numbers"]

_NEVER_CAME: Final = frozenset({"held", "turned_back", "cancelled"})
_RESULTS: Final = frozenset({"facilitated", "impeded", "denied", "cancelled"})
_EVENT_ID: Final = re.compile(r"[a-z0-9-]{1,60}-[0-9]{5,}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a serialiser reads beside the record: the crisis's own names, its zone, and the time of the report."""

    gazetteer: Gazetteer
    zone: ZoneInfo
    now: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """The rows that a tier may read, the movements in them, and how many others it may not, by reason.

    `told` and, at T0, `withheld` are for the house: no writer sees them.
    """

    tier: Tier
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    withheld: Mapping[str, int]
    told: tuple[Denial, ...] = ()

    def table(self) -> Table:
        """Return the rows as a report's table."""
        title = said("by_governorate" if self.tier == "T0" else "all_of_them")
        return Table(title=title, columns=self.columns, rows=self.rows)


def least(figures: Sequence[Figure]) -> int | None:
    """Return the lowest figure; None where there is none."""
    return min((figure.count for figure in figures), default=None)


def most(figures: Sequence[Figure]) -> int | None:
    """Return the highest figure; None where there is none."""
    return max((figure.count for figure in figures), default=None)


def reached(denial: Denial, pick: Callable[[Sequence[Figure]], int | None]) -> int | None:
    """Return the people reached: nobody where the trucks never came; not stated where they may have come in part."""
    never_came = denial.result in {"denied", "cancelled"} or denial.what in _NEVER_CAME
    return 0 if never_came and not denial.people_reached else pick(denial.people_reached)


def code(word: str, known: Container[str]) -> str:
    """Return a word of a fixed list, or `other`: free text never leaves by a field that was meant for codes."""
    return word if not word or word in known else "other"


def _by_source(figures: Sequence[Figure]) -> str:
    return "; ".join(f"{figure.what} {figure.count} ({figure.source})" for figure in figures)


Read: TypeAlias = Callable[[Denial, Frame], Cell]


def _told(column: Column, read: Read) -> tuple[Column, Read]:
    return column, read


def _governorate(d: Denial, f: Frame, *, arabic: bool = False) -> str:
    found = f.gazetteer.governorates.get(d.governorate_code)
    return "" if found is None else (found.name_ar if arabic else found.name)


def _sub_district(d: Denial, f: Frame, *, arabic: bool = False) -> str:
    found = f.gazetteer.sub_district(d.governorate_code, d.sub_district)
    return "" if found is None else (found.name_ar if arabic else found.name)


def _gate(d: Denial, f: Frame, *, arabic: bool = False) -> str:
    found = f.gazetteer.gates.get(d.gate)
    return "" if found is None else (found.name_ar if arabic else found.name)


def _status(d: Denial, f: Frame, embargo_s: Seconds) -> str:
    """Return how far the case is: what was let through after all is told no sooner than any other delivery."""
    if d.resolved_at is not None and d.resolved_at + embargo_s <= f.now:
        return "resolved"
    return "open" if d.follow_up else "no_follow_up"


def _day(at: Instant | None, frame: Frame) -> str | None:
    return None if at is None or at > frame.now else day_of(at, frame.zone)


_T1: Final = (
    _told(Column(name="event_id", hxl="#event+id", kind="code", wide=1.3),
          lambda d, _: d.event_id if _EVENT_ID.match(d.event_id) else ""),
    _told(Column(name="channel", hxl="#modality+channel", kind="word", words="channel"),
          lambda d, _: code(d.movement.channel, get_args(Channel))),
    _told(Column(name="event", hxl="#event+type", kind="word", words="event", wide=1.1),
          lambda d, _: code(d.what, EVENTS)),
    _told(Column(name="outcome", hxl="#access+status", kind="word", words="result", wide=0.8),
          lambda d, _: code(d.result, _RESULTS)),
    _told(Column(name="requested_on", hxl="#date+requested", kind="day"), lambda d, f: _day(d.requested_on, f)),
    _told(Column(name="occurred_on", hxl="#date+occurred", kind="day", wide=1.05),
          lambda d, f: _day(d.first_failed, f)),
    _told(Column(name="last_reported_on", hxl="#date+reported", kind="day"), lambda d, f: _day(d.reported_at, f)),
    _told(Column(name="governorate", hxl="#adm1+name+i_en", wide=1, only="en"), _governorate),
    _told(Column(name="governorate_ar", hxl="#adm1+name+i_ar", wide=1, only="ar"), partial(_governorate, arabic=True)),
    _told(Column(name="governorate_code", hxl="#adm1+code", kind="code"),
          lambda d, f: d.governorate_code if d.governorate_code in f.gazetteer.governorates else ""),
    _told(Column(name="sub_district", hxl="#adm3+name+i_en", wide=1.2, only="en"), _sub_district),
    _told(Column(name="sub_district_ar", hxl="#adm3+name+i_ar", wide=1.2, only="ar"),
          partial(_sub_district, arabic=True)),
    _told(Column(name="sectors", hxl="#sector+name", kind="words", words="sector", wide=1.2),
          lambda d, _: ", ".join(dict.fromkeys(code(s, SECTORS) for s in d.sectors))),
    _told(Column(name="reason_code", hxl="#cause+code", kind="word", words="reason", wide=1.5),
          lambda d, _: code(d.reason_code, REASONS)),
    _told(Column(name="amrf_code", hxl="#access+type+code", kind="number", words="category", wide=1.6),
          lambda d, _: d.amrf if d.amrf in AMRF else None),
    _told(Column(name="amrf_category", hxl="#access+type+name", kind="text"), lambda d, _: AMRF.get(d.amrf, "")),
    _told(Column(name="trucks", hxl="#capacity+trucks", kind="count", wide=0.7), lambda d, _: d.trucks),
    _told(Column(name="people_targeted_least", hxl="#targeted+min", kind="count", wide=0.9),
          lambda d, _: least(d.people_requested)),
    _told(Column(name="people_targeted_most", hxl="#targeted+max", kind="count", wide=0.9),
          lambda d, _: most(d.people_requested)),
    _told(Column(name="people_reached_least", hxl="#reached+min", kind="count", wide=0.9),
          lambda d, _: reached(d, least)),
    _told(Column(name="people_reached_most", hxl="#reached+max", kind="count", wide=0.9),
          lambda d, _: reached(d, most)),
    _told(Column(name="truck_days_lost", hxl="#impact+truck_days", kind="count"), lambda d, _: d.truck_days_lost),
    _told(Column(name="severity", hxl="#severity", kind="number", words="severity"), lambda d, _: d.severity),
    _told(Column(name="follow_up_requested", hxl="#meta+follow_up", kind="flag"), lambda d, _: d.follow_up),
    _told(Column(name="status", hxl="#status+name", kind="word", words="status"),
          partial(_status, embargo_s=EMBARGO_S["T1"])),
    _told(Column(name="synthetic", hxl="#meta+synthetic", kind="flag"), lambda d, _: d.synthetic),
)  # fmt: skip

_T2: Final = (
    *_T1,
    _told(Column(name="authority_type", hxl="#org+authority+type", kind="word", words="authority", wide=0.9),
          lambda d, _: code(d.authority_type, AUTHORITIES)),
    _told(Column(name="reason_stated", hxl="#cause+stated", kind="flag"), lambda d, _: bool(d.stated_reason)),
    _told(Column(name="checkpoint", hxl="#loc+checkpoint", kind="code"),
          lambda d, f: code(d.gate, f.gazetteer.gates)),
    _told(Column(name="checkpoint_name", hxl="#loc+checkpoint+name+i_en", only="en"), _gate),
    _told(Column(name="checkpoint_name_ar", hxl="#loc+checkpoint+name+i_ar", only="ar"), partial(_gate, arabic=True)),
    _told(Column(name="hours_lost", hxl="#impact+hours", kind="count", wide=0.7), lambda d, _: d.hours_lost),
    _told(Column(name="reliability", hxl="#meta+reliability", kind="code"),
          lambda d, _: d.reliability if d.reliability in set("ABCDEF") else ""),
    _told(Column(name="credibility", hxl="#meta+credibility", kind="number"), lambda d, _: d.credibility),
)  # fmt: skip

_T3: Final = (
    *_T2,
    _told(Column(name="stated_reason", hxl="#cause+stated+text"), lambda d, _: d.stated_reason),
    _told(Column(name="movement", hxl="#event+movement", kind="code"), lambda d, _: d.movement.id),
    _told(Column(name="movement_name", hxl="#event+name"), lambda d, _: d.movement.name),
    _told(Column(name="occurred_at", hxl="#date+occurred+time", kind="moment"),
          lambda d, f: moment_of(d.first_failed, f.zone)),
    _told(Column(name="people_targeted_by_source", hxl="#description+targeted"),
          lambda d, _: _by_source(d.people_requested)),
    _told(Column(name="people_reached_by_source", hxl="#description+reached"),
          lambda d, _: _by_source(d.people_reached)),
    _told(Column(name="figures_by_source", hxl="#description+impact"), lambda d, _: _by_source(d.figures)),
    _told(Column(name="sources", hxl="#meta+source"), lambda d, _: "; ".join(d.sources)),
    _told(Column(name="log_positions", hxl="#meta+records", kind="code"), lambda d, _: ", ".join(map(str, d.records))),
)  # fmt: skip

T0_COLUMNS: Final = (
    Column(name="period", hxl="#date+period", kind="code", wide=1),
    Column(name="governorate", hxl="#adm1+name+i_en", wide=2, only="en"),
    Column(name="governorate_ar", hxl="#adm1+name+i_ar", wide=2, only="ar"),
    Column(name="failed_movements", hxl="#event+num", kind="count", wide=1),
)
ALLOWED: Final[Mapping[Tier, tuple[tuple[Column, Read], ...]]] = {"T1": _T1, "T2": _T2, "T3": _T3}
"""The fields of each tier that reads single movements. What is not in the list cannot leave."""


def columns_of(tier: Tier) -> tuple[Column, ...]:
    """Return the fields of a tier."""
    return T0_COLUMNS if tier == "T0" else tuple(column for column, _read in ALLOWED[tier])


def told_by(tier: Tier, frame: Frame) -> tuple[Told[Denial], ...]:
    """Return the serialiser of a tier that reads single movements."""
    return tuple(Told(column=column, read=partial(_reading, read, frame)) for column, read in ALLOWED[tier])


def _reading(read: Read, frame: Frame, denial: Denial) -> Cell:
    return read(denial, frame)


def sort_out(denials: Iterable[Denial], tier: Tier, now: Instant) -> tuple[tuple[Denial, ...], dict[str, int]]:
    """Return the movements that a tier may be told of at a time, and how many it may not, by reason."""
    told: list[Denial] = []
    withheld: dict[str, int] = {}
    for denial in denials:
        why = _withheld(denial, tier, now)
        if why is None:
            told.append(denial)
        else:
            withheld[why] = withheld.get(why, 0) + 1
    return tuple(told), withheld


def _withheld(denial: Denial, tier: Tier, now: Instant) -> Why | None:
    if max(denial.last_failed, denial.reported_at) > now:
        return "not yet happened"
    if tier == "T3":
        return None
    if denial.sensitivity is None or tier not in AUDIENCE[denial.sensitivity]:
        return "no consent"
    if denial.what in OPEN_ENDED and max(denial.last_failed, denial.reported_at) + NO_WORD_S > now:
        return "not completed"
    return "embargo" if denial.last_failed + EMBARGO_S[tier] > now else None


def redact(denials: Iterable[Denial], tier: Tier, period: Period, frame: Frame) -> Redacted:
    """Return what a tier may read of the failed movements of a period at the time of the report.

    Withheld and counted are: what is dated after the report, what is not completed or within the tier's embargo,
    and what nobody has consented to tell this audience. T0 reads totals of whole months that are over; see
    `small_cells`.
    """
    told, withheld = sort_out(denials, tier, frame.now)
    if tier == "T0":
        return _totals(told, period, withheld, frame)
    requested = tuple(
        replace(d, requested_on=None) if d.requested_on is not None and d.requested_on > frame.now else d for d in told
    )
    serialiser = told_by(tier, frame)
    rows = tuple(tuple(one.read(denial) for one in serialiser) for denial in requested)
    return Redacted(tier=tier, columns=columns_of(tier), rows=rows, withheld=withheld, told=told)


def _totals(told: Sequence[Denial], period: Period, withheld: Mapping[str, int], frame: Frame) -> Redacted:
    counts: dict[str, int] = {}
    for denial in told:
        known = denial.governorate_code in frame.gazetteer.governorates
        counts[denial.governorate_code if known else ""] = counts.get(denial.governorate_code if known else "", 0) + 1
    merged = merge_small(counts)
    because = dict(withheld)
    if merged.left_out:
        because["small numbers"] = merged.left_out
    rows: list[tuple[Cell, ...]] = []
    for name, count in merged.cells:
        governorate = frame.gazetteer.governorates.get(name)
        rest = said("other_governorates" if merged.several else "all_governorates")
        both = (rest.en, rest.ar) if governorate is None else (governorate.name, governorate.name_ar)
        rows.append((period.name, *both, count))
    return Redacted(tier="T0", columns=T0_COLUMNS, rows=tuple(rows), withheld=because, told=tuple(told))
