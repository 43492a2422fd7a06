"""Tell plans of scenarios from plans: what supposes something is never the latest plan and is never published.

Revision: 0005
Follows: 0004
"""

import json
import zlib
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TRIGGER: Final = "plan_supposed_kept"
PLAN: Final = sa.table("plan", sa.column("number"), sa.column("snapshot"), sa.column("supposed", sa.Boolean()))
SNAPSHOT: Final = sa.table("snapshot", sa.column("digest"), sa.column("manifest", sa.JSON()))
BLOB: Final = sa.table("blob", sa.column("digest"), sa.column("content", sa.LargeBinary()))


def upgrade() -> None:
    # Not in batches: the table would be made anew, without the triggers that keep plans as they are.
    op.add_column("plan", sa.Column("supposed", sa.Boolean(), nullable=False, server_default=sa.false()))
    _look_back()
    on_server = op.get_bind().dialect.name == "postgresql"
    op.execute(
        f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE OF supposed ON plan "
        + (
            "FOR EACH ROW EXECUTE FUNCTION qafila_kept()"
            if on_server
            else "BEGIN SELECT RAISE(ABORT, 'plan: rows are kept as they were written'); END"
        )
    )


def downgrade() -> None:
    on_server = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER {TRIGGER}" + (" ON plan" if on_server else ""))
    op.drop_column("plan", "supposed")


def _look_back() -> None:
    """Mark the plans that are there: the scenario of each lies in its snapshot."""
    bind = op.get_bind()
    plans = bind.execute(
        sa.select(PLAN.c.number, SNAPSHOT.c.manifest).join_from(PLAN, SNAPSHOT, PLAN.c.snapshot == SNAPSHOT.c.digest)
    ).all()
    for number, manifest in plans:
        content = bind.execute(sa.select(BLOB.c.content).where(BLOB.c.digest == manifest["scenario"])).scalar_one()
        if json.loads(zlib.decompress(content))["edits"]:
            bind.execute(sa.update(PLAN).where(PLAN.c.number == number).values(supposed=True))
