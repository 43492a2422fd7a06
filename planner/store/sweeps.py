"""Sweeps in the database: one parent, and for each of its scenarios the values chosen and the run."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

from sqlalchemy import and_, func, or_, select

from planner.domain.plan import PlanId
from planner.store import codec
from planner.store.records import PlanFigures, RunId, RunState, SweepCard, SweepId, SweptRun
from planner.store.rows import PlanRow, RunRow, SweepCellRow, SweepRow
from planner.store.runs import RunReads, RunWrites
from routing.units import Instant

AT_ONCE = 500
"""So many names are asked for at once: databases limit how many values a question may hold."""


class SweepReads(RunReads):
    """Sweeps and how far they are."""

    def find_sweep(self, digest: str) -> SweepCard | None:
        """Return the sweep of a digest, or None where nobody has asked for it."""
        row = self._session.scalar(select(SweepRow).where(SweepRow.digest == digest))
        return None if row is None else _card(row)

    def get_sweep(self, sweep: SweepId) -> SweepCard:
        """Return a sweep; raises `NotFound`."""
        return _card(self._get(SweepRow, sweep, f"No sweep {sweep}. Use a number from the listing of sweeps."))

    def list_sweeps(self, crisis: str, *, limit: int = 50) -> tuple[SweepCard, ...]:
        """Return a crisis's sweeps, newest first."""
        rows = select(SweepRow).where(SweepRow.crisis == crisis).order_by(SweepRow.id.desc()).limit(limit)
        return tuple(_card(row) for row in self._session.scalars(rows))

    def list_swept(self, sweep: SweepId) -> tuple[SweptRun, ...]:
        """Return the scenarios of a sweep in their order."""
        rows = self._session.execute(
            select(
                SweepCellRow.number, SweepCellRow.chosen, RunRow.id, RunRow.rank, RunRow.state,
                RunRow.worker, RunRow.plan, RunRow.error,
            )
            .join(RunRow, RunRow.id == SweepCellRow.run)
            .where(SweepCellRow.sweep == sweep)
            .order_by(SweepCellRow.number)
        )  # fmt: skip
        return tuple(
            SweptRun(
                number=row.number, chosen=row.chosen, run=row.id, rank=row.rank, state=cast("RunState", row.state),
                worker=row.worker, plan=row.plan, error=row.error,
            )
            for row in rows
        )  # fmt: skip

    def count_swept(self, sweep: SweepId) -> dict[RunState, int]:
        """Return how many runs of a sweep are in each state; scenarios that share a run count as one."""
        runs = select(SweepCellRow.run).where(SweepCellRow.sweep == sweep)
        rows = self._session.execute(
            select(RunRow.state, func.count()).where(RunRow.id.in_(runs)).group_by(RunRow.state)
        )
        return {cast("RunState", state): count for state, count in rows}

    def count_claimable(self, sweep: SweepId, *, now: Instant) -> int:
        """Return how many runs of a sweep a worker could take now: those that wait, or whose worker has gone silent."""
        runs = select(SweepCellRow.run).where(SweepCellRow.sweep == sweep)
        open_to_all = or_(RunRow.state == "queued", and_(RunRow.state == "running", RunRow.lease_until <= now))
        found = select(func.count()).select_from(RunRow).where(RunRow.id.in_(runs), open_to_all)
        return self._session.scalar(found) or 0

    def get_figures(self, plans: Collection[PlanId]) -> dict[PlanId, PlanFigures]:
        """Return what a table says of some plans, without making plans of their rows: there may be hundreds."""
        found: dict[PlanId, PlanFigures] = {}
        wanted = sorted(set(plans))
        for start in range(0, len(wanted), AT_ONCE):
            chosen = PlanRow.id.in_(wanted[start : start + AT_ONCE])
            for plan, body in self._session.execute(select(PlanRow.id, PlanRow.body).where(chosen)):
                found[plan] = _figures(body)
        return found


class SweepWrites(SweepReads, RunWrites):
    """Sweeps asked for."""

    def add_sweep(
        self, digest: str, *, crisis: str, name: str, base: PlanId, body: Mapping[str, object], at: Instant, by: str
    ) -> SweepCard:
        """Keep a sweep, once for each digest, and return its card."""
        row = {
            "digest": digest, "crisis": crisis, "name": name, "base": base, "body": codec.to_body(body),
            "created_at": at, "created_by": by,
        }  # fmt: skip
        self._add_missing(SweepRow, [row])
        return _card(self._session.scalars(select(SweepRow).where(SweepRow.digest == digest)).one())

    def add_swept(self, sweep: SweepId, cells: Iterable[tuple[int, Mapping[str, object], RunId]]) -> None:
        """Keep scenarios of a sweep by number, values and run; those that are there stay as they are."""
        self._add_missing(
            SweepCellRow,
            [
                {"sweep": sweep, "number": number, "chosen": codec.to_body(chosen), "run": run}
                for number, chosen, run in cells
            ],
        )


def _card(row: SweepRow) -> SweepCard:
    return SweepCard(
        id=row.id, digest=row.digest, crisis=row.crisis, name=row.name, base=row.base, body=row.body,
        created_at=row.created_at, created_by=row.created_by,
    )  # fmt: skip


def _figures(body: Mapping[str, Any]) -> PlanFigures:
    value = next((level for level in body["objective"] if level["name"] == "value"), None)
    return PlanFigures(
        people_reached=body["people_reached"],
        convoys=len(body["convoys"]),
        trucks=sum(sum(convoy["trucks"].values()) for convoy in body["convoys"]),
        sites_served=len({stop["site"] for convoy in body["convoys"] for stop in convoy["stops"]}),
        needs_unmet=len(body["unmet"]),
        value=None if value is None else value["value"],
        gap=None if value is None else value["gap"],
        status=body["status"],
    )
