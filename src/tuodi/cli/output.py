"""Result tables → files: yuan with two decimals, all or nothing.

Enters: frames in fen. Leaves: CSV, XLSX or Parquet. Imports ``tuodi.exchange`` and ``tuodi.tables``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from pathlib import Path

import polars as pl

from tuodi.errors import UsageError
from tuodi.exchange import write_table
from tuodi.tables import Schema

__all__ = ["KINDS", "check_kind", "quarantine_path", "write_result"]

KINDS = (".csv", ".xlsx", ".parquet")


def check_kind(path: Path) -> None:
    """Raise ``UsageError`` before anything is read if the result could not be written."""
    if path.suffix.lower() not in KINDS:
        raise UsageError(f"--out {path.name}: the ending must be one of {', '.join(KINDS)}")
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: the folder {path.parent} does not exist")


def quarantine_path(out: Path) -> Path:
    """Where the rows to be corrected go: beside the result."""
    return out.with_name(f"{out.stem}.quarantine.xlsx")


def write_result(frame: pl.DataFrame, path: Path, name: str, money: Collection[str]) -> None:
    """Write ``frame`` beside its place and move it there, so that a half-written file is never seen."""
    schema = Schema(name, required=dict(frame.schema), money=frozenset(money))
    nullable = Schema(name, required={}, optional=dict(frame.schema), money=schema.money)
    handle, draft = tempfile.mkstemp(suffix=path.suffix, dir=path.parent)
    os.close(handle)
    try:
        write_table(frame, draft, _all_kept(nullable, frame))
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _all_kept(schema: Schema, frame: pl.DataFrame) -> Schema:
    """Columns without any value stay in the result: an empty column says that nothing was determined."""
    required = {name: kind for name, kind in schema.optional.items() if frame[name].null_count() == 0}
    return Schema(schema.name, required=required, optional=schema.optional, money=schema.money)
