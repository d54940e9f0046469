"""Bulk loads checked again: are the rows that a batch brought still there, and are they what they were?

When a batch came in, the database kept the number of its rows and a digest of them. Here both are computed from the
rows that are there now, under the reader's own rights. Enters: a batch and a table. Leaves: :class:`Check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Sum

from tuodi.platform.ground.words import N_, _
from tuodi.platform.trail.models import BulkChange, RowChange

__all__ = ["VERDICTS", "Check", "batches_of", "check"]

VERDICTS = {
    "same": N_("行数和摘要都一致"),
    "changed": N_("行数一致，内容之后有变更"),
    "fewer": N_("行数少于入库时"),
    "more": N_("行数多于入库时"),
    "unseen": N_("本岗位不能读取这些行"),
    "unknown": N_("这张表不按批次保存"),
}

_COLUMN = {"registry_person": "first_delivery_id"}


@dataclass(frozen=True)
class Check:
    """What was kept, and what is there now."""

    table: str
    batch: str
    rows: int
    digest: int
    rows_now: int | None
    digest_now: int | None
    changes: int
    """Changes of single rows of the table since, as the trail has them: they explain another digest."""
    verdict: str

    @property
    def word(self) -> str:
        """The verdict in words."""
        return _(VERDICTS[self.verdict])


def batches_of(batch: str) -> list[str]:
    """The tables that a batch filled."""
    found = BulkChange.objects.filter(batch=batch).order_by("table_name").values_list("table_name", flat=True)
    return list(dict.fromkeys(found))


def check(table: str, batch: str, standing: Any) -> Check:
    """Count and digest anew. Only a table of a model with a column for the batch is read."""
    kept = BulkChange.objects.filter(batch=batch, table_name=table)
    rows = kept.aggregate(n=Sum("rows"))["n"] or 0
    digest = 0
    for one in kept.values_list("digest", flat=True):
        digest ^= one
    column = _batch_column(table)
    if column is None or not batch.isdecimal():
        return Check(table, batch, rows, digest, None, None, 0, "unknown")
    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    domain: str = model.protection.domain
    if not standing.role.may_read(domain):
        return Check(table, batch, rows, digest, None, None, 0, "unseen")
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), coalesce(bit_xor(hashtextextended(t::text, 0)), 0) FROM {quote(table)} t"
            f" WHERE t.{quote(column)} = %s",
            [int(batch)],
        )
        now, digest_now = cursor.fetchone()
    first = kept.order_by("id").first()
    since = RowChange.objects.filter(table_name=table, operation="update", at__gte=first.at).count() if first else 0
    verdict = (
        "fewer" if now < rows else "more" if now > rows else "same" if digest_now == digest else "changed"
    )  # fmt: skip
    return Check(table, batch, rows, digest, now, digest_now, since, verdict)


def _batch_column(table: str) -> str | None:
    for model in apps.get_models():
        if model._meta.db_table == table and model.__module__.startswith("tuodi.platform."):
            columns = {one.column for one in model._meta.concrete_fields}
            wanted = _COLUMN.get(table, "delivery_id")
            return wanted if wanted in columns else None
    return None
