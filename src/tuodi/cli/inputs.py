"""Files of a command → tables, every wrong row set aside with its reason.

Enters: paths. Leaves: :class:`Inputs`. Imports ``tuodi.exchange``, ``tuodi.law`` and ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from tuodi import tables, vocabulary
from tuodi.cli.common import language, texts
from tuodi.cli.progress import Working
from tuodi.errors import UsageError
from tuodi.exchange import (
    FINDINGS,
    Checked,
    Reading,
    check_identities,
    check_readings,
    link_persons,
    read_tables,
    sent_again,
    sentence,
    write_quarantine,
)
from tuodi.law import counter_names
from tuodi.law.model import Pack

__all__ = ["Inputs", "Reader", "local_codes", "read_inputs", "reader_of"]

LAYERS_OF_ANY_PLACE = ("basic", "catastrophic", "assistance", "tilt")
"""Layers that a file of payments by hand may name though the pack does not compute them."""


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

    def since(self, given: datetime | None) -> date | None:
        """The first day that the export covers: what the person says, else what the files' titles say."""
        return given.date() if given else self.window_from

    @property
    def as_of(self) -> date | None:
        """The day up to which the claims say that their data reach; else the last day that they say they cover."""
        days = [reading.as_of for name, reading in self.readings if name == "claims" and reading.as_of]
        return max(days, default=self.window_to)

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
    """Parse ``--read`` rules. Raises ``UsageError`` for one that is none, or names a column that there is not."""
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    defaults: dict[str, str] = {}
    every = sorted({name for schema in tables.SCHEMAS.values() for name in schema.columns})
    for rule in rules or ():
        kind, _colon, rest = rule.partition(":")
        name, equals, value = rest.rpartition("=")
        column, colon, found = name.partition(":")
        if equals and kind == "column":
            columns[name] = _is_column(rule, value, every)
        elif equals and kind == "default":
            defaults[_is_column(rule, name, every)] = value
        elif equals and kind == "value" and colon:
            values.setdefault(_is_column(rule, column, [*every, *vocabulary.CODE_SETS]), {})[found] = value
        else:
            _ = texts(language())
            forms = _("column:表头=列名、value:列名:原值=编码 或 default:列名=值")
            raise UsageError(_("--read {rule} 不成规则，应写成 {forms}").format(rule=rule, forms=forms))
    return Reader(columns, values, defaults)


def _is_column(rule: str, name: str, known: Sequence[str]) -> str:
    if name in known:
        return name
    _ = texts(language())
    close = get_close_matches(name, known, n=1)
    hint = _("；是不是 {name}？").format(name=close[0]) if close else ""
    raise UsageError(_("--read {rule}：没有 {name} 这一列").format(rule=rule, name=name) + hint)


def read_inputs(
    packs: Sequence[Pack],
    files: Mapping[str, Sequence[Path]],
    *,
    reader: Reader = Reader(),  # frozen
    as_of: date | None = None,
    told: Working | None = None,
) -> Inputs:
    """Read the files of a command; ``files``: table (``claims identities flags …``) → paths, none empty but claims.

    Several files of one table are one table: a bill may stand in one and its reversal in another. Rows that were
    quarantined and come again in a corrected workbook take the place of the wrong ones. Persons are linked to the
    claims by certificate where a list knows only that. Raises ``FileError`` for a file that cannot be used at all;
    nothing has been written then.
    """
    _ = texts(language())
    codes = local_codes(packs)
    made = Inputs(pl.DataFrame(schema=tables.CLAIMS.columns))
    for name, paths in files.items():
        schema = tables.IDENTITIES if name == "flags" else tables.SCHEMAS[name]
        readings: list[Reading] = []
        for path in paths:
            if told:
                told(_("正在读取 {name}").format(name=path.name))
            readings += read_tables(
                path, schema, local_codes=codes, value_maps=reader.value_maps,
                columns=_known(reader.columns, schema, of_values=True),
                defaults=_known(reader.defaults, schema, of_values=False),
                progress=told.of if told else None,
            )  # fmt: skip
        checked = _checked(readings, packs, as_of)
        made.readings += [(name, reading) for reading in checked]
        if checked:
            setattr(made, name, pl.concat([reading.frame for reading in checked]))
    _link(made)
    return made


def _checked(readings: Sequence[Reading], packs: Sequence[Pack], as_of: date | None) -> list[Reading]:
    """The readings of one table after every check that needs no other table."""

    def check(some: Sequence[Reading]) -> list[Reading]:
        if some and some[0].schema is tables.CLAIMS:
            return check_readings(some, as_of=as_of)
        if some and some[0].schema is tables.IDENTITIES:
            return [reading.after(check_identities(reading.frame, as_of=as_of)) for reading in some]
        return [_check_names(reading, packs) for reading in some]

    first = check(readings)
    later = sent_again(first)
    gone = [_rows(one) - _rows(other) for one, other in zip(first, later, strict=True)]
    if not any(gone):
        return first
    # The wrong rows go before the check: two rows of one number must not hold back the one that was corrected.
    return sent_again(check([reading.without(rows) for reading, rows in zip(readings, gone, strict=True)]))


def _rows(reading: Reading) -> set[int]:
    return set(reading.quarantine["row"].to_list())


def _check_names(reading: Reading, packs: Sequence[Pack]) -> Reading:
    """Counters, layers, awards and measures that the packs and the tables do not know: the rows are set aside."""
    money = [name for name in tables.CLAIMS.columns if name in tables.CLAIMS.money]
    spelled = [word for name, words in vocabulary.aliases("claims").items() if name in money for word in words]
    layers = [layer for pack in packs for layer in pack.layers]
    known: dict[str, tuple[str, Collection[str]]] = {
        "opening": ("counter", [name for pack in packs for name in counter_names(pack)]),
        "manual": (
            "layer",
            [*LAYERS_OF_ANY_PLACE, *(n for one in layers for n in (one.id, *one.title.values())), *spelled],
        ),
        "totals": ("measure", spelled),
        "awards": (
            "kind",
            [name for pack in packs for award in pack.awards for name in (award.id, *award.title.values())],
        ),
    }
    if reading.schema.name not in known:
        return reading
    column, names = known[reading.schema.name]
    if reading.schema is tables.AWARDS:
        ids = {title: award.id for pack in packs for award in pack.awards for title in award.title.values()}
        reading = replace(reading, frame=reading.frame.with_columns(pl.col("kind").replace(ids)))
    good = reading.frame[column].is_in(list(set(names)))
    if good.all():
        return reading
    lines = []
    for place in (~good).arg_true().to_list():
        found = reading.frame[column][place]
        close = get_close_matches(found, list(names), n=1, cutoff=0.5)
        code, words = ("code_unknown" if close else "code_unknown_plain"), {"expected": close[0] if close else ""}
        lines.append({
            "file": "", "sheet": "", "row": place + 1, "key": "", "field": column, "column": column, "found": found,
            "reason": code, **words, "reason_zh": sentence(code, "zh", **words),
            "reason_en": sentence(code, "en", **words), "cells": [],
        })  # fmt: skip
    wrong = pl.DataFrame(lines, schema=dict(FINDINGS))
    return reading.after(Checked(reading.frame.filter(good), wrong, pl.DataFrame(schema=dict(FINDINGS))))


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
