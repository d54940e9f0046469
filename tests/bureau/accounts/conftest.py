"""Settings for the length of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test.utils import override_settings


@pytest.fixture
def settings_with() -> Iterator[Callable[..., None]]:
    """``settings_with(TUODI_SECOND_FACTOR=True)``."""
    made: list[override_settings] = []

    def take(**values: object) -> None:
        made.append(override_settings(**values))
        made[-1].enable()

    yield take
    for one in reversed(made):
        one.disable()
