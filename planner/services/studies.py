"""Studies of a plan that is there: what opening things would give, what another balance would; kept beside it."""

from collections.abc import Mapping
from typing import Final, TypeVar

from planner import jobs
from planner.domain.canonical import Plain
from planner.domain.errors import BadInput, NotFound
from planner.domain.opening import Openings
from planner.domain.snapshot import Snapshot
from planner.domain.tradeoff import Tradeoff
from planner.jobs import Progress
from planner.services.openings import find_openings
from planner.services.plan_records import PlanRecord
from planner.services.tradeoffs import find_tradeoff
from planner.store.records import Run, StoredPlan
from planner.store.store import Store
from routing.units import Instant

T = TypeVar("T")
OPENING: Final = "opening"
TRADEOFF: Final = "tradeoff"
SHAPES: Final[Mapping[str, type[Openings] | type[Tradeoff]]] = {OPENING: Openings, TRADEOFF: Tradeoff}
STUDIES: Final = frozenset(SHAPES)
"""What can be found out about a plan."""


def make_study(study: str, stored: StoredPlan, snapshot: Snapshot, progress: Progress) -> object:
    """Find out what a study asks about a stored plan.

    Raises
    ------
    NotFound
        If there is no such study.
    """
    if study == OPENING:
        return find_openings(stored.plan, stored.card.digest, snapshot, progress)
    if study == TRADEOFF:
        return find_tradeoff(stored.plan, stored.card.digest, snapshot, progress)
    raise _no(study)


def _no(study: str) -> NotFound:
    return NotFound(f"No study {study!r}. There are: {', '.join(sorted(STUDIES))}.")


def request_study(
    store: Store, record: PlanRecord, study: str, versions: Mapping[str, str], *, at: Instant, by: str
) -> Run:
    """Queue a study of a plan; the same plan with the same versions is studied once.

    Raises
    ------
    NotFound
        If there is no such study.
    """
    if study not in STUDIES:
        raise _no(study)
    card = record.stored.card
    unreadable = find_known(store, record, study, SHAPES[study]) is None
    key = jobs.study_key(card.digest, study, versions)
    with store.writing() as write:
        if unreadable:
            # Another version wrote it: what cannot be read is found out anew.
            write.drop_study(card.id, study)
        return write.enqueue_run(key, card.snapshot, at=at, by=by, study=study, about=card.id)


def find_known(store: Store, record: PlanRecord, study: str, shape: type[T]) -> T | None:
    """Return what a study found of a plan; None where nobody has looked yet, or only another version has."""
    with store.reading() as read:
        try:
            return read.find_study(record.id, study, shape)
        except BadInput:
            return None


def study_json(store: Store, record: PlanRecord, study: str) -> dict[str, Plain]:
    """Return what a study found of a plan, for scripts; `known` is false where nobody has made it yet.

    Raises
    ------
    NotFound
        If there is no such study.
    """
    if study not in STUDIES:
        raise _no(study)
    match find_known(store, record, study, SHAPES[study]):
        case Openings() as found:
            return {"known": True, **openings_json(record, found)}
        case Tradeoff() as found:
            return {"known": True, **tradeoff_json(record, found)}
        case _:
            return {"known": False, "plan": record.id}


def openings_json(record: PlanRecord, found: Openings) -> dict[str, Plain]:
    """Return a plan's openings for scripts, most people first."""
    return {
        "plan": record.id,
        "people_reached": found.people,
        "looked_at": found.asked,
        "passed_over": found.passed_over,
        "left": found.left,
        "cut_short": found.cut_short,
        "openings": [
            {
                "kind": one.kind,
                "edit": one.edit,
                "grade": one.grade,
                "people_more": one.people_more,
                "people_by_site": dict(one.people_by_site),
                "value_more": one.value_more,
                "equity": [{"name": lv.name, "before": lv.before, "after": lv.after} for lv in one.levels],
                "gates": list(one.gates),
                "segments": list(one.segments),
            }
            for one in found.found
        ],
    }


def tradeoff_json(record: PlanRecord, found: Tradeoff) -> dict[str, Plain]:
    """Return a plan's trade-off for scripts, the plan's own balance first."""
    return {
        "plan": record.id,
        "cut_short": found.cut_short,
        "balances": [
            {
                "equity_tolerance": one.equity_tolerance,
                "risk_cap_p": one.risk_cap_p,
                "people_reached": one.people,
                "value": one.value,
                "equity": [{"over_days": days, "person_days": lived} for days, lived in one.waiting],
                "convoys": one.convoys,
                "trucks": one.trucks,
                "p": one.p,
                "lowest_p": one.lowest_p,
            }
            for one in found.balances
        ],
    }
