"""Sign what is released, so that whoever holds a file can tell that it is ours and whole: a manifest and Ed25519."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from planner.domain.canonical import canonical_bytes
from planner.domain.errors import BadInput

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The key by which this desk signs; never printed."""

    seed: bytes = field(repr=False)

    @property
    def public_key(self) -> str:
        """What others verify with, in 64 hexadecimal digits."""
        return self._key().public_key().public_bytes_raw().hex()

    def sign(self, content: bytes) -> str:
        """Return the signature in hexadecimal."""
        return self._key().sign(content).hex()

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def make_manifest(told: Mapping[str, object], files: Mapping[str, bytes]) -> str:
    """Return the manifest as canonical JSON: what the report is, and the digest and size of each of its files."""
    listed = {name: {"sha256": _digest(content), "bytes": len(content)} for name, content in files.items()}
    return canonical_bytes({**told, "files": listed}).decode()


def check_bundle(files: Mapping[str, bytes], public_key: str) -> dict[str, object]:
    """Return the manifest of a bundle (files by name, manifest and signature among them) that holds.

    Raises
    ------
    BadInput
        If a part is missing, the signature is not of this key, or a file is not the one that was signed.
    """
    missing = sorted({MANIFEST, SIGNATURE} - files.keys())
    if missing:
        raise BadInput(f"The bundle has no {missing[0]}. Unpack all of it into one folder.")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key.strip()))
        key.verify(bytes.fromhex(files[SIGNATURE].decode("ascii").strip()), files[MANIFEST])
    except (ValueError, UnicodeDecodeError) as cause:
        raise BadInput(f"Key or signature are no hexadecimal digits of the right length ({cause}).") from cause
    except InvalidSignature:
        raise BadInput(
            "The manifest was not signed with this key, or was changed. Do not rely on these files."
        ) from None
    told: dict[str, object] = json.loads(files[MANIFEST])
    listed = told["files"]
    if not isinstance(listed, dict):
        raise BadInput("The manifest lists no files. Another version wrote it.")
    for name, entry in listed.items():
        if name not in files:
            raise BadInput(f"The file {name} of the manifest is missing. Fetch the bundle again.")
        if _digest(files[name]) != entry["sha256"]:
            raise BadInput(f"The file {name} is not the one that was signed. Do not rely on it.")
    return told


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
