"""One way to write a value down, so that equal values have equal bytes and equal digests."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TypeAlias

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


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
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value) if f.init}
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
