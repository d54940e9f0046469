"""An invented county of a thousand persons on a platform of its own, as ``make demo`` makes it: once for all tests of
this folder, which therefore stay on one process (``xdist_group``)."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from house.tree import ROOT

PERSONS, SEED = 1200, 20241122
ASK = """
import json, sys
from tuodi.platform.run import ready
ready()
from tuodi.platform.accounts.models import Grant
from tuodi.platform.ground.passes import standing_as
from django.db import connection
grant = Grant.objects.using("owner").get(user__username=sys.argv[1]).id
with standing_as(grant), connection.cursor() as cursor:
    cursor.execute(sys.argv[2])
    print(json.dumps(cursor.fetchall(), default=str))
"""


@dataclass(frozen=True)
class Demo:
    """The demo's home, its address, and what the command printed."""

    home: Path
    address: str
    said: str
    environment: dict[str, str]

    @property
    def county(self) -> Path:
        """The departments' files, and the truth beside them."""
        return self.home / "county"

    def tuodi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command on this installation."""
        return subprocess.run(
            [sys.executable, "-m", "tuodi.cli", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def rows(self, sql: str, user: str = "officer") -> list[list[object]]:
        """What a user of the demo sees of a query."""
        done = subprocess.run(
            [sys.executable, "-c", ASK, user, sql],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        found: list[list[object]] = json.loads(done.stdout)
        return found


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The demo, taken in, audited and served."""
    home = Path(tempfile.mkdtemp(prefix="tuodi-demo-"))
    home.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DATABASE_OWNER_URL"}},
        "TUODI_HOME": str(home), "TUODI_ZONE": "all", "TUODI_STATIC_FROM_SOURCE": "1", "TUODI_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    draft = Demo(home, f"http://127.0.0.1:{port}", "", environment)
    try:
        done = draft.tuodi(
            "platform", "demo", "--persons", str(PERSONS), "--seed", str(SEED), "--port", str(port), "--lang", "en"
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        yield Demo(home, draft.address, done.stdout, environment)
    finally:
        draft.tuodi("platform", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """One real browser for all pages."""
    from playwright.sync_api import sync_playwright

    from bureau.web.browser import FLAGS

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def signed(demo: Demo, chromium) -> Iterator[Callable[..., object]]:
    """``signed("officer", lang="en", width=360)``: a page in which that one has signed in through the form."""
    opened = []

    def sign(user: str, *, lang: str = "zh", width: int = 1280) -> object:
        context = chromium.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        context.add_cookies([{"name": "lang", "value": lang, "url": demo.address}])
        opened.append(context)
        page = context.new_page()
        page.goto(f"{demo.address}/account/login/")
        page.fill("input[name=login]", user)
        page.fill("input[name=password]", password(demo))
        page.click("main button[type=submit]")
        page.wait_for_url(f"{demo.address}/")
        return page

    yield sign
    for context in opened:
        context.close()


def password(demo: Demo) -> str:
    """The word that the command printed."""
    found = re.search(r"is (\S+):", demo.said)
    assert found, demo.said
    return found[1]
