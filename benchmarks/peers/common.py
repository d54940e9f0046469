"""What every peer's script does: read the rule and the amounts, take the best of several rounds, leave the results.

Run by the peer's own Python, which has the peer and NumPy; nothing of Tuodi is imported here, and nothing of a peer
is imported by Tuodi.

    python SCRIPT RULE.json AMOUNTS.npy RESULTS ROUNDS → RESULTS-<side>.npy in yuan, times as JSON on standard output
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Rule:
    """Amounts in fen, rates in basis points: brackets of what lies over the deductible, the last one open."""

    deductible: int
    upto: list[int]
    rates: list[int]
    cap: int


def given() -> tuple[Rule, np.ndarray]:
    """The rule, and each person's yearly sum in fen."""
    return Rule(**json.loads(Path(sys.argv[1]).read_text("utf-8"))), np.load(sys.argv[2])


def leave(name: str, **sides: Callable[[], Callable[[], np.ndarray]]) -> None:
    """Each side makes itself ready (not timed) and is then timed; its results go to a file of its own."""
    times = {}
    for side, ready in sides.items():
        best = (float("inf"), float("inf"))
        for _ in range(int(sys.argv[4]) + 1):
            run = ready()
            cpu, wall = time.process_time(), time.perf_counter()
            found = run()
            best = min(best, (time.perf_counter() - wall, time.process_time() - cpu))
        np.save(f"{sys.argv[3]}-{side}.npy", np.asarray(found))
        times[side] = best
    print(json.dumps({"name": name, "times": times}))
