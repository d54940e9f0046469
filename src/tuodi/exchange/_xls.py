"""Where the formulas are in an old XLS file: the values reader tells values only.

Enters: bytes. Leaves: the (row, column) of every formula on one sheet. A walk over the compound file's sectors and
the record stream (BIFF8); anything unexpected ends the walk, since the values reader judges the file itself.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

__all__ = ["xls_formulas", "xls_is_whole"]

_FORMULA, _BOUNDSHEET, _BOF, _EOF = 0x0006, 0x0085, 0x0809, 0x000A
_LAST_SECTOR, _FREE = 0xFFFFFFFA, 0xFFFFFFFF
_MINI_LIMIT = 4096


def xls_formulas(data: bytes, sheet: str) -> set[tuple[int, int]]:
    """Cells (from 0) of ``sheet`` that hold a formula."""
    try:
        stream = _workbook_stream(data)
        return _formula_cells(stream, _sheet_offset(stream, sheet))
    except (struct.error, IndexError, LookupError, UnicodeDecodeError):
        return set()


def xls_is_whole(data: bytes) -> bool:
    """Whether every sector that the file's own table counts as used is there: the values reader breaks if not."""
    try:
        size, fat = _sectors(data)
    except (struct.error, IndexError):
        return False
    used = max((number for number, following in enumerate(fat) if following != _FREE), default=-1)
    return len(data) > size and (used + 1) * size < len(data)


def _sectors(data: bytes) -> tuple[int, list[int]]:
    """Bytes of a sector and the table that says which sector follows which."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    fat_count = struct.unpack_from("<I", data, 44)[0]
    first_difat, difat_count = struct.unpack_from("<II", data, 68)
    fat_sectors = list(struct.unpack_from("<109I", data, 76))
    for _ in range(difat_count):
        entries = struct.unpack_from(f"<{size // 4}I", data, (first_difat + 1) * size)
        fat_sectors += entries[:-1]
        first_difat = entries[-1]
    fat: list[int] = []
    for number in fat_sectors[:fat_count]:
        fat += struct.unpack_from(f"<{size // 4}I", data, (number + 1) * size)
    return size, fat


def _workbook_stream(data: bytes) -> bytes:
    mini_shift = struct.unpack_from("<H", data, 32)[0]
    first_directory = struct.unpack_from("<I", data, 48)[0]
    first_mini_fat = struct.unpack_from("<I", data, 60)[0]
    size, fat = _sectors(data)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    def chain(number: int) -> bytes:
        return b"".join(sector(step) for step in _chain(fat, number))

    directory = chain(first_directory)
    root_start = None
    for offset in range(0, len(directory), 128):
        entry = directory[offset : offset + 128]
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(length - 2, 0)].decode("utf-16-le")
        start, stream_size = struct.unpack_from("<II", entry, 116)
        if entry[66] == 5:
            root_start = start
        if name in ("Workbook", "Book"):
            if stream_size >= _MINI_LIMIT or root_start is None:
                return chain(start)[:stream_size]
            mini_fat_bytes = chain(first_mini_fat)
            mini_fat = list(struct.unpack(f"<{len(mini_fat_bytes) // 4}I", mini_fat_bytes))
            small, step = chain(root_start), 1 << mini_shift
            parts = [small[n * step : (n + 1) * step] for n in _chain(mini_fat, start)]
            return b"".join(parts)[:stream_size]
    raise LookupError("no Workbook stream")


def _chain(table: list[int], number: int) -> Iterator[int]:
    seen = 0
    while number < _LAST_SECTOR and seen <= len(table):
        yield number
        number = table[number]
        seen += 1


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        yield kind, stream[offset + 4 : offset + 4 + length]
        offset += 4 + length


def _sheet_offset(stream: bytes, sheet: str) -> int:
    for kind, body in _records(stream, 0):
        if kind == _BOUNDSHEET:
            offset = int(struct.unpack_from("<I", body, 0)[0])
            length, wide = body[6], body[7] & 1
            text = body[8 : 8 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1")
            if text == sheet:
                return offset
        if kind == _EOF:
            break
    raise LookupError(sheet)


def _formula_cells(stream: bytes, offset: int) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    depth = 0
    for kind, body in _records(stream, offset):
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth == 0:
                break
        elif kind == _FORMULA and depth == 1:
            row, column = struct.unpack_from("<HH", body, 0)
            found.add((row, column))
    return found
