"""A delimited text of any size as raw tables, some rows at a time; read as ``_text`` reads a small one.

Enters: a stream of bytes. Leaves: :class:`RawTable` pieces with the numbers that a spreadsheet would show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

import polars as pl

from tuodi.exchange._raw import RawFault, RawTable, line_text
from tuodi.exchange._reasons import file_error
from tuodi.exchange._text import body_of, decode, physical, shape_of
from tuodi.tables import Schema

__all__ = ["text_pieces"]

_SAMPLE = 1 << 20
_LONGEST_RECORD = 50


def text_pieces(stream: IO[bytes], file: str, schema: Schema, forced: Sequence[str], rows: int) -> Iterator[RawTable]:
    """The pieces of a text file, ``rows`` rows each, about. Raises ``FileError`` as ``read_text`` does."""
    first = stream.read(_SAMPLE)
    whole = len(first) < _SAMPLE
    sample = first if whole else first[: first.rfind(b"\n") + 1] or first
    text, encoding = decode(sample, file)
    if encoding == "utf-16":
        first, whole = first + stream.read(), True
        text, encoding = decode(first, file)
    lines = _lines(text)
    separator, header, head = shape_of(lines, file, schema, forced)
    names = list(header.names)
    while names and not names[-1]:
        names.pop()
    titles = tuple(filter(None, (line_text(row) for row in head[: header.first])))
    start, before = physical(lines, header.last + 1), header.last + 1
    size = max(_SAMPLE // 4, rows * max(1, len(sample) // max(1, len(lines))))
    if encoding == "utf-16":
        blocks: Iterator[tuple[str, str]] = iter([(text, encoding)])
    else:
        blocks = _decoded(_blocks(stream, first, whole, size), file, encoding)
    at_start = True
    for block, found in blocks:
        quick = _plain_body(block, start if at_start else 0, separator, names)
        if quick is not None:
            cells, faults, count = quick, list[RawFault](), quick.height
            numbers = pl.Series(range(before + 1, before + 1 + count), dtype=pl.Int64())
        else:
            part = _lines(block)
            cells, numbers, faults, count = body_of(part, start if at_start else 0, before, separator, len(names))
        yield RawTable(file, "", tuple(names), cells, numbers, faults, titles if at_start else (), (), found)
        before, at_start = before + count, False


def _plain_body(text: str, start: int, separator: str, names: Sequence[str]) -> pl.DataFrame | None:
    """The cells of a text without quotes, blank lines and uneven rows; nothing where the careful way must be taken.

    The CSV reader refuses a row with too many cells; if then all separators are there, no row has too few.
    """
    if '"' in text or not separator.isascii() or len(names) < 2:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            return None
    at = 0
    for _ in range(start):
        at = text.find("\n", at) + 1
    text = text[at:] if at else text
    rows = text.count("\n") + (0 if text.endswith("\n") else 1)
    if not text or text.count(separator) != rows * (len(names) - 1):
        return None
    columns = [str(place) for place in range(len(names))]
    try:
        frame = pl.read_csv(
            text.encode(), has_header=False, separator=separator, infer_schema=False, new_columns=columns,
            quote_char=None,
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.height == rows and frame.width == len(names) else None


def _lines(text: str) -> list[str]:
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _blocks(stream: IO[bytes], first: bytes, whole: bool, size: int) -> Iterator[bytes]:
    """Pieces of the stream that end with a line, and outside of a quoted cell where one can be found."""
    rest = first
    while not whole:
        more = stream.read(max(1, size - len(rest)))
        whole = not more
        rest += more
        if len(rest) < size and not whole:
            continue
        cut = len(rest) if whole else _cut(rest)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _cut(block: bytes) -> int:
    end = block.rfind(b"\n") + 1
    last = end
    for _ in range(_LONGEST_RECORD):
        if end <= 0:
            return last
        if block.count(b'"', 0, end) % 2 == 0:
            return end
        end = block.rfind(b"\n", 0, end - 1) + 1
    return last


def _decoded(blocks: Iterator[bytes], file: str, encoding: str) -> Iterator[tuple[str, str]]:
    """Text by text; the encoding is that of the first piece that is not plain ASCII, and no piece may break it."""
    ascii_so_far, done, rows = True, 0, 0
    for block in blocks:
        if ascii_so_far and not block.isascii():
            encoding = decode(block, file)[1]
            ascii_so_far = False
        codec = "utf-8-sig" if not done and encoding.startswith("utf-8") else encoding.removesuffix("-sig")
        try:
            text = block.decode(codec)
        except UnicodeDecodeError as error:
            row = rows + block.count(b"\n", 0, error.start) + 1
            raise file_error("encoding_mixed", file, row=row, byte=done + error.start + 1) from None
        if (nul := text.find("\0")) >= 0:
            raise file_error("encoding_nul", file, row=rows + text.count("\n", 0, nul) + 1, byte=done + nul + 1)
        done, rows = done + len(block), rows + block.count(b"\n")
        yield text, encoding
