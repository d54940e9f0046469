"""File to file: ``tuodi settle`` on Parquet beside a process that reads, sorts and writes the same columns.

Fifteen columns, numbers as text, amounts as decimal(18, 2). Each side is a process of its own from its start to its
end; the yardstick is the faster of Polars' two engines. The greatest memory of each process is given. A second row has
the same command and the same yardstick in one process that has begun: what both need to start is not in it.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from benchmarks import claims
from benchmarks.common import PACKS, THREE_LAYERS, Options, Ready, Row, at_least, contest, processes, tuodi
from benchmarks.yardstick import run as plainly
from tuodi.cli.app import run as run_here

FIGURE = "files"
SIZES = (1_000_000, 5_000_000, 20_000_000)
ENGINES = ("memory", "streaming")
AIMS = {"unsorted": 0.60, "sorted": 0.70}
MOST_MIB = 4096
MOST_GROWTH = 1.5


def rows(options: Options) -> Iterator[Row]:
    """Two rows for each size and order: whole processes, and a process that has begun."""
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
    """One file settled by whole processes, and in one that has begun: turn by turn with the yardstick, once a run."""
    is_sorted = order == "sorted"
    source, held = claims.write(options.work, size, is_sorted=is_sorted)
    out = options.work / "out.parquet"
    plain, threads = ("copy" if is_sorted else "sort"), max(options.threads)
    rounds = options.rounds if size <= SIZES[0] else max(2, options.rounds // 2)
    ours = settling(source, held, out, threads)
    whole = processes(
        rounds, ours=tuodi(*ours), **{engine: yardstick(plain, engine, source, out) for engine in ENGINES}
    )
    warm = contest(
        rounds,
        ours=lambda: lambda: within(ours),
        **{name: _plainly(plain, name, source, out) for name in ENGINES},
    )
    out.unlink(missing_ok=True)
    against = "read–write" if is_sorted else "read–sort–write"
    facts = {
        "pack": THREE_LAYERS, "columns": len(claims.COLUMNS), "threads": threads,
        "input_mib": source.stat().st_size / 2**20,
    }  # fmt: skip
    made = []
    for what, best in ((f"settle a file, {order}", whole), (f"settle a file, {order}, program started", warm)):
        engine = min(ENGINES, key=lambda name, best=best: best[name].wall)
        aim = at_least(best[engine].wall / best["ours"].wall, AIMS[order]) if size >= SIZES[0] else {}
        sides = {name: vars(one) for name, one in best.items()}
        made.append(
            Row(FIGURE, what, against, size, best["ours"], best[engine], facts={**facts, "sides": sides}, **aim)
        )
    return made[0], made[1]


def within(words: list[str | Path]) -> None:
    """The same command in this process, saying nothing."""
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
        code = run_here([str(word) for word in words])
    if code:
        raise SystemExit(f"benchmarks: tuodi left with {code}:\n{said.getvalue()}")


def _plainly(what: str, engine: str, source: Path, out: Path) -> Ready:
    return lambda: lambda: plainly(what, engine, source, out)


def _within_memory(row: Row, grown: float) -> Row:
    fits = (row.ours.peak_mib or 0) <= MOST_MIB and grown <= MOST_GROWTH
    aim = f"{row.aim}, ≤ {MOST_MIB // 1024} GiB, ≤ {MOST_GROWTH} × the memory of 5 M"
    return replace(row, aim=aim, met=row.met and fits, facts={**row.facts, "memory_over_5m": grown})


def settling(source: Path, held: Path, out: Path, threads: int) -> list[str | Path]:
    """What the command that settles a file is told."""
    return [
        "settle", "--packs-dir", PACKS, "--pack", THREE_LAYERS, "--claims", source, "--identities", held, "--out", out,
        "--threads", str(threads),
    ]  # fmt: skip


def yardstick(what: str, engine: str, source: Path, out: Path) -> list[str | Path]:
    """The command that only reads, sorts and writes it."""
    return [sys.executable, "-m", "benchmarks.yardstick", what, engine, source, out]
