"""What all tables share: their root, the names of their constraints, and a JSON object as both databases keep it."""

from typing import Any, Final, TypeAlias

from sqlalchemy import (
    JSON,
    LargeBinary,
    MetaData,
    String,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

Body: TypeAlias = dict[str, Any]
"""A JSON object as a driver returns it; `planner.store.codec` gives it a type."""

JSON_BODY: Final = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """Root of all tables. Instants are whole seconds since 1970 in UTC."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {Body: JSON_BODY, str: String(), bytes: LargeBinary()}  # noqa: RUF012 - SQLAlchemy's own declaration
