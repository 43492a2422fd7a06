"""Keep road files that somebody brings in on a page until a worker has read them, and what each would do.

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BODY = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "road_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("options", BODY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("report", BODY, nullable=True),
        sa.Column("allowed", BODY, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'looked', 'stored', 'failed', 'dropped')", name=op.f("ck_road_import_state")
        ),
        sa.CheckConstraint("deed IN ('look', 'store')", name=op.f("ck_road_import_deed")),
        sa.CheckConstraint(
            "state <> 'running' OR (worker IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_road_import_running"),
        ),
        sa.CheckConstraint(
            "(state IN ('stored', 'failed', 'dropped')) = (content IS NULL)", name=op.f("ck_road_import_content")
        ),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_road_import_crisis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_import")),
    )
    op.create_index(op.f("ix_road_import_state_id"), "road_import", ["state", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_road_import_state_id"), "road_import")
    op.drop_table("road_import")
