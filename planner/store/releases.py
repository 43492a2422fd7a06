"""Reports kept as they were drafted, reviewed and released, with their files."""

from collections.abc import Iterable, Mapping

from sqlalchemy import insert, select

from planner.domain.errors import NotFound, Refused
from planner.domain.releases import Release, ReleaseFile, ReleaseState, Verdict
from planner.store.codec import sha256
from planner.store.rows import ReportFileRow, ReportRow
from planner.store.unit import Unit
from routing.units import Instant

LISTED = 200


class ReleaseReads(Unit):
    """Reports and their files."""

    def get_release(self, crisis: str, number: int) -> Release:
        """Return a report; raises `NotFound`."""
        row = self._session.get(ReportRow, number)
        if row is None or row.crisis != crisis:
            raise NotFound(f"No report {number}. Use a number from the listing of reports.")
        return self._releases([row])[0]

    def list_releases(
        self, crisis: str, *, states: Iterable[ReleaseState] = (), tier: str | None = None, limit: int = LISTED
    ) -> tuple[Release, ...]:
        """Return reports in some states (none given: any) and of a tier (None: any), newest first."""
        rows = select(ReportRow).where(ReportRow.crisis == crisis).order_by(ReportRow.id.desc()).limit(limit)
        if wanted := list(states):
            rows = rows.where(ReportRow.state.in_(wanted))
        if tier is not None:
            rows = rows.where(ReportRow.tier == tier)
        return self._releases(list(self._session.scalars(rows)))

    def get_content(self, number: int, name: str) -> bytes:
        """Return the bytes of a file of a report; raises `NotFound`."""
        found = self._session.get(ReportFileRow, (number, name))
        if found is None:
            raise NotFound(f"Report {number} has no file {name!r}. Use a name from its page.")
        return found.content

    def _releases(self, rows: list[ReportRow]) -> tuple[Release, ...]:
        numbers = [row.id for row in rows]
        newer = select(ReportRow.supersedes, ReportRow.id).where(
            ReportRow.supersedes.in_(numbers), ReportRow.state == "released"
        )
        later = {old: new for old, new in self._session.execute(newer.order_by(ReportRow.id)) if old is not None}
        columns = (
            ReportFileRow.report, ReportFileRow.name, ReportFileRow.media, ReportFileRow.language,
            ReportFileRow.sha256, ReportFileRow.size,
        )  # fmt: skip
        files: dict[int, list[ReleaseFile]] = {}
        told = select(*columns).where(ReportFileRow.report.in_(numbers)).order_by(ReportFileRow.name)
        for report, name, media, language, digest, size in self._session.execute(told):
            files.setdefault(report, []).append(
                ReleaseFile(name=name, media=media, language=language, sha256=digest, size=size)
            )
        return tuple(_release(row, later.get(row.id), tuple(files.get(row.id, ()))) for row in rows)


class ReleaseWrites(ReleaseReads):
    """Reports drafted, reviewed and released."""

    def add_release(self, values: Mapping[str, object], files: Iterable[tuple[ReleaseFile, bytes]]) -> Release:
        """Keep a draft with its files and return it; `values` are the columns of a draft."""
        row = ReportRow(**values, state="draft", review_note="")
        self._session.add(row)
        self._session.flush()
        kept = [
            {
                "report": row.id, "name": file.name, "media": file.media, "language": file.language,
                "sha256": sha256(content), "size": len(content), "content": content,
            }
            for file, content in files
        ]  # fmt: skip
        self._session.execute(insert(ReportFileRow), kept)
        return self._releases([row])[0]

    def review_release(self, crisis: str, number: int, verdict: Verdict, *, by: str, at: Instant, note: str) -> Release:
        """Write down what a second person says of a draft.

        Raises
        ------
        Refused
            If it is no draft any more, or the reviewer made it.
        NotFound
            If there is no such report.
        """
        row = self._locked(crisis, number, "draft")
        if row.drafted_by == by:
            raise Refused(f"Report {number} was drafted by {by}. A second person reviews it.")
        row.state, row.reviewed_by, row.reviewed_at, row.review_note = verdict, by, at, note
        self._session.flush()
        return self._releases([row])[0]

    def put_released(self, crisis: str, number: int, *, manifest: str, signature: str, by: str, at: Instant) -> Release:
        """Release a report that a second person has approved; nothing of it changes from then on.

        Raises
        ------
        Refused
            If it was not approved, or what it supersedes was superseded meanwhile.
        NotFound
            If there is no such report.
        """
        row = self._locked(crisis, number, "approved")
        if row.supersedes is not None:
            self._one_at_a_time(f"report {row.supersedes}")
            old = self.get_release(crisis, row.supersedes)
            if old.superseded_by is not None:
                raise Refused(f"Report {old.id} was superseded by {old.superseded_by} already. Supersede that one.")
        row.state, row.manifest, row.signature = "released", manifest, signature
        row.released_by, row.released_at = by, at
        self._session.flush()
        return self._releases([row])[0]

    def discard_release(self, crisis: str, number: int) -> Release:
        """End a report that was not released; raises `Refused` where it was, `NotFound` where there is none."""
        row = self._locked(crisis, number, "draft", "approved", "returned")
        row.state = "discarded"
        self._session.flush()
        return self._releases([row])[0]

    def _locked(self, crisis: str, number: int, *states: ReleaseState) -> ReportRow:
        row = self._session.scalar(
            select(ReportRow).where(ReportRow.id == number, ReportRow.crisis == crisis).with_for_update()
        )
        if row is None:
            raise NotFound(f"No report {number}. Use a number from the listing of reports.")
        if row.state not in states:
            raise Refused(f"Report {number} is {row.state}, not {' or '.join(states)}. Nothing was changed.")
        return row


def _release(row: ReportRow, superseded_by: int | None, files: tuple[ReleaseFile, ...]) -> Release:
    return Release(
        id=row.id, crisis=row.crisis, kind=row.kind, subject=row.subject, tier=row.tier,
        state=row.state,  # type: ignore[arg-type] # the database holds it to these
        generated_at=row.generated_at, drafted_at=row.drafted_at, drafted_by=row.drafted_by,
        reviewed_at=row.reviewed_at, reviewed_by=row.reviewed_by, review_note=row.review_note,
        released_at=row.released_at, released_by=row.released_by, supersedes=row.supersedes,
        superseded_by=superseded_by, manifest=row.manifest, signature=row.signature, events=tuple(row.events),
        files=files,
    )  # fmt: skip
