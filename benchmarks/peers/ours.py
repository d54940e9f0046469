"""The yearly rule here: the kernel on one bill a person, and the public call on a table of these bills."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from common import given, leave

from benchmarks import claims, inside
from benchmarks.common import ANNUAL, on_threads, roots
from tuodi.settlement import load_law, settle

_, FEN = given()
LAW = load_law(ANNUAL, roots())


def table() -> pl.DataFrame:
    """One bill a person with nothing but in-scope money."""
    number = np.arange(len(FEN)) * claims.BILLS_A_PERSON
    nothing = pl.lit(0, pl.Int64)
    names = ("out_of_catalogue", "over_limit", "first_self_pay")
    return claims.bills(number).with_columns(
        in_scope=pl.Series(FEN), total=pl.Series(FEN), **dict.fromkeys(names, nothing)
    )


TABLE = table()
NOBODY = claims.identities(0)
MACHINE = inside.machine_for(LAW, TABLE, NOBODY)


def compiled(threads: int) -> Callable[[], Callable[[], np.ndarray]]:
    run = on_threads(MACHINE.run_slice, inside.pieces_of(MACHINE, threads), lambda: inside.forget(MACHINE))

    def ready() -> Callable[[], np.ndarray]:
        made = run()

        def once() -> np.ndarray:
            made()
            return MACHINE.out["pay"][0]

        return once

    return ready


def public() -> Callable[[], np.ndarray]:
    return lambda: settle(LAW, TABLE).bills["pay_annual"].to_numpy()


if __name__ == "__main__":
    leave("Tuodi", compiled=compiled(1), compiled_two_threads=compiled(2), public=public)
