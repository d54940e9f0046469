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
from tuodi.exchange import Reading, check_identities, check_reading, link_persons, read_tables, write_quarantine
from tuodi.law.model import Pack

__all__ = ["Inputs", "local_codes", "read_inputs"]


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


def read_inputs(
    packs: Iterable[Pack],
    files: Mapping[str, Sequence[Path]],
    *,
    as_of: date | None = None,
    told: Callable[[str], None] = lambda text: None,
) -> Inputs:
    """Read the files of a command; ``files``: table (``claims identities flags …``) → paths, none empty but claims.

    Persons are linked to the claims by certificate where a list knows only that. Raises ``FileError`` for a file that
    cannot be used at all; nothing has been written then.
    """
    codes = local_codes(packs)
    made = Inputs(pl.DataFrame(schema=tables.CLAIMS.columns))
    for name, paths in files.items():
        schema = tables.IDENTITIES if name == "flags" else tables.SCHEMAS[name]
        frames = []
        for path in paths:
            told(path.name)
            for reading in read_tables(path, schema, local_codes=codes):
                checked = reading
                if name == "claims":
                    checked = check_reading(reading, as_of=as_of)
                elif schema is tables.IDENTITIES:
                    checked = reading.after(check_identities(reading.frame, as_of=as_of))
                made.readings.append((name, checked))
                frames.append(checked.frame)
        if frames:
            setattr(made, name, pl.concat(frames))
    _link(made)
    return made


def _link(made: Inputs) -> None:
    for name in ("identities", "flags", "persons", "manual"):
        frame = getattr(made, name)
        if frame is not None and "certificate" in frame.columns and made.claims.height:
            linked = link_persons(made.claims, frame)
            setattr(made, name, linked.frame)
            if linked.conflicts.height:
                made.conflicts.append(linked.conflicts)
