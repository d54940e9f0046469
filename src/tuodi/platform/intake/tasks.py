"""Background work of this room, kept in the database's own queue: signed orders, taken up again when a worker dies.

Enters: a delivery. Leaves: jobs, and what they do. Imports ``previewing``, ``committing``, ``ground.orders``.
"""

from __future__ import annotations

from typing import Any

from procrastinate import JobContext
from procrastinate.contrib.django import app

from tuodi.platform.ground import clock
from tuodi.platform.ground.orders import checked, signed
from tuodi.platform.intake.committing import commit
from tuodi.platform.intake.expiring import expire
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.previewing import preview
from tuodi.platform.intake.states import StateError

__all__ = ["commit_job", "expire_job", "give_back", "order", "preview_job", "take_up"]

QUEUE = "intake"
_SILENT = 60.0
"""Seconds without a worker's sign of life after which its jobs are given to another."""


@app.task(name="intake.preview", queue=QUEUE)
def preview_job(**arguments: Any) -> None:
    """Read a delivery."""
    said = checked("intake.preview", arguments)
    preview(said["delivery"], said["grant"])


@app.task(name="intake.commit", queue=QUEUE)
def commit_job(**arguments: Any) -> None:
    """Put a delivery into the register; one that another worker has finished meanwhile is left as it is."""
    said = checked("intake.commit", arguments)
    try:
        commit(said["delivery"], said["grant"])
    except StateError:
        if not _finished(said["delivery"], said["grant"]):
            raise


def _finished(delivery: int, grant: int) -> bool:
    from tuodi.platform.ground.passes import standing_as

    with standing_as(grant):
        return bool(Delivery.objects.filter(pk=delivery, state="committed").exists())


def order(task: str, delivery: Delivery, grant: int) -> int:
    """Put ``preview`` or ``commit`` into the queue, in the caller's transaction: it counts when that does."""
    job = {"preview": preview_job, "commit": commit_job}[task]
    name = f"intake.{task}"
    return int(job.configure(lock=f"intake-{delivery.pk}").defer(**signed(name, delivery=delivery.pk, grant=grant)))


@app.periodic(cron="* * * * *")
@app.task(name="intake.take_up", queue=QUEUE, queueing_lock="intake.take_up", pass_context=True)
async def take_up(context: JobContext, timestamp: int) -> None:
    """Every minute: give jobs of workers that died to others."""
    del timestamp
    await give_back(context.app.job_manager, _SILENT)


async def give_back(manager: Any, silent: float) -> list[int]:
    """Put jobs of workers without a sign of life for so many seconds back into the queue; their numbers.

    Nothing of them was applied, so they begin anew.
    """
    found = []
    for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=silent):
        if job.task_name in ("intake.preview", "intake.commit"):
            await manager.retry_job(job)
            found.append(int(job.id))
    return found


@app.periodic(cron="20 3 * * *")
@app.task(name="intake.expire", queue=QUEUE, queueing_lock="intake.expire")
def expire_job(timestamp: int) -> None:
    """Every night: files whose keeping time is over leave the store."""
    del timestamp
    expire(clock.today())
