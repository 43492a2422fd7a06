"""Write windows as a calendar (iCalendar, RFC 5545), for the staff of a convoy alone."""

from datetime import UTC, datetime
from typing import Final

from planner.partners.report import Report, Span
from planner.partners.words import Language
from routing.units import Instant

LONGEST_LINE: Final = 75
"""Octets of a line before it is folded."""


def write_ics(report: Report, language: Language) -> bytes:
    """Return the windows as events, in UTC.

    Raises
    ------
    ValueError
        If the report is not one of operations: a window ahead is told to nobody else.
    """
    if report.tier != "T3":
        raise ValueError(f"A {report.tier} report has no windows. A calendar is made at T3 alone.")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//qafila//convoy windows//EN", "CALSCALE:GREGORIAN"]
    for window in report.windows:
        lines += _event(window, report, language)
    lines.append("END:VCALENDAR")
    return "".join(_fold(line) for line in lines).encode()


def _event(window: Span, report: Report, language: Language) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{_safe(window.id)}@qafila.invalid",
        f"DTSTAMP:{_utc(report.generated_at)}",
        f"DTSTART:{_utc(window.start)}",
        f"DTEND:{_utc(window.end)}",
        f"SUMMARY:{_safe(window.name.say(language))}",
        "CLASS:CONFIDENTIAL",
        "TRANSP:OPAQUE",
        "END:VEVENT",
    ]


def _utc(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def _safe(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _fold(line: str) -> str:
    """Break a line so that none has more than 75 octets, never inside a letter."""
    parts, part = list[str](), ""
    for letter in line:
        # A folded line begins with a space, which counts.
        if len((part + letter).encode()) > LONGEST_LINE - (1 if parts else 0):
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part]) + "\r\n"
