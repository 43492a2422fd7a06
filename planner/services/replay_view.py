"""A replay as scripts and reports read it: JSON types with times in the crisis's zone."""

from zoneinfo import ZoneInfo

from planner.domain.canonical import Plain
from planner.domain.denials import day_of, moment_of
from planner.domain.world import World
from planner.services.hindsight import Happened
from planner.services.replay import Morning, Replay, Row
from routing.evidence import DeliveryOutcome, Evidence
from routing.units import Instant


def replay_json(replay: Replay, world: World) -> dict[str, Plain]:
    """Return a replay in the shape that scripts rely on; shares are 0 to 1, durations seconds."""
    zone = world.catalogue.crisis.tz
    return {
        "crisis": replay.crisis,
        "people": replay.people,
        "mornings": [_morning(morning, world, zone) for morning in replay.mornings],
    }


def _morning(morning: Morning, world: World, zone: ZoneInfo) -> dict[str, Plain]:
    return {
        "day": day_of(morning.day.start, zone),
        "as_of": {"at": moment_of(morning.as_of.at, zone), "known": morning.as_of.known},
        "planned": {
            "convoys": len(morning.plan.convoys),
            "people": morning.plan.people_reached,
            "leaving_today": sum(row.origin == "planned" for row in morning.rows),
        },
        "convoys": [_row(row, zone) for row in morning.rows],
        "news": [
            {
                "at": moment_of(news.at, zone),
                "records": list(news.records),
                "touched": [{"convoy": name, "advice": advice} for name, advice in news.touched],
            }
            for news in morning.news
        ],
        "recorded": [_outcome(record, world, zone) for record in morning.recorded],
    }


def _row(row: Row, zone: ZoneInfo) -> dict[str, Plain]:
    convoy = row.convoy
    return {
        "name": row.name,
        "origin": row.origin,
        "sites": list(row.sites),
        "trucks": row.trucks,
        "people": row.people,
        "depart": None if convoy is None else moment_of(convoy.depart_at, zone),
        "arrive": None if convoy is None else moment_of(convoy.stops[0].arrive_at, zone),
        "unloaded": None if convoy is None else moment_of(convoy.stops[-1].unloaded_at, zone),
        "back": None if convoy is None else moment_of(convoy.back_at, zone),
        "slack_seconds": row.slack_s,
        "closes": _moment(row.closes_at, zone),
        "arrives": row.arrives,
        "caught_inside": row.caught_inside,
        "kept_inside": row.kept_inside,
        "rule": row.rule or None,
        "reason": row.refused or None,
        "gates": list(row.gates),
        "happened": None if row.happened is None else _happened(row.happened, zone),
    }


def _moment(at: Instant | None, zone: ZoneInfo) -> str | None:
    return None if at is None else moment_of(at, zone)


def _happened(happened: Happened, zone: ZoneInfo) -> dict[str, Plain]:
    return {
        "fate": happened.fate,
        "at": _moment(happened.at, zone),
        "segment": happened.segment or None,
        "records": list(happened.records),
    }


def _outcome(record: Evidence, world: World, zone: ZoneInfo) -> dict[str, Plain]:
    fact = record.fact
    if not isinstance(fact, DeliveryOutcome):
        raise TypeError(f"Record {record.position} is no outcome.")
    return {
        "movement": fact.movement,
        "name": world.catalogue.movements[fact.movement].name if fact.movement in world.catalogue.movements else None,
        "what": fact.what,
        "result": fact.result,
        "at": moment_of(fact.happened_at, zone),
        "people_reached": [{"count": figure.count, "source": figure.source} for figure in fact.people_reached],
        "source": record.source,
        "record": record.position,
        "synthetic": record.synthetic,
    }
