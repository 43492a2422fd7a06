"""Keep what was found out about a plan beside it, and let the queue hold such studies as it holds solves.

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

from planner.store.rows import JSON_BODY

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("run") as table:
        table.add_column(sa.Column("study", sa.String(), nullable=True))
        table.add_column(sa.Column("about", sa.String(), nullable=True))
        table.create_check_constraint(op.f("ck_run_study"), "(study IS NULL) = (about IS NULL)")
        table.create_foreign_key(op.f("fk_run_about"), "plan", ["about"], ["id"])
    op.create_table(
        "study",
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", JSON_BODY, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name=op.f("fk_study_plan")),
        sa.PrimaryKeyConstraint("plan", "kind", name=op.f("pk_study")),
    )


def downgrade() -> None:
    op.drop_table("study")
    with op.batch_alter_table("run") as table:
        table.drop_constraint(op.f("fk_run_about"), type_="foreignkey")
        table.drop_constraint(op.f("ck_run_study"), type_="check")
        table.drop_column("about")
        table.drop_column("study")
