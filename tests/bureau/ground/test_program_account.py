"""Somebody has the program's own database account, and tries. It is a real client: psql."""

from __future__ import annotations

import os
import subprocess

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from bureau.county import OWN
from tuodi.platform.ground import passes
from tuodi.platform.ground.server import binaries
from tuodi.platform.places.models import path_of
from tuodi.platform.registry.models import Person

pytestmark = pytest.mark.req("AD05", "EG06")


@pytest.fixture(scope="module")
def somebody(ground):
    """A person that lies in the database for good, in a county of this test's own making."""
    with passes.standing_as(ground["insurance_officer", "own"]):
        path = path_of(OWN[:6] + "001001")
        Person.objects.create(name="试探用", region_path=path, places=[path])
    yield ground
    # Only who owns the table can take it away again, and only without the rules.
    with psycopg.connect(address("owner"), autocommit=True) as owner:
        owner.execute("ALTER TABLE registry_person NO FORCE ROW LEVEL SECURITY")
        owner.execute("DELETE FROM registry_person WHERE name = '试探用'")
        owner.execute("ALTER TABLE registry_person FORCE ROW LEVEL SECURITY")


def address(account: str) -> str:
    """Where the tests' database is, as one of the two accounts."""
    given = settings.DATABASES[account]
    return psycopg.conninfo.make_conninfo(
        host=given["HOST"], port=given["PORT"] or None, dbname=given["NAME"], user=given["USER"],
        password=given["PASSWORD"],
    )  # fmt: skip


def psql(*statements: str) -> subprocess.CompletedProcess[str]:
    url = address("default")
    said = [word for statement in statements for word in ("-c", statement)]
    return subprocess.run(
        [str(binaries() / "psql"), url, "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", *said],
        capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False,
    )  # fmt: skip


def test_it_logs_in_and_sees_nothing(somebody) -> None:
    done = psql("SELECT current_user", "SELECT count(*) FROM registry_person", "SELECT count(*) FROM accounts_user")
    assert done.stdout.split() == ["tuodi_program", "0", "0"], done.stderr


@pytest.mark.parametrize(
    "words",
    [
        "SET tuodi.scope = 'cn'",
        "SET tuodi.pass = '1|1|grant|1|1|9999999999|" + "0" * 64 + "'",
        "SET tuodi.pass = '1|1|grant|1 OR true|1|1|x'",
        "SET tuodi.who = '1'; SET tuodi.office = 'auditor'",
        "SET row_security = on",
    ],
)
def test_stating_something_about_oneself_opens_nothing(somebody, words) -> None:
    assert psql(words, "SELECT count(*) FROM registry_person").stdout.split() == ["0"]


REFUSED = {
    "SET row_security = off; SELECT count(*) FROM registry_person": "row-level security",
    "SET ROLE tuodi_owner": "permission denied",
    "SET SESSION AUTHORIZATION tuodi_admin": "permission denied",
    "ALTER TABLE registry_person DISABLE ROW LEVEL SECURITY": "must be owner",
    "ALTER TABLE registry_person NO FORCE ROW LEVEL SECURITY": "must be owner",
    "DROP POLICY may_read ON registry_person": "must be owner",
    "CREATE POLICY mine ON registry_person USING (true)": "must be owner",
    "ALTER ROLE tuodi_program BYPASSRLS": "permission denied|must be superuser",
    "CREATE ROLE other": "permission denied",
    "SELECT inner_pad FROM ground_passkey": "permission denied",
    "INSERT INTO ground_passkey (inner_pad, outer_pad, made_at) VALUES ('', '', now())": "permission denied",
    "INSERT INTO accounts_right (role, domain, action, own_only) VALUES ('x', 'y', 'z', false)": "permission denied",
    "UPDATE accounts_right SET domain = 'person'": "permission denied",
    "UPDATE ground_installation SET zone = 'all'": "permission denied",
    "TRUNCATE registry_person": "permission denied",
    "DELETE FROM registry_person": "permission denied",
    "DELETE FROM trail_look": "permission denied",
    "INSERT INTO trail_look (at) VALUES (now())": "permission denied",
    "UPDATE trail_rowchange SET reason = ''": "permission denied",
    "SELECT tuodi.keep_look(1, 'open', '{}', '', '', 'cn')": "needs a pass",
    "CREATE OR REPLACE FUNCTION tuodi.me() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'": "permission denied",
    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'": "permission denied",
    "CREATE TABLE public.copy AS SELECT 1": "permission denied",
    "ALTER TABLE registry_person DISABLE TRIGGER ALL": "must be owner",
    "SET session_replication_role = replica": "permission denied",
    "COPY (SELECT 1) TO '/tmp/x'": "permission denied|must be superuser",
    "COPY registry_person TO PROGRAM 'cat'": "permission denied|must be superuser",
    "SELECT pg_read_file('/etc/passwd')": "permission denied",
    "CREATE EXTENSION dblink": "permission denied",
    "INSERT INTO registry_person (certificate_kind, insurer_number, name, sex, address, region_path, insured_region,"
    " registered_region, places, made_at) VALUES ('', '', 'x', '', '', 'cn', '', '', '{cn}', now())": (
        "row-level security"
    ),
    "INSERT INTO accounts_grant (user_id, role, region_id, region_path, organisation_id, valid_from, reason, made_at,"
    " confirmed_at) SELECT 1, 'auditor', '000000000000', 'cn', 1, current_date, '', now(), now()": "unconfirmed",
}  # fmt: skip
"""What somebody tries → a word of the refusal, in the versions of PostgreSQL that are tested."""


@pytest.mark.parametrize("statement", REFUSED)
def test_each_way_round_is_refused(somebody, statement) -> None:
    done = psql(statement)
    assert done.returncode != 0, done.stdout
    assert any(word in done.stderr for word in REFUSED[statement].split("|")), done.stderr


def test_a_function_that_leaks_what_it_is_given_sees_nothing(somebody) -> None:
    """The policy is applied before a condition of the asker's, so a talkative function is never called."""
    done = psql(
        "CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
        " $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$",
        "SELECT count(*) FROM registry_person WHERE pg_temp.tell(name)",
    )
    assert "saw" not in done.stderr
    assert done.stdout.split() == ["0"]


def test_a_temporary_table_of_the_same_name_changes_nothing(somebody) -> None:
    """Functions of the owner look in the owner's schema first, and the sessions of others stay as they are."""
    done = psql(
        "CREATE TEMP TABLE accounts_right (role text, domain text, action text, own_only boolean)",
        "INSERT INTO accounts_right VALUES ('auditor', 'person', 'read', false)",
        "SELECT tuodi.scope('person', 'read') IS NULL, (SELECT count(*) FROM registry_person)",
    )
    assert done.stdout.split() == ["t|0"], done.stderr


def test_what_is_stored_of_sessions_cannot_be_read(somebody) -> None:
    assert psql("SELECT count(*) FROM django_session", "SELECT count(*) FROM mfa_authenticator").stdout.split() == [
        "0",
        "0",
    ]


def test_a_connection_used_again_carries_nothing_over(somebody) -> None:
    """Two requests on one connection, as a pool hands it on: the second sees nothing of the first one's pass."""
    with transaction.atomic():
        passes.enter(somebody["insurance_officer", "own"])
        assert Person.objects.filter(name="试探用").exists()
    number = connection.connection.info.backend_pid
    with transaction.atomic():
        assert not Person.objects.exists()
    assert not Person.objects.exists()
    assert connection.connection.info.backend_pid == number


def test_a_transaction_that_fails_leaves_no_pass(somebody) -> None:
    def work() -> None:
        with transaction.atomic():
            passes.enter(somebody["insurance_officer", "own"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert not Person.objects.exists()
