"""The kernel beside a rule-free stream over exactly its input and output arrays.

The stream reads every array that the kernel reads and writes every array that it writes, one after the other, with no
rule in between, on the same slices and threads. Also: what keeping every step costs, and what the features that are
compiled away would have cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from benchmarks import claims, inside
from benchmarks.common import THREE_LAYERS, Options, Row, at_least, contest, on_threads, roots
from tuodi.settlement import load_law

FIGURE = "kernel"
LAWS: dict[str, tuple[str, dict[str, Any], dict[int, float]]] = {
    "three plain layers (invented)": (THREE_LAYERS, {}, {1: 0.25, 2: 0.22}),
    "every feature (invented county)": ("zz/000000/2024", {"top_level": "grade_3a"}, {1: 0.10}),
    "per stay, derived codes (Beijing)": ("cn/110000/2023", {"all_stays": True}, {}),
    "assistance on given layers (Suqian)": ("cn/321300/2024", {}, {}),
}
"""Law → pack, what its bills need, and the least share on so many threads."""

MOST = 1_000_000
"""Far more than any cache holds; ``growth`` goes on from here."""


def rows(options: Options) -> Iterator[Row]:
    """A row for each law and number of threads; then trace and features for the plain law."""
    for name, (ref, needs, aims) in LAWS.items():
        made, held = tables(min(options.bills, MOST), **needs)
        machine = inside.machine_for(load_law(ref, roots()), made, held)
        stream = inside.stream_of(machine)
        for threads in options.threads:
            pieces = inside.pieces_of(machine, threads)
            best = contest(
                options.rounds,
                ours=on_threads(machine.run_slice, pieces, lambda used=machine: inside.forget(used)),
                stream=on_threads(stream, pieces),
            )
            share = best["stream"].wall / best["ours"].wall
            words = "1 thread" if threads == 1 else f"{threads} threads"
            yield Row(
                FIGURE, f"{name}, {words}", "rule-free stream", made.height, best["ours"], best["stream"],
                facts={"pack": ref, "threads": threads, "layers": len(machine.mode), "shape": machine.shape._asdict()},
                **(at_least(share, aims[threads]) if threads in aims else {}),
            )  # fmt: skip
    yield from _flags(options)


def _flags(options: Options) -> Iterator[Row]:
    """The plain law with every step kept, and with every feature compiled in, beside the kernel that it runs in."""
    made, held = tables(min(options.bills, MOST))
    law = load_law(THREE_LAYERS, roots())
    machines = {
        "plain": inside.machine_for(law, made, held),
        "trace": inside.machine_for(law, made, held, trace=True),
        "full": inside.machine_for(law, made, held, full=True),
    }
    whole = {name: inside.pieces_of(machine, 1) for name, machine in machines.items()}
    best = contest(options.rounds, **{
        name: on_threads(machine.run_slice, whole[name], lambda used=machine: inside.forget(used))
        for name, machine in machines.items()
    })  # fmt: skip
    for name, words in (("trace", "every step kept"), ("full", "every feature compiled in")):
        yield Row(FIGURE, f"three plain layers, {words}", "the kernel as it is", made.height, best[name], best["plain"])


def tables(count: int, **needs: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Bills in which nothing is unknown, and the identities of their persons."""
    return claims.with_everything(claims.bills(np.arange(count)), **needs), claims.identities(count)
