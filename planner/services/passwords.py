"""Make, hash and check what people and their scripts show to be let in."""

import hashlib
import secrets
from typing import Final

from argon2 import PasswordHasher

ROUNDS: Final = 3
MEMORY_KIB: Final = 64 * 1024
LANES: Final = 4
"""Argon2id of RFC 9106's second recommendation: 0.15 s on a laptop."""
_HASHER: Final = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are mistaken for each other when read from a screen or a sheet."""
_GROUPS: Final = 4
_GROUP: Final = 5


def new_one_time_password() -> str:
    """Return a random password that can be read out: four groups of five, 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, its salt in it."""
    return _HASHER.hash(password)


def new_token() -> str:
    """Return a token of 256 random bits, as a cookie or a header carries it."""
    return secrets.token_urlsafe(32)


def digest_of_token(token: str) -> str:
    """Return what is kept of a token. It is random enough that a plain digest cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_id(prefix: str) -> str:
    """Return a random id that says nothing about whom it stands for."""
    return f"{prefix}-{secrets.token_hex(8)}"
