"""Import files of evidence: first what they would add and correct, row by row, then all of it in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from planner.domain.canonical import digest_of
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.intake.control_areas import read_control
from planner.intake.drafts import Draft, Drafts, Teller
from planner.intake.event_hazards import DEFAULT_RULES, HazardRule
from planner.intake.events import read_events
from planner.intake.road_status import read_road_status
from planner.intake.sheet import check_size
from planner.intake.table import Quarantined
from planner.store.store import Store
from routing.evidence import Control, Evidence, Fact, Incident, Retraction, standing
from routing.ledger import newest, read_ledger
from routing.units import Instant, Window

EvidenceKind: TypeAlias = Literal["events", "roads", "control"]
KINDS: Final[tuple[EvidenceKind, ...]] = ("events", "roads", "control")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The file's newer word on an event: the record that it withdraws, and the one that takes its place."""

    withdraws: int
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A row that could be read and adds nothing, although no record of its content stands."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePlan:
    """What an import of evidence would do to the log as it stood at `head`."""

    kind: EvidenceKind
    head: int
    added: tuple[Draft, ...]
    corrected: tuple[Correction, ...]
    same: int
    left: tuple[LeftAlone, ...]
    quarantined: tuple[Quarantined, ...]
    notes: tuple[str, ...]

    @property
    def records(self) -> tuple[Evidence, ...]:
        """All that would be appended, withdrawals before what takes their place."""
        found: list[Evidence] = []
        for one in self.corrected:
            new = one.draft.evidence
            withdrawal = Retraction(position=one.withdraws, reason="the source has changed its word")
            found += [replace(new, fact=withdrawal, valid=Window(new.learned_at), note=""), new]
        return (*found, *(draft.evidence for draft in self.added))

    @property
    def digest(self) -> str:
        """What was shown before it is done: the same file over another log has another digest."""
        return digest_of({"records": self.records, "aside": self.quarantined, "left": self.left})


def read_evidence_file(file: Path) -> bytes:
    """Return a file's bytes, unless it is too large.

    Raises
    ------
    BadInput
        If it cannot be read, or is too large.
    """
    try:
        check_size(file.name, file.stat().st_size)
        return file.read_bytes()
    except OSError as cause:
        raise BadInput(f"{file}: cannot be read ({cause.strerror}). Check the path.") from cause


def compare_evidence(
    world: World,
    kind: EvidenceKind,
    name: str,
    content: bytes,
    teller: Teller,
    rules: Sequence[HazardRule] = DEFAULT_RULES,
) -> EvidencePlan:
    """Read a file and compare it with the whole log.

    What the log has already is left out, by its content; an event of which the source says something else by now is
    a correction. What somebody withdrew is not brought back, and an older word on an event corrects nothing.

    Raises
    ------
    BadInput
        If the file as a whole cannot be used.
    """
    readers: Mapping[EvidenceKind, Callable[[], Drafts]] = {
        "events": lambda: read_events(name, content, world.network, teller, rules),
        "roads": lambda: read_road_status(name, content, world.network, teller),
        "control": lambda: read_control(name, content, world.network, world.catalogue.crisis.parties, teller),
    }
    read = readers[kind]()
    plan = _compare(kind, *_with_holders(read, world, under=teller.under), world)
    # One that no fold understands would stop every question from then on.
    numbered = tuple(_numbered(plan.records, world.head + 1))
    read_ledger((*world.log, *numbered), world.head + len(numbered), world.network)
    return plan


def import_evidence(store: Store, world: World, plan: EvidencePlan, *, by: str, at: Instant) -> tuple[int, ...]:
    """Append all that a plan adds and corrects in one transaction, and return the new positions.

    Raises
    ------
    ChangedMeanwhile
        If somebody added to the log since the file was compared with it.
    """
    crisis, records = world.catalogue.crisis.id, plan.records
    if not records:
        return ()
    with store.writing() as write:
        positions = write.append(crisis, records, actor=by, recorded_at=at, after=plan.head)
        detail = {
            "added": len(plan.added), "corrected": len(plan.corrected), "quarantined": len(plan.quarantined),
            "first": positions[0], "last": positions[-1],
        }  # fmt: skip
        write.append_audit(actor=by, action=f"import {plan.kind}", target=crisis, at=at, detail=detail)
    return positions


_Content: TypeAlias = tuple[Fact, Window, str, str]


@dataclass(frozen=True, kw_only=True)
class _OnRecord:
    """The log by content and by event."""

    contents: Mapping[_Content, Evidence]
    events: Mapping[str, list[Evidence]]
    stands: frozenset[int]


def _with_holders(read: Drafts, world: World, *, under: bool) -> tuple[Drafts, Mapping[_Content, str]]:
    """Say of each record of control whether the area changes hands by it, and why those stay out that do not count.

    A coarse map lacks the pockets: laid under what is on record, it fills in only areas that nobody is known to hold.
    """
    if not any(isinstance(draft.evidence.fact, Control) for draft in read.drafts):
        return read, {}
    ledger = read_ledger(world.log, world.head, world.network)
    drafts: list[Draft] = []
    stays: dict[_Content, str] = {}
    for draft in read.drafts:
        fact = draft.evidence.fact
        records = ledger.control.get(fact.area, ()) if isinstance(fact, Control) else ()
        held = newest(records, draft.evidence.valid.start)
        if held is None:
            drafts.append(draft)
            continue
        by = f"{held.fact.party} holds it by record {held.position}"
        drafts.append(draft if held.fact == fact else replace(draft, said=(*draft.said, f"changes hands: {by}")))
        if under:
            stays[_content(draft.evidence)] = f"{held.fact.area}: {by}, and this map is laid under what is on record"
    return replace(read, drafts=tuple(drafts)), stays


def _compare(kind: EvidenceKind, read: Drafts, stays: Mapping[_Content, str], world: World) -> EvidencePlan:
    known = _on_record(world)
    added: list[Draft] = []
    corrected: list[Correction] = []
    left: list[LeftAlone] = []
    seen: set[_Content] = set()
    same = 0
    for draft in read.drafts:
        content = _content(draft.evidence)
        before = known.contents.get(content)
        event = _event(draft.evidence)
        now = next((r for r in known.events.get(event, ()) if r.position in known.stands), None)
        if content in seen or (before is not None and before.position in known.stands):
            same += 1
        elif before is not None:
            left.append(LeftAlone(row=draft.row, reason=_withdrawn(before, now)))
        elif content in stays:
            left.append(LeftAlone(row=draft.row, reason=stays[content]))
        elif now is not None and _is_older(draft.evidence, now):
            left.append(LeftAlone(row=draft.row, reason=f"record {now.position} has a newer word on event {event}"))
        elif now is not None:
            corrected.append(Correction(withdraws=now.position, draft=draft))
        elif event in known.events:
            last = known.events[event][-1]
            left.append(LeftAlone(row=draft.row, reason=_withdrawn(last, None)))
        else:
            added.append(draft)
        seen.add(content)
    return EvidencePlan(
        kind=kind, head=world.head, added=tuple(added), corrected=tuple(corrected), same=same, left=tuple(left),
        quarantined=read.quarantined, notes=read.notes,
    )  # fmt: skip


def _withdrawn(before: Evidence, now: Evidence | None) -> str:
    if now is not None:
        return f"record {before.position} said the same and was corrected by record {now.position}"
    return f"record {before.position} of this was withdrawn: record by hand what holds again"


def _on_record(world: World) -> _OnRecord:
    stands = frozenset(record.position for record in standing(world.log, world.head))
    contents: dict[_Content, Evidence] = {}
    events: dict[str, list[Evidence]] = {}
    for record in sorted(world.log, key=lambda record: (record.position in stands, record.position)):
        contents[_content(record)] = record
        if event := _event(record):
            events.setdefault(event, []).append(record)
    return _OnRecord(contents=contents, events=events, stands=stands)


def _content(record: Evidence) -> _Content:
    """Return what a record says, whenever it was learned and however it was graded."""
    fact = record.fact
    if isinstance(fact, Incident):
        fact = replace(fact, updated_at=None)
    return fact, record.valid, record.source, record.note


def _event(record: Evidence) -> str:
    return record.fact.event_id if isinstance(record.fact, Incident) else ""


def _is_older(draft: Evidence, now: Evidence) -> bool:
    told = [r.fact.updated_at for r in (draft, now) if isinstance(r.fact, Incident)]
    return None not in told and len(told) > 1 and (told[0] or 0) < (told[1] or 0)


def _numbered(records: Iterable[Evidence], first: int) -> Iterable[Evidence]:
    return (replace(record, position=first + k) for k, record in enumerate(records))
