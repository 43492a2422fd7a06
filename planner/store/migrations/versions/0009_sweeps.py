"""Keep sweeps: many scenarios under one parent, parts of snapshots that differ little once, and runs that can wait.

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batches: the tables would be made anew, without the triggers that keep their rows as they are.
    op.add_column("blob", sa.Column("like", sa.String(64), nullable=True))
    op.add_column("run", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    json = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
    op.create_table(
        "sweep",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("body", json, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep")),
        sa.UniqueConstraint("digest", name=op.f("uq_sweep_digest")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_sweep_crisis")),
        sa.ForeignKeyConstraint(["base"], ["plan.id"], name=op.f("fk_sweep_base")),
    )
    op.create_table(
        "sweep_cell",
        sa.Column("sweep", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chosen", json, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sweep", "number", name=op.f("pk_sweep_cell")),
        sa.ForeignKeyConstraint(["sweep"], ["sweep.id"], name=op.f("fk_sweep_cell_sweep")),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("fk_sweep_cell_run")),
    )
    op.create_index(op.f("ix_sweep_cell_run"), "sweep_cell", ["run"])


def downgrade() -> None:
    _write_out()
    op.drop_table("sweep_cell")
    op.drop_table("sweep")
    op.drop_column("run", "rank")
    op.drop_column("blob", "like")


def _write_out() -> None:
    """Refuse to lose parts that are kept as a difference: an older version could not read them."""
    bind = op.get_bind()
    kept = bind.execute(sa.text('SELECT count(*) FROM blob WHERE "like" IS NOT NULL')).scalar_one()
    if kept:
        raise RuntimeError(
            f"{kept} parts of scenarios are kept as differences, which the older version cannot read. "
            "Restore a backup made before the first sweep instead."
        )
