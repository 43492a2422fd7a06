"""Let letters of the outbox be alerts of news that touches convoys, for recipients who are on duty.

Revision: 0012
Follows: 0011
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEPT: Final = (("outbox_sent_kept", "UPDATE", "OLD.state = 'sent'"), ("outbox_not_removed", "DELETE", ""))
"""What keeps letters as they were sent. Embedded, a table that is changed is made anew, without its triggers."""


def upgrade() -> None:
    _let_go()
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
    _keep()


def downgrade() -> None:
    _let_go()
    op.execute("DELETE FROM outbox WHERE report IS NULL")
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_about"), type_="check")
        table.drop_constraint(op.f("ck_outbox_state"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_state"), "state IN ('queued', 'sending', 'sent', 'failed')")
        table.drop_column("news_last")
        table.drop_column("news_first")
        table.alter_column("report", existing_type=sa.Integer(), nullable=False)
    _keep()
    with op.batch_alter_table("recipient") as table:
        table.drop_constraint(op.f("ck_recipient_alerts"), type_="check")
        table.drop_column("alerts")


def _let_go() -> None:
    on_server = op.get_bind().dialect.name == "postgresql"
    for name, _event, _condition in KEPT:
        op.execute(f"DROP TRIGGER {name}" + (" ON outbox" if on_server else ""))


def _keep() -> None:
    on_server = op.get_bind().dialect.name == "postgresql"
    for name, event, condition in KEPT:
        if on_server:
            when = f" WHEN ({condition})" if condition else ""
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON outbox FOR EACH ROW{when} EXECUTE FUNCTION qafila_kept()"
            )
        else:
            when = f" WHEN {condition}" if condition else ""
            said = "outbox: rows are kept as they were written"
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON outbox{when} BEGIN SELECT RAISE(ABORT, '{said}'); END")
