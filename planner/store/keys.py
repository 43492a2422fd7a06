"""Secrets kept away from the data: what opens the embedded database, and the key by which reports are signed."""

import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from platformdirs import user_config_path

from planner.domain.errors import BadInput

PASSPHRASE_VARIABLE: Final = "QAFILA_PASSPHRASE"  # noqa: S105 - the name of the variable, not what is in it
_RAW_KEY = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseKey:
    """What SQLCipher is given before the first page is read; never printed."""

    pragma_value: str = field(repr=False)
    """The right-hand side of `PRAGMA key`, quoted."""

    @classmethod
    def from_passphrase(cls, passphrase: str) -> "DatabaseKey":
        """Return the key that SQLCipher derives from a passphrase (PBKDF2, a quarter of a second a connection).

        Raises
        ------
        BadInput
            If the passphrase is empty.
        """
        if not passphrase.strip():
            raise BadInput(
                f"The passphrase is empty. Put one into {PASSPHRASE_VARIABLE}, or unset it to use a key file."
            )
        return cls(pragma_value="'" + passphrase.replace("'", "''") + "'")

    @classmethod
    def from_hex(cls, digits: str) -> "DatabaseKey":
        """Return the key made of 64 hexadecimal digits, used as it is.

        Raises
        ------
        BadInput
            If the text is anything else.
        """
        if _RAW_KEY.match(digits) is None:
            raise BadInput(
                f"A key has 64 hexadecimal digits; this one has {len(digits)} characters. Restore the key file."
            )
        return cls(pragma_value=f"\"x'{digits}'\"")


def default_key_file() -> Path:
    """Return where the key is kept unless said otherwise: the user's configuration folder."""
    return user_config_path("qafila") / "database.key"


def find_key(environ: Mapping[str, str], key_file: Path) -> DatabaseKey | None:
    """Return the key from the environment, else from the file; None where neither is there.

    Raises
    ------
    BadInput
        If the file can be read by others, or holds no key.
    """
    passphrase = environ.get(PASSPHRASE_VARIABLE)
    if passphrase is not None:
        return DatabaseKey.from_passphrase(passphrase)
    if not key_file.exists():
        return None
    return DatabaseKey.from_hex(_read_secret(key_file))


def get_key(environ: Mapping[str, str], key_file: Path) -> DatabaseKey:
    """Return the key as `find_key` does.

    Raises
    ------
    BadInput
        If there is none.
    """
    key = find_key(environ, key_file)
    if key is None:
        raise BadInput(
            f"There is no key for the database: no {PASSPHRASE_VARIABLE} and no file {key_file}. "
            "Set the one, restore the other, or run `qafila init` for a new database."
        )
    return key


def create_key_file(key_file: Path, data_folder: Path) -> DatabaseKey:
    """Write a new random key, readable by its owner alone, and return it.

    Raises
    ------
    BadInput
        If the file exists already, or lies in the data folder: whoever takes the one must not have the other.
    """
    return DatabaseKey.from_hex(_create_secret(key_file, data_folder))


def default_signing_key_file() -> Path:
    """Return where the key is kept by which reports are signed, unless said otherwise."""
    return user_config_path("qafila") / "signing.key"


def get_signing_seed(key_file: Path, data_folder: Path) -> bytes:
    """Return the 32 bytes by which reports are signed; they are made once, when the first is.

    Raises
    ------
    BadInput
        If the file can be read by others, holds no key, or would lie in the data folder.
    """
    if not key_file.exists():
        return bytes.fromhex(_create_secret(key_file, data_folder))
    digits = _read_secret(key_file)
    if _RAW_KEY.match(digits) is None:
        raise BadInput(f"The signing key {key_file} has no 64 hexadecimal digits. Restore it from its copy.")
    return bytes.fromhex(digits)


def _create_secret(key_file: Path, data_folder: Path) -> str:
    if key_file.resolve().is_relative_to(data_folder.resolve()):
        raise BadInput(
            f"The key file {key_file} would lie beside the data it protects. Choose a place outside {data_folder}."
        )
    digits = secrets.token_hex(32)
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(
            f"The key file {key_file} exists already. What it locks is lost without it: move it, do not delete it."
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(digits + "\n")
        file.flush()
        os.fsync(file.fileno())
    return digits


def _read_secret(key_file: Path) -> str:
    if stat.S_IMODE(key_file.stat().st_mode) & 0o077:
        raise BadInput(f"The key file {key_file} can be read by other users. Run: chmod 600 {key_file}")
    return key_file.read_text(encoding="ascii", errors="replace").strip()
