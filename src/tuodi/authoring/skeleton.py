"""A county's answers as a pack: YAML that an official can hold beside the document, each line saying what it means.

Enters: a :class:`~tuodi.authoring.plan.County`. Leaves: the text of ``pack.yaml``. What is not known is written as
``unknown``, never as a number. Imports ``tuodi.vocabulary``, ``tuodi.money`` and this room.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from tuodi import vocabulary
from tuodi.authoring.asking import CiteAnswer, Share, Unknown
from tuodi.authoring.plan import OTHERS, Amount, ClassPlan, County, LayerPlan
from tuodi.law.words import percent_words
from tuodi.money import FEN_PER_YUAN, yuan

__all__ = ["amount_text", "cite_text_of", "group_codes", "member_codes", "pack_text"]

PLAIN = re.compile(r"[\w一-鿿][\w一-鿿.%〔〕（）()/ -]*")
MAY_PASS = ("none_needed", "referred", "registered", "emergency")
"""Authorisations that are in order."""
GIVEN = {"basic": ("paid_basic",), "catastrophic": ("paid_catastrophic", "paid_large_sum")}
OTHER_AID = {"supplement": ("paid_civil_servant", "paid_enterprise"), "other": ("paid_other",)}
ROUNDINGS = {"fen": ("fen", "half_up"), "jiao": ("jiao", "half_up"), "yuan": ("yuan", "half_up"),
             "yuan_down": ("yuan", "down")}  # fmt: skip
INCOMES = {
    "resident_income": ("居民人均可支配收入", "disposable income per head"),
    "urban_income": ("城镇居民人均可支配收入", "disposable income per head, urban"),
    "rural_income": ("农村居民人均可支配收入", "disposable income per head, rural"),
}
LAYERS = {
    "catastrophic": ("大病保险", "catastrophic insurance"), "assistance": ("医疗救助", "medical assistance"),
    "tilt": ("倾斜救助", "tilt aid"),
}  # fmt: skip
LINES = {"year": ("全年累计监测线", "line of the year"), "stay": ("单次住院监测线", "line of one stay"),
         "twelve_months": ("最近十二个月监测线", "line of twelve months")}  # fmt: skip
MEANINGS = {
    "effective": {"same_day": "当天起", "next_month": "次月起", "by_stay": "住院期间有身份的，整次都算"},
    "per": {"year": "每年扣一次", "stay": "每次住院扣一次", "bill": "每笔结算扣一次"},
}


def pack_text(county: County) -> str:
    """``pack.yaml`` of a county."""
    return "\n".join(line.rstrip() for line in _lines(county)) + "\n"


def _lines(county: County) -> Iterator[str]:
    yield from _head(county)
    yield from _times(county)
    yield from _income(county)
    yield from _classes(county)
    yield from _given(county)
    yield ""
    yield "layers:                        # 规则计算的各层，按支付的先后"
    for layer in county.layers:
        yield from _layer(county, layer)
    yield from _others(county)
    yield from _notes(county)


def _head(county: County) -> Iterator[str]:
    yield "# 由 tuodi packs new 按填写人的回答写成。每个数字后面的 cite 是它的依据；unknown 表示还不知道，"
    yield "# 用到它的费用会列为“无法判定”，不会按 0 或猜测的数计算。改完用 tuodi packs check 检查。"
    yield f"pack: {county.pack_id}"
    yield f"title: {{zh: {_quoted(county.place + '医疗救助')}, en: {_quoted(county.place + ': medical assistance')}}}"
    yield f"in_force: {{from: {county.since.isoformat()}}}   # 从这一天起；停止施行后加 to: 最后一天"
    yield ""
    yield "documents:                     # 依据。verified: true 只给正文逐个核对过的文件"
    for number, source in enumerate(county.sources, 1):
        fields = [f"{'law' if source.numbered else 'page'}: {_quoted(source.name)}"]
        fields += [f"title: {_quoted(source.title)}"] if source.title else []
        if source.numbered:
            day = source.day
            fields.append(f"note: {day.year}年{day.month}月{day.day}日印发")
            fields.append(f"verified: {'true' if source.checked else 'false'}")
        else:
            fields.append(f"date: {source.day.isoformat()}")
        yield f"  d{number}: {{{', '.join(fields)}}}"


def _times(county: County) -> Iterator[str]:
    cite = _cite(county.time_cite)
    yield ""
    yield "dates:                         # 哪一天决定什么"
    yield "  version: discharged_on       # 按出院（就诊）日选规则版本"
    yield "  counter_year: {by: settled_at, starts: 01-01}   # 起付、限额按结算时间的自然年累计"
    yield f"  identity: {county.identity_day:<18} # 看哪一天的身份"
    if county.income and county.income_year != "previous":
        yield "  income_year: {is: before_previous}   # 收入用上上年的"
    yield f"  cite: {cite}"
    yield ""
    yield "identities:                    # 身份什么时候算数"
    yield f"  effective: {county.effective:<17} # {MEANINGS['effective'][county.effective]}"
    if county.valid_months:
        valid = ", ".join(f"{code}: {county.valid_months}" for code in member_codes(county, county.valid_who))
        yield f"  valid_months: {{{valid}}}   # 认定后几个月内有效"
    if county.look_back:
        who = ", ".join(member_codes(county, county.look_back_who))
        layers = ", ".join(layer.id for layer in county.layers)
        yield "  look_back:                   # 认定以前几个月的费用也救助"
        yield f"    - {{identities: [{who}], months: {county.look_back}, anchor: recognised_on,"
        yield f"       anchor_month: {county.look_back_month}, layers: [{layers}], year: bill, cite: {cite}}}"
    yield f"  cite: {cite}"


def _income(county: County) -> Iterator[str]:
    if not county.income:
        return
    zh, en = INCOMES[county.income]
    amount = amount_text(county, county.income_amount)
    yield ""
    yield "reference:                     # 按比例写的标准以它为准；每年加一行"
    yield f"  {county.income}:"
    yield f"    title: {{zh: {zh}, en: {_quoted(en)}}}"
    if county.income_area:
        yield f"    area: {_quoted(county.income_area)}"
    yield f"    values: {{{county.income_of}: {amount}}}"
    yield "    cite: d1"


def own_identities(county: County) -> dict[str, str]:
    """Identities of the place's own: the name as it was typed → its code."""
    names = dict.fromkeys(one for each in county.classes for one in each.members if one.startswith("+"))
    return {name: f"local_{number}" for number, name in enumerate(names, 1)}


def member_codes(county: County, members: tuple[str, ...]) -> list[str]:
    """The codes of identities, the place's own among them."""
    own = own_identities(county)
    return [own.get(one, one) for one in members]


def _words(one: ClassPlan, lang: str) -> str:
    comma = "、" if lang == "zh" else ", "
    return comma.join(vocabulary.label("identity", code.removeprefix("+"), lang) for code in one.members)


def _classes(county: County) -> Iterator[str]:
    own = own_identities(county)
    if own:
        yield ""
        yield "codes:                         # 全国名单里没有的身份，归在哪个大类下面"
        yield "  identity:"
        for name, code in own.items():
            word = _quoted(name.removeprefix("+"))
            yield f"    {code}: {{parent: other_hardship, zh: {word}, en: {word}}}"
    yield ""
    yield "classes:                       # 救助对象，从待遇最好的一类写起（就高不就低）"
    for one in county.classes:
        yield f"  {one.name}:"
        yield f"    title: {{zh: {_quoted(_words(one, 'zh'))}, en: {_quoted(_words(one, 'en'))}}}"
        yield f"    members: [{', '.join(member_codes(county, one.members))}]"
        yield f"    cite: {_cite(one.cite)}"
    yield f"default_class: {OTHERS}        # 其他人"


def _given(county: County) -> Iterator[str]:
    computed = {layer.id for layer in county.layers}
    yield ""
    yield "given:                         # 不计算，按结算记录里已付的取数"
    for name, columns in GIVEN.items():
        if name not in computed:
            yield f"  {name}: [{', '.join(columns)}]"
    if county.other_aid in OTHER_AID:
        yield f"  {county.other_aid}: [{', '.join(OTHER_AID[county.other_aid])}]   # 先扣，再救助"
    if county.other_aid == "other" and "tilt" in computed:
        yield "recorded_as: {tilt: [paid_tilt]}   # 其他支付已单独先扣，倾斜救助只看它自己的一栏"


def _layer(county: County, layer: LayerPlan) -> Iterator[str]:
    zh, en = LAYERS[layer.id]
    yield f"  {layer.id}:"
    yield f"    title: {{zh: {zh}, en: {en}}}"
    yield "    when:                      # 不符合的费用，这一层不支付"
    if OTHERS not in layer.classes:
        yield f"      class: [{', '.join(layer.classes)}]"
    yield f"      setting: [{', '.join(layer.settings)}]   # {_settings(layer.settings)}"
    if layer.authorisation == "nothing":
        yield f"      authorisation: [{', '.join(MAY_PASS)}]   # 没有办转诊备案的不予救助"
    yield "      # purpose: [illness, maternity]   # 文件限定疾病、生育的，去掉行首的 #"
    parts = ["in_scope", "first_self_pay"] if layer.first_self_pay else ["in_scope"]
    meaning = "政策范围内费用，加先行自付" if layer.first_self_pay else "政策范围内费用，不含先行自付"
    yield f"    base: [{', '.join(parts)}]   # {meaning}；前面各层付过的已经扣掉"
    if layer.deductibles:
        per = "year" if layer.per.startswith("?") else layer.per
        yield f"    deductible:                # 起付标准，{MEANINGS['per'][per]}"
        yield f"      per: {per}"
        yield from _table(county, layer, "amount", layer.deductibles, "      ")
        yield f"      cite: {_cite(layer.deductible_cite or layer.cite)}"
    yield from _rates(county, layer)
    yield from _caps(county, layer)
    if county.rounding in ROUNDINGS:
        to, direction = ROUNDINGS[county.rounding]
        yield f"    rounding: {{to: {to}, direction: {direction}, per: bill}}"
    else:
        yield "    # rounding: 文件没有写，按四舍五入到分，显示为未核对"
    yield f"    cite: {_cite(layer.cite)}"


def _rates(county: County, layer: LayerPlan) -> Iterator[str]:
    if layer.ends:
        ends = [f"{_plain(end)} yuan" for end in layer.ends]
        if isinstance(layer.start, Unknown):
            ends[0] = _unknown(layer.start.why)
        start = "zero" if isinstance(layer.start, Unknown) else layer.start
        on = "year" if layer.per.startswith("?") else layer.per
        meaning = {"zero": "从零", "deductible": "从起付标准"}[start]
        yield "    brackets:                  # 分段，分界" + meaning + "算起"
        yield f"      on: {on}"
        yield f"      from: {start}"
        yield f"      upto: [{', '.join(ends)}]"
        yield f"      cite: {_cite(layer.rates_cite or layer.cite)}"
    cite = _cite(layer.rates_cite or layer.cite)
    if layer.open:
        said = "；".join(f"{'/'.join(str(p) for p in key if p)} {_rate(rate)}" for key, rate in layer.rates.items())
        yield f"    # 填写的比例：{said}。弄清楚下面的问题后换上" if said else "    # 比例：弄清楚下面的问题后填写"
        yield f"    rate: {_unknown(layer.open)}"
        return
    yield "    rate:                      # 支付比例"
    if all(not group and not number for _name, group, number in layer.rates):
        for (name, _group, _number), rate in layer.rates.items():
            yield f"      {name}: {_rate(rate)}"
        yield f"      cite: {cite}"
    else:
        for (name, group, number), rate in layer.rates.items():
            when = [f"class: {name}"]
            when += [f"setting: [{', '.join(group_codes(layer, group))}]"] if group else []
            when += [f"bracket: {number}"] if number else []
            yield f"      - {{{', '.join(when)}, is: {_rate(rate)}, cite: {cite}}}"
    if layer.factor is not None:
        yield "    factor:                    # 没有办转诊备案的打折"
        yield f"      - {{authorisation: missing, is: {_rate(layer.factor)}}}"
        yield "      - {otherwise: true, is: 100%}"


def group_codes(layer: LayerPlan, group: str) -> tuple[str, ...]:
    """The settings of one group of care."""
    return layer.groups[group]


def _caps(county: County, layer: LayerPlan) -> Iterator[str]:
    cite = _cite(layer.caps_cite or layer.cite)
    tilt = county.layer("tilt")
    shared = tilt is not None and tilt.caps == "shared"
    if layer.caps == "none":
        yield "    # caps: 不设年度限额"
        return
    yield "    caps:                      # 一年里最多付多少"
    if layer.caps == "as_none":
        yield f"      - {{id: year, per: year, limit: {{unknown: 不知道限额是多少, treat_as: none}}, cite: {cite}}}"
        return
    if layer.caps == "shared":
        assistance = county.layer("assistance")
        assert assistance is not None
        limits = {key: value for key, value in assistance.limits.items() if not key[1]}
        limits = {key: value for key, value in limits.items() if not key[0] or key[0] in layer.classes}
        cite = _cite(assistance.caps_cite or assistance.cite)
        yield from _cap(county, layer, "year", "", limits, "aid", cite)
        return
    for group in dict.fromkeys(group for _name, group in layer.limits):
        limits = {key: value for key, value in layer.limits.items() if key[1] == group}
        counter = "aid" if shared and layer.id == "assistance" and not group else ""
        yield from _cap(county, layer, group or "year", group, limits, counter, cite)


def _cap(
    county: County, layer: LayerPlan, name: str, group: str, limits: Mapping[tuple[str, str], Amount], counter: str,
    cite: str,
) -> Iterator[str]:  # fmt: skip
    yield f"      - id: {name}"
    yield "        per: year"
    if counter:
        yield f"        counter: {counter}   # 与别的层共用"
    if group:
        yield f"        when: {{setting: [{', '.join(group_codes(layer, group))}]}}"
    if list(limits) == [("", group)]:
        yield f"        limit: {amount_text(county, limits[('', group)])}"
    else:
        yield "        limit:"
        for (who, _group), value in limits.items():
            yield f"          {who}: {amount_text(county, value)}"
    yield f"        cite: {cite}"


def _table(
    county: County, layer: LayerPlan, key: str, values: Mapping[tuple[str, str], Amount], indent: str
) -> Iterator[str]:
    """A table by class, or by class and group of care, or one value for all."""
    if list(values) == [("", "")]:
        yield f"{indent}{key}: {amount_text(county, values[('', '')])}"
    elif all(not group for _name, group in values):
        for (name, _group), value in values.items():
            yield f"{indent}{name}: {amount_text(county, value)}"
    else:
        yield f"{indent}{key}:"
        for (name, group), value in values.items():
            settings = ", ".join(group_codes(layer, group))
            yield f"{indent}  - {{class: {name}, setting: [{settings}], is: {amount_text(county, value)}}}"


def _others(county: County) -> Iterator[str]:
    if county.one_stop:
        cite = _cite(county.one_stop_cite)
        yield ""
        yield "one_stop:                      # 谁在医院窗口直接结算；其余的人要申请"
        who, where = ", ".join(county.one_stop), ", ".join(county.one_stop_places)
        yield f"  - {{class: [{who}], place: [{where}], cite: {cite}}}"
    if county.monitoring:
        cite = _cite(county.monitoring_cite)
        yield ""
        yield "monitoring:                    # 监测线（预警用，不影响结算）"
        for line in county.monitoring:
            zh, en = LINES[line.over]
            yield f"  - {{id: {line.over}, title: {{zh: {zh}, en: {en}}}, measure: self_in_scope, over: {line.over},"
            yield f"     line: {amount_text(county, line.amount)}, cadence: {county.cadence}, cite: {cite}}}"


def _notes(county: County) -> Iterator[str]:
    notes = [
        f"第{number}问（{key}）填写时不清楚：{why}。弄清楚后改这个文件。"
        for key, (number, why) in county.unsure.items()
    ]
    if county.other_aid == "none":
        notes.append("救助前不先扣其他补助；商业保险、惠民保不在结算记录里。")
    notes.append("没有选的就诊类别文件没有写，不在范围内。")
    yield ""
    yield "notes:                         # 读文件时作的选择，packs show 会显示"
    for note in notes:
        yield f"  - {{zh: {_quoted(note)}, cite: d1}}"


def _cite(cite: CiteAnswer | None) -> str:
    return cite_text_of(cite or CiteAnswer(1))


def cite_text_of(cite: CiteAnswer) -> str:
    """``d1 第三条`` as YAML."""
    return _quoted(f"d{cite.document} {cite.article}".strip())


def _settings(codes: tuple[str, ...]) -> str:
    return "、".join(vocabulary.label("setting", code, "zh") for code in codes)


def _quoted(text: str) -> str:
    """YAML: as it stands where that is safe in a flow mapping, else in double quotes."""
    plain = PLAIN.fullmatch(text) and not text.endswith(" ") and not text.replace(".", "").isdigit()
    return (
        text
        if plain and text.lower() not in ("true", "false", "null", "yes", "no")
        else json.dumps(text, ensure_ascii=False)
    )


def _unknown(why: str) -> str:
    return f"{{unknown: {_quoted(why)}}}"


def _plain(fen: int) -> str:
    return str(fen // FEN_PER_YUAN) if fen % FEN_PER_YUAN == 0 else yuan(fen)


def amount_text(county: County, value: Amount) -> str:
    """``3000 yuan``, ``25% of resident_income``, ``none``, ``{unknown: why}``."""
    match value:
        case None:
            return "none"
        case Unknown(why):
            return _unknown(why)
        case Share(rate):
            return f"{percent_words(rate)} of {county.income}"
        case 0:
            return "0"
    return f"{_plain(value)} yuan"


def _rate(value: int | Unknown) -> str:
    return _unknown(value.why) if isinstance(value, Unknown) else percent_words(value)
