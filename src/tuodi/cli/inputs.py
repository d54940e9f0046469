"""Files of a command → tables, every wrong row set aside with its reason.

Enters: paths. Leaves: :class:`Inputs`. Imports ``tuodi.exchange``, ``tuodi.law`` and ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from tuodi import tables
from tuodi.errors import UsageError
from tuodi.exchange import (
    Reading,
    check_identities,
    check_reading,
    link_persons,
    read_tables,
    sent_again,
    write_quarantine,
)
from tuodi.law.model import Pack

__all__ = ["Inputs", "Reader", "local_codes", "read_inputs", "reader_of"]


@dataclass
class Inputs:
    """Tables that a command works on. ``readings`` by what the file holds; ``conflicts`` between the files."""

    claims: pl.DataFrame
    identities: pl.DataFrame | None = None
    flags: pl.DataFrame | None = None
    persons: pl.DataFrame | None = None
    opening: pl.DataFrame | None = None
    manual: pl.DataFrame | None = None
    totals: pl.DataFrame | None = None
    awards: pl.DataFrame | None = None
    changes: pl.DataFrame | None = None
    readings: list[tuple[str, Reading]] = field(default_factory=list)
    conflicts: list[pl.DataFrame] = field(default_factory=list)

    @property
    def set_aside(self) -> int:
        """How many rows of all files were quarantined."""
        return sum(reading.quarantined for _, reading in self.readings)

    @property
    def window_from(self) -> date | None:
        """The first day that the claims say they cover, if every claims file says one."""
        days = [reading.window_from for name, reading in self.readings if name == "claims"]
        return min(day for day in days if day) if days and all(days) else None

    @property
    def window_to(self) -> date | None:
        """The last day that the claims say they cover."""
        days = [reading.window_to for name, reading in self.readings if name == "claims"]
        return max((day for day in days if day), default=None)

    def write_quarantine(self, path: Path, lang: str) -> Path | None:
        """Write the rows to be corrected; None if there are none."""
        written = write_quarantine([reading for _, reading in self.readings], path, lang=lang)
        return path if written else None


def local_codes(packs: Iterable[Pack]) -> dict[str, dict[str, str]]:
    """The packs' own codes, by code set: the code itself and its title in either language → code."""
    found: dict[str, dict[str, str]] = {}
    for pack in packs:
        for code_set, codes in pack.codes.items():
            own = found.setdefault(code_set, {})
            for code in codes.values():
                own |= dict.fromkeys((code.code, *code.title.values()), code.code)
    return found


@dataclass(frozen=True)
class Reader:
    """What the person says of the files: a header's column, a value's meaning, a value for a column that is absent."""

    columns: Mapping[str, str] = field(default_factory=dict)
    value_maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)


def reader_of(rules: Sequence[str] | None) -> Reader:
    """Parse ``--read`` rules. Raises ``UsageError`` for one that is none."""
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    defaults: dict[str, str] = {}
    for rule in rules or ():
        kind, _colon, rest = rule.partition(":")
        name, equals, value = rest.partition("=")
        column, colon, found = name.partition(":")
        if equals and kind == "column":
            columns[name] = value
        elif equals and kind == "default":
            defaults[name] = value
        elif equals and kind == "value" and colon:
            values.setdefault(column, {})[found] = value
        else:
            raise UsageError(
                f"--read {rule}: expected column:HEADER=COLUMN, value:COLUMN:FOUND=CODE or default:COLUMN=TEXT"
            )
    return Reader(columns, values, defaults)


def read_inputs(
    packs: Iterable[Pack],
    files: Mapping[str, Sequence[Path]],
    *,
    reader: Reader = Reader(),  # frozen
    as_of: date | None = None,
    told: Callable[[str], None] = lambda text: None,
) -> Inputs:
    """Read the files of a command; ``files``: table (``claims identities flags …``) → paths, none empty but claims.

    Persons are linked to the claims by certificate where a list knows only that. Raises ``FileError`` for a file that
    cannot be used at all; nothing has been written then. Rows that were quarantined and come again in a corrected
    workbook are not counted a second time.
    """
    codes = local_codes(packs)
    made = Inputs(pl.DataFrame(schema=tables.CLAIMS.columns))
    for name, paths in files.items():
        schema = tables.IDENTITIES if name == "flags" else tables.SCHEMAS[name]
        readings = []
        for path in paths:
            told(path.name)
            for reading in read_tables(
                path, schema, local_codes=codes, value_maps=reader.value_maps,
                columns=_known(reader.columns, schema, of_values=True),
                defaults=_known(reader.defaults, schema, of_values=False),
            ):  # fmt: skip
                checked = reading
                if name == "claims":
                    checked = check_reading(reading, as_of=as_of)
                elif schema is tables.IDENTITIES:
                    checked = reading.after(check_identities(reading.frame, as_of=as_of))
                readings.append(checked)
        made.readings += [(name, reading) for reading in sent_again(readings)]
        if readings:
            setattr(made, name, pl.concat([reading.frame for reading in readings]))
    _link(made)
    return made


def _known(rules: Mapping[str, str], schema: tables.Schema, *, of_values: bool) -> dict[str, str]:
    """The rules that speak of this table's columns."""
    return {name: value for name, value in rules.items() if (value if of_values else name) in schema.columns}


def _link(made: Inputs) -> None:
    for name in ("identities", "flags", "persons", "manual"):
        frame = getattr(made, name)
        if frame is not None and "certificate" in frame.columns and made.claims.height:
            linked = link_persons(made.claims, frame)
            setattr(made, name, linked.frame)
            if linked.conflicts.height:
                made.conflicts.append(linked.conflicts)
