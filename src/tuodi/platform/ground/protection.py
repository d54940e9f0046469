"""Row-level security written from what the models declare, so that no table can be forgotten.

Each model of ours states ``zones``, ``grades`` (one for each column) and, where a row concerns a person or an office,
``protection``. After every migration the owner's connection gives each table its policies, its triggers and the few
rights that the program's account needs. Enters: the models. Leaves: SQL, executed. Safe to run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from django.apps import apps
from django.db import connections, transaction

from tuodi.platform.ground.zones import EVERYWHERE

__all__ = ["FOREIGN", "OPEN", "Protection", "policies", "protect_all", "protected_models"]

PROGRAM = "tuodi_program"
OWNER = "tuodi_owner"

ANY_PASS = "(SELECT (tuodi.standing()).kind) IS NOT NULL"
OWN_USER = "((SELECT tuodi.signing_in()) OR user_id = (SELECT tuodi.me()))"

FOREIGN: dict[str, str] = {
    # Tables of libraries that hold sessions, one-time codes and sign-in attempts: a pass of some kind is needed.
    "django_session": ANY_PASS,
    "axes_accessattempt": ANY_PASS,
    "axes_accessattemptexpiration": ANY_PASS,
    "axes_accessfailurelog": ANY_PASS,
    "axes_accesslog": ANY_PASS,
    "account_emailaddress": OWN_USER,
    "account_emailconfirmation": ANY_PASS,
    # Who resets passwords does not reset second factors: no one alone can take over an account.
    "mfa_authenticator": (
        f"({OWN_USER} OR EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = user_id"
        " AND u.region_path <@ (SELECT tuodi.scope('confirm', 'write'))))"
    ),
}
"""Table of a library → the condition under which the program may read and write its rows."""

OPEN: dict[str, str] = {
    "django_content_type": "names of tables",
    "django_migrations": "names of migrations",
    "auth_permission": "names of rights that are not used",
    "auth_group": "empty: roles are grants",
    "auth_group_permissions": "empty: roles are grants",
    "procrastinate_jobs": "numbers of orders, each signed: see ground.orders",
    "procrastinate_events": "times of jobs",
    "procrastinate_periodic_defers": "times of jobs",
    "procrastinate_workers": "heartbeats",
}
"""Table of a library without policies → why it needs none: nothing in it concerns a person."""

_READ_ONLY = {"django_content_type", "django_migrations", "auth_permission", "auth_group", "auth_group_permissions"}


@dataclass(frozen=True)
class Protection:
    """Who may do what with a row: by the region it lies in, the organisation it belongs to and the role's rights."""

    domain: str
    region: str = "region_path"
    """Column with the path of the row's region; ``ltree`` or, where a row lies in several, ``ltree[]``."""
    organisation: str = "organisation_id"
    """Column with the organisation; empty where a row has none."""
    target: str = ""
    """Column that names the kind of list row; rights then go by ``entry:<kind>`` instead of ``domain``."""
    read_all: bool = False
    """Everyone with a pass may read: names of places and offices."""
    or_read: str = ""
    """A further condition under which a row may be read, as SQL."""
    or_change: str = ""
    """A further condition under which a row may be changed, as SQL."""
    adds: bool = True
    """Whether the program adds rows itself (otherwise a function of the owner does)."""
    changes: bool = True
    trailed: bool = True
    """Whether each change goes into the trail of rows."""
    bulk: bool = False
    """Whether rows also come in bulk, which the trail keeps as a count and a digest."""
    append_only: bool = False
    owner_adds: bool = False
    """Whether functions of the owner write rows: the owner is bound by policies too."""
    confirmed: bool = False
    """Whether a row counts only once another than its maker has confirmed it: made_by, confirmed_by, confirmed_at."""
    owner_reads: bool = False
    """Whether functions of the owner read rows (grants, accounts) to know who asks."""

    def condition(self, deed: str) -> str:
        """The condition for ``read`` or ``write``, each function called once a statement."""
        bound = f"(SELECT tuodi.bound('{self.domain}', '{deed}'))"
        parts = [f"{self.region} <@ (SELECT tuodi.scope('{self.domain}', '{deed}'))"]
        if self.organisation:
            parts.append(f"({bound} IS NULL OR {self.organisation} = {bound})")
        if self.target:
            parts.append(f"{self.target} = ANY ((SELECT tuodi.targets('{deed}'))::text[])")
        return " AND ".join(parts)


def protected_models() -> Iterator[Any]:
    """Every model of ours that is a table."""
    for model in apps.get_models():
        if model.__module__.startswith("tuodi.platform."):
            yield model


def policies(model: Any) -> list[str]:
    """The statements for one table of ours."""
    table = model._meta.db_table
    if getattr(model, "closed", False):
        return [f"REVOKE ALL ON {table} FROM {PROGRAM}"]
    rule: Protection | None = getattr(model, "protection", None)
    if rule is None:
        return [f"REVOKE ALL ON {table} FROM {PROGRAM}", f"GRANT SELECT ON {table} TO {PROGRAM}"]
    made = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        *(
            f"DROP POLICY IF EXISTS {name} ON {table}"
            for name in ("may_read", "may_add", "may_change", "owner_adds", "owner_reads")
        ),
        f"REVOKE ALL ON {table} FROM {PROGRAM}",
        f"GRANT SELECT ON {table} TO {PROGRAM}",
    ]
    read = ANY_PASS if rule.read_all else rule.condition("read")
    if rule.or_read:
        read = f"(({read}) OR ({rule.or_read}))"
    made.append(f"CREATE POLICY may_read ON {table} FOR SELECT TO {PROGRAM} USING ({read})")
    write = rule.condition("write")
    change = f"(({write}) OR ({rule.or_change}))" if rule.or_change else write
    if rule.adds:
        made.append(f"GRANT INSERT ON {table} TO {PROGRAM}")
        made.append(f"CREATE POLICY may_add ON {table} FOR INSERT TO {PROGRAM} WITH CHECK ({write})")
    if rule.changes and not rule.append_only:
        made.append(f"GRANT UPDATE ON {table} TO {PROGRAM}")
        made.append(
            f"CREATE POLICY may_change ON {table} FOR UPDATE TO {PROGRAM} USING ({change}) WITH CHECK ({change})"
        )
    if rule.owner_adds:
        made.append(f"CREATE POLICY owner_adds ON {table} FOR INSERT TO {OWNER} WITH CHECK (true)")
    if rule.owner_reads:
        made.append(f"CREATE POLICY owner_reads ON {table} TO {OWNER} USING (true) WITH CHECK (true)")
    return [*made, *_triggers(table, rule, getattr(model, "untrailed", ()))]


def _triggers(table: str, rule: Protection, untrailed: tuple[str, ...]) -> list[str]:
    left_out = ", ".join(f"'{column}'" for column in untrailed)
    made = [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name in ("keep_change", "keep_added", "keep_bulk")]
    if rule.trailed:
        made.append(
            f"CREATE TRIGGER keep_change AFTER UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION tuodi.keep_change({left_out})"
        )
        when = " WHEN (coalesce(current_setting('tuodi.bulk', true), '') = '')" if rule.bulk else ""
        made.append(
            f"CREATE TRIGGER keep_added AFTER INSERT ON {table} FOR EACH ROW{when}"
            f" EXECUTE FUNCTION tuodi.keep_change({left_out})"
        )
    if rule.bulk:
        made.append(
            f"CREATE TRIGGER keep_bulk AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh"
            " FOR EACH STATEMENT EXECUTE FUNCTION tuodi.keep_bulk()"
        )
    if rule.confirmed:
        made += [
            f"DROP TRIGGER IF EXISTS guard_confirmed ON {table}",
            (
                f"CREATE TRIGGER guard_confirmed BEFORE INSERT OR UPDATE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION tuodi.guard_confirmed()"
            ),
        ]
    if rule.append_only:
        made += [
            f"DROP TRIGGER IF EXISTS append_only ON {table}",
            (
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION tuodi.refuse_change()"
            ),
        ]
    return made


def _foreign(table: str) -> list[str]:
    if table in FOREIGN:
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS with_pass ON {table}",
            f"CREATE POLICY with_pass ON {table} TO {PROGRAM} USING ({FOREIGN[table]}) WITH CHECK ({FOREIGN[table]})",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {PROGRAM}",
        ]
    rights = "SELECT" if table in _READ_ONLY else "SELECT, INSERT, UPDATE, DELETE"
    return [f"GRANT {rights} ON {table} TO {PROGRAM}"]


def protect_all(using: str = "owner") -> None:
    """Give every table its rules. Raises ``LookupError`` for a library's table that neither list above names."""
    ours = {model._meta.db_table: model for model in protected_models()}
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted(row[0] for row in cursor.fetchall())
        unknown = [table for table in tables if table not in ours and table not in FOREIGN and table not in OPEN]
        if unknown:
            raise LookupError(
                f"tables without protection: {', '.join(unknown)}; name them in tuodi.platform.ground.protection"
            )
        cursor.execute(files("tuodi.platform.ground").joinpath("sql", "functions.sql").read_text("utf-8"))
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO {PROGRAM}")
        for table in tables:
            for statement in policies(ours[table]) if table in ours else _foreign(table):
                cursor.execute(statement)
        if "accounts_grant" in tables:
            cursor.execute("DROP TRIGGER IF EXISTS guard_grant ON accounts_grant")
            cursor.execute(
                "CREATE TRIGGER guard_grant BEFORE INSERT OR UPDATE ON accounts_grant"
                " FOR EACH ROW EXECUTE FUNCTION tuodi.guard_grant()"
            )
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {PROGRAM}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {PROGRAM}")
        _write_domains(cursor)


def _write_domains(cursor: Any) -> None:
    """Which domain may be in which zone, for the policies to look up."""
    # "confirm" has no table of its own: it is the right to confirm what stands in others.
    zones: dict[str, frozenset[str]] = {"confirm": EVERYWHERE}
    for model in protected_models():
        rule = getattr(model, "protection", None)
        if rule is not None:
            zones[rule.domain] = zones.get(rule.domain, EVERYWHERE) & model.zones
    cursor.execute("DELETE FROM ground_domain")
    for name, allowed in sorted(zones.items()):
        cursor.execute("INSERT INTO ground_domain (name, zones) VALUES (%s, %s)", [name, sorted(allowed)])
