"""The log of evidence and the crisis it belongs to: records are added at the end and never change."""

from collections.abc import Sequence

from sqlalchemy import Select, func, insert, select

from planner.domain.crisis import Crisis
from planner.domain.errors import BadInput
from planner.store import codec
from planner.store.records import ChangedMeanwhile, Recorded
from planner.store.rows import BlobRow, CrisisRow, LogRow, NetworkRow
from planner.store.unit import Unit
from routing.evidence import Evidence, Retraction
from routing.network import RoadNetwork
from routing.units import Instant, Window


class LogReads(Unit):
    """Crises, their networks and their logs."""

    def get_crisis(self, crisis: str) -> Crisis:
        """Return the crisis; raises `NotFound`."""
        return codec.from_body(Crisis, self._get_crisis(crisis).body)

    def list_crises(self) -> tuple[Crisis, ...]:
        """Return all crises in order of their ids."""
        rows = self._session.scalars(select(CrisisRow).order_by(CrisisRow.id))
        return tuple(codec.from_body(Crisis, row.body) for row in rows)

    def get_network(self, crisis: str) -> RoadNetwork:
        """Return the network that the crisis uses now; raises `NotFound`."""
        self._get_crisis(crisis)
        row = self._get(NetworkRow, crisis, f"Crisis {crisis} has no road network. Import one: qafila network import.")
        blob = self._get(BlobRow, row.blob, f"The network of {crisis} is missing from the database. Restore a backup.")
        return codec.unpack_part(RoadNetwork, codec.unsqueeze(blob.content))

    def head(self, crisis: str) -> int:
        """Return the last position of the log; 0 where it is empty."""
        last = self._session.scalar(select(func.max(LogRow.position)).where(LogRow.crisis == crisis))
        return last or 0

    def log(self, crisis: str, *, known: int | None = None, after: int = 0) -> tuple[Evidence, ...]:
        """Return the log after one position and up to another (None: to its end), in order of position."""
        rows = self._session.scalars(_up_to(crisis, known).where(LogRow.position > after))
        return tuple(_evidence(row) for row in rows)

    def list_recorded(self, crisis: str, *, known: int | None = None) -> tuple[Recorded, ...]:
        """Return the log with who entered each record and when."""
        return tuple(
            Recorded(evidence=_evidence(row), actor=row.actor, recorded_at=row.recorded_at)
            for row in self._session.scalars(_up_to(crisis, known))
        )

    def get_evidence(self, crisis: str, position: int) -> Evidence:
        """Return one record; raises `NotFound`."""
        missing = f"No record {position} in the log of {crisis}. The last one is {self.head(crisis)}."
        return _evidence(self._get(LogRow, (crisis, position), missing))


class LogWrites(LogReads):
    """Crises and networks put in, evidence appended."""

    def put_crisis(self, crisis: Crisis) -> None:
        """Add a crisis, or replace the description of the one with this id."""
        body = codec.to_body(crisis)
        row = self._session.get(CrisisRow, crisis.id, with_for_update=True)
        if row is None:
            self._session.add(CrisisRow(id=crisis.id, body=body, version=1))
        else:
            row.body, row.version = body, row.version + 1
        self._session.flush()

    def put_network(self, crisis: str, network: RoadNetwork) -> str:
        """Make this the network of the crisis and return its digest; earlier snapshots keep theirs."""
        self._get_crisis(crisis)
        content = codec.pack_part(network)
        digest = codec.sha256(content)
        self._add_missing(BlobRow, [{"digest": digest, "kind": "network", "content": codec.squeeze(content)}])
        row = self._session.get(NetworkRow, crisis, with_for_update=True)
        if row is None:
            self._session.add(NetworkRow(crisis=crisis, blob=digest, version=1))
        else:
            row.blob, row.version = digest, row.version + 1
        self._session.flush()
        return digest

    def append(
        self,
        crisis: str,
        records: Sequence[Evidence],
        *,
        actor: str,
        recorded_at: Instant,
        after: int | None = None,
    ) -> tuple[int, ...]:
        """Add records at the end of the log, all or none, and return their positions.

        A record that names a position already must get just that one. `after` is the head that the records were
        compared with: nothing may have been added since.

        Raises
        ------
        ChangedMeanwhile
            If the log has another head than `after`.
        BadInput
            If a record names another position, or withdraws one that does not stand before it.
        NotFound
            If there is no such crisis.
        """
        self._get_crisis(crisis)
        # Taken before the head is read: whoever waits here then sees the rows of the one before.
        self._one_at_a_time(f"log/{crisis}")
        first = self.head(crisis) + 1
        if after is not None and first != after + 1:
            raise ChangedMeanwhile(
                f"The log of {crisis} was read up to record {after} and has {first - 1} by now: somebody added to it. "
                "Compare again."
            )
        positions = tuple(range(first, first + len(records)))
        rows = [_row(crisis, record, position) for record, position in zip(records, positions, strict=True)]
        if rows:
            self._session.execute(insert(LogRow), [row | {"actor": actor, "recorded_at": recorded_at} for row in rows])
        return positions

    def retract(self, crisis: str, position: int, reason: str, *, actor: str, at: Instant, source: str) -> int:
        """Withdraw a record from here on in the log and return the position of the withdrawal.

        Raises
        ------
        BadInput
            If the record is a withdrawal itself, or was withdrawn before.
        NotFound
            If there is no such record.
        """
        self._one_at_a_time(f"log/{crisis}")
        target = self.get_evidence(crisis, position)
        earlier = select(LogRow.position).where(LogRow.crisis == crisis, LogRow.corrects == position).limit(1)
        if isinstance(target.fact, Retraction) or self._session.scalar(earlier) is not None:
            raise BadInput(f"Record {position} cannot be withdrawn (again). Record anew what holds.")
        record = Evidence(
            position=0, learned_at=at, valid=Window(at), source=source, reliability=target.reliability,
            credibility=target.credibility, fact=Retraction(position=position, reason=reason),
        )  # fmt: skip
        return self.append(crisis, [record], actor=actor, recorded_at=at)[0]


def _up_to(crisis: str, known: int | None) -> Select[LogRow]:
    rows = select(LogRow).where(LogRow.crisis == crisis).order_by(LogRow.position)
    return rows if known is None else rows.where(LogRow.position <= known)


def _evidence(row: LogRow) -> Evidence:
    return Evidence(
        position=row.position, learned_at=row.learned_at, valid=Window(row.valid_from, row.valid_to),
        fact=codec.fact_from_body(row.fact), source=row.source, reliability=row.reliability,
        credibility=row.credibility, note=row.note, synthetic=row.synthetic,
    )  # fmt: skip


def _row(crisis: str, record: Evidence, position: int) -> dict[str, object]:
    if record.position not in (0, position):
        raise BadInput(
            f"The record from {record.source} names position {record.position}, but the next one in the log of "
            f"{crisis} is {position}. Leave the position out (0)."
        )
    corrects = record.fact.position if isinstance(record.fact, Retraction) else None
    if corrects is not None and not 1 <= corrects < position:
        raise BadInput(
            f"Record {position} withdraws record {corrects}, which does not stand before it. Name an earlier one."
        )
    codec.to_body({"source": record.source, "note": record.note})
    return {
        "crisis": crisis, "position": position, "learned_at": record.learned_at,
        "valid_from": record.valid.start, "valid_to": record.valid.end, "kind": record.fact.kind,
        "source": record.source, "reliability": record.reliability, "credibility": record.credibility,
        "note": record.note, "synthetic": record.synthetic, "corrects": corrects,
        "fact": codec.fact_to_body(record.fact),
    }  # fmt: skip
