"""How well, how fast and in how much memory invented people are linked: ``python benchmarks/linkage.py [persons]``.

Enters: how many persons (200,000), ``--without-insurer`` to take the insurer's own numbers out of the lists. Leaves: a
table on the screen: precision and recall by what was done to the number, the rules that decided, seconds, peak memory.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.linkage_people import county
from tuodi.identity import evaluate, link

LISTS = ("civil_affairs", "disabled", "enrolment")


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("persons", type=int, nargs="?", default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-insurer", action="store_true")
    given = parser.parse_args()
    made = county(given.persons, given.seed)
    records = made.records.drop("person_id") if given.without_insurer else made.records
    begin = time.perf_counter()
    found = link(records, made.register, once=LISTS)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    usable = pl.col("kind").is_in(["right", "changed", "relative"])
    truth = made.truth.with_columns(usable=pl.when(usable).then(pl.lit("usable")).otherwise(pl.lit("none usable")))
    with pl.Config(tbl_rows=-1, tbl_cols=-1, float_precision=5, tbl_width_chars=200, tbl_hide_dataframe_shape=True):
        print(f"{len(made.register):,} in the register, {len(records):,} records: {seconds:.1f} s, peak {peak:.2f} GiB")
        print(evaluate(found.links, truth, "usable"))
        print(evaluate(found.links, truth, "kind"))
        print(found.links.group_by("outcome", "rule").len().sort("outcome", "len", descending=[False, True]))


if __name__ == "__main__":
    main()
