"""Two packs in plain words: nothing for equal ones, exactly the change for one value, the same both ways."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuodi.law import find_packs, read_pack
from tuodi.law.compare import Change, compare
from tuodi.law.find import default_roots
from tuodi.law.model import Pack

ROOT = default_roots()[0]
COUNTY = "zz/000000/2024"
TEXT = (ROOT / COUNTY / "pack.yaml").read_text("utf-8")
HAN = re.compile(r"[\u4e00-\u9fff]")

Variant = Callable[[str], Pack]


@cache
def pack(pack_id: str) -> Pack:
    return read_pack(pack_id)


@pytest.fixture(scope="module")
def variant(tmp_path_factory: pytest.TempPathFactory) -> Variant:
    """A pack of the county's id from another text."""
    root = tmp_path_factory.mktemp("packs")
    place = root / COUNTY / "pack.yaml"
    place.parent.mkdir(parents=True)

    def made(text: str) -> Pack:
        place.write_text(text, "utf-8")
        return read_pack(COUNTY, [root])

    return made


def turned(change: Change) -> Change:
    kind = {"added": "removed", "removed": "added", "changed": "changed"}[change.kind]
    return replace(
        change,
        before=change.after,
        after=change.before,
        cite_before=change.cite_after,
        cite_after=change.cite_before,
        kind=kind,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("pack_id", find_packs())
def test_a_pack_and_itself(pack_id: str) -> None:
    assert compare(pack(pack_id), read_pack(pack_id)) == ()


@pytest.mark.req("NI15")
@pytest.mark.parametrize(("one", "other"), list(pairwise(find_packs())))
def test_the_other_way_round_the_sides_are_exchanged(one: str, other: str) -> None:
    there, back = compare(pack(one), pack(other)), compare(pack(other), pack(one))
    assert there
    assert back == tuple(turned(change) for change in there)
    for change in there:
        assert all((change.section, change.what))
        assert change.before != change.after
        assert (change.kind == "changed") <= bool(change.before and change.after)


@pytest.mark.parametrize("pack_id", find_packs())
def test_both_languages_tell_the_same_changes(pack_id: str) -> None:
    zh, en = (compare(pack("zz/000000/2023"), pack(pack_id), lang) for lang in ("zh", "en"))
    assert [(change.layer, change.kind) for change in zh] == [(change.layer, change.kind) for change in en]


def test_english_has_no_chinese_but_names() -> None:
    changes = compare(pack("zz/000000/2023"), pack(COUNTY), "en")
    assert not [change for change in changes if HAN.search(change.section + re.sub("青岚县", "", change.what))]


def test_a_year_later() -> None:
    changes = {(change.section, change.what): change for change in compare(pack("zz/000000/2023"), pack(COUNTY))}
    low = changes["医疗救助", "低保对象 10,000.00 元以内 支付比例"]
    assert (low.before, low.after, low.kind) == ("70%", "75%", "changed")
    assert (low.cite_before, low.cite_after) == ("青岚医保发〔2022〕9号 第七条", "青岚医保发〔2023〕2号 第七条")
    assert changes["医疗救助", "低保边缘和支出型 起付标准（每年）"].before == "不设"
    assert changes["基本医疗保险", "支付方式"].after == "按比例"
    assert changes["适用", "失效日期"].kind == "removed"
    assert changes["大病保险", "30,000.00 元以内 支付比例"].kind == "added"
    assert changes["其他补助（按记录）", "支付方式"].kind == "removed"
    members = changes["对象", "低保对象"]
    assert (members.before, members.after) == (
        "低保对象、返贫致贫人口",
        "低保对象、困境儿童、重度残疾人（限城乡居民医保）",
    )
    # A deductible of 0 and none at all are the same rule.
    assert ("医疗救助", "特困人员和孤儿 起付标准（每年）") not in changes


@pytest.mark.req("NS19")
def test_a_district_and_its_city() -> None:
    found = compare(pack("cn/500000/2023"), pack("cn/500112/2023"))
    told = [(item.section, item.what, item.after) for item in found if item.layer]
    assert told == [
        ("医疗救助", "特困、低保、返贫致贫 大额费用救助 支付比例", "75%"),
        ("医疗救助", "监测对象、低保边缘、因病致贫 大额费用救助 支付比例", "70%"),
        ("倾斜救助", "监测对象、低保边缘、因病致贫 起付标准（每次住院）", "3,000.00 元"),
        ("倾斜救助", "监测对象、低保边缘、因病致贫 支付比例", "60%"),
    ]
    assert all(item.before.startswith("未知") and "渝北区" in item.cite_after for item in found if item.layer)


def test_known_becomes_unknown() -> None:
    found = compare(pack("cn/500112/2023"), pack("cn/500000-w1/2023"))
    limit = next(item for item in found if item.what == "每年限额" and item.layer == "basic")
    assert (limit.before, limit.kind) == ("80,000.00 元", "changed")
    assert limit.after.startswith("未知")
    assert "按不设限额计" in limit.after


VALUES = [match.span() for match in re.finditer(r"\d[\d,.]*(?:%| yuan)", TEXT)]
RULES = [span for span in VALUES if TEXT.index("\nlayers:") < span[0] < TEXT.index("\none_stop:")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(span=st.sampled_from(RULES), step=st.integers(1, 9))
def test_one_value_changed_is_exactly_what_is_told(variant: Variant, span: tuple[int, int], step: int) -> None:
    old = TEXT[slice(*span)]
    new = _other(old, step)
    changes = compare(pack(COUNTY), variant(TEXT[: span[0]] + new + TEXT[span[1] :]))
    assert changes
    assert len({(change.layer, change.before, change.after) for change in changes}) == 1
    change = changes[0]
    assert change.kind == "changed"
    assert _words(old) in change.before
    assert _words(new) in change.after
    assert change.cite_before == change.cite_after != ""


def _other(value: str, step: int) -> str:
    number = value.split("%")[0].split(" ")[0].replace(",", "")
    if value.endswith("%"):
        return f"{float(number) - step:g}%" if float(number) > step else f"{float(number) + step:g}%"
    return f"{int(number) + step} yuan"


def _words(value: str) -> str:
    if value.endswith("%"):
        return value
    return f"{int(value.split(' ')[0].replace(',', '')):,}.00 元"


ONE = {
    "a bracket's end": ('upto: ["10,000 yuan"]', 'upto: ["12,000 yuan"]', "分段"),
    "a class more in a gate": ("class: full, setting: [inp", "class: [full, child], setting: [inp", "适用的对象"),
    "a setting less in a gate": ("[chronic_outpatient, special_outpatient], person_type",
                                 "[chronic_outpatient], person_type", "适用的医疗类别"),
    "members": ("members: [tekun, orphan]\n  child", "members: [tekun, orphan, relapsed_poor]\n  child",
                "特困人员和孤儿"),
    "a base": ("    base: {parts: [in_scope, first_self_pay], paid_down: [first_self_pay, in_scope]}",
               "    base: {parts: [in_scope, first_self_pay]}", "基数"),
    "what counts unpaid": ("unpaid: [deductible, co_payment, over_cap]", "unpaid: [deductible, co_payment]", "基数"),
    "rounding": ("rounding: {to: jiao, direction: up}", "rounding: {to: fen, direction: up}", "取整"),
    "a span": ("deductible: {per: bill, amount: \"20 yuan\"}", "deductible: {per: year, amount: \"20 yuan\"}",
               "起付标准按什么算"),
    "a counter's share": ("per: year, counter: aid, limit: {core", "per: year, limit: {core", "每年限额与谁共用"),
    "a look-back": ("months: 6, anchor", "months: 7, anchor", "追溯"),
    "an identity's effect": ("effective: next_month", "effective: same_day", "起算"),
    "a validity": ("valid_months: {illness_poor: 12}", "valid_months: {illness_poor: 24}", "因病致贫重病患者的有效期"),
    "a derived rule": ('total: {over: "30,000 yuan"}', 'total: {over: "31,000 yuan"}', "救助类型"),
    "a reference": ('2023: "32,002.30 yuan"', '2023: "32,002.31 yuan"', "2023 年青岚县居民人均可支配收入（青岚县）"),
    "an unknown read": ("limit: {unknown: 区里另定的限额没有读到, treat_as: none}", 'limit: "9 yuan"', "每年限额"),
    "one-stop": ("place: local, cite: qc2 第十八条", "place: [local, in_province], cite: qc2 第十八条",
                 "一站式结算的范围"),
    "late": ("late_repayment: {until: 06-30", "late_repayment: {until: 05-31", "零星报销"),
    "a window": ("window: {months: 12,", "window: {months: 6,", "合并哪些费用"),
    "a line": ("measure: self_total, over: twelve_months", "measure: self_in_scope, over: twelve_months",
               "因病致贫预警线"),
    "a document read": ("qc2: {law: 青岚医保发〔2023〕2号, ", "qc2: {verified: true, law: 青岚医保发〔2023〕2号, ",
                        "青岚医保发〔2023〕2号"),
    "a premium": ("[dibao, hardship_child], pays: 90%", "[dibao, hardship_child], pays: 80%",
                  "2024 年资助参保"),
    "a line of income": ('identity: dibao, under: "900 yuan"', 'identity: dibao, under: "950 yuan"', "低保对象"),
    "where it is recorded": ("guarantee: [paid_other], grant", "guarantee: [paid_tilt], grant", "记在哪些项目"),
    "a day": ("identity: any_day_of_stay", "identity: on_admission", "身份的日期"),
    "a period": ("in_force: {from: 2024-01-01}", "in_force: {from: 2024-02-01}", "施行日期"),
    "a choice": ("    notional: true\n", "", "支付"),
    "a layer's stated order": ("class_order: {stated: true, cite: qc2 第一条}\n    when", "when", "次序的依据"),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_every_kind_of_rule_is_told(variant: Variant, name: str) -> None:
    old, new, what = ONE[name]
    assert TEXT.count(old) == 1
    changes = compare(pack(COUNTY), variant(TEXT.replace(old, new)))
    assert changes[0].what == what
    assert {change.what for change in changes} <= {what, "每年限额与谁共用"}


def test_rows_written_otherwise_decide_the_same(variant: Variant) -> None:
    rows = """      - {class: core, bracket: [1, 2], is: 60%}
      - {class: core, bracket: 3, is: 70%}
"""
    apart = """      - {class: core, bracket: 3, is: 70%}
      - {class: core, bracket: 2, is: 60%}
      - {class: core, bracket: 1, is: 60%}
"""
    assert compare(pack(COUNTY), variant(TEXT.replace(rows, apart))) == ()


def test_a_bracket_more_is_told_by_the_money_in_it(variant: Variant) -> None:
    three = TEXT.replace('upto: ["200 yuan"]', 'upto: ["200 yuan", "500 yuan"]')
    three = three.replace(
        "{bracket: 2, is: 40%}]\n    caps:\n      - {id: fr",
        "{bracket: 2, is: 40%}, {bracket: 3, is: 45%}]\n    caps:\n      - {id: fr",
    )
    changes = compare(pack(COUNTY), variant(three))
    assert [(change.what, change.before, change.after) for change in changes][1:] == [
        ("500.00 元以上 支付比例", "40%", "45%")
    ]


def test_local_codes_split_a_level(variant: Variant) -> None:
    one = TEXT.replace(
        "provider_level: [grade_3a, grade_3b, tertiary],\n         person_type: [elderly, child], is: 62.5%",
        "provider_level: [grade_3a],\n         person_type: [elderly, child], is: 62.5%",
    )  # fmt: skip
    changes = compare(pack(COUNTY), variant(one))
    assert [(change.what, change.before, change.after) for change in changes] == [
        ("住院、急诊留观 三级乙等 老年人、儿童 支付比例", "62.5%", "85%")
    ]


def test_a_class_called_otherwise_is_the_same_class(variant: Variant) -> None:
    renamed = re.sub(r"\bdibao(?=[:,\]}])(?!, hardship_child, \{)", "low", TEXT)
    renamed = renamed.replace("members: [low", "members: [dibao").replace("orphan, low", "orphan, dibao")
    renamed = renamed.replace("[tekun, low]", "[tekun, dibao]").replace("identity: low", "identity: dibao")
    renamed = renamed.replace("identities: [low", "identities: [dibao")
    assert "  low:\n" in renamed
    assert compare(pack(COUNTY), variant(renamed)) == ()


def test_no_path_of_this_machine_in_a_change() -> None:
    for change in compare(pack("cn/500000/2023"), pack("cn/110000/2023")):
        assert str(Path(__file__).parents[2]) not in repr(change)
