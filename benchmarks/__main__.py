"""``python -m benchmarks [FIGURE …]``: run the figures, print a table, write JSON and the page of figures."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import page
from benchmarks.common import ROOT, Options, Row, machine, now

FIGURES = ("kernel", "files", "growth", "audit", "start", "peers")
HEADINGS = f"{'':56}{'size':>12}{'ours, s':>10}{'cpu, s':>9}{'beside, s':>11}{'cpu, s':>9}{'ratio':>8}  aim"


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; 1 if an aim was missed and ``--strict`` was said."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"of {' '.join(FIGURES)}; all by default")
    parser.add_argument("--bills", type=int, default=1_000_000, help="the largest table or file (1,000,000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument(
        "--peers", type=Path, help="folder with the peers' environments; scripts/bench --peers makes it"
    )
    parser.add_argument("--json", type=Path, help="write every figure here (out/bench.json)")
    parser.add_argument("--work", type=Path, help="where to make files; a temporary folder by default")
    parser.add_argument("--page", action="store_true", help="put the figures into docs/explanation/benchmarks.md")
    parser.add_argument("--strict", action="store_true", help="leave with 1 if an aim was missed")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.figures if name not in FIGURES]
    if unknown:
        parser.error(f"there is no figure {unknown[0]}; there are {' '.join(FIGURES)}")
    document = begin()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        options = Options(given.bills, given.rounds, tuple(given.threads), given.work or Path(folder), given.peers)
        for figure in given.figures or FIGURES:
            print(f"\n{figure}\n{HEADINGS}")
            for row in importlib.import_module(f"benchmarks.{figure}").rows(options):
                print(line(row), flush=True)
                document["rows"].append(row.document())
    document |= {"load_after": os.getloadavg(), "ended": now()}
    print(f"\nload {document['load_before'][0]:.2f} before, {document['load_after'][0]:.2f} after")
    path = given.json or ROOT / "out" / "bench.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if given.page:
        page.write(document)
    missed = [row["what"] for row in document["rows"] if row["met"] is False]
    return 1 if given.strict and missed else 0


def begin() -> dict[str, Any]:
    """The document before any figure: when, on what, under which load."""
    return {"began": now(), "machine": machine(), "load_before": os.getloadavg(), "rows": []}


def line(row: Row) -> str:
    """A row of the table on the terminal."""
    beside, cpu = ("", "") if row.yardstick is None else (f"{row.yardstick.wall:.4g}", f"{row.yardstick.cpu:.3g}")
    ratio = "" if row.share is None else f"{row.share:.2f}"
    met = {None: "", True: " reached", False: " MISSED"}[row.met]
    peak = "" if row.ours.peak_mib is None else f"  {row.ours.peak_mib:,.0f} MiB"
    named = row.what if row.figure != "peers" or not row.against else row.against
    return (
        f"{named:56}{row.size:>12,}{row.ours.wall:>10.4g}{row.ours.cpu:>9.3g}{beside:>11}{cpu:>9}{ratio:>8}"
        f"  {row.aim}{met}{peak}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
