"""What the two drawings of a person's file are made of: identities over time, and a bill taken apart layer by layer.

Enters: intervals, settlements. Leaves: lanes and steps as ``components.html`` draws them. Imports no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tuodi.platform.ground.words import _

__all__ = ["Interval", "burden", "note", "timeline", "waterfall"]

LAYERS = (("basic", "paid_basic"), ("catastrophic", "paid_catastrophic"), ("aid", "paid_assistance"),
          ("tilt", "paid_tilt"))  # fmt: skip
OTHERS = (
    "paid_civil_servant", "paid_enterprise", "paid_large_sum", "paid_disabled_veteran", "paid_other", "paid_hospital",
)  # fmt: skip
"""Payers that one bar holds together; the hospital's own share is no burden of the person either."""
PARTS = (
    ("out_of_catalogue", "out_of_catalogue"), ("over_limit", "over_limit"), ("self_first", "first_self_pay"),
    ("in_scope", "in_scope"),
)  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """One interval of one source, in words."""

    source: str
    text: str
    start: date
    end: date | None
    note: str = ""


def timeline(intervals: Sequence[Interval], today: date) -> dict[str, Any]:
    """``lanes`` (a source each), ``first`` and ``last`` day of the axis; the axis ends today, or with a later end."""
    lanes: dict[str, list[dict[str, Any]]] = {}
    for one in intervals:
        lanes.setdefault(one.source, []).append(
            {"text": one.text, "start": one.start, "end": one.end, "kind": "neutral", "note": one.note}
        )
    starts = [one.start for one in intervals]
    ends = [one.end for one in intervals if one.end]
    first = min(starts, default=today).replace(month=1, day=1)
    return {
        "lanes": [{"source": source, "spans": spans} for source, spans in lanes.items()],
        "first": first,
        "last": max([*ends, today]),
    }


def burden(bill: Mapping[str, int | None]) -> int:
    """What is left to the person: the total less every payer and the hospital's own share, in fen."""
    paid = sum(bill.get(column) or 0 for _key, column in LAYERS) + sum(bill.get(column) or 0 for column in OTHERS)
    return (bill.get("total") or 0) - paid


def waterfall(bill: Mapping[str, int | None]) -> list[dict[str, Any]]:
    """Steps from the total to what the person bears, in the order and words of the settlement sheet."""
    steps: list[dict[str, Any]] = [{"key": "total", "amount": bill.get("total") or 0, "kind": "total"}]
    steps += [{"key": key, "amount": bill.get(column) or 0, "kind": "of"} for key, column in PARTS]
    steps += [{"key": key, "amount": bill.get(column) or 0, "kind": "less"} for key, column in LAYERS]
    steps.append({"key": "other", "amount": sum(bill.get(column) or 0 for column in OTHERS), "kind": "less"})
    steps.append({"key": "own", "amount": burden(bill), "kind": "result"})
    # StrictUndefined: a step that lacks a key would be an error in the template.
    return [{"label": "", "article": "", **step} for step in steps]


def note(bill: Mapping[str, int | None]) -> str:
    """What an officer should know of the drawing: unknown payers, and a recorded burden that differs."""
    unknown = [column for _key, column in LAYERS if bill.get(column) is None]
    said = bill.get("own_total")
    parts = []
    if unknown:
        parts.append(_("有支付项目未提供，按 0 计。"))
    if said is not None and said != burden(bill):
        parts.append(_("结算记录的个人负担与按各项相减的结果不同，请核对。"))
    return "".join(parts)
