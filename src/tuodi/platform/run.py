"""Starts what the platform needs, for commands: settings, the database of its own, the web server, the worker.

Enters: the environment (see ``settings``). Leaves: Django set up, or processes that run until told to stop.
Raises ``UsageError`` where the extra ``platform`` is not installed or an installation is not set up.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from tuodi.errors import UsageError

__all__ = ["Processes", "answers", "own_database", "ready", "running", "set_up"]

_NEEDED = ("django", "psycopg", "granian", "procrastinate", "cryptography")


def own_database() -> bool:
    """Whether the database is one that this installation starts itself."""
    return not os.environ.get("DATABASE_URL")


def ready(*, start: bool = True) -> None:
    """Django set up, and the database answering. Raises ``UsageError`` where something is missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the platform needs {', '.join(missing)}: install tuodi with its extra, pip install 'tuodi[platform]'"
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuodi.platform.settings")
    from tuodi.platform.ground.home import Home

    if start and own_database():
        cluster = Home.of_environment().cluster
        cluster.start()
        cluster.prepare()
    import django

    django.setup()


def set_up(name: str = "") -> None:
    """Make or bring up to date: database, tables, rules, keys, static files. Safe to run again."""
    ready()
    from django.conf import settings
    from django.core.management import call_command

    from tuodi.platform.ground.installing import install

    install(name)
    if not settings.WHITENOISE_USE_FINDERS:
        call_command("collectstatic", interactive=False, verbosity=0)


def _note(home: Path) -> Path:
    return home / "running.json"


def running(home: Path) -> dict[str, int | str] | None:
    """Process number and address of the server that runs in this home, if one does."""
    try:
        found: dict[str, int | str] = json.loads(_note(home).read_text("utf-8"))
        os.kill(int(found["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return found


def answers(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


class Processes:
    """The web server and the worker as children; one that dies is started again, all end together."""

    def __init__(self, home: Path, host: str, port: int, workers: int) -> None:
        self.home, self.host, self.port = home, host, port
        python = sys.executable
        self.commands = {
            "web": [
                python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers",
                str(workers), "--blocking-threads", "4", "--log-level", "warning", "tuodi.platform.wsgi:application",
            ],
            "worker": [python, "-m", "django", "procrastinate", "worker", "--concurrency", "1"],
        }  # fmt: skip
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.ending = False

    def run(self) -> None:
        """Run until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        note = _note(self.home)
        note.write_text(json.dumps({"pid": os.getpid(), "address": f"http://{self.host}:{self.port}/"}), "utf-8")
        begun: dict[str, float] = {}
        try:
            while not self.ending:
                for name, command in self.commands.items():
                    child = self.children.get(name)
                    if child is not None and child.poll() is None:
                        continue
                    if child is not None and time.monotonic() - begun[name] < 5:
                        raise UsageError(
                            f"the {name} process ends at once (status {child.returncode}); its words stand above"
                        )
                    self.children[name] = subprocess.Popen(command, cwd=self.home)
                    begun[name] = time.monotonic()
                time.sleep(0.5)
        finally:
            note.unlink(missing_ok=True)
            self._stop()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.ending = True

    def _stop(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
        for child in self.children.values():
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
