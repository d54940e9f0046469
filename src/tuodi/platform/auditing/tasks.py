"""The audit as background work."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app

from tuodi.platform.ground.orders import checked

__all__ = ["audit"]


@app.task(name="auditing.audit", queue="tuodi")
def audit(**arguments: Any) -> None:
    """Run one audit, on the grant of who ordered it."""
    from tuodi.platform.auditing.running import run_audit

    order = checked("auditing.audit", arguments)
    run_audit(order["run"], order["grant"])
