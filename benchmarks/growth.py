"""Time per bill as tables grow: the kernel, and a file from start to end. Flat once a table is large.

Each size is beside the smallest that counts as large: 1 is the same time per bill, below 1 is slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks import claims, inside
from benchmarks.common import THREE_LAYERS, Options, Row, Time, contest, on_threads, roots
from benchmarks.files import measure
from tuodi.settlement import load_law

FIGURE = "growth"
SIZES = (10_000, 100_000, 1_000_000, 5_000_000, 20_000_000)
LARGE = 100_000
FLAT = 0.20


def rows(options: Options) -> Iterator[Row]:
    """A row for each size, of the kernel and then of files."""
    sizes = [size for size in SIZES if size <= options.bills] or [options.bills]
    for words, take in (("kernel", _of_kernel), ("unsorted file, program started", _of_file)):
        base: Row | None = None
        for size in sizes:
            row = take(size, options)
            if base is None and size >= min(LARGE, sizes[-1]):
                base = row
            yield _beside(row, base, words)


def _beside(row: Row, base: Row | None, words: str) -> Row:
    """The row with the time that it would have taken at the base's time per bill."""
    row = replace(row, figure=FIGURE, what=f"{words}, time per bill", aim="", met=None, facts={
        **row.facts, "nanoseconds_a_bill": row.ours.wall / row.size * 1e9,
    })  # fmt: skip
    if base is None:
        return replace(row, against="", yardstick=None)
    scale = row.size / base.size
    same = Time(base.ours.wall * scale, base.ours.cpu * scale)
    met = None if row.size == base.size else same.wall / row.ours.wall >= 1 / (1 + FLAT)
    aim = "" if met is None else f"flat within {FLAT:.0%}"
    return replace(row, against=f"{base.size:,} bills", yardstick=same, aim=aim, met=met)


def _of_kernel(size: int, options: Options) -> Row:
    made, held = claims.bills(np.arange(size)), claims.identities(size)
    machine = inside.machine_for(load_law(THREE_LAYERS, roots()), made, held)
    ready = on_threads(machine.run_slice, inside.pieces_of(machine, 1), lambda: inside.forget(machine))
    best = contest(options.rounds * max(1, LARGE // size), ours=ready)
    return Row(FIGURE, "", "", made.height, best["ours"])


def _of_file(size: int, options: Options) -> Row:
    _whole, begun = measure(size, "unsorted", options)
    return begun
