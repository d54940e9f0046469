"""Golden cases for a new pack: one hand case a class, its arithmetic worked out from the answers.

Enters: a county. Leaves: the text of ``cases/hand.yaml``. The sums are exact and done apart from the engine; a class
of which something is not known gets the case as a comment, to be filled in. Imports ``tuodi.money`` and this room.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from tuodi.authoring.asking import Share, Unknown
from tuodi.authoring.plan import Amount, ClassPlan, County, LayerPlan
from tuodi.authoring.skeleton import cite_text_of, member_codes
from tuodi.law.words import percent_words
from tuodi.money import FEN_PER_YUAN, FULL_RATE, round_fraction, yuan

__all__ = ["cases_text"]

IN_SCOPE, FIRST_SELF_PAY, BASIC, CATASTROPHIC = 20_000, 1_000, 9_000, 1_000
"""The bill of every case, in yuan: round, so that a person can follow; no figure of any rule."""
DAY = 170
"""Days after the pack begins: well inside its first year for a pack that begins in January."""


class _NotKnownError(Exception):
    """Something that the sum needs is not known."""


def cases_text(county: County) -> str:
    """One case for each class of the assistance layer."""
    lines = [
        "# 每类对象一个手算案例：数字按填写的标准算出，请对照文件再算一遍，改成文件里的例子更好。",
        "# 没有填全的类别写成注释，补上未知的数以后再填。",
    ]
    assistance = county.layer("assistance")
    if assistance is None:
        return "\n".join(lines) + "\n"
    setting = "inpatient" if "inpatient" in assistance.settings else assistance.settings[0]
    for one in county.classes:
        lines.append("")
        try:
            lines += _case(county, one, setting)
        except _NotKnownError as why:
            lines += [f"# {line}".rstrip() for line in _frame(county, one, setting)]
            lines.append(f"#   # 还不知道：{why}")
    return "\n".join(lines) + "\n"


def _frame(county: County, one: ClassPlan, setting: str) -> Iterator[str]:
    """The head of a case: the bill and who it is."""
    day = county.since + timedelta(days=DAY)
    computed = {layer.id for layer in county.layers}
    paid = f"paid_basic: {BASIC}" + ("" if "catastrophic" in computed else f", paid_catastrophic: {CATASTROPHIC}")
    if county.other_aid == "supplement":
        paid += ", paid_civil_servant: 0, paid_enterprise: 0"
    if county.other_aid == "other":
        paid += ", paid_other: 0"
    yield f"- case: {county.region}-{one.name}-{setting}"
    yield f"  title: {{zh: 第 {1 + county.classes.index(one)} 类，一笔费用, en: class {one.name}, one bill}}"
    yield "  kind: hand"
    yield f"  source: {{cite: {cite_text_of(one.cite)}}}"
    yield f"  pack: {county.pack_id}"
    yield "  claims:"
    yield f"    - {{claim_id: a, setting: {setting}, provider_level: secondary, discharged_on: {day.isoformat()},"
    yield f"       in_scope: {IN_SCOPE}, first_self_pay: {FIRST_SELF_PAY}, {paid}}}"
    yield "  identities:"
    yield f"    - {{identity: {member_codes(county, one.members[:1])[0]}, from: {county.since.year - 1}-01-01}}"


def _case(county: County, one: ClassPlan, setting: str) -> list[str]:
    """A case with its arithmetic and what it expects."""
    lines = [*_frame(county, one, setting), "  arithmetic:"]
    scope, own = IN_SCOPE * FEN_PER_YUAN, FIRST_SELF_PAY * FEN_PER_YUAN
    computed = {layer.id for layer in county.layers}
    given = BASIC + (0 if "catastrophic" in computed else CATASTROPHIC)
    scope -= given * FEN_PER_YUAN
    lines.append(f"    - {IN_SCOPE} - {given} = {yuan(scope)}")
    expected, aid = [], 0
    for layer in county.layers:
        if one.name not in layer.classes or setting not in layer.settings:
            continue
        base = scope + (own if layer.first_self_pay else 0)
        paid, sums = _paid(county, layer, one.name, setting, base, aid)
        lines += [f"    - {text}" for text in sums]
        expected.append(f"{layer.id}: {yuan(paid)}")
        from_scope = min(paid, scope)
        scope, own = scope - from_scope, own - (paid - from_scope)
        aid += paid if layer.id == "assistance" else 0
    lines += ["  expect:", f"    - {{claim_id: a, {', '.join(expected)}, self_in_scope: {yuan(scope)}}}"]
    return lines


def _paid(
    county: County, layer: LayerPlan, name: str, setting: str, base: int, aid: int
) -> tuple[int, list[str]]:  # fmt: skip
    """What one layer pays on the bill, with its sums."""
    if layer.open:
        raise _NotKnownError(layer.open)
    group = next(group for group, settings in layer.groups.items() if setting in settings)
    taken = min(base, _amount(county, _of(layer.deductibles, name, group, 0)))
    position = base if layer.start == "zero" else base - taken
    if isinstance(layer.start, Unknown):
        raise _NotKnownError(layer.start.why)
    ends = [0, *layer.ends, position]
    exact, terms = Fraction(0), []
    for number in range(len(layer.ends) + 1):
        low, high = max(ends[number], taken if layer.start == "zero" else 0), position
        if number < len(layer.ends):
            high = min(position, layer.ends[number])
        if high <= low:
            continue
        rate = _of_rates(layer, name, group, number + 1 if layer.ends else 0)
        exact += Fraction((high - low) * rate, FULL_RATE)
        terms.append(f"({yuan(high)} - {yuan(low)}) * {percent_words(rate)}")
    if not layer.ends and base > taken:
        terms = [f"({yuan(base)} - {yuan(taken)}) * {percent_words(_of_rates(layer, name, group, 0))}"]
    raw = _rounded(exact, county.rounding)
    sums = []
    if terms and county.rounding in ("unstated", "fen"):
        sums.append(f"round({' + '.join(terms)}) = {yuan(raw)}")
    rooms = [_room(county, layer, name, group, aid)] if layer.caps != "apart" else []
    rooms += [_limit(county, layer, name, group)] if layer.caps in ("sub", "apart") else []
    known = [room for room in rooms if room is not None]
    paid = min([raw, *known])
    if known and raw:
        sums.append(f"min({', '.join(yuan(one) for one in (raw, *known))}) = {yuan(paid)}")
    return paid, sums


def _room(county: County, layer: LayerPlan, name: str, group: str, aid: int) -> int | None:
    """The room of the cap that stands for all groups; None: no limit."""
    if layer.caps in ("none", "as_none"):
        return None
    if layer.caps == "shared":
        assistance = county.layer("assistance")
        assert assistance is not None
        limit = _limit(county, assistance, name, "")
        return None if limit is None else max(0, limit - aid)
    return _limit(county, layer, name, "")


def _limit(county: County, layer: LayerPlan, name: str, group: str) -> int | None:
    value = layer.limits.get((name, group), layer.limits.get(("", group)))
    return None if value is None else _amount(county, value)


def _of(table: dict[tuple[str, str], Amount], name: str, group: str, otherwise: int) -> Amount:
    if not table:
        return otherwise
    for key in ((name, group), (name, ""), ("", "")):
        if key in table:
            return table[key]
    raise _NotKnownError("起付标准")


def _of_rates(layer: LayerPlan, name: str, group: str, number: int) -> int:
    rate = layer.rates.get((name, group, number), layer.rates.get((name, "", number)))
    if rate is None or isinstance(rate, Unknown):
        raise _NotKnownError("比例" if rate is None else f"比例（{rate.why}）")
    return rate


def _amount(county: County, value: Amount) -> int:
    match value:
        case Unknown(why):
            raise _NotKnownError(why)
        case Share(rate):
            income = county.income_amount
            if not isinstance(income, int):
                raise _NotKnownError("收入数额")
            return round_fraction(Fraction(income * rate, FULL_RATE))
        case None:
            raise _NotKnownError("金额")
    return value


def _rounded(exact: Fraction, how: str) -> int:
    unit = {"jiao": 10, "yuan": FEN_PER_YUAN, "yuan_down": FEN_PER_YUAN}.get(how, 1)
    return round_fraction(exact / unit, "down" if how == "yuan_down" else "half_up") * unit
