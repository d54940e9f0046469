"""Small invented registers and lists, written by hand."""

from __future__ import annotations

from datetime import date

import polars as pl

from tuodi.identity import check_character
from tuodi.tables import WHO

__all__ = ["VILLAGE", "known", "number", "record", "records", "register"]

VILLAGE = "990121101203"
_TYPES = {"person": pl.String(), "record_id": pl.String(), "source": pl.String(), **WHO, "household_id": pl.String()}


def number(born: str = "19560412", sequence: int = 101) -> str:
    """An identity number of the invented region; an odd ``sequence`` is a man's."""
    body = f"990121{born}{sequence:03d}"
    return body + check_character(body)


def known(person: str, name: str | None, certificate: str | None = None, **more: object) -> dict[str, object]:
    """One row of a register."""
    return {"person": person, "person_name": name, "certificate": certificate, **more}


def record(record_id: str, name: str | None, certificate: str | None = None, **more: object) -> dict[str, object]:
    """One row of a list."""
    return {"record_id": record_id, "source": "list", "person_name": name, "certificate": certificate, **more}


def register(*rows: dict[str, object]) -> pl.DataFrame:
    """A register of the rows given."""
    return _table(rows, "person")


def records(*rows: dict[str, object]) -> pl.DataFrame:
    """A list of the rows given."""
    return _table(rows, "record_id", "source")


def _table(rows: tuple[dict[str, object], ...], *keys: str) -> pl.DataFrame:
    used = [name for name in _TYPES if name in keys or any(name in row for row in rows)]
    return pl.DataFrame(
        [{name: row.get(name) for name in used} for row in rows], schema={name: _TYPES[name] for name in used}
    )


BORN = date(1956, 4, 12)
