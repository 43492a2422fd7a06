"""Keep replays of past days, morning by morning, while workers do them.

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BODY = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "replay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("wish", BODY, nullable=False),
        sa.Column("mornings", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("promised", BODY, nullable=True),
        sa.Column("answer", BODY, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'stopped')", name=op.f("ck_replay_state")),
        sa.CheckConstraint(
            "state <> 'running' OR (worker IS NOT NULL AND lease_until IS NOT NULL)", name=op.f("ck_replay_running")
        ),
        sa.CheckConstraint("done >= 0 AND done <= mornings", name=op.f("ck_replay_done")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_replay_crisis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
        sa.UniqueConstraint("key", name=op.f("uq_replay_key")),
    )
    op.create_index(op.f("ix_replay_state_id"), "replay", ["state", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_replay_state_id"), "replay")
    op.drop_table("replay")
