"""Bills per second of the kernel, as a share of a rule-free stream over exactly its input and output arrays.

The stream reads every array that the kernel reads and writes every array that it writes, one after the other,
with no rule in between; both run in this process, on the same
arrays, and the best of several rounds counts. Figures are ratios of one run: times of different runs or machines are
not compared.

    python benchmarks/kernel.py [--bills N] [--rounds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numba import njit

from tuodi import tables
from tuodi.settlement import kernel as k
from tuodi.settlement.bills import Bills, bills_of
from tuodi.settlement.machine import Machine, slices
from tuodi.settlement.run import Law, load_law

PACKS = {
    "three layers (Beijing)": "cn/110000/2023",
    "assistance on given layers (Suqian)": "cn/321300/2024",
    "every feature (invented county)": "zz/000000/2024",
}
BILLS_A_PERSON = 8


def claims_for(law: Law, bills: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Plain bills spread over a year, all amounts known, and identities for a third of the persons."""
    rng = np.random.default_rng(20241122)
    pack = law.packs[0]
    persons = bills // BILLS_A_PERSON
    person = np.repeat(np.arange(persons), BILLS_A_PERSON)
    n = len(person)
    first = np.datetime64(pack.in_force_from)
    day = first + rng.integers(0, 300, n).astype("timedelta64[D]")
    in_scope = rng.gamma(1.2, 400_000, n).astype(np.int64)
    parts = {
        name: (in_scope * share).astype(np.int64)
        for name, share in (("first_self_pay", 0.05), ("out_of_catalogue", 0.1))
    }
    setting = np.where(rng.random(n) < 0.4, "inpatient", "outpatient")
    frame = pl.DataFrame(
        {
            "claim_id": pl.Series(np.arange(n)).cast(pl.String).str.zfill(10),
            "person_id": pl.Series(person).cast(pl.String).str.zfill(8),
            "provider_level": rng.choice(["tertiary", "secondary", "primary"], n),
            "setting": setting,
            "discharged_on": pl.Series(day.astype("datetime64[us]")).cast(pl.Date),
            "admitted_on": pl.Series(day.astype("datetime64[us]")).cast(pl.Date),
            "settled_at": pl.Series(day.astype("datetime64[us]")),
            "in_scope": in_scope, **parts, "over_limit": np.zeros(n, np.int64),
            "total": in_scope + sum(parts.values()),
            "scheme": ["resident"] * n, "place": ["local"] * n, "purpose": ["illness"] * n,
            "authorisation": ["none_needed"] * n, "person_type": ["adult"] * n, "settle_mode": ["online"] * n,
            "paid_basic": (in_scope * 0.6).astype(np.int64), "paid_catastrophic": np.zeros(n, np.int64),
            "paid_civil_servant": np.zeros(n, np.int64), "paid_enterprise": np.zeros(n, np.int64),
            "paid_hospital": np.zeros(n, np.int64), "benefit_year": np.full(n, pack.in_force_from.year),
            "stay_ordinal": np.ones(n, np.int64), "diagnosis": ["I10"] * n, "birth_date": [date(1970, 1, 1)] * n,
        }
    )  # fmt: skip
    held = pl.DataFrame({"person_id": frame["person_id"].unique().sort()}).gather_every(3)
    identities = held.with_columns(
        identity=pl.Series(rng.choice(["dibao", "tekun", "dibao_margin"], held.height)),
        **{"from": pl.lit(date(2010, 1, 1))},
    )
    return tables.conform(frame, tables.CLAIMS), tables.conform(identities, tables.IDENTITIES)


def machine_for(law: Law, bills: Bills) -> Machine:
    """The kernel with fresh arrays."""
    structure = law.versions[0].structure
    slots = k.OPENINGS * len(structure.layers) + max(1, len(structure.counters))
    openings = (np.full(bills.height, k.OPENING_NONE, np.int64), np.zeros((1, slots), np.int64))
    return Machine(structure, bills, openings)


@njit(nogil=True, boundscheck=False, cache=True)
def _stream(begin, end, bytes_in, words_in, words_out, bytes_out):  # type: ignore[no-untyped-def]
    """Array after array, so that the processor may read and write as fast as memory lets it."""
    mixed = np.int64(0)
    for at in range(bytes_in.shape[0]):
        column = bytes_in[at]
        for i in range(begin, end):
            mixed += column[i]
    for at in range(words_in.shape[0]):
        column = words_in[at]
        for i in range(begin, end):
            mixed += column[i]
    for at in range(words_out.shape[0]):
        column = words_out[at]
        for i in range(begin, end):
            column[i] = mixed
    for at in range(bytes_out.shape[0]):
        column = bytes_out[at]
        for i in range(begin, end):
            column[i] = mixed & 1


def fresh(machine: Machine) -> Callable[[int, int], None]:
    """The kernel on arrays that memory holds already; what stays accumulate begins at nothing again."""
    for array in machine.stay_state:
        array[:] = 0
    return machine.run_slice


def stream_round(machine: Machine) -> Callable[[int, int], None]:
    """A rule-free run over as many bytes: what the kernel's shape reads, and what it writes."""
    bills, shape, layers = machine.bills, machine.shape, len(machine.mode)
    words = [bills.profile, bills.total, *bills.parts, bills.hospital]
    if shape.unknowns:
        words += [bills.overlap, machine.opening_at]
    if shape.stays:
        words.append(bills.stay)
    if shape.given:
        words += [bills.recorded[at] for at, mode in enumerate(machine.mode) if mode == k.GIVEN]
    n = bills.height
    words_in = np.stack([np.asarray(word, np.int64) for word in words])
    bytes_in = np.stack([np.asarray(bills.begins, np.uint8)])
    words_out = np.zeros((layers + 3, n), np.int64)
    bytes_out = np.zeros((1 + (layers if shape.unknowns else 0), n), np.uint8)

    def part(begin: int, end: int) -> None:
        _stream(begin, end, bytes_in, words_in, words_out, bytes_out)

    return part


def best_of(rounds: int, make: Callable[[], Callable[[int, int], None]], slices: list[tuple[int, int]]) -> float:
    """Seconds of the fastest round."""
    best = float("inf")
    with ThreadPoolExecutor(len(slices)) as pool:
        for _ in range(rounds):
            part = make()
            start = time.perf_counter()
            list(pool.map(lambda piece, run=part: run(*piece), slices))
            best = min(best, time.perf_counter() - start)
    return best


def measure(name: str, ref: str, bills: int, rounds: int, threads: int) -> dict[str, Any]:
    """Kernel and stream over the same arrays."""
    law = load_law(ref)
    claims, identities = claims_for(law, bills)
    version = np.zeros(claims.height, np.intp)
    made = bills_of([law.versions[0]], version, claims, identities, tables_empty(), None)
    pieces = slices(made.new_person, threads)
    machine = machine_for(law, made)
    best_of(1, lambda: machine.run_slice, [(0, 1)])
    best_of(1, lambda: stream_round(machine), [(0, 1)])
    stream = stream_round(machine)
    kernel_seconds = best_of(rounds, lambda: fresh(machine), pieces)
    stream_seconds = best_of(rounds, lambda: stream, pieces)
    return {
        "law": name, "pack": ref, "threads": threads, "bills": claims.height, "layers": len(machine.mode),
        "kernel_bills_per_second": round(claims.height / kernel_seconds),
        "stream_bills_per_second": round(claims.height / stream_seconds),
        "share_of_stream": round(stream_seconds / kernel_seconds, 4),
    }  # fmt: skip


def tables_empty() -> pl.DataFrame:
    """No opening balances."""
    return tables.conform(pl.DataFrame(schema=tables.OPENING.columns), tables.OPENING)


def main() -> None:
    """Print the table and, with ``--json``, write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bills", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    print(f"{'law':38} {'threads':>7} {'kernel, M bills/s':>18} {'stream, M bills/s':>18} {'share':>7}")
    for name, ref in PACKS.items():
        for threads in (1, 2):
            row = measure(name, ref, options.bills, options.rounds, threads)
            rows.append(row)
            speeds = (row["kernel_bills_per_second"] / 1e6, row["stream_bills_per_second"] / 1e6)
            print(f"{name:38} {threads:>7} {speeds[0]:>18.1f} {speeds[1]:>18.1f} {row['share_of_stream']:>7.1%}")
    if options.json:
        document = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"), "machine": platform.machine(),
            "processors": os.cpu_count(), "load": os.getloadavg(), "rows": rows,
        }  # fmt: skip
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
