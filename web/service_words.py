"""Say in the reader's language what the use cases refuse: they know none and write plain sentences in English."""

import re
from functools import cache
from typing import Final

from web.event_words import STEPS as PAPERS
from web.frame import language
from web.i18n import gettext as _
from web.request_words import STAGES, STEPS


def _l(text: str) -> str:
    """Mark a text for translators. It stays English here: what is refused is recognised by it."""
    return text


REFUSALS: Final = (
    # The pipeline.
    _l("%(step)s cannot follow: %(request)s is %(stage)s since %(since)s. Steps that can: %(steps)s."),
    _l(
        "%(step)s cannot follow: %(request)s is %(stage)s since %(since)s. Steps that can: %(steps)s. "
        "Papers that are missing: %(missing)s."
    ),
    _l(
        "%(step)s cannot follow: %(request)s is %(stage)s since %(since)s as it was on %(then)s. "
        "Steps that can: %(steps)s."
    ),
    _l(
        "%(step)s cannot follow: %(request)s is %(stage)s since %(since)s as it was on %(then)s. "
        "Steps that can: %(steps)s. Papers that are missing: %(missing)s."
    ),
    _l("%(request)s is %(stage)s since %(since)s: it cannot be reported as %(what)s as well. "
       "Withdraw the record that is wrong, then record what is right."),
    _l("%(step)s on %(at)s lies before the convoy's last step, on %(last)s. Withdraw that record first, or report it "
       "with its own time."),
    _l("%(request)s was notified %(hours)s h before it is to leave; %(least)s h is the least. It may leave from "
       "%(since)s on."),
    _l("%(request)s was notified %(hours)s h before it is to leave, not %(least)s h: that is for emergencies. Say in "
       "the note what the emergency is."),
    _l("%(request)s has no convoy yet. Give the hub it leaves from: %(names)s."),
    _l("%(site)s is asked for in the plan of %(plan)s already. Take a step of %(request)s."),
    _l("%(step)s lies ahead of %(at)s. Give a past time."),
    _l("It would end before it begins. Give an end after its time."),
    _l("What is cut is not said. Give the people allowed, the items struck or the units approved."),
    _l("%(count)s people are more than the %(asked)s that were asked for."),
    _l("reason_code is '' for a movement that was %(what)s. Say why, with one of: %(names)s."),
    _l("Which items were removed is not said. Give each line with its units."),
    _l("%(step)s counts no units as %(what)s. It counts: %(names)s."),
    _l("%(line)s would not add up: %(what)s. Mend the units, or withdraw the record that is wrong. "
       "What others report and you cannot check goes in as reported."),
    _l("source is empty. Say who asks."),
    _l("source is empty. Say who reported it."),
    _l("%(word)s is '%(value)s', which this crisis does not have. There are: %(names)s."),
    _l("%(word)s is '%(value)s', which is none here. Give one of: %(names)s."),
    _l("%(word)s is '%(value)s'. Give one of: %(names)s."),
    # Incidents of partners.
    _l("organisation or place is empty. Say who submits it and where it happened."),
    _l("happened_at lies ahead. Give a time that has passed."),
    _l("reason is empty. Say what the partner is to mend or why it is no incident."),
    _l("Submission %(number)s is %(state)s already. Look at it again."),
    # Scans.
    _l("Record %(number)s is no paper and no step of a convoy. Attach the scan to one of these."),
    _l("The file is no whole PDF, PNG or JPEG by its content. Scan it as one of these."),
    _l("The file has %(bytes)s bytes. Attach one of 1 to %(largest)s."),
    _l("The PDF is encrypted, so that nobody can see what it holds. Print it to a plain one."),
    _l("The PDF holds %(what)s, which no scan needs. Scan or print it anew."),
    _l("The PDF unpacks to more than a scan holds. Scan or print it anew."),
    _l("The PDF packs its objects in a way that cannot be looked into. Print it anew."),
    # Reports, their release and delivery.
    _l("A %(kind)s is for the road and is not released. Make it with: %(command)s."),
    _l("Nothing may be told to %(tier)s of %(subject)s yet. There is nothing to release."),
    _l("Report %(number)s is %(state)s: only what was released can be superseded."),
    _l("Report %(number)s was superseded by %(newer)s already. Supersede that one."),
    _l("Report %(number)s is %(kind)s for %(tier)s; this one is %(mine)s for %(other)s."),
    _l("A report is returned with a reason. Say what is wrong with it."),
    _l("Report %(number)s tells of %(events)s, which may no longer be told to %(tier)s: a record was withdrawn, or a "
       "consent taken back. Discard it and draft anew."),
    _l("No report %(number)s. Use a number from the listing of reports."),
    _l("Report %(number)s has no file '%(name)s'. Use a name from its page."),
    _l("Report %(number)s is not released: there is no signed bundle of it."),
    _l("Report %(number)s was drafted by %(who)s. A second person reviews it."),
    _l("Report %(number)s is %(state)s, not %(wanted)s. Nothing was changed."),
    _l("'%(value)s' is no id of a recipient. Use 2 to 40 of a-z, 0-9 and -, a letter first."),
    _l("'%(value)s' is no e-mail address. Write it like desk@example.org."),
    _l("%(recipient)s cannot be alerted: that needs an e-mail address and tier T3."),
    _l("The organisation has no name in one line. Give one."),
    _l("No letter %(number)s was put aside. The listing of the outbox says which were."),
    _l("No event '%(event)s' is known at this time. Events are listed in a report on denials."),
    _l("Period %(period)s has not begun. Report on a past one."),
    _l("Period %(period)s: the public reads of a month %(days)s days after its end. Wait, or choose another."),
    _l("Period '%(period)s': the public reads whole months. Write 2016-09."),
    _l("Period '%(period)s' is not understood. Write 2016-09, 2016-09-19 or 2016-09-10..2016-09-26."),
    _l("Plan '%(plan)s' is not understood. Write a month as 2016-10, or two as 2016-10..2016-11."),
    _l("Plan '%(plan)s' is not of two months in a row. Write 2016-10..2016-11."),
    _l("A report '%(kind)s' is not made for %(tier)s. It is made for %(names)s."),
    _l("A report '%(kind)s' does not come as %(form)s. It comes as %(names)s."),
)  # fmt: skip
"""What the use cases of requests, incidents, scans and reports refuse, as they say it. A test finds what is missing."""
LONGEST: Final = 2_000
"""Letters: a longer text is a list of names, and would take long to recognise."""
_PLACE: Final = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


def say_refusal(text: str) -> str:
    """Return a refusal in the reader's language; one that is not in the list stays as it was written."""
    if language() == "en" or len(text) > LONGEST:
        return text
    for template, pattern in patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return _(template, **{name: _value(value) for name, value in found.groupdict().items()})
    return text


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each refusal with the pattern by which it is known; those with more words of their own come first."""
    ordered = sorted(REFUSALS, key=lambda text: -len(_PLACE.sub("", text)))
    return tuple(
        (text, re.compile(_PLACE.sub(lambda place: f"(?P<{place[1] or place[2]}>.*?)", re.escape(text)), re.DOTALL))
        for text in ordered
    )


def _value(value: str) -> str:
    """Return what stands in a place: steps and stages of the pipeline by their words, everything else as it is."""
    return ", ".join(str(STEPS.get(part) or STAGES.get(part) or PAPERS.get(part) or part) for part in value.split(", "))
