"""The same yearly rule in other engines, each in its own environment and process.

The rule is ``packs/zz/000802/2024``: the scripts get its figures from the pack, and a person's yearly sum of in-scope
money. ``compiled``: the function that the engine makes of the rule, on arrays that lie ready. ``public``: the call
that its users make. The errors are told against whole fen: a peer that computes in floats and rounds nothing is up to
half a fen away by that alone, so the persons who are still wrong after rounding are counted too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import claims
from benchmarks.common import ANNUAL, ROOT, Options, Row, Time, roots
from tuodi.law import read_pack
from tuodi.money import FULL_RATE

FIGURE = "peers"
HERE = ROOT / "benchmarks" / "peers"
PEERS = {"openfisca": "policy", "policyengine": "policy", "ttsim_backend": "ttsim"}
"""Script → its environment in the folder of the peers."""

NAMES = {
    "openfisca": "OpenFisca-core", "policyengine": "PolicyEngine-core", "ttsim_backend": "ttsim",
    "plain_numpy": "NumPy by hand",
}  # fmt: skip
KINDS = ("compiled", "public")
AIM = 3.0
STEPS = np.array([30_000, 80_000, 400_000, 1_500_000, 60_000_000])


def rows(options: Options) -> Iterator[Row]:
    """A row for each side of each engine, beside ours of the same kind in the same run."""
    folder = options.work / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    rule, fen = rule_of_pack(), sums(min(options.bills, 1_000_000))
    (folder / "rule.json").write_text(json.dumps(rule), "utf-8")
    np.save(folder / "sums.npy", fen)
    right = exactly(fen, rule)
    scripts = {"ours": Path(sys.executable), "plain_numpy": Path(sys.executable)}
    if options.peers is not None:
        scripts |= {name: options.peers / where / "bin" / "python" for name, where in PEERS.items()}
    best = run(scripts, folder, options.rounds)
    errors = {key: wrong(np.load(folder / f"{'-'.join(key)}.npy"), right) for key in best}
    own = {kind: _fastest(best, kind) for kind in KINDS}
    for (name, side), took in best.items():
        if name == "ours":
            facts = {"ours": errors[name, side]}
            yield Row(FIGURE, f"ours, {_words(side)}", "", len(fen), took, facts=facts)
            continue
        kind = side.split("_")[0]
        row = Row(
            FIGURE, f"ours, {_words(own[kind][1])}", f"{NAMES[name]}, {_words(side)}", len(fen), best[own[kind]], took,
            facts={"ours": errors[own[kind]], "beside": errors[name, side]},
        )  # fmt: skip
        if name in PEERS and kind == "compiled":
            row = replace(row, aim=f"≥ {AIM:.0f} ×", met=row.share is not None and row.share >= AIM)
        yield row


def _fastest(best: dict[tuple[str, str], Time], kind: str) -> tuple[str, str]:
    """Ours of one kind, on one thread or two: the others take as many as they like."""
    own = [key for key in best if key[0] == "ours" and key[1].startswith(kind)]
    return min(own, key=lambda key: best[key].wall)


def _words(side: str) -> str:
    return side.replace("_", " ")


def run(scripts: dict[str, Path], folder: Path, rounds: int) -> dict[tuple[str, str], Time]:
    """Each script turn by turn, two inner rounds a turn."""
    best: dict[tuple[str, str], Time] = {}
    for _ in range(rounds):
        for name, python in scripts.items():
            call = [python, HERE / f"{name}.py", folder / "rule.json", folder / "sums.npy", folder / name, 2]
            done = subprocess.run([str(word) for word in call], capture_output=True, text=True, check=False, cwd=ROOT)
            if done.returncode:
                raise SystemExit(f"benchmarks: {name} left with {done.returncode}:\n{done.stderr}")
            for side, (wall, cpu) in json.loads(done.stdout.splitlines()[-1])["times"].items():
                took = Time(wall, cpu)
                best[name, side] = min(best.get((name, side), took), took, key=lambda one: one.wall)
    return best


def rule_of_pack() -> dict[str, Any]:
    """The figures of the benchmarks' yearly pack: amounts in fen, rates in basis points."""
    layer = read_pack(ANNUAL, roots()).layer("annual")
    assert layer.deductible is not None
    assert layer.brackets is not None
    assert layer.rate is not None
    rates = {row.when["bracket"]: row.value for row in layer.rate.rows}
    return {
        "deductible": layer.deductible.amount.rows[0].value, "upto": list(layer.brackets.upto),
        "rates": [rates[str(number + 1),] for number in range(len(rates))], "cap": layer.caps[0].limit.rows[0].value,
    }  # fmt: skip


def sums(persons: int) -> npt.NDArray[np.int64]:
    """Yearly sums in every bracket, some of them over the cap."""
    number = np.arange(persons)
    step = np.searchsorted(np.array([20, 40, 60, 90]), claims.drawn(number, 3, 100), side="right")
    return 100 + claims.drawn(number, 4, 10**9) % STEPS[step]


def exactly(fen: npt.NDArray[np.int64], rule: dict[str, Any]) -> npt.NDArray[np.int64]:
    """The rule in whole fen, rounded half up once."""
    over = np.maximum(fen - rule["deductible"], 0)
    edges = [0, *rule["upto"], np.iinfo(np.int64).max // FULL_RATE]
    exact = sum(
        np.clip(over - begin, 0, end - begin) * rate
        for begin, end, rate in zip(edges[:-1], edges[1:], rule["rates"], strict=True)
    )
    return np.minimum((exact + FULL_RATE // 2) // FULL_RATE, rule["cap"])


def wrong(found: npt.NDArray[Any], right: npt.NDArray[np.int64]) -> dict[str, Any]:
    """The largest error in fen, and how many persons are wrong when the result is rounded to the fen."""
    if np.issubdtype(found.dtype, np.integer):
        return {"largest_error_fen": int(np.abs(found - right).max()), "persons_wrong": int((found != right).sum())}
    fen = found.astype(np.float64) * 100
    return {
        "largest_error_fen": float(np.abs(fen - right).max()),
        "persons_wrong": int((np.floor(fen + 0.5).astype(np.int64) != right).sum()),
    }
