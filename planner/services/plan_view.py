"""A plan as scripts and pages read it: JSON types with times in the crisis's zone."""

from collections.abc import Mapping
from typing import TypeAlias
from zoneinfo import ZoneInfo

from planner.domain.canonical import Plain, to_plain
from planner.domain.compare import PlanDiff
from planner.domain.plan import Convoy, ObjectiveLevel, Plan, Stop, Unmet
from planner.domain.snapshot import Snapshot
from routing.units import Window, format_instant

Json: TypeAlias = dict[str, Plain]


def plan_json(plan_id: str, digest: str, plan: Plan, snapshot: Snapshot, seconds: float) -> Json:
    """Return a plan in the shape that scripts rely on; keys are added, never renamed.

    Times are ISO 8601 with offset, durations seconds, loads kilograms and litres, probabilities 0 to 1.
    """
    zone = snapshot.crisis.tz
    return {
        "plan": plan_id,
        "digest": digest,
        "crisis": snapshot.crisis.id,
        "scenario": snapshot.scenario.name,
        "snapshot": plan.snapshot_digest,
        "as_of": {"at": format_instant(plan.as_of.at, zone), "known": plan.as_of.known},
        "horizon": _span(plan.horizon, zone),
        "status": plan.status,
        "cut_short": plan.cut_short,
        "seconds": seconds,
        "objective": [_level(level) for level in plan.objective],
        "convoys": [_convoy(convoy, snapshot) for convoy in plan.convoys],
        "unmet": [unmet_json(unmet) for unmet in plan.unmet],
        "pinned": [{"movement": p.movement, "rules": list(p.rules), "choices": list(p.choices)} for p in plan.pinned],
        "people_reached": plan.people_reached,
        "coverage_by_site": {site: round(share, 4) for site, share in sorted(plan.coverage_by_site.items())},
        "notes": list(plan.notes),
        "robust": to_plain(plan.robust),
    }


def _span(window: Window, zone: ZoneInfo) -> list[Plain]:
    return [format_instant(window.start, zone), format_instant(window.end, zone)]


def _level(level: ObjectiveLevel) -> Json:
    return {
        "level": level.level,
        "name": level.name,
        "value": level.value,
        "bound": level.bound,
        "gap": level.gap,
        "proof": level.proof,
    }


def _trucks(trucks: Mapping[str, int]) -> Json:
    return {kind: n for kind, n in sorted(trucks.items()) if n}


def _convoy(convoy: Convoy, snapshot: Snapshot) -> Json:
    zone = snapshot.crisis.tz
    gates: list[Plain] = [
        {
            "gate": p.gate,
            "arrive": format_instant(p.arrive_at, zone),
            "clear": format_instant(p.clear_at, zone),
            "loaded": move.loaded,
        }
        for move in convoy.moves
        for p in move.gates
    ]
    return {
        "id": convoy.id,
        "hub": convoy.hub,
        "stops": [_stop(stop, zone) for stop in convoy.stops],
        "trucks": _trucks(convoy.trucks),
        "loading": _span(convoy.loading, zone),
        "depart": format_instant(convoy.depart_at, zone),
        "back": format_instant(convoy.back_at, zone),
        "segments": list(convoy.segments),
        "moves": [
            {
                "from": move.start,
                "to": move.end,
                "depart": format_instant(move.depart_at, zone),
                "arrive": format_instant(move.arrive_at, zone),
                "segments": list(move.segments),
                "loaded": move.loaded,
            }
            for move in convoy.moves
        ],
        "gates": gates,
        "p": round(convoy.p, 6),
        "slack_seconds": convoy.slack_s,
        "exposure_truck_seconds": convoy.exposure_truck_s,
        "group": convoy.group,
        "movement": convoy.movement,
    }


def _stop(stop: Stop, zone: ZoneInfo) -> Json:
    return {
        "site": stop.site,
        "arrive": format_instant(stop.arrive_at, zone),
        "unloaded": format_instant(stop.unloaded_at, zone),
        "trucks": _trucks(stop.trucks),
        "loads": [
            {
                "commodity": load.commodity,
                "batch": load.batch,
                "units": load.units,
                "kg": load.kg,
                "litres": load.litres,
                "people": load.people,
            }
            for load in stop.loads
        ],
    }


def unmet_json(unmet: Unmet) -> Json:
    """Return what a site does not get, and why, as JSON."""
    change: Plain = None
    if unmet.change is not None:
        change = {
            "edit": unmet.change.edit,
            "people_gained": unmet.change.people_gained,
            "verified": unmet.change.verified,
        }
    return {
        "site": unmet.site,
        "commodity": unmet.commodity,
        "units": unmet.units,
        "people": unmet.people,
        "class": unmet.unmet_class,
        "rule": unmet.rule,
        "reason": unmet.reason,
        "proof": list(unmet.proof),
        "change": change,
    }


def diff_json(a: str, b: str, diff: PlanDiff) -> dict[str, Plain]:
    """Return the difference of two plans as JSON."""
    return {
        "a": a,
        "b": b,
        "people_gained": diff.people_gained,
        "sites": [{"site": s.site, "people_a": s.people_a, "people_b": s.people_b} for s in diff.sites],
        "convoys": {
            "added": [convoy.id for convoy in diff.added],
            "removed": [convoy.id for convoy in diff.removed],
            "changed": [{"a": c.a.id, "b": c.b.id, "what": list[Plain](c.what)} for c in diff.changed],
            "kept": [convoy.id for convoy in diff.kept],
        },
        "because": [cause.id for cause in diff.because],
    }
