"""A smallest XLS writer (BIFF8 in a compound file), so that no binary file need lie in the tree."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _cell(row: int, column: int, value: object) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str) and value.startswith("="):
        number = float(value[1:])  # a formula whose cached value is this; its tokens are one integer
        return _record(0x0006, place + struct.pack("<dHI", number, 0, 0) + struct.pack("<H", 3) + b"\x1e\x01\x00")
    if isinstance(value, str):
        return _record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return _record(0x0203, place + struct.pack("<d", value))


def xls(sheets: Sequence[tuple[str, Sequence[Sequence[object]]]], *, small: bool = False) -> bytes:
    """The bytes of a workbook; text, numbers, and formulas written ``=12.5``. ``small``: in the mini stream."""
    pages = []
    for _, rows in sheets:
        width = max(map(len, rows))
        cells = [_cell(r, c, v) for r, row in enumerate(rows) for c, v in enumerate(row) if v not in ("", None)]
        size = _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
        pages.append(_begin(0x0010) + size + b"".join(cells) + _record(0x000A))
    heads = [struct.pack("<HBB", 0, len(name), 1) + name.encode("utf-16-le") for name, _ in sheets]
    front = _begin(0x0005) + _record(0x0042, struct.pack("<H", 1200))
    start = len(front) + sum(4 + 4 + len(head) for head in heads) + 4
    bounds = b""
    for head, page in zip(heads, pages, strict=True):
        bounds += _record(0x0085, struct.pack("<I", start) + head)
        start += len(page)
    return _compound(front + bounds + _record(0x000A) + b"".join(pages), small)


def _entry(name: str, kind: int, first: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return head + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + b"\0" * 36 + struct.pack("<IQ", first, size)


def _compound(stream: bytes, small: bool) -> bytes:
    if not small:
        stream = stream.ljust(4096, b"\0")
    padded = stream + b"\0" * (-len(stream) % SECTOR)
    count = len(padded) // SECTOR
    end, free, own = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    # Sectors: 0 FAT, 1 directory, 2 mini FAT, 3… the stream.
    chain = [own, end, end, *range(4, 3 + count), end]
    fat = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    minis = -(-len(stream) // 64)
    mini = [*range(1, minis), end] if small else []
    mini_fat = struct.pack("<128I", *mini, *[free] * (128 - len(mini)))
    directory = (
        _entry("Root Entry", 5, 3 if small else end, len(padded) if small else 0, 1)
        + _entry("Workbook", 2, 0 if small else 3, len(stream))
    ).ljust(SECTOR, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 2 if small else end, 1 if small else 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    return header + fat + directory + mini_fat + padded
