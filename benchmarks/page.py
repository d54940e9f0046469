"""The table of docs/explanation/benchmarks.md, made from the JSON of a run and put between its two marks.

python -m benchmarks.page [out/bench.json]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT

PAGE = ROOT / "docs" / "explanation" / "benchmarks.md"
BEGIN, END = "<!-- figures: made by scripts/bench --page -->", "<!-- end of figures -->"
HEADINGS = {
    "kernel": "The kernel beside a rule-free stream",
    "files": "File to file",
    "growth": "Growth",
    "audit": "Audit and explanation",
    "start": "Start",
    "peers": "The same yearly rule in other engines",
}


def write(document: Mapping[str, Any], page: Path = PAGE) -> None:
    """Put the figures of a run into the page; what stands outside the marks stays."""
    text = page.read_text("utf-8")
    before, rest = text.split(BEGIN)
    _old, after = rest.split(END)
    page.write_text(f"{before}{BEGIN}\n{figures(document)}\n{END}{after}", "utf-8")


def figures(document: Mapping[str, Any]) -> str:
    """Markdown: what the run was made on, then a table for each figure."""
    return "\n".join([*_header(document), *_tables(document["rows"])])


def _header(document: Mapping[str, Any]) -> Iterator[str]:
    machine = document["machine"]
    versions = ", ".join(f"{name} {machine[name]}" for name in ("python", "numpy", "numba", "polars", "pyarrow"))
    yield ""
    yield (
        f"{document['began'][:10]}, {machine['processor']} ({machine['architecture']}), {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['system']}; {versions}. Load {document['load_before'][0]:.1f} before, "
        f"{document['load_after'][0]:.1f} after."
    )


def _tables(rows: list[dict[str, Any]]) -> Iterator[str]:
    for figure, heading in HEADINGS.items():
        own = [row for row in rows if row["figure"] == figure]
        if not own:
            continue
        yield from ("", f"### {heading}", "")
        yield "| what | size | ours | processor | beside | | ratio | aim |"
        yield "|---|---:|---:|---:|---|---:|---:|---|"
        yield from (_row(row) for row in own)


def _row(row: Mapping[str, Any]) -> str:
    beside = row["yardstick"]
    met = {None: "", True: " reached", False: " **missed**"}[row["met"]]
    what, against = row["what"] + _facts(row), row["against"] + _errors(row)
    theirs = "" if beside is None else _seconds(beside["wall"]) + _memory(beside)
    share = "" if row["share"] is None else f"{row['share']:.2f}"
    cells = (
        what, f"{row['size']:,}", _seconds(row["ours"]["wall"]) + _memory(row["ours"]), _seconds(row["ours"]["cpu"]),
        against, theirs, share, row["aim"] + met,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _facts(row: Mapping[str, Any]) -> str:
    facts = row["facts"]
    if "nanoseconds_a_bill" in facts:
        return f": {facts['nanoseconds_a_bill']:.4g} ns"
    if "memory_over_5m" in facts:
        return f"; {facts['memory_over_5m']:.2f} × the memory of 5 M"
    return ""


def _errors(row: Mapping[str, Any]) -> str:
    error = row["facts"].get("beside")
    if error is None:
        return ""
    return f": off by {error['largest_error_fen']} fen, {error['persons_wrong']:,} persons wrong after rounding"


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{value * 1e3:.3g} ms"


def _memory(time: Mapping[str, Any]) -> str:
    return "" if time["peak_mib"] is None else f", {time['peak_mib']:,.0f} MiB"


if __name__ == "__main__":
    write(json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "out" / "bench.json").read_text("utf-8")))
