"""Writes what is true of the invented county: for whoever tests the audit, not for the audit.

Enters: settled cases, bad rows, the unseen. Leaves: CSV files (UTF-8, amounts in fen) under ``truth/``:
``plants.csv``, ``cleared.csv``, ``undetermined.csv``, ``unseen.csv``, ``bad_rows.csv``, ``settlement.csv``.
Imports ``tuodi.synth``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from tuodi.synth.judge import pay
from tuodi.synth.plants import Case
from tuodi.synth.spoil import BadRow
from tuodi.synth.unseen import Unseen
from tuodi.synth.year import COLUMNS, Settled

__all__ = ["bad_rows", "cleared", "plants", "settlement", "undetermined", "unseen_rows", "write_csv"]

Rows = list[dict[str, Any]]


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """One table; an empty cell is unknown or does not apply."""
    text = StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: "" if row.get(name) is None else row[name] for name in columns})
    path.write_bytes(text.getvalue().encode())


def plants(settled: Sequence[Settled], layers: Sequence[str]) -> Rows:
    """Planted deviations that changed a payment: one row a person and layer in which law and record differ."""
    made: Rows = []
    for each in settled:
        for layer in layers:
            owed = each.owed(layer)
            if each.case.plant is None or not owed:
                continue
            made.append(
                _person(each.case)
                | {
                    "cause": each.case.plant.cause,
                    "kind": each.case.plant.kind,
                    "layer": layer,
                    "owed_to": "person" if owed > 0 else "fund",
                    "amount_fen": abs(owed),
                    "recorded_fen": each.recorded(layer),
                    "by_hand_fen": each.by_hand(layer),
                    "by_law_fen": each.by_law(layer),
                    "detail": each.case.plant.detail,
                    "claim_ids": ";".join(_differing(each, layer)),
                    "needs": each.case.plant.needs,
                }
            )
    return made


def cleared(settled: Sequence[Settled], layers: Sequence[str]) -> Rows:
    """People who look as if something were owed, and nothing is: the oracle agrees with the record."""
    made: Rows = []
    for each in settled:
        for layer in layers:
            if each.owed(layer) != 0:
                continue
            why = _why(each, layer)
            if why:
                bills = [row for row in each.rows if _unpaid(each, row, layer)]
                made.append(
                    _person(each.case)
                    | {
                        "why": why,
                        "layer": layer,
                        "claim_ids": ";".join(row.claim_id for row in bills),
                        "planted": each.case.plant.cause if each.case.plant else "",
                    }
                )
    return made


def undetermined(settled: Sequence[Settled], layers: Sequence[str]) -> Rows:
    """People of whom the files do not hold enough to say."""
    return [
        _person(each.case)
        | {
            "layer": layer,
            "planted": each.case.plant.cause if each.case.plant else "",
            "claim_ids": ";".join(claim for claim, answer in each.answers.items() if pay(answer, layer) is None),
        }
        for each in settled
        for layer in layers
        if each.owed(layer) is None
    ]


def settlement(settled: Sequence[Settled], layers: Sequence[str]) -> Rows:
    """The oracle's answer on every row of the export as it should stand."""
    made: Rows = []
    for each in settled:
        for row in each.rows:
            answer = each.answers.get(row.claim_id)
            chain = each.chain.get(row.claim_id)
            line: dict[str, Any] = {"claim_id": row.claim_id, "person_id": row.person_id}
            line["status"] = answer["status"] if answer else "settled_twice"
            line["reason"] = ";".join(answer["reasons"]) if answer else ""
            for layer in layers:
                line[f"pay_{layer}"] = pay(answer, layer) if answer else 0
                line[f"recorded_{layer}"] = getattr(row, COLUMNS[layer])
                line[f"chain_{layer}"] = pay(chain, layer) if chain else None
            made.append(line)
    return made


def bad_rows(bad: Sequence[BadRow], numbers: Mapping[int, int]) -> Rows:
    """Spoilt rows of the settlement detail with their row in the workbook."""
    return [
        {
            "row": numbers[at],
            "claim_id": each.claim_id,
            "kind": each.kind,
            "column": each.column,
            "month": f"{each.bill.settled_at:%Y-%m}",
            "counted_by_platform": "yes" if each.counted else "no",
            "paid_assistance_fen": each.bill.paid_assistance,
            "paid_basic_fen": each.bill.paid_basic,
            "paid_catastrophic_fen": each.bill.paid_catastrophic,
        }
        for at, each in enumerate(bad)
    ]


def unseen_rows(found: Sequence[Unseen]) -> Rows:
    """The plants that no file can show."""
    return [{"person_id": each.person.person_id, "kind": each.kind, "what": each.what} for each in found]


def _person(case: Case) -> dict[str, Any]:
    return {"person_id": case.person.person_id, "certificate": case.person.certificate}


def _differing(each: Settled, layer: str) -> list[str]:
    """The bills on which law and record differ, in order of settlement."""
    found = []
    gone = {row.reverses for row in each.rows if row.reverses}
    for row in each.rows:
        if row.reverses or row.claim_id in gone:
            continue
        law = pay(each.answers[row.claim_id], layer) if row.claim_id in each.answers else 0
        if law != (getattr(row, COLUMNS[layer]) or 0):
            found.append(row.claim_id)
    return found


def _unpaid(each: Settled, row: Any, layer: str) -> bool:
    """A bill with money left in scope on which this layer paid nothing."""
    left = row.in_scope - (row.paid_basic or 0) - (row.paid_catastrophic or 0) - (row.paid_large_sum or 0)
    return left > 0 and not getattr(row, COLUMNS[layer]) and not row.reverses


def _why(each: Settled, layer: str) -> str:
    """Why a person without a difference might be taken for one with."""
    if each.by_hand(layer):
        return "paid_by_hand"
    if layer != "assistance":
        return ""
    person = each.case.person
    days = [row.settled_at.date() for row in each.rows if _unpaid(each, row, layer)]
    if not days or not person.identities:
        return ""
    if all(held.start > max(days) for held in person.identities):
        return "identity_not_begun"
    if all(held.end is not None and held.end < min(days) for held in person.identities):
        return "identity_ended"
    cut = any((part.get("cap_cut") or 0) > 0 for answer in each.answers.values() for part in _traced(answer, layer))
    if cut:
        return "cap_used_up"
    if any(row.purpose == "injury" for row in each.rows if _unpaid(each, row, layer)):
        return "injury"
    taken = any(
        (part.get("deductible") or 0) > 0 for answer in each.answers.values() for part in _traced(answer, layer)
    )
    return "deductible_not_reached" if taken else "outside_the_gate"


def _traced(answer: Mapping[str, Any], layer: str) -> list[Mapping[str, Any]]:
    found = answer.get("trace", {}).get(layer)
    return [found] if found else []
