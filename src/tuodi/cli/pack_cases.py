"""A pack's own golden cases, settled by the engine: which agree, and what differs.

Enters: a pack, and the files under ``cases/`` beside it (section 11 of ``docs/reference/pack-language.md``). Leaves:
:class:`CaseRun`. Every scalar is read as the text that stands there, so that no amount passes through a float. Imports
``tuodi.settlement``, ``tuodi.tables``, ``tuodi.money`` and PyYAML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from tuodi.cli.common import texts
from tuodi.errors import TuodiError
from tuodi.money import parse_yuan, yuan
from tuodi.tables import AWARDS, CLAIMS, DATE, FEN, IDENTITIES, INSTANT, OPENING, PARTS, PERSONS, Schema

if TYPE_CHECKING:
    from tuodi.law import Pack
    from tuodi.settlement import Law

__all__ = ["CaseRun", "run_cases"]

Case = Mapping[str, Any]

_EMPTY = frozenset({"", "~", "null"})
_UNDETERMINED = "undetermined"
_DEFAULTS = {
    "person_id": "p", "scheme": "resident", "place": "local", "purpose": "illness", "authorisation": "none_needed",
    "person_type": "adult",
}  # fmt: skip


@dataclass(frozen=True)
class CaseRun:
    """How many cases name this pack, and what of them comes out otherwise, case by case; a file that cannot be read is
    a difference too."""

    cases: int
    agree: int
    differences: tuple[str, ...]


def run_cases(pack: Pack, law: Law, lang: str) -> CaseRun:
    """Settle every case that names the pack. ``law`` is this pack alone."""
    _ = texts(lang)
    run = agree = 0
    found: list[str] = []
    for path in sorted((Path(pack.folder) / "cases").glob("*.yaml")):
        try:
            content = yaml.load(path.read_text("utf-8-sig"), Loader=yaml.BaseLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            found.append(_("{file}：不能读取：{what}").format(file=path.name, what=" ".join(str(error).split())))
            continue
        for case in content if isinstance(content, list) else [content]:
            if not isinstance(case, dict) or case.get("pack") not in (pack.id, pack.region):
                continue
            run += 1
            wrong = list(_differences(case, law, lang))
            agree += not wrong
            name = case.get("case", "?")
            found += [_("{file} {case}：{what}").format(file=path.name, case=name, what=what) for what in wrong]
    return CaseRun(run, agree, tuple(found))


def _differences(case: Case, law: Law, lang: str) -> Iterator[str]:
    """What the engine makes of a case otherwise than it expects."""
    from tuodi.settlement import award, settle

    _ = texts(lang)
    try:
        wanted = [dict(row) for row in case.get("expect") or ()]
        claims, given = _claims(case), tuple(case.get("given") or ())
        known: dict[str, Any] = {
            "identities": _frame(IDENTITIES, _persons(case, "identities")),
            "persons": _frame(PERSONS, _persons(case, "persons")),
            "opening": _frame(OPENING, _persons(case, "opening")),
            "window_from": date.fromisoformat(case["window_from"]) if case.get("window_from") else None,
            "given": given,
        }
        bills = {row["claim_id"]: row for row in settle(law, claims, **known).bills.iter_rows(named=True)}
        asked = _frame(AWARDS, _persons(case, "awards"))
        awarded = [] if asked is None else list(_awarded(award, law, claims, asked, known))
    except (TuodiError, ValueError, KeyError, TypeError, AttributeError, pl.exceptions.PolarsError) as error:
        yield _("案例写得不对：{what}").format(what=" ".join(str(error).split()))
        return
    for row in wanted:
        if "kind" in row:
            yield from _award_differences(row, awarded, lang)
        elif row.get("claim_id") not in bills:
            yield _("{claim}：没有这笔结算").format(claim=row.get("claim_id", "?"))
        else:
            yield from _compare(row, bills[row["claim_id"]], ("claim_id",), str(row["claim_id"]), lang)


def _awarded(award: Any, law: Law, claims: pl.DataFrame, asked: pl.DataFrame, known: dict[str, Any]) -> Iterator[Any]:
    made = award(
        law, claims, known["identities"], asked, known["persons"], known["opening"],
        window_from=known["window_from"], given=known["given"],
    )  # fmt: skip
    yield from made.iter_rows(named=True)


def _award_differences(row: dict[str, Any], awarded: Sequence[Mapping[str, Any]], lang: str) -> Iterator[str]:
    _ = texts(lang)
    who = {name: row[name] for name in ("person_id", "kind", "applied_on") if name in row}
    fitting = [one for one in awarded if all(str(one[name]) == value for name, value in who.items())]
    if len(fitting) != 1:
        yield _("{claim}：没有这笔结算").format(claim=" ".join(who.values()))
        return
    yield from _compare(row, fitting[0], tuple(who), row["kind"], lang)


def _compare(
    row: Mapping[str, str], got: Mapping[str, Any], keys: Sequence[str], claim: str, lang: str
) -> Iterator[str]:
    _ = texts(lang)
    for name, wanted in row.items():
        if name in keys:
            continue
        column = name if name in got else f"pay_{name}"
        if column not in got:
            yield _("{claim}.{name}：没有这一层或这一项").format(claim=claim, name=name)
        elif name in ("status", "reason"):
            if wanted != got[column] and not (name == "reason" and wanted in (got[column] or "")):
                yield _("{claim}.{name}：应为 {wanted}，得 {got}").format(
                    claim=claim, name=name, wanted=wanted, got=got[column]
                )
        elif _fen(wanted) != got[column]:
            shown = _("无法判定") if got[column] is None else yuan(got[column])
            right = _("无法判定") if wanted == _UNDETERMINED else wanted
            yield _("{claim}.{name}：应为 {wanted}，得 {got}").format(claim=claim, name=name, wanted=right, got=shown)


def _fen(text: str) -> int | None:
    return None if text == _UNDETERMINED else parse_yuan(text)


def _claims(case: Case) -> pl.DataFrame:
    rows = []
    for row in case.get("claims") or ():
        made = {**_DEFAULTS, "settled_at": row["discharged_on"], **dict.fromkeys(PARTS, "0"), **row}
        made.setdefault("total", yuan(sum(parse_yuan(made[part]) for part in PARTS)))
        rows.append(made)
    frame = _frame(CLAIMS, rows)
    return pl.DataFrame(schema=CLAIMS.columns) if frame is None else frame


def _persons(case: Case, key: str) -> list[dict[str, Any]]:
    return [{"person_id": "p", **row} for row in case.get(key) or ()]


def _frame(schema: Schema, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame | None:
    if not rows:
        return None
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(
        {name: [_cell(schema, name, row.get(name)) for row in rows] for name in names},
        schema={name: schema.columns[name] for name in names},
    )


def _cell(schema: Schema, name: str, value: Any) -> Any:
    if value is None or value in _EMPTY:
        return None
    if name in schema.money:
        return parse_yuan(value)
    dtype = schema.columns[name]
    if dtype == DATE:
        return date.fromisoformat(value)
    if dtype == INSTANT:
        return datetime.fromisoformat(value)
    if dtype == pl.Boolean():
        return {"true": True, "false": False}[value]
    return int(value) if dtype == FEN else str(value)
