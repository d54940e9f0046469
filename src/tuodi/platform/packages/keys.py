"""The key with which this installation signs, and fingerprints by which people compare keys on the telephone.

Enters: the installation's home. Leaves: an Ed25519 key (RFC 8032), made at random the first time and kept beside the
other keys; public keys as text. Raises ``UsageError`` for a text that is no key. Imports ``cryptography``.
"""

from __future__ import annotations

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from tuodi.errors import UsageError
from tuodi.platform.ground.home import Home

__all__ = ["fingerprint", "own_key", "own_public", "public_of", "spoken"]


def own_key() -> Ed25519PrivateKey:
    """This installation's signing key."""
    return Ed25519PrivateKey.from_private_bytes(Home(settings.TUODI_HOME).key("signing"))


def own_public() -> bytes:
    """Its public half: 32 bytes, for other installations."""
    return own_key().public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """SHA-256 of a public key as 64 hexadecimal digits."""
    return sha256(public).hexdigest()


def spoken(print_of: str) -> str:
    """A fingerprint in groups of four, to be read out."""
    return " ".join(print_of[start : start + 4] for start in range(0, len(print_of), 4))


def public_of(text: str) -> bytes:
    """The key behind 64 hexadecimal digits; blanks do not matter."""
    bare = "".join(text.split())
    try:
        raw = bytes.fromhex(bare)
        Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise UsageError(f"{text!r} is no public key: 64 hexadecimal digits are needed, found {len(bare)}") from None
    return raw
