"""Rows that were set aside: kept sealed, given back as a workbook, settled when they come again.

Enters: pieces of a delivery; a delivery. Leaves: rows of ``Quarantined``, a workbook. Imports ``exchange``,
``sealing``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import polars as pl
from django.db import connection
from django.db.models import QuerySet

from tuodi.exchange import FINDINGS, Reading, SourceTemplate, sentence, write_quarantine
from tuodi.exchange import Delivery as Read
from tuodi.platform.ground.sealing import open_seal, seals
from tuodi.platform.intake.models import Delivery, Quarantined

__all__ = ["Place", "Row", "keep", "open_rows", "replaced", "rows_of", "settle", "workbook"]

_FILE, _ROW = ("原文件", "Source file"), ("原行号", "Source row")
_BATCH = 2000


class Row(NamedTuple):
    """One finding, opened."""

    sheet: str
    row: int
    column: str
    field: str
    reason: str
    found: str
    expected: str
    file: str
    cells: list[str]
    settled_by: int | None


class Place(NamedTuple):
    """Where a corrected row stood before: file, row, and the sheet in which it came back."""

    file: str
    row: int
    sheet: str


def keep(delivery: Delivery, piece: Read) -> int:
    """Write the findings of a piece in bulk: the trail keeps their count and digest."""
    lines = piece.quarantine.to_dicts()
    if not lines:
        return 0
    texts = [
        json.dumps(
            {"found": one["found"], "expected": one["expected"], "file": one["file"], "cells": one["cells"]},
            ensure_ascii=False,
        )
        for one in lines
    ]
    made = [
        Quarantined(
            delivery=delivery, organisation_id=delivery.organisation_id, region_path=delivery.region_path,
            sheet=(one["sheet"] or "")[:60], row=one["row"], column=(one["column"] or "")[:100],
            field=(one["field"] or "")[:60], reason=one["reason"], sealed=sealed, reading=delivery.reading,
        )
        for one, sealed in zip(lines, seals("row", texts), strict=True)
    ]  # fmt: skip
    _bulk(str(delivery.pk))
    Quarantined.objects.bulk_create(made, batch_size=_BATCH)
    _bulk("")
    return len(made)


def _bulk(batch: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tuodi.bulk', %s, true)", [batch])


def open_rows(delivery: Delivery) -> QuerySet[Quarantined]:
    """The findings of the delivery's last reading that no later file has settled."""
    return Quarantined.objects.filter(delivery=delivery, reading=delivery.reading, settled_by__isnull=True)


def rows_of(rows: QuerySet[Quarantined]) -> Iterator[Row]:
    """Findings opened, in the order of the file."""
    for one in rows:
        told = json.loads(open_seal("row", one.sealed))
        yield Row(
            one.sheet, one.row, one.column, one.field, one.reason, told["found"], told["expected"], told["file"],
            told["cells"], one.settled_by_id,
        )  # fmt: skip


def workbook(delivery: Delivery, template: SourceTemplate, lang: str) -> bytes:
    """待更正.xlsx: the rows still to be corrected, with their own headers; corrected, it is sent like any file."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(open_rows(delivery).order_by("row", "id")):
        words = {"found": row.found, "expected": row.expected}
        lines.setdefault(row.sheet, []).append({
            "file": row.file, "sheet": row.sheet, "row": row.row, "key": "", "field": row.field, "column": row.column,
            "found": row.found, "reason": row.reason, "expected": row.expected,
            "reason_zh": sentence(row.reason, "zh", **words), "reason_en": sentence(row.reason, "en", **words),
            "cells": row.cells,
        })  # fmt: skip
    readings = []
    for sheet in delivery.sheets:
        found = lines.get(sheet["sheet"][:60], [])
        if found:
            readings.append(_reading(template, sheet, found))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.xlsx"
        write_quarantine(readings, path, lang=lang)
        return path.read_bytes() if path.exists() else b""


def _reading(template: SourceTemplate, sheet: dict[str, Any], lines: list[dict[str, Any]]) -> Reading:
    nothing = pl.DataFrame(schema=dict(FINDINGS))
    return Reading(
        schema=template.schema, file=lines[0]["file"], sheet=sheet["sheet"], frame=pl.DataFrame(),
        quarantine=pl.DataFrame(lines, schema=dict(FINDINGS)), warnings=nothing, headers=tuple(sheet["headers"]),
        header_map={}, unknown_columns=(), rows_read=len({one["row"] for one in lines}), encoding="",
        title_lines=tuple(sheet["titles"]),
    )  # fmt: skip


def replaced(piece: Read) -> Iterator[Place]:
    """Of a workbook of corrected rows: which rows of which file they replace, right now or still wrong."""
    for reading in piece.readings:
        files = [at for at, head in enumerate(reading.headers) if head in _FILE]
        rows = [at for at, head in enumerate(reading.headers) if head in _ROW]
        if not files or not rows:
            continue
        names = [str(place) for place in (files[0], rows[0])]
        good = reading.origin.select(pl.col(name).cast(pl.String()).fill_null("") for name in names).rows()
        wrong = [(cells[files[0]], cells[rows[0]]) for cells in reading.quarantine["cells"].to_list() if cells]
        for file, row in [*good, *wrong]:
            number = row.removesuffix(".0")
            if number.isdecimal():
                yield Place(file, int(number), reading.sheet)


def settle(delivery: Delivery, places: set[Place]) -> int:
    """Mark the rows that a corrected file brings again as settled by it; how many findings that were."""
    done = 0
    files = {place.file.partition("/")[0] for place in places}
    for earlier in Delivery.objects.filter(
        source=delivery.source, organisation_id=delivery.organisation_id, state="committed", file_name__in=files
    ).exclude(pk=delivery.pk):
        several = len(earlier.sheets) > 1
        for sheet in earlier.sheets:
            name = sheet["sheet"]
            rows = {
                place.row
                for place in places
                if place.file.partition("/")[0] == earlier.file_name
                and (not several or place.sheet.endswith(f"_{name}"[:27]))
            }
            done += open_rows(earlier).filter(row__in=rows, sheet=name[:60]).update(settled_by=delivery)
    return done
