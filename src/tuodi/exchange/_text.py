"""Delimited text: CSV, TSV and their kin, in UTF-8 (with or without a mark), UTF-16 with a mark, or GB18030.

Enters: bytes. Leaves: a :class:`RawTable`. The encoding is proved, never guessed: a byte that does not fit, or lines
in two encodings, refuse the file by row and byte. Row numbers are those a spreadsheet shows.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from itertools import islice

import polars as pl

from tuodi.exchange._header import HEADER_WITHIN, Header, find_header
from tuodi.exchange._raw import RawFault, RawTable, frame_of, line_text
from tuodi.exchange._reasons import file_error
from tuodi.exchange._source import SourceSchema
from tuodi.tables import Schema

__all__ = ["SEPARATORS", "body_of", "decode", "physical", "read_text", "shape_of"]

SEPARATORS = (",", "\t", ";", "|", "，")
_CJK_UTF8 = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbd][\x80-\xbf]")
_UTF8_RUN = re.compile(rb"[\xe3-\xe9\xef][\x80-\xbf]{2}(?:[\xe3-\xe9\xef][\x80-\xbf]{2})*(?![\x40-\x7e\x80-\xff])")
"""Chinese in UTF-8 before ASCII; after ASCII too, and with a byte below A1, it cannot be GB 2312."""
_QUOTED = r'"[^"]*"'
_LONGEST_RECORD = 50
"""Lines that one quoted cell may span before its quote counts as forgotten."""


def decode(data: bytes, file: str) -> tuple[str, str]:
    """The text and the name of its encoding."""
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(name), name
            except UnicodeDecodeError as error:
                raise file_error(
                    "encoding_unknown", file, row=1, byte=error.start + 1, found=_hex(data, error)
                ) from None
    if (nul := data.find(b"\0")) >= 0:
        raise file_error("encoding_nul", file, row=data.count(b"\n", 0, nul) + 1, byte=nul + 1)
    marked = data.startswith(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8-sig" if marked else "utf-8"), "utf-8-sig" if marked else "utf-8"
    except UnicodeDecodeError as error:
        first = error
    if not marked and not any(map(_surely_utf8, _UTF8_RUN.finditer(data))):
        try:
            return data.decode("gb18030"), "gb18030"
        except UnicodeDecodeError:
            pass  # which row and byte, the lines will tell
    lines = data.split(b"\n")
    kinds = [_kind(line) for line in lines]
    utf8, gb = kinds.count("utf8"), kinds.count("gb")
    if "neither" in kinds or marked:
        number = kinds.index("neither") if "neither" in kinds else kinds.index("gb")
        raise _unknown(lines, number, file, first)
    if utf8 and gb:
        number = kinds.index("gb" if gb <= utf8 else "utf8")
        raise file_error("encoding_mixed", file, row=number + 1, byte=_odd_byte(lines, number))
    return data.decode("gb18030"), "gb18030"


def _surely_utf8(run: re.Match[bytes]) -> bool:
    alone = run.start() == 0 or run.string[run.start() - 1] < 0x40
    return alone and min(run[0]) < 0xA1


def _kind(line: bytes) -> str:
    if line.isascii():
        return "ascii"
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        try:
            line.decode("gb18030")
        except UnicodeDecodeError:
            return "neither"
        return "gb"
    # Two GB 2312 bytes can pass for UTF-8 (the famous 联通); continuation bytes below A1 settle it.
    high = re.sub(rb"[\x00-\x7f]+", b" ", line).split()
    if all(len(run) % 2 == 0 and min(run) >= 0xA1 for run in high):
        return "either"
    return "utf8" if _CJK_UTF8.search(line) else "either"


def _odd_byte(lines: Sequence[bytes], number: int) -> int:
    before = sum(len(line) + 1 for line in lines[:number])
    return before + next(i for i, byte in enumerate(lines[number]) if byte > 0x7F) + 1


def _unknown(lines: Sequence[bytes], number: int, file: str, first: UnicodeDecodeError) -> Exception:
    line = lines[number]
    before = sum(len(other) + 1 for other in lines[:number])
    try:
        line.decode("utf-8")
        error = first
        before = 0
    except UnicodeDecodeError as found:
        error = found
    return file_error("encoding_unknown", file, row=number + 1, byte=before + error.start + 1, found=_hex(line, error))


def _hex(data: bytes, error: UnicodeDecodeError) -> str:
    return data[error.start : error.start + 1].hex().upper()


def read_text(data: bytes, file: str, schema: Schema, forced: Mapping[str, str] | None = None) -> RawTable:
    """The one table of a text file."""
    text, encoding = decode(data, file)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    del text
    while lines and not lines[-1].strip():
        lines.pop()
    separator, header, head = shape_of(lines, file, schema, list(forced or {}))
    names = list(header.names)
    while names and not names[-1]:
        names.pop()
    width = len(names)
    titles = tuple(filter(None, (line_text(row) for row in head[: header.first])))
    start = physical(lines, header.last + 1)
    cells, rows, faults, _count = body_of(lines, start, header.last + 1, separator, width)
    return RawTable(file, "", tuple(names), cells, rows, faults, titles, (), encoding)


def shape_of(
    lines: Sequence[str], file: str, schema: Schema, forced: Sequence[str]
) -> tuple[str, Header, list[list[str]]]:
    """The separator, the header and the first records of a text; that of a source may have no header at all."""
    best: tuple[str, Header, list[list[str]]] | None = None
    for separator in SEPARATORS:
        sample = list(islice(csv.reader((f"{line}\n" for line in lines), delimiter=separator), HEADER_WITHIN + 2))
        header = find_header(sample, schema, forced=forced)
        if header and (best is None or header.score > best[1].score):
            best = (separator, header, sample)
    if best is None and isinstance(schema, SourceSchema) and schema.headerless:
        for separator in SEPARATORS:
            sample = list(islice(csv.reader((f"{line}\n" for line in lines), delimiter=separator), HEADER_WITHIN + 2))
            if sample and len(sample[0]) == len(schema.headerless):
                return separator, Header(0, -1, schema.headerless, 0), sample
    if best is None:
        raise no_header(file, schema)
    return best


def no_header(file: str, schema: Schema) -> Exception:
    """The error of a file in whose first rows no header was found."""
    wanted = [first_chinese(schema, name) for name in list(schema.required)[:6]]
    return file_error("no_header", file, expected="、".join(wanted))


def first_chinese(schema: Schema, column: str) -> str:
    """``结算ID (claim_id)``: a column as an officer and as a programmer know it."""
    from tuodi.exchange._header import _aliases

    names = _aliases(schema.name).get(column, (column,))
    chinese = next((name for name in names if not name.isascii()), "")
    return f"{chinese} ({column})" if chinese else column


def physical(lines: Sequence[str], records: int) -> int:
    """The line on which record number ``records`` begins: a header cell may hold line breaks."""
    reader = csv.reader(f"{line}\n" for line in lines)
    for _ in range(records):
        next(reader, None)
    return reader.line_num


def body_of(
    lines: list[str], start: int, records_before: int, separator: str, width: int
) -> tuple[pl.DataFrame, pl.Series, list[RawFault], int]:
    """Cells, row numbers and faults of the lines from ``start``, and how many rows they are, blank ones included."""
    series = pl.Series(lines[start:], dtype=pl.String()).str.strip_suffix("\r")
    numbers = pl.Series(range(records_before + 1, records_before + 1 + len(series)), dtype=pl.Int64())
    quoted = series.str.contains('"', literal=True)
    open_quotes: set[int] = set()
    if quoted.any():
        series, numbers, open_quotes = _join_quoted(series, numbers, separator, width)
        bare = series.str.replace_all(_QUOTED, "")
    else:
        bare = series
    counts = bare.str.count_matches(separator, literal=True) + 1
    blank = bare.str.strip_chars(f" \t{separator}") == ""
    blank &= ~series.str.contains('"', literal=True)
    surplus = counts > width
    if surplus.any():  # empty cells beyond the header do no harm
        trimmed = series.str.replace(rf"(?:{re.escape(separator)}\s*)+$", "")
        short = bare.str.replace(rf"(?:{re.escape(separator)}\s*)+$", "")
        kept = short.str.count_matches(separator, literal=True) + 1
        padded = trimmed + pl.Series([separator]).new_from_index(0, len(series)).repeat_by(
            (width - kept.cast(pl.Int64)).clip(0)
        ).list.join("")
        fits = surplus & (kept <= width)
        series = series.zip_with(~fits, padded)
        counts = counts.zip_with(~fits, pl.Series([width], dtype=counts.dtype).new_from_index(0, len(counts)))
    is_open = pl.Series([False]).new_from_index(0, len(series)) if len(series) else pl.Series([], dtype=pl.Boolean())
    if open_quotes:
        is_open = is_open.scatter(sorted(open_quotes), True)
    bad = ((counts != width) | is_open) & ~blank
    good = ~bad & ~blank
    frame = _parse(series.filter(good), separator, width)
    rows = numbers.filter(good)
    if not bad.any():
        return frame, rows, [], len(numbers)
    found = [_split(line, separator) for line in series.filter(bad).to_list()]
    bad_frame = frame_of([_fold(cells, width, separator) for cells in found], width)
    merged = pl.concat([frame.with_columns(row=rows), bad_frame.with_columns(row=numbers.filter(bad))]).sort("row")
    position = {row: index for index, row in enumerate(merged["row"].to_list())}
    faults = []
    quotes = set(numbers.gather(sorted(open_quotes)).to_list())
    for row, cells in zip(numbers.filter(bad).to_list(), found, strict=True):
        if row in quotes:
            faults.append(RawFault(position[row], -1, "quote_open", line_text(cells)[:60]))
        else:
            code = "row_short" if len(cells) < width else "row_long"
            faults.append(RawFault(position[row], -1, code, str(len(cells)), str(width)))
    return merged.drop("row"), merged["row"], faults, len(numbers)


def _parse(series: pl.Series, separator: str, width: int) -> pl.DataFrame:
    names = [str(column) for column in range(width)]
    if not len(series):
        return frame_of([], width)
    if len(separator) == 1 and separator.isascii():
        try:
            frame = pl.read_csv(
                "\n".join(series.to_list()).encode(),
                has_header=False,
                separator=separator,
                infer_schema=False,
                new_columns=names,
            )
        except pl.exceptions.PolarsError:  # a quote inside an unquoted cell: the patient reader takes it
            frame = None
        if frame is not None and frame.height == len(series) and frame.width == width:
            return frame
    return frame_of([_split(line, separator) for line in series.to_list()], width)


def _split(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def _fold(cells: list[str], width: int, separator: str) -> list[str]:
    """A row with too many cells keeps them all: what is over goes into the last one."""
    return cells if len(cells) <= width else [*cells[: width - 1], separator.join(cells[width - 1 :])]


def _join_quoted(
    series: pl.Series, numbers: pl.Series, separator: str, width: int
) -> tuple[pl.Series, pl.Series, set[int]]:
    """Put the lines of a quoted cell with line breaks together; a quote never closed spoils its own line only."""
    odd = ((series.str.count_matches('"', literal=True) % 2) == 1).arg_true().to_list()
    if not odd:
        return series, numbers, set()
    lines = series.to_list()
    joined: dict[int, str] = {}
    gone: set[int] = set()
    spoilt: set[int] = set()
    pending = iter(range(len(odd)))
    for which in pending:
        first = odd[which]
        last = odd[which + 1] if which + 1 < len(odd) else None
        if last is not None and last - first <= _LONGEST_RECORD:
            record = "\n".join(lines[first : last + 1])
            if len(_split_record(record, separator)) == width:
                joined[first] = record
                gone.update(range(first + 1, last + 1))
                next(pending)
                continue
        spoilt.add(first)
    records = [joined.get(index, line) for index, line in enumerate(lines) if index not in gone]
    kept = [index for index in range(len(lines)) if index not in gone]
    moved = {old: new for new, old in enumerate(kept)}
    first_number = numbers[0]
    return (
        pl.Series(records, dtype=pl.String()),
        pl.Series(range(first_number, first_number + len(records)), dtype=pl.Int64()),
        {moved[index] for index in spoilt},
    )


def _split_record(record: str, separator: str) -> list[str]:
    return next(csv.reader(record.splitlines(keepends=True), delimiter=separator), [])
