"""How far a piece of work has got, written where pages can read it while the work's own transaction is still open.

Enters: steps and row counts. Leaves: ``Delivery.progress``, in short transactions on a connection of its own. It is a
courtesy: where it cannot be written, the work goes on. Imports ``models``, ``passes``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import Error, connection

from tuodi.platform.ground import clock, passes
from tuodi.platform.intake.models import Delivery

__all__ = ["Telling", "telling"]

_log = logging.getLogger("tuodi.platform")
_EVERY = 1.0


class Telling:
    """Call it with a step, rows done and rows in all (0: not known)."""

    def __init__(self, delivery: int, grant: int, pool: ThreadPoolExecutor) -> None:
        self._delivery, self._grant, self._pool = delivery, grant, pool
        self._last, self._step, self._silent = 0.0, "", False
        self._under_way: Future[None] | None = None

    def __call__(self, step: str, done: int, total: int = 0) -> None:
        """Write it, at most once a second, never waiting for it."""
        if self._silent:
            return
        if step == self._step and time.monotonic() - self._last < _EVERY:
            return
        if self._under_way is not None and not self._under_way.done():
            return
        self._last, self._step = time.monotonic(), step
        self._under_way = self._pool.submit(self._write, step, done, total)

    def wait(self) -> None:
        """Until the last word is written: the work is about to write the same row, and what is said later is not."""
        self._silent = True
        if self._under_way is not None:
            self._under_way.result()

    def _write(self, step: str, done: int, total: int) -> None:
        now = {"step": step, "done": done, "total": total, "at": clock.now().isoformat()}
        try:
            with passes.standing_as(self._grant):
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
                Delivery.objects.filter(pk=self._delivery).update(progress=now)
        except Error:
            _log.info("the progress of delivery %s was not written", self._delivery)


@contextmanager
def telling(delivery: int, grant: int) -> Iterator[Telling]:
    """A teller with a connection of its own, closed at the end."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="intake-progress")
    try:
        yield Telling(delivery, grant, pool)
    finally:
        pool.submit(lambda: connection.close()).result()  # that thread's own
        pool.shutdown()
