"""Files absorbed on the county's importing pass; everything is rolled back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bureau.conftest import Seats
from bureau.registry_writing.lists import Files


@pytest.fixture
def files(db: Seats, standing: Callable[..., None], tmp_path: Path) -> Files:
    """Files of the own county, on the importer's pass."""
    standing("importer", reason="test")
    return Files(tmp_path, db)
