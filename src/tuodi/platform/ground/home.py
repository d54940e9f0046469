"""The installation's home: a folder with its keys, its files and, unless another is named, its database.

Enters: the environment. Leaves: keys (made once, readable by this user only), places, database settings.
Raises ``UsageError`` for a value that makes no sense. Without Django, since its settings are made from this.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tuodi.errors import UsageError, nearest
from tuodi.platform.ground.server import OWNER, PROGRAM, Cluster

__all__ = ["Home", "database", "flag", "zone"]

_ZONES = ("insurance", "extranet", "internet", "all")


def zone() -> str:
    """The zone of this installation; there is no default but for invented data."""
    named = os.environ.get("TUODI_ZONE", "all")
    if named not in _ZONES:
        raise UsageError(f"TUODI_ZONE={named!r} is no zone{nearest(named, _ZONES)}; use one of {', '.join(_ZONES)}")
    return named


def flag(name: str, *, default: bool) -> bool:
    """A switch in the environment: 1 or 0."""
    word = os.environ.get(name, "")
    if word not in {"", "0", "1"}:
        raise UsageError(f"{name}={word!r}: use 1 or 0")
    return default if not word else word == "1"


@dataclass(frozen=True)
class Home:
    """The folder, and what lies in it."""

    folder: Path

    @classmethod
    def of_environment(cls) -> Home:
        """``TUODI_HOME``, or ``out/platform`` below the present folder."""
        return cls(Path(os.environ.get("TUODI_HOME") or Path.cwd() / "out" / "platform").resolve())

    def place(self, name: str) -> Path:
        """A folder of its own for one use, closed to others."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def key(self, name: str) -> bytes:
        """A key of 32 bytes, made at random the first time. ``TUODI_KEY_<NAME>`` (hex) comes before the file."""
        named = os.environ.get(f"TUODI_KEY_{name.upper()}")
        if named:
            try:
                key = bytes.fromhex(named)
            except ValueError:
                key = b""
            if len(key) != 32:
                raise UsageError(f"TUODI_KEY_{name.upper()}: 64 hexadecimal digits are needed")
            return key
        path = self.place("keys") / f"{name}.key"
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_bytes(secrets.token_bytes(32))
            with suppress(FileExistsError):
                os.link(draft, path)  # the first of two processes wins; the other reads what it made
            draft.unlink()
        key = path.read_bytes()
        if len(key) != 32:
            raise UsageError(f"{path}: a key of 32 bytes is needed, found {len(key)}; put back the one of the backup")
        return key

    def pass_number(self) -> int:
        """The number of the pass key in force."""
        return int(os.environ.get("TUODI_PASS_NUMBER", "1"))

    def demo_day(self) -> date | None:
        """The day on which a demo is set: its invented files end there, and would be long out of date today."""
        path = self.folder / "demo-day"
        return date.fromisoformat(path.read_text("utf-8").strip()) if path.exists() else None

    @property
    def cluster(self) -> Cluster:
        """The database of its own."""
        return Cluster(self.folder)


def database(home: Home, account: str) -> dict[str, Any]:
    """Django's settings for one account: ``program`` or ``owner``."""
    name = "DATABASE_URL" if account == "program" else "DATABASE_OWNER_URL"
    url = os.environ.get(name)
    if not url:
        if os.environ.get("DATABASE_URL") and account == "owner":
            # A bureau's server: the owner's account is needed for migrations only, and need not be known here.
            url = os.environ["DATABASE_URL"]
        else:
            url = home.cluster.url(PROGRAM if account == "program" else OWNER)
    return _settings(url, name)


def _settings(url: str, name: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise UsageError(
            f"{name}: {parts.scheme or 'nothing'!r} is not supported; write postgresql://user:word@host/name"
        )
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**query, "application_name": "tuodi"},
    }
