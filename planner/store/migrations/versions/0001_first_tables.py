"""Create all tables, and the triggers by which the database itself keeps log, audit, snapshots and plans.

Revision: 0001
Follows: nothing
"""

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BODY: Final = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
TABLES: Final = (
    "actor", "audit", "blob", "crisis", "log", "network", "reference", "snapshot", "plan", "movement", "run",
)  # fmt: skip
"""In the order of their making: each refers only to those before it."""

KEPT: Final = ("log", "audit", "blob", "snapshot")
"""Rows are never changed and never removed."""

PLAN_KEPT: Final = "number, id, digest, crisis, snapshot, body, created_at, created_by"
"""Of a plan all but its publishing is kept."""

NEXT_IN_LOG: Final = "NEW.position <> (SELECT COALESCE(MAX(position), 0) + 1 FROM log WHERE crisis = NEW.crisis)"
NEXT_IN_AUDIT: Final = (
    "NEW.position <> (SELECT COALESCE(MAX(position), 0) + 1 FROM audit) "
    "OR NEW.previous <> COALESCE((SELECT digest FROM audit ORDER BY position DESC LIMIT 1), '')"
)
NEXT: Final = {"log": NEXT_IN_LOG, "audit": NEXT_IN_AUDIT}


def upgrade() -> None:
    _create_tables()
    on_server = op.get_bind().dialect.name == "postgresql"
    for statement in _server_triggers() if on_server else _embedded_triggers():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in ("kept", "next_in_log", "next_in_audit"):
            op.execute(f"DROP FUNCTION qafila_{function}()")


def _embedded_triggers() -> Iterator[str]:
    for table in (*KEPT, "plan"):
        columns = f" OF {PLAN_KEPT}" if table == "plan" else ""
        for event in (f"UPDATE{columns}", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{event[:6].lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: rows are kept as they were written'); END"
            )
    for table, wrong in NEXT.items():
        yield (
            f"CREATE TRIGGER {table}_next BEFORE INSERT ON {table} WHEN {wrong} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: rows are added at the end'); END"
        )


def _server_triggers() -> Iterator[str]:
    # The error class is that of a broken constraint, as on the other database.
    message = "TG_TABLE_NAME || ': rows are kept as they were written'"
    raise_kept = f"RAISE EXCEPTION USING MESSAGE = {message}, ERRCODE = '23000'"
    yield f"CREATE FUNCTION qafila_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raise_kept}; END $$"
    for table in (*KEPT, "plan"):
        columns = f" OF {PLAN_KEPT}" if table == "plan" else ""
        yield (
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE{columns} OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION qafila_kept()"
        )
        yield (
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION qafila_kept()"
        )
    for table, wrong in NEXT.items():
        raise_next = f"RAISE EXCEPTION '{table}: rows are added at the end' USING ERRCODE = '23000'"
        yield (
            f"CREATE FUNCTION qafila_next_in_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {wrong} THEN {raise_next}; END IF; RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_next BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION qafila_next_in_{table}()"
        )


def _create_tables() -> None:
    op.create_table(
        "actor",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor")),
    )
    op.create_table(
        "audit",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("detail", BODY, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_audit_position")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit")),
    )
    op.create_table(
        "blob",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blob")),
    )
    op.create_table(
        "crisis",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_crisis_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis")),
    )
    op.create_table(
        "log",
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("learned_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reliability", sa.String(length=1), nullable=False),
        sa.Column("credibility", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("fact", BODY, nullable=False),
        sa.CheckConstraint("reliability IN ('A', 'B', 'C', 'D', 'E', 'F')", name=op.f("ck_log_reliability")),
        sa.CheckConstraint("corrects < position", name=op.f("ck_log_corrects")),
        sa.CheckConstraint("credibility BETWEEN 1 AND 6", name=op.f("ck_log_credibility")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_log_position")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_log_valid")),
        sa.ForeignKeyConstraint(
            ["crisis", "corrects"], ["log.crisis", "log.position"], name=op.f("fk_log_crisis_corrects")
        ),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_log_crisis")),
        sa.PrimaryKeyConstraint("crisis", "position", name=op.f("pk_log")),
    )
    op.create_table(
        "network",
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_network_version")),
        sa.ForeignKeyConstraint(["blob"], ["blob.digest"], name=op.f("fk_network_blob")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_network_crisis")),
        sa.PrimaryKeyConstraint("crisis", name=op.f("pk_network")),
    )
    op.create_table(
        "reference",
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('governorate', 'site', 'commodity', 'need', 'group', 'hub', 'stock', 'truck_type', 'fleet', "
            "'escort', 'reported_movement')",
            name=op.f("ck_reference_kind"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_reference_version")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_reference_crisis")),
        sa.PrimaryKeyConstraint("crisis", "kind", "id", name=op.f("pk_reference")),
    )
    op.create_table(
        "snapshot",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("manifest", BODY, nullable=False),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_snapshot_crisis")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_snapshot")),
    )
    op.create_table(
        "plan",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("snapshot", sa.String(length=64), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL AND published_by IS NOT NULL)",
            name=op.f("ck_plan_published"),
        ),
        sa.CheckConstraint("state IN ('published', 'unpublished')", name=op.f("ck_plan_state")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_plan_crisis")),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshot.digest"], name=op.f("fk_plan_snapshot")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_plan")),
        sa.UniqueConstraint("digest", name=op.f("uq_plan_digest")),
        sa.UniqueConstraint("id", name=op.f("uq_plan_id")),
    )
    op.create_index(op.f("ix_plan_crisis_number"), "plan", ["crisis", "number"], unique=False)
    op.create_table(
        "movement",
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("convoy", sa.String(), nullable=True),
        sa.Column("body", BODY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(plan IS NULL) = (convoy IS NULL)", name=op.f("ck_movement_origin")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_movement_version")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_movement_crisis")),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name=op.f("fk_movement_plan")),
        sa.PrimaryKeyConstraint("crisis", "id", name=op.f("pk_movement")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("crisis", sa.String(), nullable=False),
        sa.Column("snapshot", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("attempt_limit", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("queued_by", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("heartbeat_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("progress", BODY, nullable=True),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (plan IS NOT NULL)", name=op.f("ck_run_done")),
        sa.CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name=op.f("ck_run_failed")),
        sa.CheckConstraint(
            "state <> 'running' OR (worker IS NOT NULL AND lease_until IS NOT NULL AND attempt >= 1)",
            name=op.f("ck_run_running"),
        ),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'stopped')", name=op.f("ck_run_state")),
        sa.ForeignKeyConstraint(["crisis"], ["crisis.id"], name=op.f("fk_run_crisis")),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name=op.f("fk_run_plan")),
        sa.ForeignKeyConstraint(["snapshot"], ["snapshot.digest"], name=op.f("fk_run_snapshot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("key", name=op.f("uq_run_key")),
    )
    op.create_index(op.f("ix_run_state_id"), "run", ["state", "id"], unique=False)
