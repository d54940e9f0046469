"""What reading a file left, as the report shows it.

Enters: a :class:`~tuodi.exchange.Reading`. Leaves: :class:`~tuodi.report.views.FileQuality`. Identity numbers that
stand in a wrong cell are masked. Imports ``tuodi.exchange`` and this room's views and words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import polars as pl

from tuodi.exchange import Reading
from tuodi.i18n import LANGUAGES, translator
from tuodi.report.kinds import N_
from tuodi.report.views import BadRow, FileQuality
from tuodi.report.words import mask_certificate

__all__ = ["TABLE_WORDS", "file_quality", "masked_text"]

TABLE_WORDS: Mapping[str, str] = {
    "claims": N_("医疗救助结算明细"),
    "identities": N_("身份明细"),
    "flags": N_("身份标识明细"),
    "roster": N_("民政当月发放名册"),
    "persons": N_("人员信息"),
    "opening": N_("期初累计额"),
    "manual": N_("零星报销与手工支付明细"),
    "totals": N_("平台月报"),
}
"""What a file holds; ``flags`` and ``roster`` are both tables of identities."""

_NUMBER = re.compile(r"(?<!\d)\d{6}(?:(?:19|20)\d{2}|\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]?(?!\d)")
"""An identity number of 18 or 15 characters; a bill's number is not taken for one unless it could be."""


def file_quality(reading: Reading, holds: str = "", *, until: date | None = None, correct_in: str = "") -> FileQuality:
    """One file's rows, what is wrong in it and what is doubtful. ``holds`` is a key of :data:`TABLE_WORDS`."""
    word = TABLE_WORDS[holds or reading.schema.name]
    return FileQuality(
        name=reading.file,
        table={lang: translator("report", lang)(word) for lang in LANGUAGES},
        rows=reading.rows_read,
        good=reading.frame.height,
        bad=_rows(reading.quarantine),
        warnings=_rows(reading.warnings),
        until=until or reading.window_to,
        correct_in=correct_in,
        dropped=reading.dropped,
    )


def _rows(findings: pl.DataFrame) -> tuple[BadRow, ...]:
    return tuple(
        BadRow(
            row=row["row"] or 0,
            column=row["column"] or row["field"] or "",
            found=mask_certificate(row["found"]) if row["field"] == "certificate" else masked_text(row["found"] or ""),
            reason={lang: masked_text(row[f"reason_{lang}"]) for lang in LANGUAGES},
        )
        for row in findings.to_dicts()
    )


def masked_text(text: str) -> str:
    """A text in which identity numbers are masked."""
    return _NUMBER.sub(lambda match: mask_certificate(match[0]), text)
