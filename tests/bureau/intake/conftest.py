"""Deliveries of small invented files, brought on a grant; all of it is rolled back after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from tuodi.platform.ground import passes
from tuodi.platform.intake.committing import commit
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.ordering import grant_of
from tuodi.platform.intake.previewing import preview
from tuodi.platform.intake.receiving import Brought, receive
from tuodi.platform.places.models import Organisation


@pytest.fixture
def grant(db) -> Callable[..., Any]:
    """``grant("insurance_officer")``: that one's grant, ending on his pass."""

    def take(role: str = "insurance_officer", county: str = "own") -> Any:
        found = grant_of(db[role, county])
        passes.enter(found.pk)
        return found

    return take


@pytest.fixture
def received(db, grant) -> Callable[..., Delivery]:
    """``received(file, "name.xlsx", "deaths")``: the delivery as it stands after receipt."""

    def bring(
        file: BytesIO | bytes, name: str = "名册.xlsx", source: str = "civil_affairs_monthly", *,
        role: str = "insurance_officer", county: str = "own", as_of: date | None = None, office: str = "",
    ) -> Delivery:  # fmt: skip
        by = grant(role, county)
        organisation = Organisation.objects.get(kind=office, region_id=by.organisation.region_id) if office else None
        stream = BytesIO(file) if isinstance(file, bytes) else file
        return receive(stream, Brought(name, "page", source, organisation, as_of), by)

    return bring


@pytest.fixture
def previewed(db, received, grant) -> Callable[..., Delivery]:
    """As ``received``, then read; ends on the pass of who brought it."""

    def read(*args: Any, role: str = "insurance_officer", county: str = "own", **more: Any) -> Delivery:
        delivery = received(*args, role=role, county=county, **more)
        preview(delivery.pk, db[role, county])
        grant(role, county)
        return Delivery.objects.get(pk=delivery.pk)

    return read


@pytest.fixture
def committed(db, previewed, grant) -> Callable[..., Delivery]:
    """As ``previewed``, then committed."""

    def put(*args: Any, role: str = "insurance_officer", county: str = "own", **more: Any) -> Delivery:
        delivery = previewed(*args, role=role, county=county, **more)
        assert delivery.state == "previewed", (delivery.state, delivery.problem)
        commit(delivery.pk, db[role, county])
        grant(role, county)
        return Delivery.objects.get(pk=delivery.pk)

    return put


@pytest.fixture
def nothing_plain() -> Iterator[None]:
    """Whatever a test does, no plain copy of a file is left behind."""
    yield
    folder = Path(settings.TUODI_HOME) / "reading"
    assert not folder.exists() or not list(folder.rglob("*.*"))


@pytest.fixture
def clean(ground) -> Iterator[Any]:
    """For tests in which other processes commit: the rows of files and of the register are gone afterwards."""
    yield ground
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE intake_delivery, intake_agreement, intake_mapping, procrastinate_jobs CASCADE")
