"""A job that was not ordered through the platform is not done."""

from __future__ import annotations

import pytest

from tuodi.errors import UsageError
from tuodi.platform.ground.orders import checked, signed


def test_an_order_comes_back_without_its_signature() -> None:
    order = signed("intake.commit", delivery=7, grant=3)
    assert checked("intake.commit", order) == {"delivery": 7, "grant": 3}


@pytest.mark.parametrize(
    "change", [{"grant": 4}, {"delivery": 8}, {"signature": ""}, {"signature": "0" * 64}, {"more": 1}], ids=str
)
def test_an_altered_order_is_refused(change) -> None:
    order = {**signed("intake.commit", delivery=7, grant=3), **change}
    with pytest.raises(UsageError, match="signature"):
        checked("intake.commit", order)


def test_an_order_for_another_task_is_refused() -> None:
    with pytest.raises(UsageError):
        checked("intake.preview", signed("intake.commit", delivery=7, grant=3))


def test_an_order_needs_a_grant() -> None:
    with pytest.raises(UsageError, match="grant"):
        signed("intake.commit", delivery=7)
