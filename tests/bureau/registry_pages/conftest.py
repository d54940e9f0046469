"""Rows and readers for the tests of the registry's pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bureau.conftest import Seats
from bureau.registry_pages.rows import Rows
from tuodi.platform.accounts.models import Grant
from tuodi.platform.accounts.standing import Standing


@pytest.fixture
def rows(db: Seats, standing: Callable[..., None]) -> Rows:
    """Writes as the insurance officer of the own county; what follows runs on that pass until another is entered."""
    standing("insurance_officer")
    return Rows(db["insurance_officer", "own"])


@pytest.fixture
def reader(db: Seats, standing: Callable[..., None]) -> Callable[..., Standing]:
    """``reader("auditor")``: enters that pass and gives its standing."""

    def take(role: str, county: str = "own") -> Standing:
        standing(role, county)
        grant = Grant.objects.select_related("user", "organisation", "region").get(id=db[role, county])
        return Standing(grant, grant.user)

    return take
