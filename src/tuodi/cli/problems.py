"""What the files hold that is wrong or doubtful: on the terminal the first of each file, in JSON all of it.

Enters: :class:`~tuodi.cli.inputs.Inputs`. Leaves: lines, or records. An identity number is shown masked: what is
printed may end in a log. Imports ``tuodi.exchange`` through the readings, and the report's way of masking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tuodi.cli.common import texts
from tuodi.cli.inputs import Inputs

__all__ = ["file_lines", "file_records", "problem_records"]

SHOWN = 5
"""Problems of one file that are printed."""

_IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{9}[\dXx](?!\d)")


def file_records(inputs: Inputs) -> list[dict[str, Any]]:
    """One record a table read: what it holds, how many rows were used, set aside, dropped as doubles, doubted."""
    return [
        {
            "file": reading.file, "table": name, "sheet": reading.sheet, "rows": reading.rows_read,
            "good": reading.good, "quarantined": reading.quarantined, "repeated": reading.dropped,
            "warnings": reading.warnings.height, "unknown_columns": list(reading.unknown_columns),
        }
        for name, reading in inputs.readings
    ]  # fmt: skip


def problem_records(inputs: Inputs, lang: str) -> dict[str, list[dict[str, Any]]]:
    """``problems`` (rows set aside), ``warnings`` (rows used, with a doubt) and ``conflicts`` between the files."""
    return {
        "problems": [r for name, one in inputs.readings for r in _records(one.quarantine, name, lang, one.headers)],
        "warnings": [r for name, one in inputs.readings for r in _records(one.warnings, name, lang, one.headers)],
        "conflicts": [r for found in inputs.conflicts for r in _records(found, "", lang)],
    }


def _records(findings: pl.DataFrame, table: str, lang: str, headers: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """``cell`` is the text of the cell as it stood, ``found`` what the check found: the sum of several, for instance."""
    places = {head: at for at, head in enumerate(headers)}
    for line in findings.iter_rows(named=True):
        at = places.get(line["column"], -1)
        yield {
            "file": line["file"], "table": table, "sheet": line["sheet"], "row": line["row"],
            "key": _masked(line["key"]), "column": line["column"], "field": line["field"],
            "cell": _masked(line["cells"][at]) if 0 <= at < len(line["cells"]) else None,
            "found": _masked(line["found"]), "expected": _masked(line["expected"]), "reason": line["reason"],
            "message": _masked(line[f"reason_{lang}"]),
        }  # fmt: skip


def file_lines(inputs: Inputs, quarantine: Path | None, lang: str) -> Iterator[str]:
    """What was read, file by file; the first problems of each with row, column and reason; where to correct them."""
    _ = texts(lang)
    for name, reading in inputs.readings:
        line = _("{file}：读入 {rows} 行，可用 {good} 行，待更正 {bad} 行").format(
            file=reading.file, rows=reading.rows_read, good=reading.good, bad=reading.quarantined
        )
        if reading.dropped:
            line += _("，重复或已由更正替代 {count} 行").format(count=reading.dropped)
        if reading.warnings.height:
            line += _("，提示 {count} 处").format(count=reading.warnings.height)
        if reading.unknown_columns:
            line += _("；不认识的列（未使用）：{names}").format(names=_("、").join(reading.unknown_columns))
        yield line
        several = sum(one.file == reading.file for _name, one in inputs.readings) > 1
        yield from _first(reading.quarantine, name, reading.file, lang, reading.headers, with_sheet=several)
        whole = reading.warnings.filter(pl.col("row") == 0)
        for record in _records(whole, name, lang):
            yield "  " + _("提示：{what}").format(what=_sentence(record, lang))
    if any(found.height for found in inputs.conflicts):
        yield _("文件之间有出入（已照用，请核对）：")
        yield from _first(pl.concat(inputs.conflicts), "", "", lang)
    if quarantine is not None:
        yield _("待更正的行及原因：{path}（改好后可重新送入）").format(path=quarantine)


def _first(
    findings: pl.DataFrame, table: str, file: str, lang: str, headers: Sequence[str] = (), *, with_sheet: bool = False
) -> Iterator[str]:
    _ = texts(lang)
    for record in _records(findings.head(SHOWN), table, lang, headers):
        place = _("第 {row} 行").format(row=record["row"]) if record["row"] else ""
        if with_sheet and record["sheet"]:
            place = _("工作表 {sheet} ").format(sheet=record["sheet"]) + place
        yield "  " + _("，").join(part for part in (place, _sentence(record, lang)) if part)
    if findings.height > SHOWN:
        more = findings.height - SHOWN
        yield "  " + (
            _("…… {file} 另有 {count} 处").format(file=file, count=more)
            if file
            else _("…… 另有 {count} 处").format(count=more)
        )


def _sentence(record: dict[str, Any], lang: str) -> str:
    """``医疗费总额“1000.00”：…``"""
    _ = texts(lang)
    column = record["column"] or record["field"]
    shown = record["found"] if record["cell"] is None else record["cell"]
    found = _("“{found}”").format(found=shown) if shown and shown not in (column, record["message"]) else ""
    if not column:  # the whole row
        return str(record["message"]) + (found if shown not in record["message"] else "")
    return _("{head}：{what}").format(head=f"{column}{found}", what=record["message"])


def _masked(text: str | None) -> str:
    if not text or not _IDENTITY_NUMBER.search(text):
        return text or ""
    from tuodi.report.words import mask_certificate  # brings the report's templates with it

    return _IDENTITY_NUMBER.sub(lambda match: mask_certificate(match[0]), text or "")
