"""Snapshots and plans: what was asked and what was answered, both for ever; only publishing changes."""

from collections.abc import Collection
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, Integer, Row, Select, delete, func, insert, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from planner.domain.errors import BadInput, NotFound, Refused
from planner.domain.plan import Plan, PlanId, PlanStatus
from planner.domain.scenario import Scenario
from planner.store import codec
from planner.store.codec import Delta, PackedSnapshot
from planner.store.records import PlanCard, StoredPlan
from planner.store.rows import BlobRow, PlanRow, RunRow, SnapshotRow, StudyRow
from planner.store.unit import Unit
from routing.units import Instant, Window

T = TypeVar("T")
LATEST = "latest"
ID_LENGTH = 12
"""A plan's id is so many digits of its digest: short enough to say on the phone."""


class PlanReads(Unit):
    """Snapshots and plans."""

    def has_snapshot(self, digest: str) -> bool:
        """Tell whether the snapshot is stored."""
        return self._session.get(SnapshotRow, digest) is not None

    def get_packed(self, digest: str) -> PackedSnapshot:
        """Return the snapshot's bytes, to be unpacked after the transaction; raises `NotFound`."""
        crisis, manifest = self.get_manifest(digest)
        found = self.get_blobs(manifest.values())
        if lost := sorted(name for name, part in manifest.items() if part not in found):
            raise BadInput(f"Snapshot {digest[:12]} has lost its {', '.join(lost)}. Restore a backup.")
        parts = {name: self._whole(found[part]) for name, part in manifest.items()}
        return PackedSnapshot(digest=digest, crisis=crisis, parts=parts, digests=manifest)

    def get_manifest(self, digest: str) -> tuple[str, dict[str, str]]:
        """Return a snapshot's crisis and the digests of its parts; raises `NotFound`."""
        row = self._get(SnapshotRow, digest, f"No snapshot {digest!r} in this database.")
        return row.crisis, dict(row.manifest)

    def get_blobs(self, digests: Collection[str]) -> dict[str, bytes | Delta]:
        """Return those of the parts that are there, by digest; a part that is kept as a difference as such."""
        return {
            blob.digest: _content(blob)
            for blob in self._session.scalars(select(BlobRow).where(BlobRow.digest.in_(set(digests))))
        }

    def _whole(self, content: bytes | Delta) -> bytes:
        if isinstance(content, bytes):
            return content
        first = self.get_blobs([content.like]).get(content.like)
        if not isinstance(first, bytes):
            raise BadInput(f"The part {content.like[:12]}, which others are like, is lost. Restore a backup.")
        return codec.patch(first, content.timelines)

    def get_part(self, digest: str, name: str, kind: type[T]) -> T:
        """Return one field of a snapshot, without the others; raises `NotFound`."""
        row = self._get(SnapshotRow, digest, f"No snapshot {digest!r} in this database.")
        blob = self._get(BlobRow, row.manifest[name], f"Snapshot {digest[:12]} has lost its {name}. Restore a backup.")
        return codec.unpack_part(kind, self._whole(_content(blob)))

    def get_plan(self, plan: PlanId, *, crisis: str | None = None) -> StoredPlan:
        """Return a plan by id, or the `latest` (of a crisis, where one is named); raises `NotFound`.

        The latest is the newest that supposes nothing: a scenario's plan is found by its id only.
        """
        row = self._one_plan(_cards().add_columns(PlanRow.body), plan, crisis)
        return StoredPlan(card=_card(row), plan=codec.from_body(Plan, row.body))

    def get_plan_card(self, plan: PlanId, *, crisis: str | None = None) -> PlanCard:
        """Return the card of a plan by id, or of the `latest` (of a crisis); raises `NotFound`."""
        return _card(self._one_plan(_cards(), plan, crisis))

    def _one_plan(
        self, chosen: Select[*tuple[object, ...]], plan: PlanId, crisis: str | None
    ) -> Row[*tuple[object, ...]]:
        if plan == LATEST:
            chosen = chosen.where(~PlanRow.supposed).order_by(PlanRow.number.desc()).limit(1)
        else:
            chosen = chosen.where(PlanRow.id == plan)
        if crisis is not None:
            chosen = chosen.where(PlanRow.crisis == crisis)
        row = self._session.execute(chosen).one_or_none()
        if row is None and plan == LATEST:
            raise NotFound("There is no plan yet. Make one: qafila plan new.")
        if row is None:
            raise NotFound(f"No plan {plan!r}. Use an id from the listing of plans, or `{LATEST}`.")
        return row

    def list_plans(
        self, crisis: str, *, limit: int = 100, supposed: bool = True, swept: bool = True
    ) -> tuple[PlanCard, ...]:
        """Return the cards of a crisis's plans, newest first; without those of scenarios, or of sweeps, if so asked."""
        chosen = _cards().where(PlanRow.crisis == crisis).order_by(PlanRow.number.desc()).limit(limit)
        if not supposed:
            chosen = chosen.where(~PlanRow.supposed)
        if not swept:
            only_swept = select(RunRow.plan).where(RunRow.rank > 0, RunRow.plan.is_not(None))
            chosen = chosen.where(PlanRow.id.not_in(only_swept))
        return tuple(_card(row) for row in self._session.execute(chosen))

    def find_study(self, plan: PlanId, kind: str, shape: type[T]) -> T | None:
        """Return what was found out about a plan, as what it was kept as; None where nobody has found it out."""
        row = self._session.get(StudyRow, (plan, kind))
        return None if row is None else codec.from_body(shape, row.body)


class PlanWrites(PlanReads):
    """Snapshots and plans put in, plans published."""

    def save_packed(self, packed: PackedSnapshot) -> str:
        """Keep a snapshot, each part once, and return its digest; keeping it again changes nothing."""
        self._get_crisis(packed.crisis)
        manifest = packed.manifest
        known = set(self._session.scalars(select(BlobRow.digest).where(BlobRow.digest.in_(set(manifest.values())))))
        self._add_missing(
            BlobRow,
            [
                {"digest": digest, "kind": name, **_columns(packed, name)}
                # In one order for all writers: two that add the same parts then wait instead of blocking each other.
                for digest, name in sorted({digest: name for name, digest in manifest.items()}.items())
                if digest not in known
            ],
        )
        self._add_missing(
            SnapshotRow, [{"digest": packed.digest, "crisis": packed.crisis, "manifest": codec.to_body(manifest)}]
        )
        return packed.digest

    def save_plan(self, plan: Plan, *, created_at: Instant, created_by: str) -> PlanCard:
        """Keep a plan and return its card; the same plan again returns the card it has.

        Raises
        ------
        NotFound
            If the plan's snapshot is not stored.
        """
        snapshot = self._get(
            SnapshotRow,
            plan.snapshot_digest,
            f"The plan's snapshot {plan.snapshot_digest!r} is not stored. Save it first.",
        )
        digest = codec.plan_digest(plan)
        self._one_at_a_time("plan")
        there = self._session.execute(_cards().where(PlanRow.digest == digest)).one_or_none()
        if there is None:
            row = {
                "id": self._free_id(digest), "digest": digest, "crisis": snapshot.crisis, "snapshot": snapshot.digest,
                "body": codec.to_body(plan), "created_at": created_at, "created_by": created_by,
                "state": "unpublished", "published_at": None, "published_by": None,
                "supposed": bool(self.get_part(snapshot.digest, "scenario", Scenario).edits),
            }  # fmt: skip
            self._session.execute(insert(PlanRow), [row])
            there = self._session.execute(_cards().where(PlanRow.digest == digest)).one()
        return _card(there)

    def save_study(self, plan: PlanId, kind: str, found: object, *, at: Instant) -> None:
        """Keep what was found out about a plan in place of what was found out before."""
        self._session.merge(StudyRow(plan=plan, kind=kind, body=codec.to_body(found), made_at=at))
        self._session.flush()

    def drop_study(self, plan: PlanId, kind: str) -> None:
        """Forget what was found out about a plan: it is found out anew when asked for."""
        self._session.execute(delete(StudyRow).where(StudyRow.plan == plan, StudyRow.kind == kind))

    def publish_plan(self, plan: PlanId, *, at: Instant, by: str) -> PlanCard:
        """Mark a plan as published and return its card. Who may do so is for the service to say.

        Raises
        ------
        Refused
            If it is published already.
        NotFound
            If there is no such plan.
        """
        return self._set_state(plan, {"state": "published", "published_at": at, "published_by": by})

    def withdraw_plan(self, plan: PlanId) -> PlanCard:
        """Mark a plan as no longer published and return its card; raises as `publish_plan` does."""
        return self._set_state(plan, {"state": "unpublished", "published_at": None, "published_by": None})

    def _set_state(self, plan: PlanId, values: dict[str, object]) -> PlanCard:
        changed = self._session.execute(
            update(PlanRow)
            .where(PlanRow.id == plan, PlanRow.state != values["state"])
            .values(**values)
            .returning(PlanRow.number)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        row = self._session.execute(_cards().where(PlanRow.id == plan)).one_or_none()
        if row is None:
            raise NotFound(f"No plan {plan!r}. Use an id from the listing of plans.")
        if changed is None:
            raise Refused(f"Plan {plan} is {values['state']} already. Nothing was changed.")
        return _card(row)

    def _free_id(self, digest: str) -> PlanId:
        # Two plans that agree in twelve digits are not expected in the life of a database, but cost nothing here.
        for length in range(ID_LENGTH, len(digest)):
            if self._session.scalar(select(func.count()).where(PlanRow.id == digest[:length])) == 0:
                return digest[:length]
        return digest


def _content(blob: BlobRow) -> bytes | Delta:
    content = codec.unsqueeze(blob.content)
    return content if blob.like is None else Delta(like=blob.like, timelines=content)


def _columns(packed: PackedSnapshot, name: str) -> dict[str, object]:
    delta = packed.deltas.get(name)
    content, like = (packed.parts[name], None) if delta is None else (delta.timelines, delta.like)
    return {"content": codec.squeeze(content), "like": like}


class _ArrayLength(GenericFunction[int]):
    """How many items a JSON array in a body has; each database calls it by another name."""

    name = "json_array_length"
    type = Integer()
    inherit_cache = True


@compiles(_ArrayLength, "postgresql")
def _on_postgresql(element: _ArrayLength, compiler: SQLCompiler, **options: object) -> str:
    return f"jsonb_array_length({compiler.process(element.clauses, **options)})"


def _cards() -> Select[*tuple[object, ...]]:
    """Select a plan's card; what lies in the body is read by the database, so that a listing stays small."""
    return select(
        PlanRow.id, PlanRow.digest, PlanRow.crisis, PlanRow.snapshot, PlanRow.created_at, PlanRow.created_by,
        PlanRow.published_at, PlanRow.published_by, PlanRow.supposed,
        PlanRow.body["status"].as_string().label("status"),
        PlanRow.body["people_reached"].as_integer().label("people_reached"),
        _ArrayLength(PlanRow.body["convoys"]).label("convoys"),
        _horizon("start"), _horizon("end"),
    )  # fmt: skip


def _horizon(edge: str) -> ColumnElement[int]:
    instant: ColumnElement[int] = PlanRow.body["horizon"][edge].as_integer()
    return instant.label(edge)


def _card(row: Row[*tuple[object, ...]]) -> PlanCard:
    return PlanCard(
        id=row.id, digest=row.digest, crisis=row.crisis, snapshot=row.snapshot, status=cast("PlanStatus", row.status),
        horizon=Window(row.start, row.end), people_reached=row.people_reached, convoys=row.convoys,
        created_at=row.created_at, created_by=row.created_by, published_at=row.published_at,
        published_by=row.published_by, supposed=row.supposed,
    )  # fmt: skip
