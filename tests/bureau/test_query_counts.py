"""How many statements each page takes, for every address that can be opened: committed numbers (``query_counts.yaml``).

Pages of persons and worklists are counted in ``registry_pages``, for one row and for many.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bureau.access_rows import Stage, staged

HERE = Path(__file__).parent
COMMITTED: dict[str, int] = yaml.safe_load((HERE / "query_counts.yaml").read_text("utf-8"))
TABLE: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "access.yaml").read_text("utf-8"))
ELSEWHERE = ("search", "person", "household", "review", "worklist")
"""Counted in ``registry_pages``."""
PAGES = {
    name: next(role for role, statuses in call["roles"].items() if statuses[0] == 200)
    for name, call in TABLE.items()
    if call["method"] == "get"
    and not name.startswith(ELSEWHERE)
    and any(statuses[0] == 200 for statuses in call["roles"].values())
}
"""Page → the first role that may open it."""


@pytest.fixture
def stage(db) -> Stage:
    """One row of everything."""
    cache.clear()
    return staged(db)


def test_every_page_has_its_number() -> None:
    assert set(PAGES) <= set(COMMITTED)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_as_many_statements_as_are_committed(name, stage, signed_in) -> None:
    call = TABLE[name]
    client = signed_in(PAGES[name])
    path = "/" + call["path"].format(**stage.numbers)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path, **call.get("headers", {}))
    assert answer.status_code == 200
    assert len(asked) == COMMITTED.get(name), [one["sql"][:120] for one in asked]
