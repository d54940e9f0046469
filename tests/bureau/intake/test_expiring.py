"""A file leaves the store when no delivery of it has to be kept any longer."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from bureau.intake.lists import civil_affairs, deaths
from tuodi.platform.intake.expiring import expire
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.store import RefusedFileError, opened

pytestmark = pytest.mark.req("AD14")


def lies(delivery: Delivery) -> bool:
    return (Path(settings.TUODI_HOME) / "deliveries" / delivery.file_digest[:2] / delivery.file_digest).exists()


def test_a_file_is_removed_on_the_day_after_its_time(received, grant) -> None:
    delivery = received(civil_affairs("2020年1月", count=2))
    other = received(deaths(7, day="2020-01-01"), "名单.xlsx", "deaths")
    Delivery.objects.filter(pk=delivery.pk).update(expires_on=date(2026, 1, 31))
    assert expire(date(2026, 1, 31)) == 0
    assert expire(date(2026, 2, 1)) == 1
    assert not lies(delivery)
    assert lies(other)
    grant()
    assert Delivery.objects.filter(pk=delivery.pk).exists()
    with pytest.raises(RefusedFileError, match="保存期限"), opened(delivery.file_digest, "x.xlsx"):
        pass


def test_a_file_that_another_delivery_needs_stays(received) -> None:
    content = civil_affairs("2020年2月", count=2).getvalue()
    first = received(BytesIO(content))
    received(BytesIO(content))
    Delivery.objects.filter(pk=first.pk).update(expires_on=date(2026, 1, 31))
    assert expire(date(2026, 1, 31) + timedelta(days=1)) == 0
    assert lies(first)
