"""The database of its own: made, started, killed, found again."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tuodi.errors import UsageError
from tuodi.platform.ground.server import ADMIN, OWNER, PROGRAM, Cluster, binaries, roles_sql

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    home = Path(tempfile.mkdtemp(prefix="tuodi-server-"))
    home.chmod(0o755)
    made = Cluster(home)
    yield made
    made.stop()
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(made.place.parent, ignore_errors=True)


def test_it_survives_being_killed(cluster) -> None:
    cluster.start()
    cluster.prepare()
    with psycopg.connect(cluster.url(OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    number = int((cluster.data / "postmaster.pid").read_text().split()[0])
    os.kill(number, signal.SIGKILL)
    time.sleep(0.3)
    cluster.start()
    with psycopg.connect(cluster.url(OWNER)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_starting_twice_and_stopping_twice_are_no_error(cluster) -> None:
    cluster.start()
    cluster.start()
    cluster.prepare()
    cluster.prepare()
    assert cluster.running()
    cluster.stop()
    cluster.stop()
    assert not cluster.running()


def test_it_listens_on_its_socket_only_and_asks_for_a_password(cluster) -> None:
    cluster.start()
    cluster.prepare()
    with psycopg.connect(cluster.url(ADMIN, "postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    wrong = cluster.url(PROGRAM).replace(":", ":x", 2).replace(":x//", "://", 1)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_passwords_are_for_this_user_only(cluster) -> None:
    cluster.passwords()
    assert stat.S_IMODE(cluster.secrets.stat().st_mode) == 0o600


def test_a_home_that_others_cannot_enter_will_do(tmp_path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "home")
    try:
        cluster.start()
        assert cluster.running()
    finally:
        cluster.stop()
        if cluster.place.parent != cluster.home:
            shutil.rmtree(cluster.place.parent, ignore_errors=True)


def test_binaries_that_are_not_there_are_told(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("TUODI_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(UsageError, match="TUODI_POSTGRES_BIN"):
        binaries()


def test_neither_role_has_a_right_that_it_does_not_need() -> None:
    said = " ".join(roles_sql("a'b", "c"))
    assert said.count("NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS") == 2
    assert "'a''b'" in said
