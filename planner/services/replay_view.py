"""A replay as it is kept, and as scripts and reports read it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from planner.domain.canonical import Plain
from planner.domain.denials import day_of, moment_of
from planner.domain.plan import Convoy
from planner.domain.replayed import (
    Hours,
    RecordedOutcome,
    ReplayAnswer,
    ReplayedConvoy,
    ReplayedMorning,
    ReplayedNews,
)
from planner.domain.world import World
from planner.services.replay import Morning, Replay, Row
from routing.evidence import DeliveryOutcome, Evidence
from routing.units import Instant


def tell_replay(replay: Replay, world: World) -> ReplayAnswer:
    """Return a replay as it is kept."""
    return ReplayAnswer(mornings=tuple(tell_morning(one, world) for one in replay.mornings), people=replay.people)


def tell_morning(morning: Morning, world: World) -> ReplayedMorning:
    """Return one morning as it is kept: its plan is not, only what became of its convoys."""
    return ReplayedMorning(
        as_of=morning.as_of,
        day=morning.day,
        planned_convoys=len(morning.plan.convoys),
        planned_people=morning.plan.people_reached,
        convoys=tuple(_convoy(row, world) for row in morning.rows),
        news=tuple(ReplayedNews(at=one.at, records=one.records, touched=one.touched) for one in morning.news),
        recorded=tuple(_outcome(record) for record in morning.recorded),
    )


def _convoy(row: Row, world: World) -> ReplayedConvoy:
    told = ReplayedConvoy(
        name=row.name, origin=row.origin, sites=row.sites, trucks=row.trucks, people=row.people,
        hub=world.catalogue.movements[row.name].hub if row.convoy is None else row.convoy.hub,
        hours=None if row.convoy is None else _hours(row.convoy), slack_s=row.slack_s, closes_at=row.closes_at,
        arrives=row.arrives, caught_inside=row.caught_inside, kept_inside=row.kept_inside, rule=row.rule,
        reason=row.refused, gates=row.gates,
    )  # fmt: skip
    happened = row.happened
    if happened is None:
        return told
    return replace(
        told, fate=happened.fate, fate_at=happened.at, fate_segment=happened.segment, fate_records=happened.records
    )


def _hours(convoy: Convoy) -> Hours:
    first, last = convoy.stops[0], convoy.stops[-1]
    return Hours(
        depart_at=convoy.depart_at, arrive_at=first.arrive_at, unloaded_at=last.unloaded_at, back_at=convoy.back_at
    )


def _outcome(record: Evidence) -> RecordedOutcome:
    fact = record.fact
    if not isinstance(fact, DeliveryOutcome):
        raise TypeError(f"Record {record.position} is no outcome.")
    return RecordedOutcome(
        record=record.position, movement=fact.movement, site=fact.site, what=fact.what, result=fact.result,
        at=fact.happened_at, people_reached=fact.people_reached, source=record.source, synthetic=record.synthetic,
    )  # fmt: skip


def counts(mornings: Iterable[ReplayedMorning]) -> dict[str, Plain]:
    """Return sums over mornings: our convoys by fate, all that are flagged, outcomes on record by their word.

    Several sources of one event are one event.
    """
    listed = list(mornings)
    fates = Counter(one.fate for morning in listed for one in morning.own if one.fate is not None)
    recorded = {(one.movement, one.at, one.what) for morning in listed for one in morning.recorded}
    return {
        "left": sum(len(morning.own) for morning in listed),
        "flagged": sum(len(morning.flagged) for morning in listed),
        "nothing_stops_it": fates["nothing_stops_it"],
        "held": fates["held"],
        "turned_back": fates["turned_back"],
        "caught_inside": fates["caught_inside"],
        "recorded": dict(sorted(Counter(what for _movement, _at, what in recorded).items())),
    }


def replay_json(answer: ReplayAnswer, world: World) -> dict[str, Plain]:
    """Return a replay in the shape that scripts rely on; shares are 0 to 1, durations seconds."""
    zone = world.catalogue.crisis.tz
    return {
        "crisis": world.catalogue.crisis.id,
        "people": answer.people,
        "counts": counts(answer.mornings),
        "mornings": [_morning_json(morning, world, zone) for morning in answer.mornings],
    }


def _morning_json(morning: ReplayedMorning, world: World, zone: ZoneInfo) -> dict[str, Plain]:
    return {
        "day": day_of(morning.day.start, zone),
        "as_of": {"at": moment_of(morning.as_of.at, zone), "known": morning.as_of.known},
        "planned": {
            "convoys": morning.planned_convoys,
            "people": morning.planned_people,
            "leaving_today": len(morning.own),
        },
        "counts": counts([morning]),
        "convoys": [_convoy_json(one, zone) for one in morning.convoys],
        "news": [
            {
                "at": moment_of(news.at, zone),
                "records": list(news.records),
                "touched": [{"convoy": name, "advice": advice} for name, advice in news.touched],
            }
            for news in morning.news
        ],
        "recorded": [_outcome_json(one, world, zone) for one in morning.recorded],
    }


def _convoy_json(one: ReplayedConvoy, zone: ZoneInfo) -> dict[str, Plain]:
    hours = one.hours
    happened: Plain = None
    if one.fate is not None:
        happened = {
            "fate": one.fate,
            "at": _moment(one.fate_at, zone),
            "segment": one.fate_segment or None,
            "records": list(one.fate_records),
        }
    return {
        "name": one.name,
        "origin": one.origin,
        "hub": one.hub,
        "sites": list(one.sites),
        "trucks": one.trucks,
        "people": one.people,
        "depart": None if hours is None else moment_of(hours.depart_at, zone),
        "arrive": None if hours is None else moment_of(hours.arrive_at, zone),
        "unloaded": None if hours is None else moment_of(hours.unloaded_at, zone),
        "back": None if hours is None else moment_of(hours.back_at, zone),
        "slack_seconds": one.slack_s,
        "closes": _moment(one.closes_at, zone),
        "arrives": one.arrives,
        "caught_inside": one.caught_inside,
        "kept_inside": one.kept_inside,
        "flagged": one.flagged,
        "rule": one.rule or None,
        "reason": one.reason or None,
        "gates": list(one.gates),
        "happened": happened,
    }


def _moment(at: Instant | None, zone: ZoneInfo) -> str | None:
    return None if at is None else moment_of(at, zone)


def _outcome_json(one: RecordedOutcome, world: World, zone: ZoneInfo) -> dict[str, Plain]:
    movement = world.catalogue.movements.get(one.movement)
    return {
        "movement": one.movement,
        "name": None if movement is None else movement.name,
        "what": one.what,
        "result": one.result,
        "at": moment_of(one.at, zone),
        "people_reached": [{"count": figure.count, "source": figure.source} for figure in one.people_reached],
        "source": one.source,
        "record": one.record,
        "synthetic": one.synthetic,
    }
