"""File to file: ``tuodi settle`` on Parquet beside a process that reads, sorts and writes the same columns.

Fifteen columns, numbers as text, amounts as decimal(18, 2). Each side is a process of its own from its start to its
end; the yardstick is the faster of Polars' two engines. The greatest memory of each process is given. A second row
takes off what both need to start, measured on a file of a few bills.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from benchmarks import claims
from benchmarks.common import PACKS, THREE_LAYERS, Options, Row, Time, at_least, processes, tuodi

FIGURE = "files"
SIZES = (1_000_000, 5_000_000, 20_000_000)
ENGINES = ("memory", "streaming")
AIMS = {"unsorted": 0.60, "sorted": 0.70}
FEW = 1_000
MOST_MIB = 4096
MOST_GROWTH = 1.5


def rows(options: Options) -> Iterator[Row]:
    """Two rows for each size and order: whole processes, and without what both need to start."""
    peaks: dict[tuple[str, int], float] = {}
    for size in [size for size in SIZES if size <= options.bills] or [options.bills]:
        for order in AIMS:
            row, started = measure(size, order, options)
            peaks[order, size] = row.ours.peak_mib or 0
            if size == SIZES[2]:
                row = _within_memory(row, peaks[order, size] / peaks[order, SIZES[1]])
            yield row
            yield started


@cache
def measure(size: int, order: str, options: Options) -> tuple[Row, Row]:
    """One file settled, turn by turn with the yardstick and with both on a file of a few bills; once a run."""
    is_sorted = order == "sorted"
    source, held = claims.write(options.work, size, is_sorted=is_sorted)
    few, held_by_few = claims.write(options.work, min(FEW, size), is_sorted=is_sorted)
    out = options.work / "out.parquet"
    plain, threads = ("copy" if is_sorted else "sort"), max(options.threads)
    rounds = options.rounds if size <= SIZES[0] else max(2, options.rounds // 2)
    best = processes(
        rounds,
        ours=settling(source, held, out, threads),
        **{engine: yardstick(plain, engine, source, out) for engine in ENGINES},
        ours_start=settling(few, held_by_few, out, threads),
        **{f"{engine}_start": yardstick(plain, engine, few, out) for engine in ENGINES},
    )
    out.unlink(missing_ok=True)
    engine = min(ENGINES, key=lambda name: best[name].wall)
    row = Row(
        FIGURE, f"settle a file, {order}", "read–write" if is_sorted else "read–sort–write", size, best["ours"],
        best[engine], **at_least(best[engine].wall / best["ours"].wall, AIMS[order]),
        facts={
            "pack": THREE_LAYERS, "columns": len(claims.COLUMNS), "engine": engine, "threads": threads,
            "input_mib": source.stat().st_size / 2**20, "processes": {name: vars(one) for name, one in best.items()},
        },
    )  # fmt: skip
    ours, theirs = _less(best["ours"], best["ours_start"]), _less(best[engine], best[f"{engine}_start"])
    started = replace(row, what=f"{row.what}, start taken off", ours=ours, yardstick=theirs, facts={"engine": engine})
    if size < SIZES[0]:  # the difference of two starts says nothing
        return row, replace(started, aim="", met=None)
    return row, replace(started, **at_least(theirs.wall / ours.wall, AIMS[order]))


def _within_memory(row: Row, grown: float) -> Row:
    fits = (row.ours.peak_mib or 0) <= MOST_MIB and grown <= MOST_GROWTH
    aim = f"{row.aim}, ≤ {MOST_MIB // 1024} GiB, ≤ {MOST_GROWTH} × the memory of 5 M"
    return replace(row, aim=aim, met=row.met and fits, facts={**row.facts, "memory_over_5m": grown})


def _less(whole: Time, start: Time) -> Time:
    """What a process took beyond its start; on a file as small as that, next to nothing."""
    return Time(max(whole.wall - start.wall, 1e-3), max(whole.cpu - start.cpu, 1e-3))


def settling(source: Path, held: Path, out: Path, threads: int) -> list[str | Path]:
    """The command that settles a file."""
    return tuodi(
        "settle", "--packs-dir", PACKS, "--pack", THREE_LAYERS, "--claims", source, "--identities", held, "--out", out,
        "--threads", str(threads),
    )  # fmt: skip


def yardstick(what: str, engine: str, source: Path, out: Path) -> list[str | Path]:
    """The command that only reads, sorts and writes it."""
    return [sys.executable, "-m", "benchmarks.yardstick", what, engine, source, out]
