"""What happened to each bill in each layer, step by step, as a table.

Enters: the kernel's step arrays. Leaves: one row for each bill and layer, enough to do every sum again by hand.
Imports ``tuodi.law`` and this room.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.law.compile import BUCKETS, Compiled, Structure
from tuodi.law.dense import NO_LIMIT_FEN
from tuodi.law.spaces import FALSE, TRUE
from tuodi.settlement import kernel as k
from tuodi.settlement.bills import Bills
from tuodi.settlement.order import words

if TYPE_CHECKING:
    from tuodi.settlement.run import Settlement

__all__ = ["LEFT", "STEPS", "STEP_ARRAYS", "empty", "left_table", "step_arrays", "trace_table", "wide_trace"]

Array = npt.NDArray[Any]

STEP_ARRAYS = (
    "base", "within", "limit", "used", "taken", "start", "amounts", "before", "goal", "raw", "room", "cut", "cap",
    "given", "left",
)  # fmt: skip
"""The kernel's step arrays, in the order in which it takes them."""

FEN_LIST = pl.List(pl.Int64())
STEPS = {
    "claim_id": pl.String(), "layer": pl.String(), "class": pl.String(), "state": pl.String(), "reason": pl.String(),
    "base": pl.Int64(), "base_within": pl.Int64(),
    "deductible": pl.Int64(), "deductible_used": pl.Int64(), "deductible_taken": pl.Int64(),
    "start": pl.Int64(), "bounds": FEN_LIST, "amounts": FEN_LIST, "rates": FEN_LIST,
    "before": pl.Int64(), "goal": pl.Int64(), "raw": pl.Int64(),
    "caps": pl.List(pl.String()), "limits": FEN_LIST, "rooms": FEN_LIST, "cap": pl.String(), "cap_cut": pl.Int64(),
    "paid": pl.Int64(), "cell": pl.String(),
}  # fmt: skip
"""``state``: paid | outside | given | notional | undetermined. ``base_within``: the base that caps on the base let in.
``deductible``: the amount of the bill's cell; ``_used``: taken by earlier bills. ``start``: where the money after the
deductible begins in the brackets; ``bounds`` their upper ends (null: none), ``rates`` in basis points, ``amounts`` the
money in each. ``before`` and ``goal``: for yearly rounding the exact sum so far (fen × basis points); for a fixed sum
what was paid and the sum; for a top-up what was paid and the target (fen × basis points). ``caps`` that reach the bill
with limits (null: none) and rooms (null: not asked); ``cap``: the one that cut. ``cell``: the codes that decided,
``name=code;…``. Amounts in fen."""

NOTHING, ABSENT = -1, -2
"""In arrays that become lists: an entry without a value, and no entry at all."""

FEW_BILLS = 64
"""Up to here lists are made one by one: Polars takes longer to begin, and one person's bills are explained at once."""

LEFT = {"claim_id": pl.String(), **dict.fromkeys(BUCKETS, pl.Int64())}
"""What is left of a bill by bucket: unpaid in-scope money by the reason why, and the other parts."""


def step_arrays(rows: int, layers: int, brackets: int, caps: int) -> dict[str, Array]:
    """Empty arrays for the kernel's steps."""
    made = {name: np.zeros((rows, layers), np.int64) for name in STEP_ARRAYS}
    made["amounts"] = np.zeros((rows, layers, brackets), np.int64)
    made["room"] = np.full((rows, caps), -1, np.int64)
    made["cap"][:] = -1
    made["left"] = np.zeros((rows, len(BUCKETS)), np.int64)
    return made


def trace_table(
    structure: Structure, bills: Bills, versions: list[Compiled], out: dict[str, Array], steps: dict[str, Array]
) -> pl.DataFrame:
    """The steps of every bill in every layer, in settlement order."""
    frames = [_layer_steps(structure, at, bills, versions, out, steps) for at in range(len(structure.layers))]
    places = pl.Series("place", np.tile(np.arange(bills.height), len(structure.layers)))
    return pl.concat(frames).with_columns(places).sort("place", maintain_order=True).drop("place")


def left_table(bills: Bills, steps: dict[str, Array]) -> pl.DataFrame:
    """What every layer left unpaid on each bill, by bucket (kernels with ``parts`` only)."""
    columns = {name: steps["left"][:, number] for number, name in enumerate(BUCKETS)}
    return pl.DataFrame({"claim_id": bills.claim_ids, **columns}, schema=LEFT)


def wide_trace(run: Settlement, layers: Sequence[str]) -> tuple[pl.DataFrame, list[str]]:
    """The bills with the steps of every layer beside them, and the names of the new columns in fen.

    For each layer: ``class_ base_ deductible_taken_ bracket_<n>_ cap_cut_``.
    """
    frame, money = run.bills, []
    trace = empty() if run.trace is None else run.trace
    for layer in layers:
        own = trace.filter(pl.col("layer") == layer)
        brackets = int(own["amounts"].list.len().max() or 1)  # type: ignore[arg-type]
        amounts = {
            f"bracket_{n}_{layer}": pl.col("amounts").list.get(n - 1, null_on_oob=True) for n in range(1, brackets + 1)
        }
        columns = {
            f"base_{layer}": pl.col("base"), f"deductible_taken_{layer}": pl.col("deductible_taken"), **amounts,
            f"cap_cut_{layer}": pl.col("cap_cut"),
        }  # fmt: skip
        known = pl.col("state") != "undetermined"
        steps = own.select(
            "claim_id",
            pl.col("class").alias(f"class_{layer}"),
            *(pl.when(known).then(column).alias(name) for name, column in columns.items()),
        )
        frame = frame.join(steps, on="claim_id", how="left", maintain_order="left")
        money += list(columns)
    return frame, money


def empty() -> pl.DataFrame:
    """A trace of no bills."""
    return pl.DataFrame(schema=STEPS)


def _layer_steps(
    structure: Structure,
    at: int,
    bills: Bills,
    versions: list[Compiled],
    out: dict[str, Array],
    steps: dict[str, Array],
) -> pl.DataFrame:
    layer, made, n = structure.layers[at], bills.parameters, bills.height
    known_why = out["reason"].shape[1] == n
    given = steps["given"][:, at]
    brackets = layer.brackets
    bounds = made.bound[bills.profile, at, :brackets]
    bounds = np.where(bounds >= NO_LIMIT_FEN, NOTHING, bounds)
    own = [number for number, cap in enumerate(structure.caps) if cap.layer == at]
    reach = made.reach[bills.profile][:, own] == TRUE
    limits, rooms = made.limit[bills.profile][:, own], steps["room"][:, own]
    limits = np.where((limits >= NO_LIMIT_FEN) | (limits < 0), NOTHING, limits)
    reached = _lists(np.where(reach, np.arange(len(own)), ABSENT))
    names = [*(cap.id for cap in structure.caps), ""]
    # The cut holds what caps on the base kept out, too: that was never to be paid.
    kept_out = steps["base"][:, at] - steps["within"][:, at]
    reckoned = steps["raw"][:, at] - steps["cut"][:, at] + kept_out
    paid = np.where(given == k.STEP_NOTIONAL, reckoned, out["pay"][at])
    undetermined = (out["open"] >> at & 1).astype(bool)
    return pl.DataFrame(
        {
            "claim_id": bills.claim_ids,
            "layer": words([layer.id], np.zeros(n, np.int64)),
            "class": _class_names(versions, bills, at),
            "state": _states(at, bills, out, steps),
            "reason": words(k.REASONS, out["reason"][at]) if known_why else words([""], np.zeros(n, np.int64)),
            "base": steps["base"][:, at],
            "base_within": steps["within"][:, at],
            "deductible": steps["limit"][:, at],
            "deductible_used": steps["used"][:, at],
            "deductible_taken": steps["taken"][:, at],
            "start": steps["start"][:, at],
            "bounds": _lists(bounds),
            "amounts": _lists(steps["amounts"][:, at, :brackets]),
            "rates": _lists(made.rate[bills.profile, at, :brackets]),
            "before": steps["before"][:, at],
            "goal": steps["goal"][:, at],
            "raw": steps["raw"][:, at],
            "caps": _names(reached, [structure.caps[one].id for one in own]),
            "limits": _lists(np.where(reach, limits, ABSENT)),
            "rooms": _lists(np.where(reach, rooms, ABSENT)),
            "cap": words(names, steps["cap"][:, at] % len(names)),
            "cap_cut": steps["cut"][:, at],
            "paid": pl.select(pl.when(pl.Series(undetermined)).then(None).otherwise(pl.Series(paid))).to_series(),
            "cell": words(_cells(bills, at), bills.profile),
        },
        schema=STEPS,
    )


STATES = ("paid", "outside", "given", "notional", "undetermined")


def _states(at: int, bills: Bills, out: dict[str, Array], steps: dict[str, Array]) -> pl.Series:
    gate = bills.parameters.gate[bills.profile, at]
    given, base, within = steps["given"][:, at], steps["base"][:, at], steps["within"][:, at]
    state = np.zeros(bills.height, np.int64)
    state[(gate == FALSE) | ((base != 0) & (within == 0) & (steps["cut"][:, at] == 0))] = STATES.index("outside")
    state[bills.recorded[at] == k.NOT_ITS_SCHEME] = STATES.index("outside")
    state[given == k.STEP_GIVEN] = STATES.index("given")
    state[given == k.STEP_NOTIONAL] = STATES.index("notional")
    state[(out["open"] >> at & 1).astype(bool)] = STATES.index("undetermined")
    return words(STATES, state)


def _lists(values: Array) -> pl.Series:
    """Rows of a two-dimensional array as lists: ABSENT entries are left out, other negative ones are null."""
    if values.shape[1] == 0:
        return pl.Series([[]], dtype=FEN_LIST).new_from_index(0, len(values))
    if len(values) <= FEW_BILLS:
        rows = [[None if one < 0 else one for one in row if one != ABSENT] for row in values.tolist()]
        return pl.Series(rows, dtype=FEN_LIST)
    entry = pl.element()
    kept = entry.filter(entry != ABSENT)
    lists = pl.Series(np.ascontiguousarray(values, np.int64)).arr.to_list()
    return lists.list.eval(pl.when(kept < 0).then(None).otherwise(kept))


def _names(numbers: pl.Series, names: list[str]) -> pl.Series:
    """Lists of numbers as lists of names."""
    dtype = pl.List(pl.String)
    if not names:
        return pl.Series([[]], dtype=dtype).new_from_index(0, len(numbers))
    if len(numbers) <= FEW_BILLS:
        return pl.Series([[names[one] for one in row] for row in numbers.to_list()], dtype=dtype)
    named = pl.element().replace_strict(list(range(len(names))), names, return_dtype=pl.String)
    return numbers.list.eval(named).cast(dtype)


def _class_names(versions: list[Compiled], bills: Bills, at: int) -> pl.Series:
    names: list[str] = []
    first = []
    for compiled in versions:
        first.append(len(names))
        names += [*compiled.space(f"class:{compiled.tables[at].class_column}").codes, "?", ""]
    return words(names, np.array(first)[bills.version] + bills.classes[at])


def _cells(bills: Bills, at: int) -> list[str]:
    """The codes of each profile's cell in one layer."""
    texts: list[str] = []
    for compiled, columns in bills.cells:
        own = f"class:{compiled.tables[at].class_column}"
        count = len(next(iter(columns.values()))) if columns else 1
        for profile in range(count):
            parts = []
            for axis, positions in columns.items():
                if axis.startswith("perhaps:") or (axis.startswith("class:") and axis != own):
                    continue
                codes = [*compiled.space(axis).codes, "?", ""]
                parts.append(f"{'class' if axis == own else axis}={codes[positions[profile]]}")
            texts.append(";".join(parts))
    return texts
