"""Order of all tests: fast ones first, then the slow, then those in a browser; random within each group."""

from __future__ import annotations

import pytest


def _late(item: pytest.Item) -> int:
    return 2 if item.get_closest_marker("browser") else 1 if item.get_closest_marker("slow") else 0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_late)
