"""Keep what somebody wants of a running solve: that it ends now with the best it has.

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("run") as table:
        table.add_column(sa.Column("wanted", sa.String(), nullable=True))
        table.create_check_constraint(op.f("ck_run_wanted"), "wanted IN ('keep')")


def downgrade() -> None:
    with op.batch_alter_table("run") as table:
        table.drop_constraint(op.f("ck_run_wanted"), type_="check")
        table.drop_column("wanted")
