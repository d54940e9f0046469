"""Golden cases: reads them, settles them with the oracle, checks their arithmetic by itself.

Enters: case files (section 11 of the pack language), amounts in yuan. Leaves: differences, empty where all
agrees. Standard library only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from tuodi.oracle.awards import award
from tuodi.oracle.bills import RECORDED
from tuodi.oracle.packs import PARTS, OraclePack, listed, load, load_region, read_yaml
from tuodi.oracle.settle import settle
from tuodi.oracle.values import OracleError, exact, rounded

__all__ = ["check_arithmetic", "inputs_of", "read_cases", "run_case"]

MONEY = ("total", *PARTS, *RECORDED)
DEFAULTS = {
    "person_id": "p", "scheme": "resident", "place": "local", "purpose": "illness",
    "authorisation": "none_needed", "person_type": "adult", "provider_level": "secondary",
    "setting": "inpatient",
}  # fmt: skip


def read_cases(path: str | Path) -> list[dict[str, Any]]:
    """The cases of one file: one, or a list."""
    found = read_yaml(Path(path))
    return list(found) if isinstance(found, list) else [found]


def _fen(value: Any) -> int:
    """An amount of a case, in yuan with or without the word."""
    amount = exact(str(value).removesuffix("yuan")) * 100
    if amount.denominator != 1:
        raise OracleError(f"{value!r} has more than two decimals")
    return amount.numerator


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 local time, as in the files
    return datetime.fromisoformat(str(value))


def _claim(entry: dict[str, Any], number: int) -> dict[str, Any]:
    claim: dict[str, Any] = {**DEFAULTS, "claim_id": f"c{number}", **entry}
    for name in MONEY:
        if claim.get(name) is not None:
            claim[name] = _fen(claim[name])
    for part in PARTS:
        claim.setdefault(part, 0)
    claim.setdefault("total", sum(claim[part] for part in PARTS))
    claim["settled_at"] = _moment(claim.get("settled_at", claim["discharged_on"]))
    for name in ("claim_id", "person_id", "stay_id", "reverses"):
        if claim.get(name) is not None:
            claim[name] = str(claim[name])
    return claim


def _person_rows(entries: Any, money: Sequence[str] = ()) -> list[dict[str, Any]]:
    rows = []
    for entry in listed(entries):
        row = {"person_id": "p", **entry}
        row["person_id"] = str(row["person_id"])
        for name in money:
            if row.get(name) is not None:
                row[name] = _fen(row[name])
        rows.append(row)
    return rows


def inputs_of(case: dict[str, Any]) -> dict[str, Any]:
    """The tables of a case with all defaults filled in: claims, identities, persons, opening, awards."""
    return {
        "claims": [_claim(entry, number) for number, entry in enumerate(listed(case.get("claims")), start=1)],
        "identities": _person_rows(case.get("identities")),
        "persons": _person_rows(case.get("persons")),
        "opening": _person_rows(case.get("opening"), ["amount"]),
        "awards": _person_rows(case.get("awards"), ["other_aid_amount"]),
    }


def _pack(case: dict[str, Any], roots: str | Path | Iterable[str | Path]) -> OraclePack | list[OraclePack]:
    try:
        return load(case["pack"], roots)
    except OracleError:
        return load_region(case["pack"], roots)


def run_case(case: dict[str, Any], roots: str | Path | Iterable[str | Path]) -> list[str]:
    """What differs between a case and the oracle, and every arithmetic line that does not hold."""
    found = [problem for line in listed(case.get("arithmetic")) for problem in check_arithmetic(str(line))]
    if not listed(case.get("expect")):
        return found
    places = [roots] if isinstance(roots, str | Path) else list(roots)
    pack = _pack(case, places)
    tables = inputs_of(case)
    how: dict[str, Any] = {"window_from": case.get("window_from"), "given": listed(case.get("given"))}
    settled = settle(pack, tables["claims"], tables["identities"], tables["persons"], tables["opening"], **how)
    rows = {row["claim_id"]: row for row in settled}
    awarded: list[dict[str, Any]] = []
    if tables["awards"]:
        one = pack if isinstance(pack, OraclePack) else pack[-1]
        awarded = award(
            one, tables["claims"], tables["identities"], tables["awards"], tables["persons"],
            tables["opening"], **how,
        )  # fmt: skip
    for number, expected in enumerate(listed(case["expect"])):
        if "award" in expected or "kind" in expected:
            found += _compare_award(expected, awarded)
            continue
        name = str(expected.get("claim_id", tables["claims"][number]["claim_id"]))
        if name not in rows:
            found.append(f"{name}: expected, but the case has no such claim")
            continue
        row = rows[name]
        flat = {**row["pay"], **{key: row[key] for key in ("status", "self_in_scope", "self_total")}}
        flat["reasons"] = row["reasons"]
        found += [f"{name}.{problem}" for problem in _compare(expected, flat, ("claim_id",))]
    return found


def _compare_award(expected: dict[str, Any], awarded: list[dict[str, Any]]) -> list[str]:
    who = {key: expected[key] for key in ("person_id", "kind", "applied_on") if key in expected}
    match = [row for row in awarded if all(str(row[key]) == str(value) for key, value in who.items())]
    if len(match) != 1:
        return [f"award {who}: {len(match)} requests match"]
    row = {**match[0], "award": match[0]["amount"]}
    return [f"award {who}.{problem}" for problem in _compare(expected, row, tuple(who))]


def _compare(expected: dict[str, Any], row: dict[str, Any], keys: Sequence[str]) -> list[str]:
    found = []
    for name, wanted in expected.items():
        if name in keys:
            continue
        if name in ("reason", "reasons"):
            missing = [one for one in listed(wanted) if one not in row["reasons"]]
            found += [f"{name}: {one!r} is not among {row['reasons']}" for one in missing]
        elif name == "status":
            if row["status"] != wanted:
                found.append(f"status: expected {wanted}, got {row['status']} {row['reasons']}")
        elif name not in row:
            found.append(f"{name}: no such layer or amount among {sorted(row)}")
        else:
            got = row[name]
            if (wanted == "undetermined") != (got is None) or (got is not None and got != _fen(wanted)):
                shown = "undetermined" if got is None else f"{Fraction(got, 100).__float__():.2f}"
                found.append(f"{name}: expected {wanted}, got {shown} {row['reasons']}")
    return found


# Arithmetic ------------------------------------------------------------------------------------------

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")
_NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(?![\w.])")


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return Fraction(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        values = [_value(one) for one in node.args]
        if node.func.id == "min":
            return min(values)
        if node.func.id == "max":
            return max(values)
        if node.func.id == "round" and len(values) == 1:
            return Fraction(rounded(values[0] * 100), 100)
    raise OracleError(f"{ast.unparse(node)!r} is not arithmetic")


def _evaluate(text: str) -> Fraction:
    written = text.translate(str.maketrans("×÷−–（），", "*/--(),"))
    written = _PERCENT.sub(r"(\1/100)", written)
    written = _NUMBER.sub(r"'\1'", written)
    try:
        return _value(ast.parse(written.strip(), mode="eval").body)
    except SyntaxError as error:
        raise OracleError(f"{text!r} is not arithmetic") from error


def check_arithmetic(line: str) -> list[str]:
    """One line ``expression = value`` (or ``a = b = c``) with exact fractions; what is wrong with it, if anything."""
    terms = line.split("=")
    if len(terms) < 2:
        return [f"{line!r}: expected 'expression = value'"]
    try:
        values = [_evaluate(term) for term in terms]
    except (OracleError, ZeroDivisionError) as error:
        return [f"{line!r}: {error}"]
    if any(value != values[0] for value in values):
        shown = ", ".join(f"{value.numerator}/{value.denominator}" for value in values)
        return [f"{line!r} does not hold: {shown}"]
    return []
