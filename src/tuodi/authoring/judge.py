"""What ``tuodi packs check`` says of a pack written from a workbook, led back to the cells, in the officials' words.

Enters: the pack's text, its tree with cells. Leaves: problems of cells. Imports ``tuodi.law`` and this room's trees.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl.utils import get_column_letter

from tuodi.authoring.build import Built, CellProblem
from tuodi.authoring.labels import Labels
from tuodi.authoring.layout import find_sheet
from tuodi.authoring.tree import Cell, at_of, paths
from tuodi.errors import Problem
from tuodi.i18n import translator
from tuodi.law import check_pack

__all__ = ["judged", "words_of"]


def judged(text: str, built: Built, labels: Labels, lang: str, roots: Sequence[Path] | None) -> list[CellProblem]:
    """Everything that the law's own check finds in a pack, each at its cell."""
    pack_id = str(built.tree.get("pack", "draft"))
    with tempfile.TemporaryDirectory(prefix="tuodi-") as folder:
        # An id that is none must not name a place outside this folder; the check says what is wrong with it.
        named = pack_id if re.fullmatch(r"[\w-]+(/[\w-]+){2}", pack_id) else "zz/draft/0"
        place = Path(folder, "packs", *named.split("/"))
        place.mkdir(parents=True)
        (place / "pack.yaml").write_text(text, "utf-8")
        found = check_pack(place, roots)
    cells = {path: cell for path, node in paths(built.tree) if path and (cell := at_of(node)) is not None}
    made = []
    for problem in found:
        cell = _cell(problem, cells, named, built)
        said, right = words_of(problem, labels, lang)
        made.append(CellProblem(cell.sheet, f"{get_column_letter(cell.column)}{cell.row}", said, right, problem.path))
    return list(dict.fromkeys(made))


def _cell(problem: Problem, cells: Mapping[str, Cell], pack_id: str, built: Built) -> Cell:
    """The cell of the place, or of the nearest place above it; what another pack says is the ``extends``'s."""
    basic = next((name for name in built.sheets if find_sheet(name) == "basic"), built.sheets[0])
    top = at_of(built.tree.get("pack")) or Cell(basic, 1, 1)
    if not problem.file.endswith(f"{pack_id}/pack.yaml") and "extends" in built.tree:
        return at_of(built.tree["extends"]) or top
    path = problem.path
    while path and path not in cells:
        path = re.sub(r"(\.[^.\[]+|\[\d+\]|^[^.\[]+)$", "", path)
    cell = cells.get(path, top)
    document = built.columns.get(cell.sheet, {}).get("doc")
    return cell._replace(column=document) if document and "without a citation" in problem.found else cell


# --- words ----------------------------------------------------------------------------------------------------------


def words_of(problem: Problem, labels: Labels, lang: str) -> tuple[str, str]:
    """A problem of the law in the words of the workbook; in the law's own English where it has none."""
    _ = translator("authoring", lang)
    patterns: list[tuple[str, str, str]] = [
        (r"gap: no row gives a value for (?P<cell>.*) \((?P<n>\d+) combinations in all\)",
         _("有空缺：{cell} 没有一行管到（共 {n} 种组合）"), _("给它加一行，或者加一行“其余情况”")),
        (r"double match for (?P<cell>.*) \((?P<n>\d+) combinations in all\)",
         _("有重叠：{cell} 有两行都管到（共 {n} 种组合）"), _("每种情况只有一行管到：改条件，或者删去一行")),
        (r"class '(?P<a>.*)' stands before '(?P<b>.*)', but its (?P<what>.*) is not proved to be as good everywhere",
         _("“{a}”排在“{b}”前面，但它的{what}不是处处不低"),
         _("把待遇好的排在前面；文件规定了次序的，在“对象分类”加一行“次序由文件规定”，值写“是”，写上依据")),
        (r"a value without a citation", _("这个数没有依据"), _("写上依据文件和条款，或者在“本待遇的依据”里写")),
        (r"brackets without a citation", _("分段没有依据"), _("写上依据文件和条款，或者在“本待遇的依据”里写")),
        (r"a class without a citation", _("这一类没有依据"), _("写上依据文件和条款")),
        (r"the class '.*' has no members",
         _("这一类没有写包含的身份"), _("写上身份；其余所有人的一类用“其余人员的类别”")),
        (r"the class(?: or key)? '(?P<code>.*)'", _("没有“{code}”这一类"), _("先在“对象分类”里加")),
        (r"no form of payment", _("没有写怎样支付"), _("支付比例、定额、补足到、按记录读取，四样选一样")),
        (r"'(?P<a>\w+)' and '(?P<b>\w+)'", _("{a}和{b}不能都写"), _("支付比例、定额、补足到、按记录读取，四样选一样")),
        (r"'per' is missing|'on' is missing", _("没有写期间"), _("每笔结算、每次住院或者每年")),
        (r"'from' is missing", _("没有写从哪里算起，或者从哪天施行"), _("施行日期；分段的写“分段起点”")),
        (r"'limit' is missing", _("没有写限额"), _("一个数、“不设限额”或者“未知”")),
        (r"the rate (?P<code>.*)", _("比例 {code} 不对"), _("0% 到 100%，最多两位小数")),
        (r"the end (?P<code>.*)", _("分段上限 {code} 不比前一段大"), _("一段比一段大")),
        (r"no bracket ends", _("没有写分段上限"), _("至少一行")),
        (r"brackets without a rate", _("有分段，没有支付比例"), _("给每一段写支付比例")),
        (r"bracket (?P<n>\d+) in a layer without brackets",
         _("有第 {n} 段的比例，没有分段"), _("加“分段起点”“分段上限”")),
        (r"bracket (?P<n>\d+)", _("没有第 {n} 段"), _("分段上限有几行，就有几段加一段")),
        (r"the counter '(?P<code>.*)' of this or a later layer|the counter '(?P<other>.*)'",
         _("额度“{code}”在前面的待遇里没有"), _("写“待遇代号.限额代号”，那项待遇要排在前面")),
        (r"the citation of '(?P<code>.*)'", _("没有“{code}”这份文件"), _("先在“文件”表里登记")),
        (r"the id '(?P<code>.*)'", _("规则包编号 {code} 不对"), _("国家/地区/版本，例如 cn/331122/2025")),
        (r"in force (?P<what>.*)", _("施行日期：{what}"), _("失效日期不早于施行日期；同一地区的版本前后相接")),
        (r"the name '(?P<code>.*)'", _("代号“{code}”不能用"), _("字母、数字和 _")),
        (r"the class name '(?P<code>.*)'", _("类别代号“{code}”不能用"), _("字母、数字和 _，不要用 cite、per 这些词")),
        (r"the local code '(?P<code>.*)' has no parent", _("本地代码 {code} 没有写归属"), _("选一个国家代码")),
        (r"the local code '(?P<code>.*)'", _("本地代码 {code} 与国家代码重名"), _("换一个代号")),
        (r"no title for '(?P<code>.*)'", _("{code} 没有名称"), _("写名称（中文）、名称（英文）")),
        (r"'(?P<code>\w+)' (?:is )?missing", _("缺少 {code}"), _("照说明补上")),
        (r"'verified: true' on '(?P<code>.*)'", _("只有政策文件能写“已核对原文”"), _("空着，或者把种类改成“政策文件”")),
        (r"the layer '(?P<code>.*)' is given and computed", _("待遇 {code} 既按记录读取又计算"), _("二者选一")),
        (r"the award '(?P<code>.*)' has a layer's name", _("救助代号 {code} 与一项待遇重名"), _("换一个代号")),
        (r"the date (?P<code>.*)|the day (?P<other>.*)", _("日期 {code} 不对"), _("日历上有的一天")),
        (r"the amount (?P<code>.*)", _("金额 {code} 不对"), _("最多两位小数，整数部分最多十一位")),
        (r"paid_down .*", _("冲减次序与计入费用不一致"), _("同样的几项，只是次序不同")),
        (r"brackets? .* in a gate|the condition '(?P<code>.*?)'(?: names nothing)?",
         _("这里不能用“{code}”这个条件"), _("空着，或者换一个条件")),
        (r"'otherwise' a second time", _("“其余情况”写了两次"), _("一个项目只有一行“其余情况”")),
        (r"(?P<code>.*) a second time|a second line of (?P<other>.*) from the same day",
         _("写了两次：{code}"), _("只写一次，多余的行删去")),
        (r".* without a citation", _("这里没有依据"), _("写上依据文件和条款")),
        (r"a choice between .*", _("“两类只能择一”没有写两个不同的类别"), _("从下拉列表中选两类，用顿号隔开")),
        (r"members of the default class|the default class '(?P<code>.*)' has members",
         _("“其余人员的类别”不能有身份"), _("换一个代号：它管其余所有人")),
        (r"the counter '(?P<code>.*)' is a layer's own.*", _("额度名“{code}”是待遇自己用的"), _("给限额换一个代号")),
        (r"the counter '(?P<code>.*)' per .*|the counter '(?P<other>.*)' is fed twice.*",
         _("共用额度“{code}”的几个限额，期间或者累计的内容不一样"), _("写一样，或者不共用")),
        (r"no bound on .*|the bound .*|bounds on .*|an age without .*",
         _("金额或年龄的范围不对"), _("例如“医疗费总额>30,000 元”")),
        (r"the attribute '(?P<code>.*)'", _("情形代号“{code}”与栏目重名"), _("换一个代号")),
        (r"a rule after 'otherwise'", _("“其余情况”后面还有规则"), _("“其余情况”放在最后一行")),
        (r"a rule without 'when'", _("这条规则没有条件"), _("写条件，或者写“其余情况”")),
        (r"the diagnosis '(?P<code>.*)'", _("诊断编码“{code}”不对"), _("* 只能在末尾")),
        (r"the value '(?P<code>.*)'", _("结果“{code}”没有列出"), _("先加一行“可能的结果”")),
        (r"no source|'\w+' and '\w+'", _("文件的种类不对"), _("一份文件一种")),
        (r"'(?:factor|points)' without a rate", _("有比例的乘数或加数，没有支付比例"), _("加“支付比例”")),
        (r"'until' or 'use' alone", _("“新数公布前”的两行只写了一行"), _("两行都写，或者都空着")),
        (r"a look-back without '(?P<code>.*)'", _("回溯没有写全"), _("身份、月数、适用待遇都要写")),
        (r"'year: recognition' for .*",
         _("回溯记入认定所在年度，要适用全部计算的待遇"), _("适用待遇写全，或者改为账单所在年度")),
        (r"pays and own are (?P<code>.*) together",
         _("资助与个人缴合计 {code}，不等于个人缴费标准"), _("两数合计等于标准")),
        (r"a row for nobody", _("这一行没有写给谁"), _("身份、对象类别，或者“其余情况”")),
        (r"'(?:per|on|from)' '(?P<code>.*)'", _("这里的期间不能用 {code}"), _("从下拉列表中选；依申请救助的空着")),
        (r"the (?:computed )?layer '(?P<code>.*)'", _("没有“{code}”这项计算的待遇"), _("从下拉列表中选")),
    ]  # fmt: skip
    if lang != "zh":
        return problem.found, problem.expected
    for pattern, said, right in patterns:
        match = re.fullmatch(pattern, problem.found)
        if match:
            groups = {key: value or "" for key, value in match.groupdict().items()}
            groups["code"] = groups.get("code") or groups.get("other", "")
            return said.format(**{**groups, **_worded(groups, problem, labels, lang)}), right
    return _("规则检查发现：{what}").format(what=problem.found), problem.expected


def _worded(groups: Mapping[str, str], problem: Problem, labels: Labels, lang: str) -> dict[str, str]:
    """Codes of a problem by their words: a combination, two classes, what is compared."""
    made: dict[str, str] = {}
    layer = re.match(r"layers\.(\w+)", problem.path)
    scope = f"class:{layer[1]}" if layer else "class"
    if groups.get("cell"):
        parts = [part.partition(": ") for part in groups["cell"].split(", ")]
        made["cell"] = "，".join(
            _code_word(labels, scope, column, code, lang) if code else column for column, _colon, code in parts
        )
        if made["cell"] == "any bill":
            made["cell"] = translator("authoring", lang)("任何账单")
    if "a" in groups and "b" in groups and "what" in groups:
        made["a"], made["b"] = (labels.show(scope, groups[key], lang) for key in ("a", "b"))
        made["what"] = _compared(groups["what"], lang)
    return made


def _code_word(labels: Labels, scope: str, column: str, code: str, lang: str) -> str:
    word = labels.show(scope if column == "class" else f"if:{column}", code, lang)
    if column in ("stay_ordinal", "bracket"):
        word = code
    return f"{labels.show('column', column, lang)}={word}"


def _compared(what: str, lang: str) -> str:
    _ = translator("authoring", lang)
    words = {
        "deductible": _("起付标准"), "rate": _("支付比例"), "rate factor": _("比例系数"), "rate points": _("比例加数"),
        "fixed sum": _("定额"), "target": _("补足比例"), "threshold": _("前提金额"),
        "place inside the gate": _("适用范围"),
    }  # fmt: skip
    return words.get(what, words["rate"] if "rate" in what else _("限额") if "cap" in what else what)
