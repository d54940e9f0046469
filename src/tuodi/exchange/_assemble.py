"""A table as its file holds it → a :class:`Reading`: columns matched, cells read, wrong rows set aside.

Enters: :class:`RawTable`, a schema, what the caller knows about the file (:class:`Options`). Leaves: ``Reading``.
Imports ``tuodi.tables`` and ``tuodi.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import polars as pl

from tuodi import vocabulary
from tuodi.errors import nearest
from tuodi.exchange._columns import Column, Fault, code_set, kind_of, parse_column
from tuodi.exchange._header import OWN_HEADERS, Match, match_headers, units
from tuodi.exchange._raw import RawFault, RawTable, drop_lines
from tuodi.exchange._reading import Finding, Reading, finding, findings_frame, texts_of
from tuodi.exchange._reasons import file_error
from tuodi.exchange._source import SourceSchema
from tuodi.exchange._text import first_chinese
from tuodi.exchange._typed import typed_column
from tuodi.exchange._values import UNIT_DIGITS
from tuodi.exchange._window import read_as_of, read_window
from tuodi.exchange._words import CodeBook, code_book, value_key
from tuodi.tables import Schema, conform

__all__ = ["Options", "assemble"]

ALWAYS_WARNINGS = frozenset({"identity_text_kept", "tilt_of_detail"})
_EMPTY: Mapping[str, Any] = MappingProxyType({})
_KEYS = ("claim_id", "person_id", "certificate", "change", "month")


@dataclass(frozen=True)
class Options:
    """What the caller knows: see :func:`tuodi.exchange.read_table`."""

    value_maps: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _EMPTY)
    local_codes: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _EMPTY)
    as_warning: frozenset[str] = frozenset()
    columns: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    defaults: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    progress: Callable[[int, int], None] | None = None
    lenient: frozenset[str] = frozenset()
    """Columns whose wrong cells are warnings: the row is kept, the value unknown."""
    keys: tuple[str, ...] = ()
    """Columns one of which every record fills: a line that fills none may be a total."""


def assemble(raw: RawTable, schema: Schema, options: Options) -> Reading:
    """Read one raw table."""
    match = match_headers(raw.file, raw.headers, schema, options.columns)
    key = [match.columns[name] for name in {*_KEYS, *options.keys} if name in match.columns]
    table = raw if raw.message else drop_lines(raw, key)
    match, extra_faults = _agree(table, match, schema)
    window = read_window(table.title_lines)
    notes: list[Finding] = []
    defaults, absent = _defaults(table, match, schema, options, window, notes)
    _require(table, match, schema, {*defaults, *absent})
    unit, whole = units(table.headers, table.title_lines)
    broken = {fault.position for fault in table.faults if fault.column < 0}
    spoilt = {(fault.position, fault.column) for fault in [*table.faults, *extra_faults]}
    soft = options.as_warning | ALWAYS_WARNINGS
    height = table.cells.height
    columns: dict[str, pl.Series] = {}
    faults: list[Fault] = []
    wanted = [*schema.columns, *(["refund_flag"] if schema.name == "claims" else [])]
    present = [name for name in wanted if name in match.columns or name in defaults]
    for step, name in enumerate(present):
        if name in match.columns:
            place = match.columns[name]
            cells = table.cells[str(place)]
            stated = unit.get(place) or whole or "元"
            parsed = _column(table, schema, name, cells, options, UNIT_DIGITS[stated])
            hurt = [p for p, column in spoilt if column == place]
            if hurt and (bad := {f.position for f in table.faults if f.column == place and f.code not in soft}):
                parsed = Column(
                    parsed.values.scatter(sorted(bad), [None] * len(bad)),
                    [fault for fault in parsed.faults if fault.position not in bad],
                    parsed.unverified,
                    parsed.kept,
                )
            if name in schema.money and stated == "万元":
                notes.append(_note(table, "unit_wan", table.headers[place], name))
            if name in defaults and table.message:
                filled = _column(table, schema, name, pl.Series([defaults[name]]), options, 2).values
                parsed = Column(parsed.values.fill_null(filled[0]), parsed.faults, parsed.unverified)
        else:
            one = _column(table, schema, name, pl.Series([defaults[name]], dtype=pl.String()), options, 2)
            parsed = Column(one.values.new_from_index(0, height), [], one.unverified, one.kept)
        if parsed.unverified:
            header = table.headers[match.columns[name]] if name in match.columns else name
            notes.append(_note(table, "values_unverified", header, name, expected="；".join(parsed.unverified[:12])))
        if parsed.kept:
            header = table.headers[match.columns[name]] if name in match.columns else name
            notes.append(_note(table, "values_kept", header, name, expected="、".join(parsed.kept[:12])))
        columns[name] = parsed.values.alias(name)
        faults += [fault for fault in parsed.faults if fault.position not in broken]
        if options.progress:
            options.progress(height * (step + 1) // len(present), height)
    _derive(table, schema, match, columns, height)
    faults += _needed(schema, columns, faults, broken, spoilt, match, absent)
    for position, name in match.second.items():
        main = table.headers[match.columns[name]]
        notes.append(_note(table, "second_header", table.headers[position], name, expected=main))
    if not height:
        notes.append(_note(table, "no_rows", "", ""))
    return _reading(table, schema, match, columns, faults, extra_faults, soft, notes, window, options, unit, whole)


def _note(table: RawTable, code: str, found: str, name: str, expected: str = "") -> Finding:
    return finding(0, code, found, expected, field=name, column=found, file=table.file, sheet=table.sheet)


def _agree(table: RawTable, match: Match, schema: Schema) -> tuple[Match, list[RawFault]]:
    """Two headers for one column: one and the same content is no harm; else the file is refused.

    In a message the second name fills what the first leaves empty, and a contradiction concerns its record only.
    """
    faults: list[RawFault] = []
    for position, name in match.doubtful.items():
        main = match.columns[name]
        first, other = table.cells[str(main)], table.cells[str(position)]
        differ = (first.str.strip_chars() != other.str.strip_chars()).fill_null(False)
        if differ.any() and not table.message:
            both = f"{table.headers[main]}、{table.headers[position]}"
            raise file_error("headers_double", table.file, found=both, expected=first_chinese(schema, name))
        table.cells = table.cells.with_columns(first.fill_null(other).alias(str(main)))
    if table.message:
        for position, name in match.second.items():
            main = match.columns[name]
            first, other = table.cells[str(main)], table.cells[str(position)]
            if name in schema.money:  # psn_pay beside psn_part_amt: two names of one amount
                same = first.cast(pl.Decimal(30, 4), strict=False) == other.cast(pl.Decimal(30, 4), strict=False)
                for place in (~same).fill_null(False).arg_true().to_list():
                    words = f"{table.headers[position]} = {other[place]}"
                    faults.append(RawFault(place, main, "two_headers", str(first[place]), words))
            table.cells = table.cells.with_columns(first.fill_null(other).alias(str(main)))
    return match, faults


def _defaults(
    table: RawTable, match: Match, schema: Schema, options: Options, window: Any, notes: list[Finding]
) -> tuple[dict[str, str], set[str]]:
    """Texts for columns that the file lacks, and columns that are made from others."""
    defaults = {
        name: text
        for name, text in options.defaults.items()
        if name in schema.columns and (name not in match.columns or table.message)
    }
    made: set[str] = set()
    if "certificate" in match.columns and "person_id" in schema.required and "person_id" not in match.columns:
        made.add("person_id")
    begin, end = window
    if schema.name == "identities" and "from" not in match.columns and "from" not in defaults and begin:
        defaults["from"] = begin.isoformat()
        if "to" not in match.columns and end:
            defaults["to"] = end.isoformat()
        notes.append(_note(table, "from_of_title", "", "from", expected=f"{begin} – {end or ''}"))
    if schema.name == "totals" and "measure" not in match.columns and "amount" in match.columns:
        header = table.headers[match.columns["amount"]]
        code = code_book("measure").find(header.split("/")[-1])
        if code:
            defaults["measure"] = code
    return defaults, made


def _require(table: RawTable, match: Match, schema: Schema, given: set[str]) -> None:
    missing = [name for name in schema.required if name not in match.columns and name not in given]
    failed = {fault.position for fault in table.faults if fault.code in {"reply_failed", "json_line", "record_empty"}}
    if not missing or (table.message and len(failed) == table.cells.height):
        return
    hints = []
    for name in missing:
        known = vocabulary.aliases(schema.name if schema.name != "changes" else "claims").get(name, ())
        for header in match.unknown:
            if nearest(header, list(known)):
                hints.append(f"{header} → {name}?")
    raise file_error(
        "columns_missing",
        table.file,
        expected="、".join(first_chinese(schema, name) for name in missing),
        found=f" [{'; '.join(hints)}]" if hints else "",
    )


def _book(schema: Schema, name: str, options: Options) -> CodeBook | None:
    wanted = code_set(schema, name)
    if wanted is None:
        return None
    extra = {**options.value_maps.get(wanted, {}), **options.value_maps.get(name, {})}
    local = {**options.local_codes.get(wanted, {}), **options.local_codes.get(name, {})}
    book = code_book(wanted, extra, local)
    return replace(book, keep=True) if isinstance(schema, SourceSchema) and name in schema.kept else book


def _column(table: RawTable, schema: Schema, name: str, cells: pl.Series, options: Options, digits: int) -> Column:
    if name == "refund_flag":
        return parse_column(_texts(cells), "text", name, pl.String())
    kind, dtype = kind_of(schema, name), schema.columns[name]
    if cells.dtype != pl.String():
        made = typed_column(table, cells, kind, name, dtype)
        if made is not None:
            return made
        cells = _texts(cells)
    elif kind == "text" and table.encoding == "parquet":  # a text mark is a spreadsheet's habit
        stripped = cells.str.strip_chars()
        return Column(stripped.set(stripped == "", None), [])
    return parse_column(cells, kind, name, dtype, _book(schema, name, options), digits)


def _texts(cells: pl.Series) -> pl.Series:
    return cells if cells.dtype == pl.String() else cells.cast(pl.String())


def _derive(table: RawTable, schema: Schema, match: Match, columns: dict[str, pl.Series], height: int) -> None:
    """Columns that follow from others: the person from the certificate, the purpose from the setting."""
    if "person_id" in schema.required and "certificate" in columns:
        ids = columns.get("person_id", pl.Series([None] * height, dtype=pl.String()))
        columns["person_id"] = ids.fill_null(columns["certificate"]).alias("person_id")
    if "birth_date" in schema.columns and "certificate" in columns:
        certificate = columns["certificate"]
        real = certificate.str.contains(r"^[0-9]{17}[0-9X]$").fill_null(False)
        born = certificate.set(~real, None).str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
        known = columns.get("birth_date", pl.Series([None] * height, dtype=pl.Date()))
        columns["birth_date"] = known.fill_null(born).alias("birth_date")
    if "purpose" in schema.columns and "setting" in match.columns:
        words = {value_key(value): code for value, code in vocabulary.value_map("purpose_of_setting").items()}
        cells = _texts(table.cells[str(match.columns["setting"])])
        meaning = {value: words.get(value_key(value)) for value in cells.unique().drop_nulls().to_list()}
        implied = cells.replace_strict(
            {value: code for value, code in meaning.items() if code}, default=None, return_dtype=pl.String()
        )
        known = columns.get("purpose", pl.Series([None] * height, dtype=pl.String()))
        columns["purpose"] = known.fill_null(implied).alias("purpose")


def _needed(
    schema: Schema,
    columns: Mapping[str, pl.Series],
    faults: list[Fault],
    broken: set[int],
    spoilt: set[tuple[int, int]],
    match: Match,
    made: set[str],
) -> list[Fault]:
    told = {(fault.position, fault.column) for fault in faults}
    found = []
    for name in schema.required:
        if name not in columns or not columns[name].null_count():
            continue
        shown = "certificate" if name in made else name
        place = match.columns.get(shown, -2)
        for position in columns[name].is_null().arg_true().to_list():
            if position in broken or {(position, name), (position, shown)} & told or (position, place) in spoilt:
                continue
            found.append(Fault(position, shown, "required_empty", ""))
    return found


def _reading(
    table: RawTable,
    schema: Schema,
    match: Match,
    columns: Mapping[str, pl.Series],
    faults: list[Fault],
    more: list[RawFault],
    soft: frozenset[str],
    notes: list[Finding],
    window: Any,
    options: Options,
    unit: Mapping[int, str],
    whole: str | None,
) -> Reading:
    places = {position: name for name, position in match.columns.items()}
    of_use = [f for f in [*table.faults, *more] if f.column < 0 or f.column in places]
    every = [
        *((f.position, places.get(f.column, ""), f.column, f.code, f.found, f.expected) for f in of_use),
        *((f.position, f.column, match.columns.get(f.column, -1), f.code, f.found, f.expected) for f in faults),
    ]
    height = table.cells.height
    lost = _lost(columns, schema)
    hard = [
        line for line in every if not (line[3] in soft or line[1] in options.lenient) or line[2] < 0 or line[0] in lost
    ]
    bad = {line[0] for line in hard}
    warned = [line for line in every if line not in hard] if len(hard) < len(every) else []
    hit = sorted({line[0] for line in every})
    cells = dict(zip(hit, texts_of(table.cells, hit), strict=True))
    numbers = dict(zip(hit, table.rows.gather(hit).to_list(), strict=True)) if hit else {}
    keys = _keys(table, match, hit)

    def told(lines: list[Any]) -> list[Finding]:
        ordered = sorted(lines, key=lambda line: (line[0], line[2]))
        return [
            finding(
                numbers[position], code, found, expected, field=name,
                column=table.headers[place] if 0 <= place < len(table.headers) else "",
                file=table.file, sheet=table.sheet, key=keys[position], cells=cells[position],
            )
            for position, name, place, code, found, expected in ordered
        ]  # fmt: skip

    good = pl.Series([True]).new_from_index(0, height) if height else pl.Series([], dtype=pl.Boolean())
    if bad:
        good = good.scatter(sorted(bad), [False] * len(bad))
    kept = [name for name in columns if name in schema.columns]
    frame = pl.DataFrame({name: columns[name] for name in kept}) if kept else None
    frame = frame.filter(good) if frame is not None and bad else frame
    if frame is None or any(name not in frame.columns for name in schema.required):
        frame = pl.DataFrame(schema=dict(schema.columns))
    origin = table.cells.filter(good) if bad else table.cells
    begin, end = window
    flags = columns.get("refund_flag")
    return Reading(
        schema=schema,
        file=table.file,
        sheet=table.sheet,
        frame=conform(frame, schema),
        quarantine=findings_frame(told(hard)),
        warnings=findings_frame([*notes, *told(warned)]),
        headers=table.headers,
        header_map={table.headers[place]: name for name, place in match.columns.items()},
        unknown_columns=tuple(name for name in match.unknown if name not in OWN_HEADERS),
        rows_read=height,
        encoding=table.encoding,
        title_lines=table.title_lines,
        footer_lines=table.footer_lines,
        window_from=begin,
        window_to=end,
        as_of=read_as_of(table.title_lines),
        origin=origin.with_columns(row=table.rows.filter(good) if bad else table.rows),
        refund_flags=None if flags is None else flags.filter(good),
        message=table.message,
        footer_cells=table.footer_cells,
        units={table.headers[place]: unit.get(place) or whole or "元" for place in match.columns.values()},
    )


def _lost(columns: Mapping[str, pl.Series], schema: Schema) -> frozenset[int]:
    """Rows that lack a required value: nothing can excuse them, for there is nothing to go on with."""
    gaps = [columns[name].is_null().arg_true().to_list() for name in schema.required if name in columns]
    return frozenset(place for places in gaps for place in places)


def _keys(table: RawTable, match: Match, positions: list[int]) -> dict[int, str]:
    place = next((match.columns[name] for name in _KEYS if name in match.columns), None)
    if place is None or not positions:
        return dict.fromkeys(positions, "")
    texts = table.cells[str(place)].gather(positions).cast(pl.String()).fill_null("").to_list()
    return dict(zip(positions, texts, strict=True))
