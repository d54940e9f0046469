"""Order of all tests: fast ones first, then the slow, then those in a browser and on a cluster; random within each."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

# The platform's settings are read when Django is first imported; its home is this process's own, and empty.
HOME = Path(tempfile.mkdtemp(prefix="tuodi-tests-"))
HOME.chmod(0o755)
os.environ.update(
    TUODI_HOME=str(HOME), TUODI_ZONE="all", TUODI_STATIC_FROM_SOURCE="1",
    DJANGO_SETTINGS_MODULE="tuodi.platform.settings",
)  # fmt: skip
for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
    os.environ.pop(name, None)
    # tests/bureau/ground/test_other_postgres.py runs other tests again, on a server that is not our own.
    if f"TUODI_TEST_{name}" in os.environ:
        os.environ[name] = os.environ[f"TUODI_TEST_{name}"]

LATE = ("slow", "debian_postgres", "browser", "cluster")


def _late(item: pytest.Item) -> int:
    return max((place for place, mark in enumerate(LATE, 1) if item.get_closest_marker(mark)), default=0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_late)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(HOME, ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests that compare with a table can be told."""
    parser.addoption("--write-access", action="store_true", help="write tests/bureau/access.yaml anew")
