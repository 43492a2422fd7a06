"""Create the tables of scans attached to records, and of incidents that partners submit.

Revision: 0007
Follows: 0006
"""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BODY: Final = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "scan",
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/png', 'image/jpeg')", name=op.f("ck_scan_media_type")
        ),
        sa.CheckConstraint("size >= 1", name=op.f("ck_scan_size")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_scan_crisis")),
        sa.PrimaryKeyConstraint("crisis", "position", "digest", name=op.f("pk_scan")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('submitted', 'accepted', 'returned')", name=op.f("ck_submission_state")),
        sa.CheckConstraint("(state = 'submitted') = (decided_by IS NULL)", name=op.f("ck_submission_decided")),
        sa.CheckConstraint("(state = 'accepted') = (position IS NOT NULL)", name=op.f("ck_submission_accepted")),
        sa.CheckConstraint("state <> 'returned' OR reason <> ''", name=op.f("ck_submission_returned")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_submission_crisis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_crisis_state"), "submission", ["crisis", "state"])


def downgrade() -> None:
    op.drop_table("submission")
    op.drop_table("scan")
