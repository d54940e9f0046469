"""What makes an installation of a home: database, tables, rules, keys, roles. Safe to run again at any time.

Enters: the settings. Leaves: a database ready for work. Uses the owner's connection, which the program has not.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from tuodi.errors import UsageError
from tuodi.platform.ground import clock, sealing
from tuodi.platform.ground.passes import pads

__all__ = ["KINDS_SEALED", "install"]

KINDS_SEALED = ("number", "phone", "account", "row", "code")
"""Kinds of sealed value, each with a data key of its own."""


def install(name: str = "") -> None:
    """Migrate, protect, and write what the policies look up. Raises ``UsageError`` where the zone was another."""
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        _zone(cursor, name)
        _pass_key(cursor)
        _data_keys(cursor)
        _rights(cursor)
    sealing.forget_keys()


def _zone(cursor: Any, name: str) -> None:
    cursor.execute("SELECT zone FROM ground_installation WHERE id = 1")
    found = cursor.fetchone()
    if found and found[0] != settings.TUODI_ZONE:
        raise UsageError(
            f"this database is of zone {found[0]}, TUODI_ZONE says {settings.TUODI_ZONE}; "
            "data of one zone does not become another's: use another home"
        )
    if not found:
        cursor.execute(
            "INSERT INTO ground_installation (id, zone, name, installed_at) VALUES (1, %s, %s, %s)",
            [settings.TUODI_ZONE, name, clock.now()],
        )


def _pass_key(cursor: Any) -> None:
    number, key = settings.TUODI_PASS_KEY
    inner, outer = pads(key)
    cursor.execute("SELECT inner_pad FROM ground_passkey WHERE id = %s", [number])
    found = cursor.fetchone()
    if not found:
        cursor.execute(
            "INSERT INTO ground_passkey (id, inner_pad, outer_pad, made_at) VALUES (%s, %s, %s, %s)",
            [number, inner, outer, clock.now()],
        )
        cursor.execute("UPDATE ground_passkey SET retired_at = now() WHERE id < %s AND retired_at IS NULL", [number])
    elif not secrets.compare_digest(bytes(found[0]), inner):
        raise UsageError(
            "the pass key in the home is not the one that this database knows: put back keys/pass.key of the backup, "
            "or make a new one under a higher TUODI_PASS_NUMBER"
        )


def _data_keys(cursor: Any) -> None:
    for kind in KINDS_SEALED:
        cursor.execute("SELECT 1 FROM ground_datakey WHERE kind = %s", [kind])
        if not cursor.fetchone():
            cursor.execute(
                "INSERT INTO ground_datakey (kind, number, wrapped, made_at) VALUES (%s, 1, %s, %s)",
                [kind, sealing.make_data_key(kind, 1), clock.now()],
            )


def _rights(cursor: Any) -> None:
    from tuodi.platform.accounts.roles import rights

    cursor.execute("DELETE FROM accounts_right")
    cursor.executemany(
        "INSERT INTO accounts_right (role, domain, action, own_only) VALUES (%s, %s, %s, %s)",
        [(right.role, right.domain, right.action, right.own_only) for right in rights()],
    )
