"""One way to write a value down, so that equal values have equal bytes and equal digests."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any, Final, TypeAlias

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"

UNWRITTEN_IF_DEFAULT: Final[Mapping[str, bool]] = {"unwritten_if_default": True}
"""Metadata of a dataclass field that came later: with its default, values keep the digests they had without it."""


def is_written(field: "Field[Any]", value: object) -> bool:
    """Tell whether a field with this value is part of the canonical form."""
    return not (field.metadata.get("unwritten_if_default", False) and value == field.default)


def to_plain(value: object) -> Plain:
    """Return the value as JSON types: dataclasses as objects, sets sorted, tuples as lists, keys as texts.

    Raises
    ------
    TypeError
        If the value holds something that has no canonical form.
    """
    if value is None or isinstance(value, bool | int | float):
        return value or 0.0 if isinstance(value, float) else value  # minus nought is nought
    if isinstance(value, str):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        told = ((f, getattr(value, f.name)) for f in fields(value) if f.init)
        return {f.name: to_plain(item) for f, item in told if is_written(f, item)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted((to_plain(item) for item in value), key=repr)
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    raise TypeError(f"A {type(value).__name__} has no canonical form. Turn it into a dataclass or a JSON type.")


def canonical_bytes(value: object) -> bytes:
    """Return the value as JSON with sorted keys and no spaces, in UTF-8."""
    plain = to_plain(value)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest_of(value: object) -> str:
    """Return the SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()
