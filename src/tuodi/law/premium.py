"""Premium subsidy (资助参保): who is helped with the personal premium of residents' insurance, and with how much.

Enters: nodes of the merged tree; later a pack, a person's identities and a year. Leaves: :class:`PremiumYear`, and
:class:`Subsidy` for one person. Section 10 of ``docs/reference/pack-language.md``. Settlement does not read it. Imports
what :mod:`tuodi.law.values` imports, and ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tuodi.i18n import translator
from tuodi.law.line import Line, line_of, unmarked
from tuodi.law.model import Cite, Classes, NoLimit, Pack, PremiumRow, PremiumYear, Share, Unknown, Value
from tuodi.law.source import Node
from tuodi.law.values import Reading, cites, each, flag, percent, value
from tuodi.law.words import amount_words, class_words, code_words, percent_words, value_words
from tuodi.money import FULL_RATE, round_fraction

__all__ = [
    "Subsidy", "pays_words", "premium_subsidy", "premium_unknowns", "premium_words", "premium_years", "rows_for",
]  # fmt: skip

_FORMS = "full, an amount, a share of the premium such as 90%, {at_least: 60%} or {unknown: why}"


@dataclass(frozen=True)
class Subsidy:
    """What one person gets, in fen: ``amount`` is paid for them and ``own`` by them, each None where it is not known,
    and ``why`` says why; ``at_least`` is what they get in any case."""

    amount: int | None
    own: int | None
    at_least: int
    premium: int | None
    why: str
    cites: tuple[Cite, ...]


def premium_years(reading: Reading, node: Node | None, classes: Classes) -> tuple[PremiumYear, ...]:
    """The years of a pack, in order; two of one year are a problem."""
    made: list[PremiumYear] = []
    for item in each(node):
        here = cites(reading, item)
        year = item.get("year")
        if year is None or not (year.text.isdigit() and len(year.text) == 4):
            reading.wrong(year or item, f"the year {year.text if year else '?'!r}", "a year such as 2025")
            continue
        if int(year.text) in {one.year for one in made}:
            reading.wrong(year, f"the year {year.text} a second time", "each year once")
        premium = _premium(reading, item.get("premium"))
        if not here and any(not isinstance(one, Unknown) for one in premium.values()):
            reading.wrong(item, "a value without a citation", "'cite' beside it or at a mapping above")
        rows = tuple(_row(reading, row, classes, here, premium) for row in each(item.get("rows")))
        made.append(PremiumYear(int(year.text), premium, rows, here, item.origin))
    return tuple(made)


def _premium(reading: Reading, node: Node | None) -> dict[str, Value]:
    """One premium for all, or one a type of person."""
    if node is None:
        return {}
    if node.mapping and "unknown" not in node.mapping:
        known = reading.codes["person_type"]
        return {
            reading.name(Node(name, item.origin), known, "the type of person"): value(reading, item, "amount")
            for name, item in node.mapping.items()
            if name != "cite"
        }
    return {"": value(reading, node, "amount")}


def _row(
    reading: Reading, node: Node, classes: Classes, above: tuple[Cite, ...], premium: Mapping[str, Value]
) -> PremiumRow:
    here = cites(reading, node, above)
    identities = tuple(
        reading.name(one, reading.codes["identity"], "the identity") for one in each(node.get("identities"))
    )
    named = tuple(reading.name(one, classes.names, "the class") for one in each(node.get("class")))
    otherwise = flag(reading, node.get("otherwise"))
    if otherwise == bool(identities or named):
        found = "a row with 'otherwise' and conditions" if otherwise else "a row for nobody"
        reading.wrong(node, found, "identities: […], class: […], or otherwise: true for everyone else")
    pays, full, floor = _pays(reading, node)
    if not here and not isinstance(pays, Unknown):
        reading.wrong(node, "a value without a citation", "'cite' beside it or at a mapping above")
    own = node.get("own")
    if own is not None:
        rest, whole = value(reading, own, "amount"), premium.get("")
        paid = whole if full else pays
        if isinstance(rest, int) and isinstance(whole, int) and isinstance(paid, int) and paid + rest != whole:
            reading.wrong(
                own,
                f"pays and own are {amount_words(paid + rest, 'en')} together",
                f"the premium, {amount_words(whole, 'en')}",
            )
    return PremiumRow(pays, identities, named, full, floor, here, node.origin)


def _pays(reading: Reading, node: Node) -> tuple[Value, bool, bool]:
    """What a row pays; whether it is all of the premium; whether it is only a floor."""
    item = node.get("pays")
    if item is None:
        reading.wrong(node, "a row without 'pays'", _FORMS)
        return 0, False, False
    if item.text == "full":
        return Share(FULL_RATE, ""), True, False
    floor = item.get("at_least")
    if floor is not None:
        item = floor
    if item.text.strip().endswith(("%", "％")):
        return Share(percent(reading, item, "target"), ""), False, floor is not None
    word = isinstance(item.content, str) and not any(letter.isdigit() for letter in item.text)
    if word or not item.content or (item.mapping and "unknown" not in item.mapping):
        reading.wrong(item, f"found {item.kind}", _FORMS)
        return 0, False, False
    return value(reading, item, "amount"), False, floor is not None


def premium_subsidy(pack: Pack, identities: Collection[str], year: int, person_type: str = "") -> Subsidy:
    """What a person with these identities gets in an insurance year. Of several rows that name them the best holds
    (就高不就低); a share of the premium is rounded half-up to the fen. Whom no row names is unknown, unless the pack
    has a row for everyone else."""
    found = next((one for one in pack.premium_subsidy if one.year == year), None)
    if found is None:
        return Subsidy(None, None, 0, None, "year_not_stated", ())
    stated = found.premium.get("", found.premium.get(person_type))
    premium = stated if isinstance(stated, int) else None
    rows = rows_for(pack, found, identities)
    if not rows:
        return Subsidy(None, None, 0, premium, "nobody_named", found.cites)
    full = [row for row in rows if row.full]
    if full:
        return Subsidy(
            premium, 0, premium or 0, premium, "" if premium is not None else "premium_unknown", full[0].cites
        )
    sums = [_amount(row, premium) for row in rows]
    cited = tuple(dict.fromkeys(cite for row in rows for cite in row.cites))
    least = max((amount for amount in sums if amount is not None), default=0)
    if any(row.at_least or amount is None for row, amount in zip(rows, sums, strict=True)):
        why = "premium_unknown" if premium is None else "only_a_floor" if rows[0].at_least else "amount_unknown"
        return Subsidy(None, None, least, premium, why, cited)
    best = rows[sums.index(least)]
    return Subsidy(least, None if premium is None else max(0, premium - least), least, premium, "", best.cites)


def rows_for(pack: Pack, year: PremiumYear, identities: Collection[str]) -> list[PremiumRow]:
    """The rows that name a person with these identities, else the one for everyone else."""
    named = [row for row in year.rows if _applies(pack, row, identities)]
    return named or [row for row in year.rows if not (row.identities or row.classes)]


def _amount(row: PremiumRow, premium: int | None) -> int | None:
    if isinstance(row.pays, Share):
        return None if premium is None else round_fraction(Fraction(row.pays.rate * premium, FULL_RATE))
    return row.pays if isinstance(row.pays, int) else None


def _applies(pack: Pack, row: PremiumRow, identities: Collection[str]) -> bool:
    local = pack.codes.get("identity", {})
    held = {*identities, *(local[name].parent for name in identities if name in local)}
    if held & set(row.identities):
        return True
    own = next((item.name for item in pack.classes.order if held & {one.identity for one in item.members}), "")
    return (own or pack.classes.default) in row.classes


def premium_words(pack: Pack, lang: str) -> Iterator[Line]:
    """Each year's premium, and each row, as a sentence."""
    _ = translator("law", lang)
    for one in pack.premium_subsidy:
        for person_type, premium in one.premium.items():
            who = code_words(pack, "person_type", person_type, lang) if person_type else _("居民")
            amount = value_words(pack, premium, lang)
            said = _("{year} 年{who}个人缴费 {amount}").format(year=one.year, who=who, amount=amount)
            yield _line(pack, said, premium, one.cites, one, lang, 1)
        for row in one.rows:
            text = _("{who}：{pays}").format(who=_who(pack, row, lang), pays=pays_words(pack, one, row, lang))
            yield _line(pack, text, row.pays, row.cites, row, lang, 2)


def premium_unknowns(pack: Pack, lang: str) -> Iterator[Line]:
    """What of the section is not known."""
    _ = translator("law", lang)
    for one in pack.premium_subsidy:
        for premium in one.premium.values():
            if isinstance(premium, Unknown):
                said = _("{year} 年个人缴费：{value}").format(year=one.year, value=value_words(pack, premium, lang))
                yield unmarked(line_of(pack, said, one.cites, one.origin, lang))
        for row in one.rows:
            if isinstance(row.pays, Unknown):
                said = _("{year} 年资助参保：{who}，{pays}").format(
                    year=one.year, who=_who(pack, row, lang), pays=value_words(pack, row.pays, lang)
                )
                yield unmarked(line_of(pack, said, row.cites, row.origin, lang))


def _line(
    pack: Pack, said: str, pays: Value, why: tuple[Cite, ...], place: PremiumYear | PremiumRow, lang: str, level: int
) -> Line:
    line = line_of(pack, said, why, place.origin, lang, level)
    return unmarked(line) if isinstance(pays, Unknown) else line


def _who(pack: Pack, row: PremiumRow, lang: str) -> str:
    _ = translator("law", lang)
    names = [code_words(pack, "identity", name, lang) for name in row.identities]
    names += [class_words(pack, pack.classes, name, lang) for name in row.classes]
    return _("、").join(names) or _("其他人员")


def pays_words(pack: Pack, year: PremiumYear, row: PremiumRow, lang: str) -> str:
    """``资助 280.00 元，本人缴 120.00 元``."""
    _ = translator("law", lang)
    if row.full:
        return _("全额资助")
    if row.pays == 0:
        return _("不资助")
    if isinstance(row.pays, Unknown | NoLimit):
        return value_words(pack, row.pays, lang)
    share = isinstance(row.pays, Share)
    how = percent_words(row.pays.rate) if isinstance(row.pays, Share) else amount_words(row.pays, lang)
    said = _("资助个人缴费的 {share}").format(share=how) if share else _("资助 {amount}").format(amount=how)
    if row.at_least:
        return _("{said}以上").format(said=said)
    premium = year.premium.get("")
    amount = _amount(row, premium if isinstance(premium, int) else None)
    if isinstance(premium, int) and amount is not None:
        said += _("，本人缴 {own}").format(own=amount_words(max(0, premium - amount), lang))
    return said
