"""Order of all tests: fast ones first, then the slow, then those in a browser and on a cluster; random within each."""

from __future__ import annotations

import pytest

LATE = ("slow", "browser", "cluster")


def _late(item: pytest.Item) -> int:
    return max((place for place, mark in enumerate(LATE, 1) if item.get_closest_marker(mark)), default=0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_late)
