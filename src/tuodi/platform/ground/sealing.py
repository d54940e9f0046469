"""Numbers that must not lie open in the database: sealed with envelope keys, found by a keyed digest.

A master key (a file outside the database, or an administrator's own store) wraps a data key for each kind; the data
key seals each value with AES-256-GCM. The same value never looks the same twice, so it is found by HMAC-SHA256 under a
key of its own: exact search only. Enters: text. Leaves: bytes. Imports ``cryptography``.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tuodi.errors import TuodiError

__all__ = ["SealError", "digest", "digests", "forget_keys", "make_data_key", "open_seal", "seal", "seals"]

_VERSION = b"\x01"
_NONCE = 12


class SealError(TuodiError):
    """A sealed value that no key of this installation opens: altered, or sealed elsewhere."""


def make_data_key(kind: str, number: int) -> bytes:
    """A new data key for one kind of value, wrapped by the master key."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(settings.TUODI_MASTER_KEY).encrypt(nonce, os.urandom(32), f"{kind}:{number}".encode())


@cache
def _keys(kind: str) -> tuple[int, dict[int, AESGCM]]:
    """The present key's number, and every key of a kind."""
    from tuodi.platform.ground.models import DataKey

    opened = {}
    for row in DataKey.objects.filter(kind=kind).order_by("number"):
        wrapped = bytes(row.wrapped)
        try:
            key = AESGCM(settings.TUODI_MASTER_KEY).decrypt(
                wrapped[:_NONCE], wrapped[_NONCE:], f"{kind}:{row.number}".encode()
            )
        except InvalidTag:
            raise SealError(f"data key {kind}:{row.number} was wrapped by another master key") from None
        opened[row.number] = AESGCM(key)
    if not opened:
        raise SealError(f"there is no data key for {kind}: run 'tuodi platform setup'")
    return max(opened), opened


def forget_keys() -> None:
    """Read the keys anew: after a rotation, and between tests."""
    _keys.cache_clear()


def seal(kind: str, value: str) -> bytes:
    """One value sealed: version, key number, nonce, text with its tag."""
    return seals(kind, [value])[0]  # type: ignore[return-value]


def seals(kind: str, values: Iterable[str | None]) -> list[bytes | None]:
    """Many values sealed; an empty one stays empty."""
    number, keys = _keys(kind)
    head, key, name = _VERSION + number.to_bytes(2, "big"), keys[number], kind.encode()
    made: list[bytes | None] = []
    for value in values:
        if not value:
            made.append(None)
            continue
        nonce = os.urandom(_NONCE)
        made.append(head + nonce + key.encrypt(nonce, value.encode(), name))
    return made


def open_seal(kind: str, sealed: bytes | memoryview | None) -> str:
    """The value; raises ``SealError`` where no key opens it."""
    if not sealed:
        return ""
    data = bytes(sealed)
    key = _keys(kind)[1].get(int.from_bytes(data[1:3], "big"))
    if data[:1] != _VERSION or key is None:
        raise SealError(f"a sealed {kind} names a key that this installation has not")
    try:
        return key.decrypt(data[3 : 3 + _NONCE], data[3 + _NONCE :], kind.encode()).decode()
    except InvalidTag:
        raise SealError(f"a sealed {kind} was altered") from None


def digest(kind: str, value: str) -> bytes:
    """By which a value is found: 16 bytes of HMAC-SHA256 under the installation's index key."""
    return hmac.digest(settings.TUODI_INDEX_KEY, f"{kind}\0{value}".encode(), "sha256")[:16]


def digests(kind: str, values: Iterable[str | None]) -> list[bytes | None]:
    """Many digests; an empty value has none."""
    key, head = settings.TUODI_INDEX_KEY, f"{kind}\0".encode()
    return [hmac.digest(key, head + value.encode(), "sha256")[:16] if value else None for value in values]
