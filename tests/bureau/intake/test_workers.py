"""Background work in processes of its own: a worker that is killed in the middle leaves nothing half done."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent
from typing import Any

import pytest
from django.db import transaction

from bureau.intake.lists import civil_affairs
from tuodi.platform.ground import passes
from tuodi.platform.intake import tasks
from tuodi.platform.intake.committing import order_commit
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.ordering import grant_of
from tuodi.platform.intake.receiving import Brought, receive
from tuodi.platform.registry.models import Entry, Person

pytestmark = pytest.mark.slow

WORKER = """
import os, signal, sys
import django
django.setup()
from django.db import connections
from procrastinate.contrib.django import app
from tuodi.platform.ground import passes
from tuodi.platform.intake import tasks

kill_at = sys.argv[1]
if kill_at:
    standing_as = passes.standing_as

    def dying(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if f"INSERT INTO {kill_at}" in sql:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    from django.db.backends.signals import connection_created
    connection_created.connect(lambda connection, **more: connection.execute_wrappers.append(dying), weak=False)
worker = app.with_connector(app.connector.get_worker_connector())
with worker.open():
    worker.run_worker(queues=["intake"], wait=False, listen_notify=False, install_signal_handlers=False)
"""


def work(kill_at: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", dedent(WORKER), kill_at], capture_output=True, text=True, check=False, timeout=120
    )


def give_back() -> list[int]:
    """What the periodic task does, without the minute of silence."""
    code = """
    import asyncio, django
    django.setup()
    from procrastinate.contrib.django import app
    from tuodi.platform.intake.tasks import give_back
    async def main():
        worker = app.with_connector(app.connector.get_worker_connector())
        async with worker.open_async():
            print(await give_back(worker.job_manager, 0))
    asyncio.run(main())
    """
    done = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=True)
    return list(map(int, done.stdout.strip().strip("[]").split(","))) if done.stdout.strip() != "[]" else []


def state(grant: int, number: int) -> Delivery:
    with passes.standing_as(grant):
        return Delivery.objects.get(pk=number)


def rows(grant: int, model: Any) -> int:
    with passes.standing_as(grant):
        return int(model.objects.count())


def test_a_killed_worker_leaves_nothing_and_another_takes_up(clean) -> None:
    number = clean["insurance_officer", "own"]
    grant = grant_of(number)
    with passes.standing_as(number):
        delivery = receive(
            civil_affairs(count=6, wrong=1), Brought("十月.xlsx", "page", "civil_affairs_monthly"), grant
        )
        tasks.order("preview", delivery, number)
    done = work()
    assert state(number, delivery.pk).state == "previewed", done.stderr
    with passes.standing_as(number):
        tasks.order("commit", order_commit(Delivery.objects.get(pk=delivery.pk), number), number)
    done = work("registry_entry")
    assert done.returncode == -9, done.stderr
    assert state(number, delivery.pk).state == "committing"
    assert rows(number, Entry) == rows(number, Person) == 0
    assert len(give_back()) == 1
    done = work()
    assert state(number, delivery.pk).state == "committed", done.stderr
    assert rows(number, Entry) == 6


def test_a_worker_killed_while_reading_is_followed_by_another(clean) -> None:
    number = clean["insurance_officer", "own"]
    grant = grant_of(number)
    with passes.standing_as(number):
        delivery = receive(
            civil_affairs(count=3, wrong=1), Brought("十月.xlsx", "page", "civil_affairs_monthly"), grant
        )
    with transaction.atomic():
        passes.enter(number)
        tasks.order("preview", delivery, number)
    assert work('"intake_quarantined"').returncode == -9
    assert state(number, delivery.pk).state == "reading"
    assert len(give_back()) == 1
    work()
    found = state(number, delivery.pk)
    assert (found.state, found.counts["quarantined"]) == ("previewed", 1)
