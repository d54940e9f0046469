"""The reference of every input table, made from the schemas, the alias table and the code lists themselves.

Enters: nothing. Leaves: the text of docs/reference/tables.md. ``python -m tuodi.exchange._reference > FILE`` renews it;
a test holds the two together. Imports ``tuodi.tables`` and ``tuodi.vocabulary``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tuodi import vocabulary
from tuodi.exchange._columns import code_set, kind_of
from tuodi.exchange._reasons import FILE_REASONS, REASONS, sentence
from tuodi.tables import SCHEMAS, Schema

__all__ = ["reference"]

_TITLES = {
    "claims": "Claims: one settled bill a row (结算明细)",
    "identities": "Identities: dated intervals (身份明细, 身份标识明细, 发放名册)",
    "persons": "Persons (人员信息)",
    "opening": "Opening balances (期初累计额)",
    "awards": "Awards asked for (救助申请)",
    "changes": "Changes for a re-settlement (变更)",
    "manual": "Manual payments (零星报销支付明细)",
    "totals": "The platform's monthly report (平台月报)",
}
_KINDS = {
    "amount": "amount",
    "date": "date",
    "until": "date, open if empty",
    "instant": "date and time",
    "whole": "whole number",
    "flag": "是 or 否",
    "month": "month yyyy-mm",
    "certificate": "identity number",
    "identifier": "text",
    "text": "text",
}
_NOTES = {
    ("claims", "person_id"): "from `certificate` where the file has none",
    ("claims", "birth_date"): "from `certificate` where empty",
    ("claims", "purpose"): "from `setting` where empty (22 外伤住院 → injury, 51 52 53 → maternity)",
    ("claims", "provider_traits"): "several separated by `;`",
    ("claims", "identity_at_hospital"): "an unknown word is kept, with a warning",
    ("claims", "reverses"): "inferred for a negative row of the same person, stay and amount",
    ("identities", "person_id"): "from `certificate` where the file has none",
    ("identities", "from"): "from the period in the title where the file has no such column",
    ("persons", "person_id"): "from `certificate` where the file has none",
    ("persons", "birth_date"): "from `certificate` where empty",
    ("manual", "person_id"): "from `certificate` where the file has none",
    ("manual", "layer"): "a layer of the pack; other words are kept",
    ("totals", "measure"): "from the header of the amount (医疗救助支出) where the file has no such column",
}
_SHARED = ("identity", "provider_level", "setting", "purpose", "place", "authorisation", "scheme", "person_type")

_HEAD = """# Tables

*Made by `python -m tuodi.exchange._reference`; change the schema, the alias table or the code lists, not this page.*

Tuodi reads these tables from CSV and TSV (UTF-8, UTF-16 with a mark, GB18030), XLSX, XLS, Parquet, national JSON
replies (2207, 2304, 2305, 5203 for bills; 1101 for identities) and a ZIP with one of them. What a file is follows from
its first bytes, not from its name.

- **Header.** Looked for in the first ten rows, in one row or two with merged cells. Any spelling listed below will do;
  case, spaces, full-width forms and what stands in brackets do not matter. Other columns are named in the result and
  not used. Two headers for one column must agree in every row, else the file is refused; of two national names
  (`HOSP_LV`, `DEDC_HOSP_LV`) the one listed first is used.
- **Amounts** are yuan with at most two decimals. A unit in the header or above it is obeyed: 分 and 万元 are
  converted exactly. `1,234.50`, `￥12`, `12元`, full-width digits, a leading `'` and `(12.00)` for a negative are read.
  In Parquet, money is `decimal(18,2)`; floats and bare integers are refused.
- **Dates**: `2024-03-05`, `2024/3/5`, `20240305`, `2024年3月5日`, a spreadsheet's serial number, each with or without a
  time. `长期`, an empty cell and years from 2099 are an open end.
- **Identity numbers**: 15 digits become 18, the check character is proved; a disability certificate counts by the
  identity number in it. Other papers pass as they are.
- **Empty** means unknown, never zero: an empty cell, `null`, and for numbers, dates and codes also `-`, `/`, `无`.
- **Rows that are no records**: blank ones, totals (合计, 小计), signatures (制表人), repeated headers. Totals and
  signatures are kept as footer lines.
- **Title lines** above the header give the period (`结算日期：2024-01-01 至 2024-12-31`, `2024年3月`) and the day of
  the data (`数据截至`).

A wrong row is set aside with file, row, column and reason; good rows go on. A file that cannot be used changes nothing.
"""


def reference() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_tables(), *_code_lists(), *_reasons()]).rstrip() + "\n"


def _tables() -> Iterator[str]:
    for name, schema in SCHEMAS.items():
        yield f"## {_TITLES[name]}\n"
        if name == "changes":
            yield from _changes(schema)
            continue
        yield "| column | required | holds | also written | note |\n|---|---|---|---|---|"
        for column in schema.columns:
            yield _row(schema, column)
        if name == "claims":
            marks = " ".join(f"`{alias}`" for alias in vocabulary.aliases(name)["refund_flag"][1:])
            yield f"| `refund_flag` |  | text | {marks} | a bill marked 1 needs its reversal in the file |"
        yield ""


def _row(schema: Schema, column: str) -> str:
    written = vocabulary.aliases(schema.name).get(column, ())[1:]
    required = "yes" if column in schema.required else ""
    note = _NOTES.get((schema.name, column), "")
    aliases = " ".join(f"`{alias}`" for alias in written)
    return f"| `{column}` | {required} | {_holds(schema, column)} | {aliases} | {note} |"


def _holds(schema: Schema, column: str) -> str:
    kind = kind_of(schema, column)
    if kind != "code":
        return _KINDS[kind]
    wanted = code_set(schema, column)
    return f"code: [{wanted}](#{wanted})"


def _changes(schema: Schema) -> Iterator[str]:
    yield (
        "`change` is one of the [codes](#change) below. A bill that is added or corrected carries the columns of the"
        " claims table;\nbesides these:\n"
    )
    yield "| column | required | holds | also written | note |\n|---|---|---|---|---|"
    for column in vocabulary.aliases("changes"):
        yield _row(schema, column)
    yield ""


def _code_lists() -> Iterator[str]:
    yield "## Codes\n"
    yield (
        "A pack may add local codes. Values marked * are read, but no document was seen that confirms them; each file"
        " that uses\nthem says so once. Values that mean different things in different places are refused until the"
        " caller names their list.\n"
    )
    for name in (*_SHARED, "settle_mode", "change", "layer", "measure"):
        yield f"### {name}\n"
        values = vocabulary.value_map(name)
        doubtful = set(vocabulary.marked_values("unverified", name))
        known = name in vocabulary.CODE_SETS
        codes = vocabulary.codes(name) if known else tuple(dict.fromkeys(values.values()))
        yield "| code | name | also written |\n|---|---|---|"
        for code in codes:
            words = [word + ("\\*" if word in doubtful else "") for word, meant in values.items() if meant == code]
            yield f"| `{code}` | {vocabulary.label(name, code) if known else ''} | {'、'.join(words)} |"
        refused = vocabulary.marked_values("ambiguous", name)
        yield f"\nRefused as ambiguous: {'、'.join(refused)}.\n" if refused else ""


def _reasons() -> Iterator[str]:
    words = dict.fromkeys(("found", "expected", "row", "byte"), "…")
    yield "## Reasons\n\nStable codes; `…` stands for what was found or would be right.\n"
    yield "### Of a row\n\n| code | 中文 | English |\n|---|---|---|"
    yield from (f"| `{code}` | {sentence(code, 'zh', **words)} | {sentence(code, 'en', **words)} |" for code in REASONS)
    yield "\n### Of a whole file, which is then not used\n\n| code | 中文 | English |\n|---|---|---|"
    for code in FILE_REASONS:
        yield f"| `{code}` | {sentence(code, 'zh', **words)} | {sentence(code, 'en', **words)} |"


if __name__ == "__main__":
    sys.stdout.write(reference())
