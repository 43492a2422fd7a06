"""What planning starts from: sites, needs, stock, trucks, escorts and movements, each row with a version."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar, cast

from sqlalchemy import delete, func, insert, select, update

from planner.domain.catalogue import Governorate
from planner.domain.delivery import Movement as ReportedMovement
from planner.domain.errors import BadInput, NotFound
from planner.domain.needs import Commodity, CoupledGroup, Need, Site
from planner.domain.plan import Convoy
from planner.domain.supply import EscortTeams, Fleet, Hub, StockBatch, TruckType
from planner.store import codec
from planner.store.records import ChangedMeanwhile, Movement, Versioned
from planner.store.rows import Body, CrisisRow, LogRow, MovementRow, NetworkRow, ReferenceRow
from planner.store.unit import Unit

Reference: TypeAlias = (
    Governorate | Site | Commodity | Need | CoupledGroup | Hub | StockBatch | TruckType | Fleet | EscortTeams
    | ReportedMovement
)  # fmt: skip
R = TypeVar(
    "R", Governorate, Site, Commodity, Need, CoupledGroup, Hub, StockBatch, TruckType, Fleet, EscortTeams,
    ReportedMovement,
)  # fmt: skip

_KINDS: Final[Mapping[type[Reference], str]] = {
    Governorate: "governorate",
    Site: "site",
    Commodity: "commodity",
    Need: "need",
    CoupledGroup: "group",
    Hub: "hub",
    StockBatch: "stock",
    TruckType: "truck_type",
    Fleet: "fleet",
    EscortTeams: "escort",
    ReportedMovement: "reported_movement",
}


def reference_id(row: Reference) -> str:
    """Return what identifies a row among those of its kind."""
    match row:
        case Governorate():
            return row.pcode
        case Need():
            return f"{row.site}/{row.commodity}/{row.window.start}-{row.window.end}"
        case StockBatch():
            return f"{row.hub}/{row.commodity}/{row.batch}"
        case Fleet():
            return f"{row.hub}/{row.truck_type}/{row.available.start}-{row.available.end}"
        case _:
            return row.id


class ReferenceReads(Unit):
    """Reference rows and movements."""

    def list_reference(self, crisis: str, kind: type[R]) -> tuple[R, ...]:
        """Return all rows of a kind (`Site`, `Hub`, ...) in order of their ids."""
        return tuple(stored.row for stored in self.list_versioned(crisis, kind).values())

    def list_versioned(self, crisis: str, kind: type[R]) -> dict[str, Versioned[R]]:
        """Return all rows of a kind by id, each with the version that an edit must name."""
        rows = select(ReferenceRow).where(ReferenceRow.crisis == crisis, ReferenceRow.kind == _KINDS[kind])
        found = {
            row.id: Versioned(row=codec.from_body(kind, row.body), version=row.version)
            for row in self._session.scalars(rows)
        }
        # Ordered here: the two databases sort texts by different rules.
        return dict(sorted(found.items()))

    def stamp(self, crisis: str) -> tuple[int, ...]:
        """Return numbers that are others as soon as anything on record about the crisis is; raises `NotFound`."""
        described = self._get_crisis(crisis)
        network = self._session.scalar(select(NetworkRow.version).where(NetworkRow.crisis == crisis))
        head = self._session.scalar(select(func.max(LogRow.position)).where(LogRow.crisis == crisis))
        return (described.version, described.revision, network or 0, head or 0)

    def get_reference(self, crisis: str, kind: type[R], row_id: str) -> Versioned[R]:
        """Return one row with its version; raises `NotFound`."""
        missing = f"No {_KINDS[kind]} {row_id!r} in {crisis}. Use an id from its listing."
        row = self._get(ReferenceRow, (crisis, _KINDS[kind], row_id), missing)
        return Versioned(row=codec.from_body(kind, row.body), version=row.version)

    def get_movement(self, crisis: str, movement: str) -> Movement:
        """Return one movement; raises `NotFound`."""
        return _movement(self._get(MovementRow, (crisis, movement), f"No movement {movement!r} in {crisis}."))

    def list_movements(self, crisis: str) -> tuple[Movement, ...]:
        """Return all movements in order of their ids."""
        rows = self._session.scalars(select(MovementRow).where(MovementRow.crisis == crisis))
        return tuple(sorted((_movement(row) for row in rows), key=lambda movement: movement.id))


class ReferenceWrites(ReferenceReads):
    """Reference rows and movements put in, edited and removed."""

    def put_reference(self, crisis: str, rows: Sequence[Reference]) -> None:
        """Add rows of any kinds, replacing those with the same id whatever their version: for imports.

        Raises
        ------
        BadInput
            If two of the rows have the same id.
        """
        self._get_crisis(crisis)
        new = {(_KINDS[type(row)], reference_id(row)): row for row in rows}
        if len(new) < len(rows):
            (kind, twice), _ = Counter((_KINDS[type(row)], reference_id(row)) for row in rows).most_common(1)[0]
            raise BadInput(f"The {kind} {twice} is given twice. Keep one of the rows.")
        self._one_at_a_time(f"reference/{crisis}")
        self._turn(crisis)
        kinds = {kind for kind, _ in new}
        there = select(ReferenceRow).where(ReferenceRow.crisis == crisis, ReferenceRow.kind.in_(kinds))
        for row in self._session.scalars(there):
            value = new.pop((row.kind, row.id), None)
            if value is not None:
                row.body, row.version = codec.to_body(value), row.version + 1
        self._session.flush()
        if new:
            self._session.execute(
                insert(ReferenceRow),
                [
                    {"crisis": crisis, "kind": kind, "id": row_id, "body": codec.to_body(row), "version": 1}
                    for (kind, row_id), row in new.items()
                ],
            )

    def edit_reference(self, crisis: str, row: Reference, *, version: int) -> int:
        """Replace the row that has this id and version, and return its new version.

        Raises
        ------
        ChangedMeanwhile
            If the row has another version by now.
        NotFound
            If there is no such row.
        """
        kind, row_id = _KINDS[type(row)], reference_id(row)
        changed = self._session.execute(
            update(ReferenceRow)
            .where(*_is(crisis, kind, row_id), ReferenceRow.version == version)
            .values(body=codec.to_body(row), version=version + 1)
            .returning(ReferenceRow.version)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if changed is None:
            raise self._missed(crisis, kind, row_id, version)
        self._turn(crisis)
        return changed

    def remove_reference(self, crisis: str, kind: type[Reference], row_id: str, *, version: int) -> None:
        """Remove the row that has this id and version; raises as `edit_reference` does."""
        gone = self._session.execute(
            delete(ReferenceRow)
            .where(*_is(crisis, _KINDS[kind], row_id), ReferenceRow.version == version)
            .returning(ReferenceRow.version)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if gone is None:
            raise self._missed(crisis, _KINDS[kind], row_id, version)
        self._turn(crisis)

    def put_movement(self, crisis: str, movement: Movement) -> int:
        """Add a movement (version 0), or replace the one with its id and version; return the new version.

        Raises
        ------
        ChangedMeanwhile
            If the movement is stored already, or has another version by now.
        """
        self._get_crisis(crisis)
        body = codec.to_body({"convoy": movement.convoy, "detail": movement.detail})
        values = {"plan": movement.plan, "convoy": movement.planned_as, "body": body, "version": movement.version + 1}
        self._one_at_a_time(f"movement/{crisis}")
        here = (MovementRow.crisis == crisis, MovementRow.id == movement.id)
        now = self._session.scalar(select(MovementRow.version).where(*here))
        if (now or 0) != movement.version:
            raise ChangedMeanwhile(_changed("movement", movement.id, movement.version, now or 0))
        if now is None:
            self._session.execute(insert(MovementRow), [{"crisis": crisis, "id": movement.id, **values}])
        else:
            self._session.execute(
                update(MovementRow).where(*here).values(**values).execution_options(synchronize_session=False)
            )
        return movement.version + 1

    def _turn(self, crisis: str) -> None:
        """Count a change of the crisis's rows, so that whoever keeps them at hand reads again."""
        self._session.execute(
            update(CrisisRow)
            .where(CrisisRow.id == crisis)
            .values(revision=CrisisRow.revision + 1)
            .execution_options(synchronize_session=False)
        )

    def _missed(self, crisis: str, kind: str, row_id: str, version: int) -> NotFound | ChangedMeanwhile:
        now = self._session.scalar(select(ReferenceRow.version).where(*_is(crisis, kind, row_id)))
        if now is None:
            return NotFound(f"No {kind} {row_id!r} in {crisis}. Use an id from its listing.")
        return ChangedMeanwhile(_changed(kind, row_id, version, now))


def _is(crisis: str, kind: str, row_id: str) -> tuple[Any, ...]:
    return (ReferenceRow.crisis == crisis, ReferenceRow.kind == kind, ReferenceRow.id == row_id)


def _changed(kind: str, row_id: str, version: int, now: int) -> str:
    return (
        f"The {kind} {row_id} was read as version {version} and is now version {now}: somebody else saved it. "
        "Read it again and repeat the edit."
    )


def _movement(row: MovementRow) -> Movement:
    body: Body = row.body
    convoy = None if body["convoy"] is None else codec.from_body(Convoy, body["convoy"])
    return Movement(
        id=row.id, plan=row.plan, planned_as=row.convoy, convoy=convoy,
        detail=cast("dict[str, str | int | bool | None]", body["detail"]), version=row.version,
    )  # fmt: skip
