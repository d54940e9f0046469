"""The reference of every source, made from the templates themselves.

Enters: nothing. Leaves: the text of docs/reference/sources.md. ``python -m tuodi.exchange._reference_sources > FILE``
renews it; a test holds the two together. Imports this room.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tuodi import vocabulary
from tuodi.exchange._template import TemplateColumn
from tuodi.exchange._template_file import source_templates
from tuodi.tables import LISTS

__all__ = ["reference_sources"]

_HEAD = """# Sources

*Made by `python -m tuodi.exchange._reference_sources`; change templates, aliases or code lists, not this page.*

Every file of a department is read by a template: a YAML file in `src/tuodi/exchange/templates/`, or one of your own
([add a source](../how-to/add-a-source.md)). What a file may look like is said in [tables](tables.md); beyond that:

- A list (`full`) is whole as of its date: whoever is missing has left it (动态调出), and is never deleted. An
  `increment` adds and corrects rows by key. A workbook of corrected rows that comes back is always an increment.
- A wrong cell sets its row aside, with row, column, what was found and what would be right. A telephone or identity
  number that cannot be read leaves its row in place, and stands beside it as written (`certificate_as_written`).
- A column that no template knows is shown with samples and kept as text, at the highest grade.
- Where a department has a word of its own for a class, `code_map` in the template says which one is meant.
- **数据截至** comes from the title, the sheet's name or the file's; a source whose next delivery is overdue is stale.
- The sender's totals (合计, 小计, 共 n 人) stand beside ours; rows set aside count in ours.

`faulty: keep` marks columns whose wrong cells leave the row in place, `unknown: keep` those where a word that is not
known stays as it is. The words listed with a source are its own; the [common words](#common-words) serve all.
"""


def reference_sources() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_overview(), *_sources(), *_words(), *_code_lists()]).rstrip() + "\n"


def _overview() -> Iterator[str]:
    yield "## Overview\n"
    yield "| order | source | 中文 | sender | table | mode | key | due |\n|---|---|---|---|---|---|---|---|"
    for one in source_templates().values():
        mode = one.mode + (f" within {', '.join(one.within)}" if one.within else "")
        sender = vocabulary.label("organisation", one.sender)
        due = f"every {one.cadence.every}, {one.cadence.grace_days} days' grace"
        key = ", ".join(f"`{name}`" for name in one.key)
        yield (
            f"| {one.order} | [`{one.code}`](#{one.code}) | {one.name['zh']} | {sender} | `{one.target.name}` |"
            f" {mode} | {key} | {due} |"
        )
    yield ""


def _sources() -> Iterator[str]:
    for one in source_templates().values():
        yield f"## {one.code}\n"
        yield f"{one.name['zh']}: {one.name['en']}.\n"
        yield f"- Purpose: {one.purpose['zh']} ({one.purpose['en']})."
        yield f"- Legal basis: {one.legal_basis.zh} ({one.legal_basis.en}): {one.legal_basis.citation}."
        yield f"- Kept for {one.retention_months} months; usable from {one.cadence.usable.replace('_', ' ')}."
        if one.title:
            yield f"- From the title: {', '.join(f'`{name}` ({part})' for name, part in one.title.items())}."
        if one.constants:
            yield f"- Where the file lacks it: {', '.join(f'`{n}` = {text}' for n, text in one.constants.items())}."
        if one.headerless:
            yield f"- Without a header: {len(one.headerless)} columns, `{one.headerless[0]}` … `{one.headerless[-1]}`."
        if one.unused:
            yield f"- Known and not kept: {'、'.join(one.unused)}."
        yield "\n| column | 中文 | type | required | grade | also written | note |\n|---|---|---|---|---|---|---|"
        for column in one.columns.values():
            if column.listed or column.required or column.extra:
                yield _column(column)
        yield ""


def _column(one: TemplateColumn) -> str:
    words = " ".join(f"`{word}`" for word in one.aliases)
    notes = [f"{name}: keep" for name, value in (("faulty", one.faulty), ("unknown", one.unknown)) if value == "keep"]
    notes += [f"{word} → `{code}`" for word, code in one.code_map.items()]
    notes += ["extra"] if one.extra else []
    required = "yes" if one.required else ""
    grade = f"{one.grade} {one.gbt39725}"
    return f"| `{one.name}` | {one.zh} | {one.type} | {required} | {grade} | {words} | {'; '.join(notes)} |"


def _words() -> Iterator[str]:
    yield "## Common words\n"
    yield (
        "Headers that mean a column of the departments' lists; where two tables differ, each has its line. Those of"
        " bills\nstand in [tables](tables.md).\n"
    )
    yield "| column | in | also written |\n|---|---|---|"
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for table in LISTS:
        for column, words in vocabulary.aliases(table).items():
            found.setdefault((column, words[1:]), []).append(table)
    for (column, words), tables in found.items():
        where = "all" if len(tables) > len(LISTS) // 2 else ", ".join(f"`{table}`" for table in tables)
        yield f"| `{column}` | {where} | {' '.join(f'`{word}`' for word in words)} |"
    yield ""


def _code_lists() -> Iterator[str]:
    yield "## Codes of the lists\n"
    used = {
        one.type.removeprefix("code:")
        for template in source_templates().values()
        if template.target.name in LISTS
        for one in template.columns.values()
        if one.type.startswith("code:")
    }
    shared = {"identity", "scheme", "person_type", "provider_level", "layer"}
    yield "Those of identities, schemes, persons, levels and layers stand in [tables](tables.md#codes).\n"
    for name in [*sorted(used - shared), "yes_no", "organisation", "data_grade"]:
        yield f"### {name}\n"
        yield "| code | 中文 | English | also written |\n|---|---|---|---|"
        values = vocabulary.value_map(name)
        for code in vocabulary.codes(name):
            words = "、".join(word for word, meant in values.items() if meant == code)
            yield f"| `{code}` | {vocabulary.label(name, code)} | {vocabulary.label(name, code, 'en')} | {words} |"
        yield ""


if __name__ == "__main__":
    sys.stdout.write(reference_sources())
