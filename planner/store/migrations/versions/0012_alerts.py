"""Let letters of the outbox be alerts of news that touches convoys, for recipients who are on duty.

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recipient") as table:
        table.add_column(sa.Column("alerts", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_check_constraint(op.f("ck_recipient_alerts"), "NOT alerts OR (tier = 'T3' AND email IS NOT NULL)")
    with op.batch_alter_table("outbox") as table:
        table.alter_column("report", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("news_first", sa.Integer(), nullable=True))
        table.add_column(sa.Column("news_last", sa.Integer(), nullable=True))
        table.drop_constraint(op.f("ck_outbox_state"), type_="check")
        table.create_check_constraint(
            op.f("ck_outbox_state"), "state IN ('queued', 'sending', 'sent', 'failed', 'needless')"
        )
        table.create_check_constraint(
            op.f("ck_outbox_about"),
            "(report IS NULL) = (news_first IS NOT NULL) AND (news_first IS NULL) = (news_last IS NULL)",
        )


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE report IS NULL")
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_about"), type_="check")
        table.drop_constraint(op.f("ck_outbox_state"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_state"), "state IN ('queued', 'sending', 'sent', 'failed')")
        table.drop_column("news_last")
        table.drop_column("news_first")
        table.alter_column("report", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("recipient") as table:
        table.drop_constraint(op.f("ck_recipient_alerts"), type_="check")
        table.drop_column("alerts")
