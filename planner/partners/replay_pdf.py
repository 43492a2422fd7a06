"""Print a replay of past days on A4: each morning's plan beside what really happened; in English or Arabic."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from planner.domain.denials import day_of
from planner.domain.replayed import FLAGGED_FROM, Fate, RecordedOutcome, ReplayAnswer, ReplayedConvoy, ReplayedMorning
from planner.partners.cells import Said, grouped, island
from planner.partners.pdf import compile_typst, say_mark
from planner.partners.report import Mark
from planner.partners.words import Both, Language, said, word
from routing.units import Instant, Seconds, format_instant

HELD: Final[tuple[Fate, ...]] = ("held", "turned_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPaper:
    """A replay as it is printed: for the operation alone, for it names places and hours. Names are by id."""

    answer: ReplayAnswer
    crisis: Both
    disclaimer: Both
    zone: ZoneInfo
    generated_at: Instant
    mark: Mark
    sites: Mapping[str, Both]
    movements: Mapping[str, Both]


def write_replay_pdf(paper: ReplayPaper, language: Language) -> bytes:
    """Return the replay as tagged PDF (PDF/UA-1), its mark across each page."""
    return compile_typst("replay.typ", _Printer(paper, language).body())


class _Printer:
    def __init__(self, paper: ReplayPaper, language: Language) -> None:
        self.paper, self.language = paper, language
        self.comma = "، " if language == "ar" else ", "

    def say(self, key: str) -> str:
        return said(key).say(self.language)

    def body(self) -> dict[str, Any]:
        paper, mornings = self.paper, self.paper.answer.mornings
        first, last = (self.day(one.day.start) for one in (mornings[0], mornings[-1]))
        return {
            "language": self.language,
            "title": self.say("replay_title"),
            "days": first if first == last else f"{first} – {last}",
            "crisis": paper.crisis.say(self.language),
            "made": f"{self.say('made')} {island(self.day(paper.generated_at), self.language)}",
            "disclaimer": paper.disclaimer.say(self.language),
            "sentence": self.sentence(mornings),
            "figures": self.figures(mornings),
            "summary": self.summary(mornings),
            "mornings": [self.morning(one) for one in mornings],
            "notes": [
                self.say("replay_nothing_stops"),
                self.say("replay_flagged").format(share=island(f"{FLAGGED_FROM:.0%}", self.language)),
                self.say("replay_caught"),
                self.say("replay_announced"),
            ],
            "mark": say_mark(paper.mark, "T3", paper.zone, self.language),
        }

    def sentence(self, mornings: Sequence[ReplayedMorning]) -> str:
        names = ("left", "fed", "caught")
        left = sum(len(one.own) for one in mornings)
        caught = sum(len(one.of_fate("caught_inside")) for one in mornings)
        values = dict(zip(names, (left, self.paper.answer.people, caught), strict=True))
        told = {name: island(grouped(value), self.language) for name, value in values.items()}
        return self.say("replay_sentence").format(**told)

    def figures(self, mornings: Sequence[ReplayedMorning]) -> list[dict[str, object]]:
        told = (
            ("replay_left", sum(len(one.own) for one in mornings), False),
            ("replay_went", sum(len(one.of_fate("nothing_stops_it")) for one in mornings), False),
            ("replay_held", sum(len(one.of_fate(*HELD)) for one in mornings), False),
            ("replay_caught_count", sum(len(one.of_fate("caught_inside")) for one in mornings), True),
            ("replay_flagged_count", sum(len(one.flagged) for one in mornings), False),
        )
        return [{"label": self.say(key), "value": grouped(count), "bad": bad and count > 0} for key, count, bad in told]

    def summary(self, mornings: Iterable[ReplayedMorning]) -> dict[str, Any]:
        heads = (
            ("replay_day", 0.9, False), ("replay_planned", 1.3, True), ("replay_left", 0.7, True),
            ("replay_flagged_count", 0.8, True), ("replay_went", 0.9, True), ("replay_held", 0.9, True),
            ("replay_caught_count", 0.8, True), ("replay_on_record", 4.0, False),
        )  # fmt: skip
        rows = []
        for one in mornings:
            counts = (
                len(one.own), len(one.flagged), len(one.of_fate("nothing_stops_it")), len(one.of_fate(*HELD)),
                len(one.of_fate("caught_inside")),
            )  # fmt: skip
            rows.append(
                [
                    self.number(self.day(one.day.start)),
                    self.number(f"{grouped(one.planned_convoys)} / {grouped(one.planned_people)}"),
                    *(self.number(count) for count in counts),
                    _cell(Said(text=self.happened(one.recorded), known=bool(one.recorded))),
                ]
            )
        return self.table("replay_summary", heads, rows)

    def morning(self, one: ReplayedMorning) -> dict[str, Any]:
        heads = (
            ("replay_to", 2.6, False), ("replay_trucks", 0.7, True), ("replay_people", 0.9, True),
            ("replay_leaves", 0.7, True), ("replay_slack", 1.1, True), ("replay_caught_share", 0.9, True),
            ("replay_kept_share", 0.9, True), ("replay_arrives", 0.8, True), ("replay_by_record", 3.4, False),
        )  # fmt: skip
        at = island(format_instant(one.as_of.at, self.paper.zone)[:16].replace("T", " "), self.language)
        touched = Counter(name for news in one.news for name, _advice in news.touched)
        return {
            "day": self.day(one.day.start),
            "known": self.say("replay_known").format(at=at, record=island(one.as_of.known, self.language)),
            "table": self.table("replay_convoys", heads, [self.convoy(c) for c in one.by_risk]),
            "none": self.say("replay_none"),
            "news": None
            if not touched
            else self.say("replay_news").format(names=self.comma.join(self.named(name) for name in touched)),
            "recorded": [
                {"at": self.clock(r.at), "text": f"{self.outcome(r)} ({r.source})"} for r in one.recorded
            ],
            "really": self.say("replay_really"),
        }  # fmt: skip

    def convoy(self, one: ReplayedConvoy) -> list[dict[str, object]]:
        who = self.say("replay_others") if one.origin == "announced" else self.say("replay_ours")
        where = self.named(one.name) if one.origin == "announced" else self.at_sites(one)
        flag = f" – {self.say('replay_flag')}" if one.flagged else ""
        first = [
            _cell(Said(text=f"{where} ({who}){flag}")),
            self.number("–" if one.trucks is None else one.trucks),
            self.number(one.people or "–"),
        ]
        if one.hours is None:
            # Reasons are sentences of the planner, in English.
            cannot = Said(text=f"{self.say('replay_cannot')}: {island(one.reason, self.language)}")
            return [*first, *(self.number("–") for _ in range(5)), _cell(cannot)]
        return [
            *first,
            self.number(self.clock(one.hours.depart_at)),
            _cell(Said(text=self.slack(one.slack_s))),
            *(self.number(_share(share)) for share in (one.caught_inside, one.kept_inside, one.arrives)),
            _cell(Said(text=self.fate(one), known=one.fate is not None)),
        ]

    def slack(self, slack_s: Seconds | None) -> str:
        if slack_s is None:
            return self.say("replay_never_closes")
        span = island(f"{abs(slack_s) // 3600}:{abs(slack_s) % 3600 // 60:02d}", self.language)
        return self.say("replay_late").format(span=span) if slack_s < 0 else span

    def fate(self, one: ReplayedConvoy) -> str:
        if one.fate is None:
            return "–"
        told = word("fate", one.fate).say(self.language)
        if one.fate_at is not None and one.fate != "nothing_stops_it":
            told += " " + island(format_instant(one.fate_at, self.paper.zone)[5:16].replace("T", " "), self.language)
        if one.fate_records:
            records = island(", ".join(map(str, one.fate_records)), self.language)
            told += f" ({self.say('replay_records')} {records})"
        return told

    def happened(self, recorded: Iterable[RecordedOutcome]) -> str:
        """Return what is on record of a day, each event once, whatever the number of its sources."""
        events = {(one.movement, one.at, one.what): one for one in recorded}
        return self.comma.join(self.outcome(one) for one in events.values()) or "–"

    def outcome(self, one: RecordedOutcome) -> str:
        people = " / ".join(island(grouped(figure.count), self.language) for figure in one.people_reached)
        told = f"{word('event', one.what).say(self.language)}: {self.named(one.movement)}"
        return f"{told} ({people} {self.say('replay_people_short')})" if people else told

    def named(self, movement: str) -> str:
        known = self.paper.movements.get(movement)
        return island(movement, self.language) if known is None else known.say(self.language)

    def at_sites(self, one: ReplayedConvoy) -> str:
        names = (self.paper.sites.get(site, Both(en=site, ar=site)) for site in one.sites)
        return self.comma.join(name.say(self.language) for name in names)

    def table(
        self, title: str, heads: Iterable[tuple[str, float, bool]], rows: list[list[dict[str, object]]]
    ) -> dict[str, Any]:
        columns = [{"label": self.say(key), "wide": wide, "number": number} for key, wide, number in heads]
        return {"title": self.say(title), "columns": columns, "rows": rows}

    def number(self, value: object) -> dict[str, object]:
        return _cell(Said(text=grouped(value) if isinstance(value, int) else str(value), ltr=True))

    def day(self, at: Instant) -> str:
        return day_of(at, self.paper.zone)

    def clock(self, at: Instant) -> str:
        return format_instant(at, self.paper.zone)[11:16]


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _cell(told: Said) -> dict[str, object]:
    return asdict(told)
