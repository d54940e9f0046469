"""Addresses of the API: the operations, each with its declaration; one without is not there."""

from __future__ import annotations

from typing import Any

from tuodi.platform.api import operations
from tuodi.platform.api.calling import OPERATIONS, api

__all__ = ["app_name", "operations", "urlpatterns"]

app_name = "api"
"""Operations have names of their own: a page may be called ``person`` as well."""


def _declared() -> list[Any]:
    """The addresses that ninja made, each view with its page; one without a page is answered as not there."""
    made = list(api.urls[0])  # made anew at every reading
    for pattern in made:
        if pattern.name in OPERATIONS:
            pattern.callback.page = OPERATIONS[pattern.name]
    return made


urlpatterns: list[Any] = _declared()
