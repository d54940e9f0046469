"""What the page of a delivery shows of its contents: counts, totals, first rows, quality; each value as one may see it.

Enters: a delivery, its template, the reader's standing. Leaves: what the templates draw. Imports ``shown``.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tuodi.exchange import SourceTemplate, sentence
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground.words import _, language
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.quarantine import open_rows, rows_of
from tuodi.platform.intake.shown import (
    cell,
    column_name,
    graded,
    reason_of,
    row_line,
    samples_of,
    text_masked,
    warning_text,
)  # fmt: skip

__all__ = ["outcome", "preview", "quality_rows"]

_FIRST = 10
_SERIOUS = {"as_of_missing", "older", "nothing_good", "many_left", "totals_differ"}


def preview(delivery: Delivery, template: SourceTemplate, standing: Standing) -> dict[str, Any]:
    """Everything that an officer judges a file by."""
    counts, samples = delivery.counts, samples_of(delivery)
    bad = [
        row_line(standing, template, row, sheets=len(delivery.sheets) > 1)
        for row in rows_of(open_rows(delivery).order_by("row", "id")[:_FIRST])
    ]
    return {
        "counts": counts,
        "tiles": _tiles(delivery, counts, standing),
        "totals": _totals(delivery, template),
        "bad": bad,
        "notes": [
            {"kind": "warning" if one["code"] in _SERIOUS else "info", "text": warning_text(one)}
            for one in delivery.warnings
        ],
        "unknown": [
            {
                "header": one["header"], "filled": one["filled"],
                "samples": _("、").join(
                    text_masked(standing, template, one["header"], value)
                    for value in samples.get("unknown", {}).get(one["header"], [])[:3]
                ),
            }
            for one in delivery.unknown_columns
        ],
        "added": _table(samples.get("added", []), template, standing),
        "left": _table(samples.get("left", []), template, standing),
        "changed": _changes(samples.get("changed", []), template, standing),
        "contradictions": [
            {
                "row": line["row"], "column": column_name(template, line["field"]),
                "found": cell(standing, template, line["field"], line["found"]),
                "what": reason_of(standing, template, line["reason"], line["field"], line["expected"]),
            }
            for line in samples.get("contradictions", [])[:_FIRST]
        ],
        "quality": quality_rows(delivery),
        "columns": _columns(delivery, template),
        "reasons": _reasons(delivery),
    }  # fmt: skip


def outcome(delivery: Delivery, template: SourceTemplate, standing: Standing) -> dict[str, Any]:
    """What was done."""
    return {
        "counts": delivery.counts, "tiles": _tiles(delivery, delivery.counts, standing),
        "totals": _totals(delivery, template), "quality": quality_rows(delivery),
        "columns": _columns(delivery, template), "reasons": _reasons(delivery),
        "open_rows": open_rows(delivery).values("row", "sheet").distinct().count(),
        "notes": [], "unknown": [], "bad": [], "added": None, "left": None, "changed": [], "contradictions": [],
    }  # fmt: skip


def _tiles(delivery: Delivery, counts: dict[str, int], standing: Standing) -> list[dict[str, Any]]:
    done = delivery.state == "committed"
    rows = reverse("intake_rows", args=[delivery.pk])
    made = [
        {
            "title": _("新增") if done else _("将新增"), "value": f"{counts.get('added', 0):,}",
            "url": "" if done or not counts.get("added") else "#added",
        },
        {
            "title": _("变更") if done else _("将变更"), "value": f"{counts.get('changed', 0):,}",
            "url": "" if done or not counts.get("changed") else "#changed",
        },
        {
            "title": _("动态调出") if done else _("将调出"), "value": f"{counts.get('left', 0):,}",
            "url": "" if done or not counts.get("left") else "#left", "kind": "warning" if counts.get("left") else "",
        },
        {"title": _("没有变化"), "value": f"{counts.get('unchanged', 0):,}"},
        {
            "title": _("待更正的行"), "value": f"{counts.get('quarantined', 0):,}",
            "url": rows if counts.get("quarantined") else "", "kind": "danger" if counts.get("quarantined") else "",
        },
        {
            "title": _("读到的行"), "value": f"{counts.get('rows', 0):,}",
            "note": _("其中 {count} 行完全重复，只取一行").format(count=counts.get("dropped"))
            if counts.get("dropped") else "",
        },
    ]  # fmt: skip
    if done and counts.get("persons"):
        made.append({"title": _("新建人员"), "value": f"{counts['persons']:,}", "note": _("以前没有见过的人")})
    if done and counts.get("review"):
        made.append({
            "title": _("疑为同一人"), "value": f"{counts['review']:,}", "kind": "warning",
            "url": reverse("reviews") if standing.may("review_links") else "",
            "note": _("由复核人员两边对照后决定"),
        })  # fmt: skip
    if counts.get("held"):
        made.append({
            "title": _("暂留"), "value": f"{counts['held']:,}", "note": _("名册中没有，但可能就是待更正的行，不作调出"),
        })  # fmt: skip
    if counts.get("older"):
        made.append({"title": _("未采用"), "value": f"{counts['older']:,}", "note": _("库中的内容更新")})
    return [{"url": "", "kind": "", "note": "", "unit": "", **one} for one in made]


def _totals(delivery: Delivery, template: SourceTemplate) -> list[dict[str, Any]]:
    """The count, then what the sender states, then other amounts."""
    stated = sorted(delivery.totals, key=lambda line: (line["column"] != "rows", line["theirs"] is None))
    return [
        {
            "name": column_name(template, line["column"]), "money": line["column"] in template.target.money,
            "theirs": line["theirs"], "ours": line["ours"], "kept": line["kept"], "agrees": line["agrees"],
            "first": line["column"] == "rows" or line["theirs"] is not None,
        }
        for line in stated
    ]  # fmt: skip


def _table(lines: list[dict[str, Any]], template: SourceTemplate, standing: Standing) -> dict[str, Any]:
    """First rows as a table: the columns that hold anything, those that say who first."""
    names = [name for name in template.columns if any(line.get(name) not in (None, "") for line in lines)]
    first = [*dict.fromkeys(name for name in (*_WHO, *template.key) if name in names)]
    names = [*first, *(name for name in names if name not in first)][:7]
    return {
        "headers": [
            {"title": column_name(template, name), "num": name in template.target.money} for name in names
        ],
        "rows": [[cell(standing, template, name, line.get(name)) for name in names] for line in lines[:_FIRST]],
    }  # fmt: skip


_WHO = ("person_name", "head_name", "certificate", "person_id", "household_id", "identity")


def _changes(lines: list[dict[str, Any]], template: SourceTemplate, standing: Standing) -> list[dict[str, Any]]:
    made = []
    for line in lines[:_FIRST]:
        who = [
            cell(standing, template, name, line.get(name))
            for name in dict.fromkeys((*_WHO, *template.key))
            if name in template.columns and line.get(name) not in (None, "")
        ]
        for column, old, new in line.get("changes", []):
            made.append({
                "who": "　".join(who[:3]), "column": column_name(template, column),
                "old": cell(standing, template, column, old) or _("（空）"),
                "new": cell(standing, template, column, new) or _("（空）"),
                "same": _masked_alike(standing, template, column, old, new),
            })  # fmt: skip
    return made[:_FIRST]


def _masked_alike(standing: Standing, template: SourceTemplate, column: str, old: Any, new: Any) -> bool:
    """Two values that differ and whose masks do not."""
    return cell(standing, template, column, old) == cell(standing, template, column, new) and not standing.sees(
        graded(template, column)
    )


def quality_rows(delivery: Delivery) -> list[dict[str, Any]]:
    """The four scores, each with the counts behind it."""
    scores = delivery.quality.get("scores", {})
    rows = reverse("intake_rows", args=[delivery.pk])
    words = (
        ("completeness", _("完整：应填的格子"), ""), ("validity", _("有效：可用的行"), rows),
        ("consistency", _("一致：没有自相矛盾的行"), ""), ("timeliness", _("及时：未过期的天数"), ""),
    )  # fmt: skip
    return [
        {
            "label": label, "good": scores.get(name, {}).get("good", 0),
            "total": scores.get(name, {}).get("counted", 0), "url": url, "note": "",
        }
        for name, label, url in words
    ]  # fmt: skip


def _columns(delivery: Delivery, template: SourceTemplate) -> list[dict[str, Any]]:
    """Columns that lack something, the emptiest first."""
    found = [
        {"label": column_name(template, name), "good": one["filled"], "total": one["rows"], "url": "", "note": ""}
        for name, one in delivery.quality.get("columns", {}).items()
        if one["present"] and one["filled"] < one["rows"]
    ]
    return sorted(found, key=lambda one: (one["good"] - one["total"], one["label"]))[:12]


def _reasons(delivery: Delivery) -> list[dict[str, Any]]:
    """Why rows are wrong or doubtful, with how many."""
    made = []
    for aside, name in ((True, "wrong"), (False, "doubtful"), (False, "contradictions")):
        for code, count in delivery.quality.get(name, {}).items():
            made.append({"what": sentence(code, language(), found="…", expected="…"), "count": count, "aside": aside})
    return made
