"""Create the tables of reports that are released, of their recipients, and of the outbox; what is released is kept.

Revision: 0008
Follows: 0007
"""

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BODY: Final = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
DRAFTED: Final = "id, crisis, kind, subject, tier, generated_at, drafted_at, drafted_by, supersedes, events"
"""Of a draft these are as they were written; its files are rows of their own that never change."""
ENDED: Final = "OLD.state IN ('released', 'discarded')"
SENT: Final = "OLD.state = 'sent'"


def upgrade() -> None:
    _create_tables()
    on_server = op.get_bind().dialect.name == "postgresql"
    for name, statement in _triggers():
        event, _, condition = statement.partition(" WHEN ")
        table = event.rsplit(" ON ", 1)[1]
        when = f" WHEN ({condition})" if condition else ""
        if on_server:
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW{when} EXECUTE FUNCTION qafila_kept()")
        else:
            # Embedded, WHEN stands without brackets of its own before the body.
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event}{when} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: rows are kept as they were written'); END"
            )


def downgrade() -> None:
    for table in ("outbox", "recipient", "report_file", "report"):
        op.drop_table(table)


def _triggers() -> Iterator[tuple[str, str]]:
    yield "report_drafted_kept", f"UPDATE OF {DRAFTED} ON report"
    yield "report_ended_kept", f"UPDATE ON report WHEN {ENDED}"
    yield "report_not_removed", "DELETE ON report"
    yield "report_file_kept", "UPDATE ON report_file"
    yield "report_file_not_removed", "DELETE ON report_file"
    yield "outbox_sent_kept", f"UPDATE ON outbox WHEN {SENT}"
    yield "outbox_not_removed", "DELETE ON outbox"


def _create_tables() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("generated_at", sa.BigInteger(), nullable=False),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("review_note", sa.String(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.Column("manifest", sa.String(), nullable=True),
        sa.Column("signature", sa.String(), nullable=True),
        sa.Column("events", BODY, nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'returned', 'released', 'discarded')", name=op.f("ck_report_state")
        ),
        sa.CheckConstraint("tier IN ('T0', 'T1', 'T2', 'T3')", name=op.f("ck_report_tier")),
        sa.CheckConstraint("reviewed_by <> drafted_by", name=op.f("ck_report_second_person")),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'released') OR (reviewed_by IS NOT NULL AND reviewed_at IS NOT NULL)",
            name=op.f("ck_report_reviewed"),
        ),
        sa.CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL AND released_by IS NOT NULL AND manifest IS NOT NULL "
            "AND signature IS NOT NULL)",
            name=op.f("ck_report_released"),
        ),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_report_crisis")),
        sa.ForeignKeyConstraint(["supersedes"], ["report.id"], name=op.f("fk_report_supersedes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_crisis_tier_state"), "report", ["crisis", "tier", "state"], unique=False)
    op.create_table(
        "report_file",
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report"], ["report.id"], name=op.f("fk_report_file_report")),
        sa.PrimaryKeyConstraint("report", "name", name=op.f("pk_report_file")),
    )
    op.create_table(
        "recipient",
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("formats", BODY, nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_recipient_version")),
        sa.CheckConstraint("tier IN ('T0', 'T1', 'T2', 'T3')", name=op.f("ck_recipient_tier")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_recipient_account")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_recipient_crisis")),
        sa.PrimaryKeyConstraint("crisis", "id", name=op.f("pk_recipient")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed')", name=op.f("ck_outbox_state")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent")),
        sa.CheckConstraint(
            "state <> 'sending' OR (lease_until IS NOT NULL AND attempt >= 1)", name=op.f("ck_outbox_sending")
        ),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_outbox_crisis")),
        sa.ForeignKeyConstraint(["report"], ["report.id"], name=op.f("fk_outbox_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(op.f("ix_outbox_state_next_at"), "outbox", ["state", "next_at"], unique=False)
