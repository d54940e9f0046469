"""The rule-free process beside a settlement of files: read, sort and write the same columns, or read and write.

    python -m benchmarks.yardstick sort|copy memory|streaming IN OUT

Polars alone, as one would write it: no rule, no check, no conversion.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

ORDER = ("person_id", "settled_at", "claim_id")


def run(what: str, engine: str, source: Path, target: Path) -> None:
    """``memory`` holds the whole table; ``streaming`` is Polars' own engine for tables greater than memory."""
    if engine == "memory":
        frame = pl.read_parquet(source)
        (frame.sort(ORDER) if what == "sort" else frame).write_parquet(target)
    else:
        lazy = pl.scan_parquet(source)
        (lazy.sort(ORDER) if what == "sort" else lazy).sink_parquet(target)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
