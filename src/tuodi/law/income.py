"""Income lines (收入线): up to which income per head a household holds which identity.

Enters: nodes of the merged tree; later a pack and a day. Leaves: :class:`IncomeLine`, and the last fen of monthly
income per head that a line admits. Section 10 of ``docs/reference/pack-language.md``. Who holds an identity is decided
by the body that recognises it: settlement does not read these lines, the policy laboratory does. Imports what
:mod:`tuodi.law.values` imports, and ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from tuodi.i18n import translator
from tuodi.law.line import Line, line_of
from tuodi.law.model import IncomeLine, NoLimit, Pack, Share, Unknown
from tuodi.law.source import Node
from tuodi.law.values import Reading, choice, cites, day, each, value
from tuodi.law.words import code_words, value_words
from tuodi.money import FULL_RATE, round_fraction

__all__ = ["BASES", "income_line_words", "income_lines", "income_words", "last_admitted", "lines_on"]

BASES = ("monthly", "yearly")
MONTHS = 12


def income_lines(reading: Reading, node: Node | None) -> tuple[IncomeLine, ...]:
    """The lines of a pack, in order; two of one identity from the same day are a problem."""
    made: list[IncomeLine] = []
    for item in each(node):
        under, upto = item.get("under"), item.get("upto")
        if (under is None) is (upto is None):
            found = "'under' and 'upto'" if under is not None else "neither 'under' nor 'upto'"
            reading.wrong(item, found, "one of them: under (the line itself is outside) or upto (it is inside)")
        line = upto if upto is not None else under
        against = value(reading, line, "amount") if line is not None else Unknown("")
        here = cites(reading, item)
        if not here and not isinstance(against, Unknown):
            reading.wrong(item, "a value without a citation", "'cite' beside it or at a mapping above")
        name, since = item.get("identity"), item.get("from")
        identity = reading.name(name, reading.codes["identity"], "the identity") if name is not None else ""
        begins = day(reading, since) if since is not None else None
        if any((one.identity, one.since) == (identity, begins) for one in made):
            reading.wrong(item, f"a second line of {identity!r} from the same day", "each identity once, or 'from'")
        made.append(
            IncomeLine(
                identity=identity,
                line=against,
                included=upto is not None,
                basis=choice(reading, item.get("basis"), BASES, "the basis", "monthly"),
                since=begins,
                cites=here,
                origin=item.origin,
            )
        )
    return tuple(made)


def lines_on(pack: Pack, on: date) -> tuple[IncomeLine, ...]:
    """One line an identity, in the pack's order: the latest that has begun; unknown where none has begun yet."""
    found: dict[str, IncomeLine] = {}
    for item in pack.income_lines:
        held = found.get(item.identity)
        begun = item.since is None or item.since <= on
        if held is None:
            found[item.identity] = item if begun else replace(item, line=Unknown(f"< {item.since}"), cites=())
        elif begun and (isinstance(held.line, Unknown) or (held.since or date.min) <= (item.since or date.min)):
            found[item.identity] = item
    return tuple(found.values())


def last_admitted(pack: Pack, item: IncomeLine, on: date) -> int | None:
    """The largest monthly income per head, in fen, with which a household is inside the line; None: not known."""
    amount = _amount(pack, item, on)
    if amount is None:
        return None
    if not item.included:
        amount -= 1
    return amount if item.basis == "monthly" else amount // MONTHS


def _amount(pack: Pack, item: IncomeLine, on: date) -> int | None:
    line = item.line
    if isinstance(line, Unknown | NoLimit):
        return None
    if not isinstance(line, Share):
        return line
    reference = pack.reference.get(line.of)
    known = reference.values.get(_income_year(pack, on)) if reference else None
    if not isinstance(known, int):
        return None
    exact = Fraction(known * line.rate, FULL_RATE * line.unit)
    return round_fraction(exact, line.direction) * line.unit


def _income_year(pack: Pack, on: date) -> int:
    """The year whose figure holds on a day, as ``dates.income_year`` says: of the counter year, and the other year's up
    to the first ``until`` on or after its beginning."""
    dates = pack.dates
    year = on.year - ((on.month, on.day) < dates.year_starts)
    which = dates.income_year
    if dates.income_until is not None:
        until = date(year + (dates.income_until < dates.year_starts), *dates.income_until)
        which = dates.income_until_year if on <= until else which
    return year - (2 if which == "before_previous" else 1)


def income_line_words(pack: Pack, lang: str) -> Iterator[Line]:
    """Each line as a sentence."""
    _ = translator("law", lang)
    for item in pack.income_lines:
        said = income_words(pack, item, lang)
        yield line_of(pack, said, item.cites, item.origin, lang)


def income_words(pack: Pack, item: IncomeLine, lang: str) -> str:
    """One line as a sentence."""
    _ = translator("law", lang)
    forms = {
        ("monthly", False): _("{identity}：家庭人均月收入低于 {line}"),
        ("monthly", True): _("{identity}：家庭人均月收入不超过 {line}"),
        ("yearly", False): _("{identity}：家庭人均年收入低于 {line}"),
        ("yearly", True): _("{identity}：家庭人均年收入不超过 {line}"),
    }
    form = _("{identity}：收入线{line}") if isinstance(item.line, Unknown) else forms[item.basis, item.included]
    identity = code_words(pack, "identity", item.identity, lang)
    said = form.format(identity=identity, line=value_words(pack, item.line, lang))
    return said + (_("（自 {day}）").format(day=item.since) if item.since else "")
