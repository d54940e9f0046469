"""The same rules on a PostgreSQL that is not our own: the system's, of another version, reached over the network."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from house.tree import ROOT
from tuodi.platform.ground.server import ADMIN, DATABASE, OWNER, PROGRAM, Cluster, roles_sql

pytestmark = [pytest.mark.debian_postgres, pytest.mark.slow]

AGAIN = (
    "ground/test_scope.py",
    "ground/test_program_account.py",
    "ground/test_every_table.py",
    "ground/test_sealing.py",
)


@pytest.fixture
def server(monkeypatch) -> Iterator[dict[str, str]]:
    """Addresses of the two accounts on the system's server; what our own does to start one, a bureau's does its way."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    assert found, "no PostgreSQL of the system: scripts/bootstrap --postgres"
    monkeypatch.setenv("TUODI_POSTGRES_BIN", str(found[-1].parent))
    home = Path(tempfile.mkdtemp(prefix="tuodi-other-"))
    home.chmod(0o755)
    cluster = Cluster(home)
    cluster.start()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with psycopg.connect(cluster.url(ADMIN, "postgres"), autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET listen_addresses = '127.0.0.1'")
        admin.execute(f"ALTER SYSTEM SET port = {port}")
        for statement in roles_sql("owner-word", "program-word"):
            admin.execute(statement)
        admin.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0")
        admin.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
        admin.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {PROGRAM}")
    cluster.stop()
    # Settings on the command line come before ALTER SYSTEM: started without ours, as a bureau's server is.
    cluster._run(
        "pg_ctl", "start", "--pgdata", str(cluster.data), "--log", str(cluster.log), "--wait", "--options",
        f"-c unix_socket_directories={cluster.socket}", stdin=subprocess.DEVNULL,
    )  # fmt: skip
    yield {
        "TUODI_TEST_DATABASE_URL": f"postgresql://{PROGRAM}:program-word@127.0.0.1:{port}/{DATABASE}",
        "TUODI_TEST_DATABASE_OWNER_URL": f"postgresql://{OWNER}:owner-word@127.0.0.1:{port}/{DATABASE}",
    }
    cluster.stop()
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(cluster.place.parent, ignore_errors=True)


def test_the_rules_hold_there_too(server) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/bureau/{name}" for name in AGAIN)],
        cwd=ROOT, env={**os.environ, **server}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
