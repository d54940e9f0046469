"""Signed passes: how the program tells the database, for one transaction, on whose grant it works.

The program's database account sees nothing by itself. A pass names a grant and is signed with a key that lies outside
the database; the database checks the signature and looks up who, which role, which region and which organisation the
grant means (``sql/functions.sql``). So whoever has the account's password, or a mistake in a page, gains nothing.

Enters: a grant's number. Leaves: the text of a pass, set for the present transaction. Imports ``clock``.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.conf import settings
from django.db import connections, transaction

from tuodi.platform.ground import clock

__all__ = ["LONG", "SHORT", "enter", "forget", "pads", "sign", "signing_in", "standing_as"]

SHORT, LONG = 600, 7200
"""Seconds for which a pass holds: a page, a piece of background work."""

_BLOCK = 64


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The two halves that the database keeps instead of the key itself (RFC 2104: key ⊕ ipad, key ⊕ opad)."""
    padded = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)


def sign(kind: str, subject: int, seconds: int = SHORT) -> str:
    """A pass: ``kind`` is ``grant`` (``subject`` its number) or ``sign_in`` (0)."""
    number, key = settings.TUODI_PASS_KEY
    begin = int(clock.now().timestamp())
    said = f"1|{number}|{kind}|{subject}|{begin}|{begin + seconds}"
    return f"{said}|{hmac.new(key, said.encode(), sha256).hexdigest()}"


def enter(grant: int, *, reason: str = "", request: str = "", seconds: int = SHORT, using: str = "default") -> None:
    """Work on this grant until the transaction ends. Raises ``RuntimeError`` outside a transaction."""
    _set(sign("grant", grant, seconds), reason, request, using)


def signing_in(using: str = "default") -> None:
    """Until it is known who asks: only accounts and grants can be read."""
    _set(sign("sign_in", 0), "", "", using)


def forget(using: str = "default") -> None:
    """See nothing any more."""
    _set("", "", "", using)


def _set(word: str, reason: str, request: str, using: str) -> None:
    connection = connections[using]
    if not connection.in_atomic_block:
        raise RuntimeError("a pass holds for one transaction: open one first (transaction.atomic)")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('tuodi.pass', %s, true), set_config('tuodi.reason', %s, true),"
            " set_config('tuodi.request', %s, true), set_config('tuodi.bulk', '', true)",
            [word, reason, request],
        )


@contextmanager
def standing_as(grant: int, *, reason: str = "", seconds: int = LONG, using: str = "default") -> Iterator[None]:
    """One transaction on a grant: for background work, commands and tests."""
    with transaction.atomic(using=using):
        enter(grant, reason=reason, seconds=seconds, using=using)
        yield
