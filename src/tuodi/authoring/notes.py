"""What is wrong with rows taken together, in words.

Enters: the short names by which groups of rows report. Leaves: sentences. Imports ``tuodi.i18n``.
"""

from __future__ import annotations

from tuodi.i18n import translator

__all__ = ["note_words"]


def note_words(found: str, expected: str, lang: str) -> tuple[str, str]:
    """What was found and what would be right."""
    _ = translator("authoring", lang)
    what = {
        "twice": _("同一项写了两次"),
        "differs": _("与同一项目的其他行不一样"),
        "bracket_order": _("费用段不对"),
        "no_limit": _("有“限额适用范围”，没有代号相同的“限额”"),
        "no_name": _("没有写代号"),
        "empty": _("没有写"),
        "no_reference": _("有数额，没有代号相同的“基数”一行"),
        "no_layer": _("没有这项待遇"),
    }
    right = {
        "once": _("只写一次，多余的行删去"),
        "alike": _("同一项目的各行写一样，或者只在一行写"),
        "limit": _("加一行“限额”，代号相同"),
        "name": _("一个代号：英文字母、数字和 _"),
        "document": _("种类、文号或名称都要写"),
        "code": _("代码种类和代号都要写"),
        "reference": _("每个基数一行“基数”，各年“数额”的代号与它相同"),
        "year": _("四位年度，每年一行"),
        "bound": _("低于（线本身不算）或者不超过（线本身也算）"),
        "layer": _("“只适用于”从下拉列表中选一项待遇，或者空着"),
    }
    if found == "bracket_order":
        return what[found], _("分段上限从第 1 段写起：这一行是第 {n} 段").format(n=expected)
    return what.get(found, found), right.get(expected, expected)
