"""The small things of a pack: codes, amounts, rates, dates, citations, conditions and decision tables.

Enters: nodes of :mod:`tuodi.law.source`. Leaves: values of :mod:`tuodi.law.model`. What is wrong is noted in
:class:`Reading` and replaced by something harmless, so that reading goes on and finds the rest. Imports
``tuodi.money``, ``tuodi.vocabulary``, ``tuodi.errors``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tuodi import vocabulary
from tuodi.errors import nearest
from tuodi.law.model import NO_LIMIT, Cite, Row, Share, Table, Title, Unknown, Value, When
from tuodi.law.source import Node, Problems
from tuodi.money import parse_rate, parse_yuan

__all__ = [
    "CODE_SETS",
    "CONDITIONS",
    "Kind",
    "Reading",
    "amount",
    "choice",
    "cites",
    "codes_of",
    "conditions",
    "day",
    "flag",
    "month_day",
    "percent",
    "table",
    "text",
    "texts",
    "title",
    "value",
    "when_of",
    "whole",
]  # fmt: skip

Kind = Literal["rate", "target", "factor", "points", "amount", "limit"]

CODE_SETS = ("provider_level", "setting", "purpose", "place", "authorisation", "scheme", "person_type", "identity")
"""Code sets that a pack may extend."""

CONDITIONS = ("class", *CODE_SETS[:-1], "stay_ordinal", "bracket")
"""Conditions of a table's row, besides the derived attributes."""

LARGEST_FEN = 10**13
"""Times a rate in basis points this still fits 64 bits; no county has such an amount."""
UNITS = {"fen": 1, "jiao": 10, "yuan": 100}
DIRECTIONS = ("half_up", "half_even", "up", "down")
RESERVED = frozenset({"cite", "unknown", "treat_as", "share", "of", "round", "is", "otherwise", "per", "amount"})
"""Keys that may stand beside class names in a table, and so can name no class."""

_AMOUNT = re.compile(r"(?P<sum>[0-9,]+(?:\.[0-9]+)?) *yuan")
_SHARE = re.compile(r"(?P<rate>\S+) +of +(?P<of>\w+)")
_ORDINAL = re.compile(r"[1-9][0-9]*\+?")
_RANGES = {"rate": (0, 10_000), "target": (0, 10_000), "factor": (0, 100_000), "points": (-10_000, 10_000)}


@dataclass
class Reading:
    """What the parts of one pack need to know of each other while it is read."""

    problems: Problems
    documents: frozenset[str] = frozenset()
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    derived: dict[str, tuple[str, ...]] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    uncited: bool = False
    """True while reading a section whose values need no citation."""

    def wrong(self, node: Node, found: str, expected: str = "") -> None:
        """Note a problem at a node."""
        self.problems.add(node.origin, found, expected)

    def name(self, node: Node, known: Sequence[str], what: str, shown: str = "") -> str:
        """The node's text, which must be one of ``known``."""
        found = text(self, node)
        if found and found not in known:
            listed = shown or ", ".join(known)
            self.wrong(node, f"{what} {found!r}", f"one of: {listed}{nearest(found, known)}")
        return found


def text(reading: Reading, node: Node | None) -> str:
    """A scalar's text; an absent node is an empty text."""
    if node is None:
        return ""
    if not isinstance(node.content, str):
        reading.wrong(node, f"found {node.kind}", "a word or a sentence")
    return node.text.strip()


def texts(reading: Reading, node: Node | None) -> tuple[str, ...]:
    """One text or a list of texts."""
    return tuple(text(reading, item) for item in each(node))


def each(node: Node | None) -> list[Node]:
    """The items of a list; a single thing is a list of one."""
    if node is None or node.content is None:
        return []
    return [item for item in node.items if item.content is not None] if isinstance(node.content, list) else [node]


def choice(reading: Reading, node: Node | None, known: Sequence[str], what: str, default: str = "") -> str:
    """One of ``known``; ``default`` where the node is absent."""
    return default if node is None else reading.name(node, known, what)


def flag(reading: Reading, node: Node | None) -> bool:
    """``true`` or ``false``; absent is false."""
    if node is None:
        return False
    if node.text not in ("true", "false"):
        reading.wrong(node, f"found {node.kind}", "true or false")
    return node.text == "true"


def whole(reading: Reading, node: Node | None, least: int = 0) -> int:
    """A whole number."""
    if node is None:
        return least
    if not re.fullmatch(r"[0-9]+", node.text) or int(node.text) < least:
        reading.wrong(node, f"found {node.kind}", f"a whole number, {least} or more")
        return least
    return int(node.text)


def day(reading: Reading, node: Node) -> date:
    """A date as ``2024-01-01``."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.text):
            raise ValueError
        return date.fromisoformat(node.text)
    except ValueError:
        reading.wrong(node, f"the date {node.text or node.kind}", "a day of the calendar, written 2024-01-31")
        return date(1, 1, 1)


def month_day(reading: Reading, node: Node | None) -> tuple[int, int]:
    """A day in the year as ``06-30``."""
    if node is None:
        return (1, 1)
    match = re.fullmatch(r"(\d{2})-(\d{2})", node.text)
    try:
        if match is None:
            raise ValueError
        date(2023, int(match[1]), int(match[2]))  # 29 February does not exist every year
    except ValueError:
        reading.wrong(node, f"the day {node.text or node.kind}", "a day that every year has, written 06-30")
        return (1, 1)
    return int(match[1]), int(match[2])


def amount(reading: Reading, node: Node) -> int:
    """``3000 yuan`` or ``0`` in fen."""
    found = node.text.strip()
    if found == "0":
        return 0
    match = _AMOUNT.fullmatch(found)
    try:
        if match is None:
            raise ValueError
        fen = parse_yuan(match["sum"])
    except ValueError:
        reading.wrong(node, f"the amount {found or node.kind}", _advice_amount(found))
        return 0
    if fen >= LARGEST_FEN:
        reading.wrong(node, f"the amount {found}", "at most eleven digits before the point; no limit is written 'none'")
        return 0
    return fen


def _advice_amount(found: str) -> str:
    if re.fullmatch(r"[0-9,]+(\.[0-9]{1,2})?", found):
        return f"with its unit: '{found} yuan'"
    if match := re.fullmatch(r"([0-9,]+(?:\.[0-9]{1,2})?) ?元", found):
        return f"written '{match[1]} yuan'"
    return "an amount such as '3000 yuan' or '16,901.50 yuan' (at most two decimals), or 0"


def percent(reading: Reading, node: Node, kind: str = "rate") -> int:
    """``70%`` in basis points."""
    found = node.text.strip()
    try:
        points = parse_rate(found)
    except ValueError:
        hint = f"; {found} is written {_as_percent(found)}" if re.fullmatch(r"[01]?\.[0-9]{1,4}", found) else ""
        reading.wrong(node, f"the rate {found or node.kind}", f"a percentage such as 70% or 62.5%{hint}")
        return 0
    least, most = _RANGES.get(kind, (0, 100_000))
    if not least <= points <= most:
        reading.wrong(node, f"the rate {found}", f"between {least // 100}% and {most // 100}%")
        return min(max(points, least), most)
    return points


def _as_percent(decimal: str) -> str:
    before, _, after = decimal.partition(".")
    points = int((before or "0") + after.ljust(4, "0"))
    return f"{points // 100}.{points % 100:02d}".rstrip("0").rstrip(".") + "%"


def title(reading: Reading, node: Node | None) -> Title:
    """``{zh, en}``."""
    if node is None:
        return {}
    return {lang: text(reading, item) for lang, item in node.mapping.items() if lang in ("zh", "en")}


def cites(reading: Reading, node: Node | None, above: tuple[Cite, ...] = ()) -> tuple[Cite, ...]:
    """The citations in a mapping's ``cite``, or those from above where it has none."""
    here = node.mapping.get("cite") if node is not None else None
    if here is None or here.content is None:
        return above
    made = []
    for item in each(here):
        words = text(reading, item).split(maxsplit=1)
        if not words:
            continue
        if words[0] not in reading.documents:
            known = sorted(reading.documents)
            reading.wrong(item, f"the citation of {words[0]!r}", f"a key of 'documents'{nearest(words[0], known)}")
        made.append(Cite(words[0], words[1] if len(words) > 1 else ""))
    return tuple(made)


def codes_of(reading: Reading, column: str) -> tuple[str, ...] | None:
    """The codes that a condition may name: core, local or derived; None where any word may stand."""
    if column in reading.derived:
        made = (*reading.derived[column], "none")
        return (*reading.codes["person_type"], *made) if column == "person_type" else made
    if column in reading.codes:
        return reading.codes[column]
    return vocabulary.codes(column) if column == "settle_mode" else None


def conditions(
    reading: Reading, pairs: Mapping[str, Node], classes: Sequence[str], allowed: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Conditions on codes: each one code or a list. ``allowed`` names the columns that may stand here."""
    made: dict[str, tuple[str, ...]] = {}
    for column, node in pairs.items():
        if column not in allowed:
            reading.wrong(node, f"the condition {column!r}", _advice_condition(column, allowed))
            continue
        if not each(node):
            reading.wrong(node, f"the condition {column!r} names nothing", "one code or a list of codes")
        made[column] = tuple(_code(reading, column, item, classes) for item in each(node))
    return made


def _advice_condition(column: str, allowed: Sequence[str]) -> str:
    if column == "bracket":
        return "'bracket' is a condition of a layer's 'rate' only"
    return f"one of: {', '.join(allowed)}{nearest(column, allowed)}"


def _code(reading: Reading, column: str, node: Node, classes: Sequence[str]) -> str:
    if column == "class":
        return reading.name(node, classes, "the class")
    if column in ("stay_ordinal", "bracket"):
        found = text(reading, node)
        plus = "" if column == "bracket" else ", or 2+ for two and more"
        if not _ORDINAL.fullmatch(found) or (column == "bracket" and found.endswith("+")):
            reading.wrong(node, f"the {column} {found!r}", f"a number from 1{plus}")
        return found
    known = codes_of(reading, column)
    return text(reading, node) if known is None else reading.name(node, known, f"the {column}")


def value(reading: Reading, node: Node, kind: Kind) -> Value:
    """One cell of a table."""
    if isinstance(node.content, dict):
        return _value_mapping(reading, node, kind)
    if isinstance(node.content, list) or node.content is None:
        reading.wrong(node, f"found {node.kind}", "a value")
        return 0
    if kind in _RANGES:
        return percent(reading, node, kind)
    if node.text == "none":
        if kind != "limit":
            reading.wrong(node, "'none'", "an amount; only a cap's limit can be 'none'")
        return NO_LIMIT
    share = _SHARE.fullmatch(node.text.strip())
    if share is None:
        return amount(reading, node)
    rate = percent(reading, Node(share["rate"], node.origin), "share")
    return Share(rate, reading.name(Node(share["of"], node.origin), reading.references, "the reference amount"))


def _value_mapping(reading: Reading, node: Node, kind: Kind) -> Value:
    pairs = node.mapping
    extra = [key for key in pairs if key not in ("unknown", "treat_as", "share", "of", "round", "cite")]
    for key in extra:
        reading.wrong(pairs[key], f"the key {key!r} beside 'unknown' or 'share'", "a value, or class keys: not both")
    if "unknown" in pairs:
        treat_as = node.get("treat_as")
        if treat_as is not None and (kind != "limit" or treat_as.text != "none"):
            what = "treat_as: none" if kind == "limit" else "nothing: only an unknown limit may say 'treat_as: none'"
            reading.wrong(treat_as, f"'treat_as: {treat_as.text}'", what)
        why = text(reading, node.get("unknown"))
        if not why:
            reading.wrong(node, "an unknown value without a reason", "{unknown: why it is not known}")
        return Unknown(why, treat_as is not None)
    if kind in _RANGES or "share" not in pairs or "of" not in pairs:
        expected = "a percentage" if kind in _RANGES else "{share: 50%, of: a reference amount}"
        reading.wrong(node, "a mapping", f"{expected}, or {{unknown: why}}")
        return 0
    rounding = node.get("round")
    return Share(
        percent(reading, pairs["share"], "share"),
        reading.name(pairs["of"], reading.references, "the reference amount"),
        UNITS.get(choice(reading, rounding and rounding.get("to"), tuple(UNITS), "the unit", "fen"), 1),
        choice(reading, rounding and rounding.get("direction"), DIRECTIONS, "the direction", "half_up"),
    )


def is_value(node: Node) -> bool:
    """Whether a node is one value and not a table: a scalar, or a mapping that says unknown or a share."""
    return isinstance(node.content, str) or bool({"unknown", "share"} & node.mapping.keys())


def table(
    reading: Reading,
    node: Node,
    kind: Kind,
    classes: Sequence[str],
    above: tuple[Cite, ...],
    *,
    beside: Sequence[str] = (),
    allowed: Sequence[str] = (),
) -> Table:
    """A decision table: one value, class → value (``beside``: other keys of that mapping), or a list of rows."""
    if is_value(node) or node.content is None:
        rows = [Row({}, value(reading, node, kind), False, cites(reading, node, above), node.origin)]
    elif isinstance(node.content, list):
        dimensions = list(allowed or (*CONDITIONS, *reading.derived))
        if kind != "rate":
            dimensions = [name for name in dimensions if name != "bracket"]
        rows = [_row(reading, item, kind, classes, above, dimensions) for item in node.items]
        fallbacks = [item for item, row in zip(node.items, rows, strict=True) if row.otherwise]
        for again in fallbacks[1:]:
            reading.wrong(again, "'otherwise' a second time", "one row that takes what no other matches")
        if not rows:
            reading.wrong(node, "a table without rows", "at least one row with 'is'")
    else:
        rows = _class_rows(reading, node, kind, classes, cites(reading, node, above), beside)
    for row in rows:
        if not row.cites and not reading.uncited and not isinstance(row.value, Unknown):
            reading.problems.add(row.origin, "a value without a citation", "'cite' beside it or at a mapping above")
    return Table(tuple(rows), node.origin)


def _class_rows(
    reading: Reading,
    node: Node,
    kind: Kind,
    classes: Sequence[str],
    above: tuple[Cite, ...],
    beside: Sequence[str],
) -> list[Row]:
    rows = []
    for key, item in node.mapping.items():
        if key == "cite" or key in beside:
            continue
        if key not in classes:
            known = [*classes, *beside, "cite"]
            reading.wrong(item, f"the class or key {key!r}", f"one of: {', '.join(known)}{nearest(key, known)}")
            continue
        rows.append(Row({"class": (key,)}, value(reading, item, kind), False, cites(reading, item, above), item.origin))
    if not rows:
        reading.wrong(node, "no value", "a value, class: value for each class, or a list of rows")
    return rows


def _row(
    reading: Reading,
    node: Node,
    kind: Kind,
    classes: Sequence[str],
    above: tuple[Cite, ...],
    allowed: Sequence[str],
) -> Row:
    if not isinstance(node.content, dict):
        reading.wrong(node, f"found {node.kind}", "a row such as {class: dibao, is: 70%}")
        return Row({}, 0, False, above, node.origin)
    pairs = {key: item for key, item in node.mapping.items() if key not in ("is", "otherwise", "cite")}
    otherwise = flag(reading, node.get("otherwise"))
    if otherwise and pairs:
        reading.wrong(node, "a row with 'otherwise' and conditions", "one or the other")
    cell = node.get("is")
    if cell is None:
        reading.wrong(node, "a row without 'is'", "{condition: code, is: value}")
    made = conditions(reading, pairs, classes, allowed)
    return Row(
        {} if otherwise else made,
        0 if cell is None else value(reading, cell, kind),
        otherwise,
        cites(reading, cell if cell is not None and cell.mapping else None, cites(reading, node, above)),
        node.origin,
    )


def when_of(
    reading: Reading, node: Node | None, classes: Sequence[str], above: tuple[Cite, ...], *, gate: bool
) -> When:
    """A gate (``used_up`` and ``base_over`` besides codes) or a cap's reach (codes only)."""
    if node is None:
        return When()
    here = cites(reading, node, above)
    special = ("used_up", "base_over") if gate else ()
    pairs = {key: item for key, item in node.mapping.items() if key not in (*special, "cite")}
    allowed = [name for name in (*CONDITIONS, *reading.derived) if name != "bracket"]
    over = node.get("base_over") if gate else None
    return When(
        conditions(reading, pairs, classes, allowed),
        texts(reading, node.get("used_up")) if gate else (),
        None if over is None else table(reading, over, "amount", classes, here),
        here,
        node.origin,
    )
