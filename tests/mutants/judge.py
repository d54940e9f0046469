"""Run in a process of its own: do copies of the program, each with one change, still answer as the oracle does?

    python judge.py CASES COPY…

``CASES`` holds ``cases.json`` and the tables that it names; each ``COPY`` a ``src`` folder. Prints one line a copy:
its name, a tab, and ``right``, ``other amounts in <case>`` or the error that it ended with. What all copies share is
imported once; each copy is then judged in a fork.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path

import numba  # noqa: F401  # imported before the forks, that they need not
import polars as pl
import yaml  # noqa: F401


def verdict(cases: Path, copy: Path) -> str:
    """What one copy makes of the cases."""
    sys.path.insert(0, str(copy / "src"))
    try:
        from tuodi.settlement.kernel import EVERYTHING
        from tuodi.settlement.run import load_law, settle_with

        for case in json.loads((cases / "cases.json").read_text("utf-8")):
            tables = {
                name: pl.read_ipc(cases / f"{case['name']}-{name}.arrow")
                for name in ("claims", "identities", "persons", "opening", "expected")
            }
            law = load_law(case["ref"], [Path(case["packs"])])
            since = date.fromisoformat(case["window_from"]) if case["window_from"] else None
            found = settle_with(
                law, tables["claims"], tables["identities"], tables["persons"], tables["opening"], since,
                case["given"], False, 1, EVERYTHING,
            ).bills  # fmt: skip
            if not found.select(tables["expected"].columns).equals(tables["expected"]):
                return f"other amounts in {case['name']}"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]!r}"
    return "right"


def main(cases: Path, copies: list[Path]) -> None:
    """Judge each copy in a fork of its own."""
    for copy in copies:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            print(f"{copy.name}\t{verdict(cases, copy)}", flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
