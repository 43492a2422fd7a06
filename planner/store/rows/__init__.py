"""The tables, one class each: what is kept, and what the database itself refuses."""

from planner.store.rows.base import JSON_BODY, Body, Row
from planner.store.rows.incoming import ScanRow, SubmissionRow
from planner.store.rows.people import AccountRow, ActorRow, ApiTokenRow, AuditRow, SecretRow, SignInRow
from planner.store.rows.plans import BlobRow, MovementRow, PlanRow, SnapshotRow
from planner.store.rows.records import CrisisRow, LogRow, NetworkRow, ReceiptRow, ReferenceRow
from planner.store.rows.reports import LetterRow, RecipientRow, ReportFileRow, ReportRow
from planner.store.rows.work import ReplayRow, RoadImportRow, RunRow, StudyRow, SweepCellRow, SweepRow

__all__ = [
    "JSON_BODY",
    "AccountRow",
    "ActorRow",
    "ApiTokenRow",
    "AuditRow",
    "BlobRow",
    "Body",
    "CrisisRow",
    "LetterRow",
    "LogRow",
    "MovementRow",
    "NetworkRow",
    "PlanRow",
    "ReceiptRow",
    "RecipientRow",
    "ReferenceRow",
    "ReplayRow",
    "ReportFileRow",
    "ReportRow",
    "RoadImportRow",
    "Row",
    "RunRow",
    "ScanRow",
    "SecretRow",
    "SignInRow",
    "SnapshotRow",
    "StudyRow",
    "SubmissionRow",
    "SweepCellRow",
    "SweepRow",
]
