"""All of a file goes in, or nothing: faults in the middle, the same file twice, corrected files, older lists."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection

from bureau.intake.lists import civil_affairs, deaths
from tuodi.errors import UsageError
from tuodi.platform.ground.orders import signed
from tuodi.platform.intake.committing import cancel, commit, order_commit
from tuodi.platform.intake.models import Delivery, Quarantined
from tuodi.platform.intake.previewing import preview
from tuodi.platform.intake.quarantine import open_rows
from tuodi.platform.intake.quarantine import workbook as correctable
from tuodi.platform.intake.receiving import template_of
from tuodi.platform.intake.scoring import scoreboard
from tuodi.platform.intake.states import StateError
from tuodi.platform.intake.tasks import commit_job
from tuodi.platform.registry.models import Entry, Identity, Person

TABLES = (Entry, Identity, Person)


def in_force() -> int:
    return Entry.objects.filter(until__isnull=True).count()


@pytest.mark.req("NI20")
def test_a_list_goes_in(committed) -> None:
    delivery = committed(civil_affairs(count=6, wrong=1))
    assert delivery.state == "committed"
    assert (delivery.committed_by_id, delivery.counts["added"]) == (delivery.received_by_id, 6)
    assert in_force() == 6


@pytest.mark.req("NI20")
def test_who_left_is_ended_not_deleted(committed) -> None:
    committed(civil_affairs("2026年9月", count=6))
    delivery = committed(civil_affairs("2026年10月", count=4, start=3))
    assert delivery.counts["left"] == 2
    assert in_force() == 4
    gone = Entry.objects.filter(ended_as="left")
    assert gone.count() == 2
    assert {one.ended_by_id for one in gone} == {delivery.pk}


@pytest.mark.req("NI20")
def test_the_same_file_twice_changes_nothing(committed, received) -> None:
    file = civil_affairs().getvalue()
    first = committed(BytesIO(file))
    again = received(BytesIO(file), "另一个名字.xlsx")
    assert (again.state, again.same_as_id, again.as_of) == ("unchanged", first.pk, first.as_of)
    assert in_force() == 6


def test_the_same_file_waiting_twice_goes_in_once(previewed, grant, db) -> None:
    file = civil_affairs().getvalue()
    one, other = previewed(BytesIO(file)), previewed(BytesIO(file))
    officer = db["insurance_officer", "own"]
    assert commit(one.pk, officer).state == "committed"
    assert commit(other.pk, officer).state == "unchanged"
    grant()
    assert in_force() == 6


def test_the_same_file_for_another_day_is_another_delivery(committed, received) -> None:
    file = deaths(1).getvalue()
    committed(BytesIO(file), "名单.xlsx", "deaths", as_of=date(2026, 9, 30))
    later = received(BytesIO(file), "名单.xlsx", "deaths", as_of=date(2026, 10, 31))
    assert later.state == "received"


class BrokenError(RuntimeError):
    """What a test throws in the middle."""


@pytest.mark.parametrize("table", ["registry_person", "registry_entry", "registry_identity"])
def test_a_fault_in_the_middle_leaves_nothing(previewed, committed, db, grant, table) -> None:
    """It breaks when rows of one table have just been written."""
    committed(civil_affairs("2026年9月", count=3))
    before = [model.objects.count() for model in TABLES]
    delivery = previewed(civil_affairs("2026年10月", count=6, start=2))
    with pytest.raises(BrokenError):
        _commit_breaking(delivery, db["insurance_officer", "own"], table)
    grant()
    delivery.refresh_from_db()
    assert delivery.state == "previewed"
    assert delivery.problem
    assert [model.objects.count() for model in TABLES] == before
    assert in_force() == 3
    assert commit(delivery.pk, db["insurance_officer", "own"]).state == "committed"


def _commit_breaking(delivery: Delivery, grant: int, table: str) -> None:
    def breaking(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if f"INSERT INTO {table}" in sql:
            raise BrokenError("broken on purpose")
        return result

    with connection.execute_wrapper(breaking):
        commit(delivery.pk, grant)


def test_a_preview_that_breaks_can_be_read_again(received, db, grant) -> None:
    delivery = received(civil_affairs(wrong=2))

    def breaking(execute, sql, params, many, context):
        if "UPDATE" in sql and "intake_delivery" in sql and "samples" in sql:
            raise BrokenError("broken on purpose")
        return execute(sql, params, many, context)

    officer = db["insurance_officer", "own"]
    with pytest.raises(BrokenError), connection.execute_wrapper(breaking):
        preview(delivery.pk, officer)
    grant()
    delivery.refresh_from_db()
    assert delivery.state == "received"
    assert not Quarantined.objects.exists()
    preview(delivery.pk, officer)
    grant()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.counts["quarantined"]) == ("previewed", 2)
    assert open_rows(delivery).count() == 2


def test_a_delivery_left_by_a_dead_worker_is_taken_up(previewed, received, db, grant) -> None:
    officer = db["insurance_officer", "own"]
    delivery = previewed(civil_affairs())
    order_commit(delivery, officer)
    assert commit(delivery.pk, officer).state == "committed"
    grant()
    other = received(civil_affairs("2026年11月"))
    Delivery.objects.filter(pk=other.pk).update(state="reading")
    assert preview(other.pk, officer).state == "previewed"


@pytest.mark.req("AD03", "AD04")
def test_a_corrected_file_settles_its_rows(committed, received, db, grant, tmp_path) -> None:
    first = committed(civil_affairs(count=4, wrong=2), "十月.xlsx")
    path = tmp_path / "待更正.xlsx"
    path.write_bytes(correctable(first, template_of(first.source), "zh"))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[2] if cell.value == "发放类别")
    sheet.cell(3, column).value = "特困"
    out = BytesIO()
    book.save(out)
    delivery = committed(out.getvalue(), "十月_待更正.xlsx")
    assert (delivery.counts["added"], delivery.counts["left"], delivery.counts["quarantined"]) == (1, 0, 1)
    assert delivery.counts["settled"] == 2
    assert not open_rows(first).exists()
    assert open_rows(delivery).count() == 1
    assert in_force() == 5
    scored = next(one for one in scoreboard(persons=False) if one.template.code == first.source)
    assert scored.last.pk == first.pk, "the corrected rows alone are not the list"


def test_an_older_list_changes_nothing_newer(committed) -> None:
    committed(civil_affairs("2026年10月", count=6, amount="520.00"))
    older = committed(civil_affairs("2026年9月", count=2, amount="500.00"))
    assert (older.counts["left"], older.counts["changed"]) == (0, 0)
    assert in_force() == 6


def test_what_is_cancelled_does_not_go_in(previewed, db, grant) -> None:
    delivery = previewed(civil_affairs())
    cancel(delivery)
    with pytest.raises(StateError):
        commit(delivery.pk, db["insurance_officer", "own"])
    grant()
    assert not Entry.objects.exists()


def test_a_county_cannot_commit_anothers_delivery(previewed, db) -> None:
    delivery = previewed(civil_affairs())
    with pytest.raises(Delivery.DoesNotExist):
        commit(delivery.pk, db["insurance_officer", "neighbour"])


def test_who_may_only_read_cannot_commit(previewed, db) -> None:
    delivery = previewed(civil_affairs())
    with pytest.raises(StateError):
        commit(delivery.pk, db["auditor", "own"])


def test_an_order_that_we_did_not_sign_is_refused(previewed, db) -> None:
    delivery = previewed(civil_affairs())
    order = signed("intake.commit", delivery=delivery.pk, grant=db["insurance_officer", "own"])
    for forged in (
        {**order, "delivery": delivery.pk + 1}, {**order, "grant": db["importer", "own"]},
        {**order, "signature": "0" * 64}, {"delivery": delivery.pk, "grant": db["insurance_officer", "own"]},
    ):  # fmt: skip
        with pytest.raises(UsageError, match="signature"):
            commit_job.func(**forged)


def test_an_order_that_we_signed_is_carried_out(previewed, db, grant) -> None:
    delivery = previewed(civil_affairs())
    commit_job.func(**signed("intake.commit", delivery=delivery.pk, grant=db["insurance_officer", "own"]))
    grant()
    delivery.refresh_from_db()
    assert delivery.state == "committed"
