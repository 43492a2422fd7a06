"""Write instants, ages, durations, figures and names as a reader of either script expects them."""

import re
from datetime import datetime
from typing import Any, Final

from babel.dates import get_month_names
from flask import Flask
from markupsafe import Markup, escape

from routing.units import DAY, FOREVER, HOUR, MINUTE, Instant, Seconds
from web.desk import the_desk
from web.frame import language, page_asof
from web.i18n import gettext as _
from web.i18n import ngettext

KILO: Final = 1_000
LEVANTINE: Final = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
"""Months as they are called where the crisis is; the locale data of `ar` has the Egyptian ones."""
WEEKDAYS_AR: Final = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")


_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?[+-]\d\d:\d\d")


def ltr(value: object) -> Markup:
    """Isolate a code, plate, time or figure, so that it is not printed reversed inside Arabic text."""
    return Markup('<bdi class="n" dir="ltr">{}</bdi>').format(value)


def measure(figure: str, unit: str) -> Markup:
    """Write a figure with its unit; the pair runs as its unit is read, so that an Arabic unit stands behind it."""
    return Markup('<bdi class="n">{} {}</bdi>').format(figure, unit) if language() == "ar" else ltr(f"{figure} {unit}")


def _local(at: Instant) -> datetime:
    return datetime.fromtimestamp(at, the_desk().zone)


def month(at: Instant, *, full: bool = False) -> str:
    """Return the name of an instant's month in the reader's language."""
    number = _local(at).month
    if language() == "ar":
        return LEVANTINE[number - 1]
    return str(get_month_names("wide" if full else "abbreviated", locale="en")[number])


def weekday(at: Instant, *, full: bool = False) -> str:
    """Return the name of an instant's day of the week in the reader's language."""
    local = _local(at)
    if language() == "ar":
        return WEEKDAYS_AR[local.weekday()]
    return local.strftime("%A" if full else "%a")


def day(at: Instant | None, *, year: bool = False, with_weekday: bool = False) -> Markup:
    """Write a day: `13 Sep`, with the year `13 Sep 2016`; what is not stated says so."""
    if at is None or at >= FOREVER:
        return _not_stated(at)
    local = _local(at)
    first = Markup("{} ").format(weekday(at)) if with_weekday else Markup("")
    said = Markup("{}{} {}").format(first, ltr(local.day), month(at))
    return Markup("{} {}").format(said, ltr(local.year)) if year else said


def clock(at: Instant | None) -> Markup:
    """Write the hour and minute of an instant: `06:00`."""
    return _not_stated(at) if at is None or at >= FOREVER else ltr(_local(at).strftime("%H:%M"))


def moment(at: Instant | None, *, year: bool = True, with_weekday: bool = False) -> Markup:
    """Write an instant: `13 Sep 2016 06:00`, in the crisis's zone."""
    if at is None or at >= FOREVER:
        return _not_stated(at)
    return Markup("{} {}").format(day(at, year=year, with_weekday=with_weekday), clock(at))


def timed(text: object) -> Markup:
    """Write a text or a value with the times in it (ISO 8601 with offset) as people read them: `8 Apr 12:00`."""
    told, here = [], 0
    for found in _TIME.finditer(str(text)):
        told += [escape(str(text)[here : found.start()]), moment(int(_instant(found.group())), year=False)]
        here = found.end()
    rest = str(text)[here:]
    return Markup("").join(told) + (escape(rest) if told else ltr(text))


def _instant(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


def _not_stated(at: Instant | None) -> Markup:
    return escape(_("not stated") if at is None else _("no end stated"))


def span(seconds: Seconds | None) -> Markup:
    """Write a duration: `45 min`, `1 h 10`, `3 d 4 h`."""
    if seconds is None:
        return escape(_("not stated"))
    sign, rest = ("−" if seconds < 0 else ""), abs(seconds)
    days, hours, minutes = rest // DAY, rest % DAY // HOUR, rest % HOUR // MINUTE
    day_, hour_, minute_ = _("d"), _("h"), _("min")
    if days >= 2:  # noqa: PLR2004 - up to two days people count hours
        said = f"{days} {day_} {hours} {hour_}" if hours else f"{days} {day_}"
    elif rest >= HOUR:
        hours += days * 24
        said = f"{hours} {hour_} {minutes:02d}" if minutes else f"{hours} {hour_}"
    else:
        said = f"{minutes} {minute_}"
    return Markup('<bdi class="n">{}{}</bdi>').format(sign, said)


def ago(at: Instant | None) -> Markup:
    """Write how old something is at the page's as-of: `3 h ago`; what lies ahead is `in 3 h`."""
    if at is None:
        return escape(_("age not stated"))
    age = page_asof().at - at
    if age >= 0:
        return escape(_("{} ago")).format(span(_coarse(age)))
    return escape(_("in {}")).format(span(_coarse(-age)))


def _coarse(seconds: Seconds) -> Seconds:
    """Round an age so that it reads at a glance: minutes below three hours, hours below four days, then days."""
    for limit, unit in ((3 * HOUR, MINUTE), (4 * DAY, HOUR)):
        if seconds < limit:
            return seconds // unit * unit
    return seconds // DAY * DAY


def number(value: float | None) -> Markup:
    """Write a figure with thousands apart: `12,400`; None is not stated."""
    if value is None:
        return escape(_("not stated"))
    said = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= KILO else f"{value:,.2f}"
    return ltr(said.replace("-", "−"))


def signed(value: float) -> Markup:
    """Write a difference with its sign: `+12,400`, `−300`, `0`."""
    said = f"{value:+,.0f}".replace("-", "−")
    return ltr("0" if said in {"+0", "−0"} else said)


def big(value: float) -> Markup:
    """Write a large figure short: `6.12 M`, `61.9 k`, `940`."""
    if abs(value) >= KILO * KILO:
        return measure(f"{value / (KILO * KILO):.3g}", _("M"))
    return measure(f"{value / KILO:.3g}", _("k")) if abs(value) >= 10 * KILO else number(value)


def share(value: float | None, digits: int = 0) -> Markup:
    """Write a share: 0.71 is `71 %`."""
    return escape(_("not stated")) if value is None else ltr(f"{100 * value:.{digits}f} %")


def tonnes(kg: float | None) -> Markup:
    """Write kilograms as tonnes: `12.4 t`."""
    return escape(_("not stated")) if kg is None else measure(f"{kg / KILO:,.1f}", _("t"))


def cubic_metres(litres: float | None) -> Markup:
    """Write litres as cubic metres: `30.2 m³`."""
    return escape(_("not stated")) if litres is None else measure(f"{litres / KILO:,.1f}", _("m³"))


def kilometres(metres: float | None) -> Markup:
    """Write metres as whole kilometres: `128 km`."""
    return escape(_("not stated")) if metres is None else measure(f"{metres / KILO:,.0f}", _("km"))


def people(low: int, high: int | None = None) -> Markup:
    """Write a head-count; two figures that differ by source stay two: `80,000–185,000`."""
    if high is None or high == low:
        return number(low)
    return ltr(f"{low:,}–{high:,}")


def say(named: Any) -> str:  # noqa: ANN401 - whatever has a name in both languages
    """Return the name of a place, site, gate or party in the reader's language."""
    arabic = getattr(named, "name_ar", "") if language() == "ar" else ""
    return str(arabic or named.name)


def counted(count: int, one: str, many: str) -> str:
    """Return `1 convoy` or `3 convoys` in the reader's language, all its plural forms included."""
    return ngettext(one, many, count)


def input_moment(at: Instant) -> str:
    """Write an instant as a browser's date-and-time field wants it: `2016-09-12T19:00`, in the crisis's zone."""
    return _local(at).strftime("%Y-%m-%dT%H:%M")


def install_words(app: Flask) -> None:
    """Give templates the filters of this page."""
    app.jinja_env.filters.update(
        ltr=ltr, day=day, clock=clock, moment=moment, span=span, ago=ago, number=number, signed=signed, big=big,
        share=share, tonnes=tonnes, cubic_metres=cubic_metres, kilometres=kilometres, say=say,
        weekday=weekday, month=month, timed=timed,
    )  # fmt: skip
    app.jinja_env.globals.update(people=people, format_at=input_moment)
