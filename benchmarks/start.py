"""What a call costs before it does anything: the help, and the first settlement with and without compiled kernels.

Each is a process of its own. ``python -c pass`` is beside the help; a settlement whose kernels were compiled before
is beside one that has to compile them (``NUMBA_CACHE_DIR`` empty), and beside that, one whose cache was filled as
``docs/how-to/start-warm.md`` tells.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator

from benchmarks import claims
from benchmarks.common import Options, Row, at_most, child, processes, tuodi
from benchmarks.files import settling

FIGURE = "start"
HELP_WITHIN = 0.3
FEW = 1_000


def rows(options: Options) -> Iterator[Row]:
    """Help, then a small file with a cold and a warm cache."""
    best = processes(options.rounds, nothing=[sys.executable, "-c", "pass"], help=tuodi("--help"))
    yield Row(
        FIGURE, "tuodi --help", "python -c pass", 1, best["help"], best["nothing"],
        **at_most(best["help"].wall, HELP_WITHIN),
    )  # fmt: skip
    cache = options.work / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    source, held = claims.write(options.work, FEW, is_sorted=True)
    call = tuodi(*settling(source, held, options.work / "out.parquet", 1))
    cold = child(call, environment)
    warm = min((child(call, environment) for _ in range(options.rounds)), key=lambda one: one.wall)
    yield Row(FIGURE, "settle a small file, kernels not yet compiled", "compiled before", FEW, cold, warm)
    yield Row(FIGURE, "settle a small file, kernels compiled before", "python -c pass", FEW, warm, best["nothing"])
    shutil.rmtree(cache, ignore_errors=True)
