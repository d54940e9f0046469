"""A layer, or an award, as the rows of its sheet: one group of rows for each key of the pack language, section 7.

Enters: values of a layer's keys, or lines. Leaves: lines, or values. Imports this room's lines and cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tuodi.authoring.cells import UnfitError
from tuodi.authoring.lines import (
    Compress,
    Expand,
    Group,
    Line,
    Note,
    cite_tree,
    cites_of,
    common_cite,
    compress_table,
    expand_table,
    pick,
    text_of,
    texts_of,
    when_of,
)
from tuodi.authoring.tree import Map, Seq, Tree, Word

__all__ = ["AWARD_GROUPS", "GIVEN", "LAYER_GROUPS", "ROUNDING", "TITLE"]

Above = tuple[str, ...]


def _first(lines: Sequence[Line], item: str) -> Line | None:
    return next((line for line in lines if line.item == item), None)


def _twice(lines: Sequence[Line], note: Note) -> None:
    seen: set[str] = set()
    for line in lines:
        if line.item in seen:
            note(line, "item", "twice", "once")
        seen.add(line.item)


def _single(key: str, column: str = "value", *, many: bool = False) -> Group:
    """A key that is one row with one value: a word, or a list of words."""

    def expand(node: Tree, above: Above) -> list[Line]:
        said = texts_of(node) if many else text_of(node)
        if many and isinstance(node, str):
            raise UnfitError
        return [Line(key, {column: said}, sources=[node])]

    def compress(lines: Sequence[Line], above: Above, note: Note) -> Tree:
        _twice(lines, note)
        return lines[0].words(column) if many else _remarked(lines[0], lines[0].word(column))

    return Group(key, (key,), expand, compress)


def _remarked(line: Line, word: Word | None) -> Word | None:
    if word is not None:
        word.remark = line.remark
    return word


def _table(key: str) -> Group:
    """A key that is a decision table."""

    def expand(node: Tree, above: Above) -> list[Line]:
        return expand_table(key, node, above)

    def compress(lines: Sequence[Line], above: Above, note: Note) -> Tree:
        made, cite = compress_table(lines, above)
        if cite is None:
            return made
        if isinstance(made, Map) and all(line.says.get("when") for line in lines):
            made["cite"] = cite
            return made
        return Seq([Map({"is": made, "cite": cite})])  # one value with an article of its own

    return Group(key, (key,), expand, compress, ordered=True)


# --- title, citation, gate ------------------------------------------------------------------------------------------


def _title_lines(node: Tree, above: Above) -> list[Line]:
    titles = pick(node, ("zh", "en"))
    return [Line(key, {"value": text_of(said)}, sources=[said]) for key, said in titles.items()]


def _title_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    _twice(lines, note)
    found = {line.item: line.word("value") for line in lines}
    return Map({key: found[key] for key in ("zh", "en") if found.get(key)}) or None


def _cite_lines(node: Tree, above: Above) -> list[Line]:
    return [Line("cite", {}, cites_of(node), sources=[node])]


def _cite_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    _twice(lines, note)
    return cite_tree(lines[0].cite, lines[0].at.get("doc")) if lines[0].cite else None


def _gate_lines(node: Tree, above: Above) -> list[Line]:
    if not isinstance(node, Mapping) or None in node.values():
        raise UnfitError
    here = cites_of(node["cite"]) if "cite" in node else above
    pairs = {key: item for key, item in node.items() if key not in ("cite", "used_up", "base_over")}
    lines = [Line("when", {"when": when_of(pairs)}, here, sources=[node])]
    if "used_up" in node:
        lines.append(Line("used_up", {"value": texts_of(node["used_up"])}, sources=[node["used_up"]]))
    if "base_over" in node:
        lines += expand_table("base_over", node["base_over"], here)
    return lines


def _gate_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    gates = [line for line in lines if line.item == "when"]
    _twice([line for line in lines if line.item != "base_over"], note)
    made = Map(gates[0].conditions()) if gates else Map()
    here = gates[0].cite or above if gates else above
    used = _first(lines, "used_up")
    if used is not None:
        counters = used.words("value")
        made["used_up"] = counters[0] if counters and len(counters) == 1 else counters
    over = [line for line in lines if line.item == "base_over"]
    if over:
        made["base_over"], cite = compress_table(over, here)
        if cite is not None and isinstance(made["base_over"], Map):
            made["base_over"]["cite"] = cite
        elif cite is not None:
            made["base_over"] = Seq([Map({"is": made["base_over"], "cite": cite})])
    if here != above and gates:
        made["cite"] = cite_tree(here, gates[0].at.get("doc"))
    made.at = gates[0].at.get("item") if gates else None
    return made or None


# --- base, deductible, brackets -------------------------------------------------------------------------------------


def _base_lines(node: Tree, above: Above) -> list[Line]:
    if isinstance(node, Mapping):
        pairs = pick(node, ("parts", "unpaid", "paid_down"))
        names = {"parts": "base", "unpaid": "unpaid", "paid_down": "paid_down"}
        return [Line(names[key], {"value": texts_of(item)}, sources=[item]) for key, item in pairs.items()]
    return [Line("base", {"value": texts_of(node)}, sources=[node])]


def _base_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    _twice(lines, note)
    found = {line.item: line.words("value") for line in lines if line.words("value")}
    if found.keys() <= {"base"}:
        return found.get("base")
    names = {"base": "parts", "unpaid": "unpaid", "paid_down": "paid_down"}
    return Map({names[item]: found[item] for item in names if item in found})


def _shared(lines: Sequence[Line], column: str, note: Note) -> Word | None:
    """What all rows of one thing say alike; a row may leave it to the others."""
    said = [line for line in lines if line.says.get(column)]
    for line in said[1:]:
        if line.says[column] != said[0].says[column]:
            note(line, column, "differs", "alike")
    return said[0].word(column) if said else None


def _deductible_lines(node: Tree, above: Above) -> list[Line]:
    if not isinstance(node, Mapping) or None in node.values():
        raise UnfitError
    shared = {"per": text_of(node["per"])} if "per" in node else {}
    if "amount" in node:
        pick(node, ("per", "amount", "cite"))
        here = cites_of(node["cite"]) if "cite" in node else above
        return expand_table("deductible", node["amount"], here, shared)
    if {"unknown", "share"} & node.keys():
        raise UnfitError
    return expand_table("deductible", node, above, shared, ("per",))


def _deductible_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map()
    made.at = lines[0].at.get("item")
    per = _shared(lines, "per", note)
    if per is not None:
        made["per"] = per
    cite = common_cite(lines, above)
    table, inner = compress_table(lines, lines[0].cite or above if cite is not None else above)
    if isinstance(table, Map) and all(line.says.get("when") for line in lines):
        made.update(table)
    else:
        made["amount"] = table
    if cite is not None or inner is not None:
        made["cite"] = cite if cite is not None else inner
    return made


def _bracket_lines(node: Tree, above: Above) -> list[Line]:
    pairs = pick(node, ("on", "from", "upto", "cite"))
    here = cites_of(pairs["cite"]) if "cite" in pairs else above
    shared = {"per": text_of(pairs["on"])} if "on" in pairs else {}
    ends = pairs.get("upto")
    if not isinstance(ends, list) or not ends or None in ends:
        raise UnfitError
    lines = (
        [Line("bracket_from", {"value": text_of(pairs["from"])}, sources=[pairs["from"]])] if "from" in pairs else []
    )
    for number, end in enumerate(ends, 1):
        says: dict[str, Any] = {**shared, "when": {"bracket": (str(number),)}, "value": end}
        lines.append(Line("upto", says, here, sources=[end]))
    return lines


def _bracket_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map()
    ends = [line for line in lines if line.item == "upto"]
    start = _first(lines, "bracket_from")
    per = _shared(ends, "per", note)
    if per is not None:
        made["on"] = per
    if start is not None and start.word("value"):
        made["from"] = start.word("value")
    numbers = [line.says.get("when", {}).get("bracket", ()) for line in ends]
    for place, (line, number) in enumerate(zip(ends, numbers, strict=True), 1):
        if list(number) not in ([], [str(place)]) or line.says.get("when", {}).keys() - {"bracket"}:
            note(line, "when.bracket", "bracket_order", str(place))
    made["upto"] = Seq(line.value() for line in ends)
    if len({line.cite or above for line in ends}) > 1:
        note(ends[-1], "doc", "differs", "alike")
    cite = common_cite(ends, above) if ends else None
    if cite is not None:
        made["cite"] = cite
    return made


# --- other forms of payment -----------------------------------------------------------------------------------------


def _container(key: str, inner: str) -> Group:
    """A table below a key of its own, beside ``per``: ``fixed`` and ``top_up``."""

    def expand(node: Tree, above: Above) -> list[Line]:
        if isinstance(node, Mapping) and inner in node:
            pick(node, ("per", inner, "cite"))
            here = cites_of(node["cite"]) if "cite" in node else above
            shared = {"per": text_of(node["per"])} if "per" in node else {}
            return expand_table(key, node[inner], here, shared)
        return expand_table(key, node, above)

    def compress(lines: Sequence[Line], above: Above, note: Note) -> Tree:
        made = Map()
        per = _shared(lines, "per", note)
        if per is not None:
            made["per"] = per
        cite = common_cite(lines, above)
        made[inner], _inner = compress_table(lines, lines[0].cite or above if cite is not None else above)
        if cite is not None:
            made["cite"] = cite
        return made

    return Group(key, (key,), expand, compress, ordered=True)


def _given_lines(node: Tree, above: Above) -> list[Line]:
    source, base = node, None
    if isinstance(node, Mapping) and "from" in node:
        pairs = pick(node, ("from", "base"))
        source, base = pairs["from"], pairs.get("base")
    lines = []
    if isinstance(source, Mapping):
        for scheme, columns in source.items():
            lines.append(Line("given", {"when": {"scheme": (scheme,)}, "value": texts_of(columns)}, sources=[columns]))
    else:
        lines.append(Line("given", {"value": texts_of(source)}, sources=[source]))
    if base is not None:
        lines.append(Line("given_base", {"value": texts_of(base)}, sources=[base]))
    return lines


def _given_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    columns = [line for line in lines if line.item == "given"]
    if any(line.says.get("when") for line in columns):
        by_scheme = Map()
        for line in columns:
            for scheme in line.says.get("when", {}).get("scheme", ("",)):
                if not scheme or scheme in by_scheme:
                    note(line, "when.scheme", "twice", "once")
                by_scheme[scheme] = line.words("value")
        source: Tree = by_scheme
    else:
        _twice(columns, note)
        source = columns[0].words("value") if columns else None
    base = _first(lines, "given_base")
    return source if base is None else Map({"from": source, "base": base.words("value")})


# --- caps -----------------------------------------------------------------------------------------------------------

_ABOUT = ("counter", "counts")


def _cap_lines(node: Tree, above: Above) -> list[Line]:
    if not isinstance(node, list) or not node:
        raise UnfitError
    lines = []
    for number, item in enumerate(node, 1):
        pairs = pick(item, ("id", "per", "when", "limit", "cite", *_ABOUT))
        if "limit" not in pairs:
            raise UnfitError
        here = cites_of(pairs["cite"]) if "cite" in pairs else above
        extra = {key: text_of(pairs[key]) for key in _ABOUT if key in pairs}
        name = text_of(pairs["id"]) if "id" in pairs else f"cap{number}"
        shared: dict[str, Any] = {"id": name, "extra": extra}
        if "per" in pairs:
            shared["per"] = text_of(pairs["per"])
        when: Tree = pairs.get("when", Map())
        if not isinstance(when, Mapping) or None in when.values():
            raise UnfitError
        reach = when_of({key: below for key, below in when.items() if key != "cite"})
        rows = expand_table("cap", pairs["limit"], here, shared)
        if len(rows) == 1:
            rows[0].sources.insert(0, item)
        if len(rows) == 1 and not rows[0].says.get("when") and not rows[0].says.get("rest") and "cite" not in when:
            rows[0].says["when"] = reach
        else:
            cites = cites_of(when["cite"]) if "cite" in when else here
            lines.append(Line("cap_when", {"id": name, "when": reach}, cites, sources=[when]))
        lines += rows
    if len({line.says["id"] for line in lines if line.item == "cap"}) != len(node):
        raise UnfitError
    return lines


def _cap_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    named: dict[str, list[Line]] = {}
    for number, line in enumerate(lines, 1):
        named.setdefault(line.says.get("id") or f" {number}", []).append(line)
    made = Seq()
    for name, rows in named.items():
        limits = [line for line in rows if line.item == "cap"]
        reaches = [line for line in rows if line.item == "cap_when"]
        _twice(reaches, note)
        if not limits:
            note(rows[0], "id", "no_limit", "limit")
            continue
        made.append(_one_cap("" if name.startswith(" ") else name, limits, reaches, above, note))
    return made


def _one_cap(name: str, limits: Sequence[Line], reaches: Sequence[Line], above: Above, note: Note) -> Map:
    made = Map()
    made.at = limits[0].at.get("item")
    if name:
        made["id"] = limits[0].word("id")
    per = _shared(limits, "per", note)
    if per is not None:
        made["per"] = per
    extra = [line for line in limits if line.says.get("extra")]
    for line in extra[1:]:
        if line.says["extra"] != extra[0].says["extra"]:
            note(line, "other", "differs", "alike")
    for key, said in (extra[0].says["extra"] if extra else {}).items():
        made[key] = Word(said, extra[0].at.get("other"))
    cite = common_cite(limits, above)
    inner = limits[0].cite or above if cite is not None else above
    if reaches:
        reach = Map(reaches[0].conditions())
        if reaches[0].cite and reaches[0].cite != inner:
            reach["cite"] = cite_tree(reaches[0].cite, reaches[0].at.get("doc"))
        if reach:
            made["when"] = reach
        made["limit"], _cite = compress_table(limits, inner)
    elif len(limits) > 1:
        common, rows = _common_conditions(limits)
        if common:
            made["when"] = common
        made["limit"], _cite = compress_table(rows, inner)
    else:
        if limits[0].says.get("when"):
            made["when"] = limits[0].conditions()
        made["limit"] = limits[0].value()
    if cite is not None:
        made["cite"] = cite
    return made


def _common_conditions(limits: Sequence[Line]) -> tuple[Map, list[Line]]:
    """What every row of a limit says alike is its reach; the rest tells the rows apart."""
    whens = [line.says.get("when", {}) for line in limits]
    alike = {column for column in whens[0] if all(when.get(column) == whens[0][column] for when in whens)}
    reach = Map({column: node for column, node in limits[0].conditions().items() if column in alike})
    rows = []
    for line in limits:
        left = {column: codes for column, codes in line.says.get("when", {}).items() if column not in alike}
        rows.append(replace(line, says={**line.says, "when": left}))
    return reach, rows


# --- rounding, change, awards ---------------------------------------------------------------------------------------


def _rounding_lines(node: Tree, above: Above) -> list[Line]:
    pairs = pick(node, ("to", "direction", "per", "cite"))
    if not {"to", "direction"} <= pairs.keys():
        raise UnfitError
    here = cites_of(pairs["cite"]) if "cite" in pairs else above
    value = Map({"to": pairs["to"], "direction": pairs["direction"]})
    says: dict[str, Any] = {"value": value}
    if "per" in pairs:
        says["per"] = text_of(pairs["per"])
    return [Line("rounding", says, here, sources=[node])]


def _rounding_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    _twice(lines, note)
    value = lines[0].value()
    if not isinstance(value, Mapping):
        return None
    made = Map(value)
    made.at = lines[0].at.get("value")
    if lines[0].word("per"):
        made["per"] = lines[0].word("per")
    cite = common_cite(lines, above)
    if cite is not None:
        made["cite"] = cite
    return made


def _change_lines(node: Tree, above: Above) -> list[Line]:
    pairs = pick(node, ("recompute_year", "cite"))
    here = cites_of(pairs["cite"]) if "cite" in pairs else above
    return [Line("on_change", {"value": text_of(pairs.get("recompute_year"))}, here, sources=[node])]


def _change_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    _twice(lines, note)
    made = Map({"recompute_year": lines[0].word("value")})
    cite = common_cite(lines, above)
    if cite is not None:
        made["cite"] = cite
    return made


def _window_lines(node: Tree, above: Above) -> list[Line]:
    return [Line("window", {"value": pick(node, ("year", "months", "before"))}, sources=[node])]


def _window_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    _twice(lines, note)
    return lines[0].value()


def _group(key: str, items: tuple[str, ...], expand: Expand, compress: Compress) -> Group:
    return Group(key, items, expand, compress, ordered=True)


TITLE = _group("title", ("zh", "en"), _title_lines, _title_tree)
_CITE = _group("cite", ("cite",), _cite_lines, _cite_tree)
_BASE = _group("base", ("base", "unpaid", "paid_down"), _base_lines, _base_tree)
_DEDUCTIBLE = _group("deductible", ("deductible",), _deductible_lines, _deductible_tree)
_BRACKETS = _group("brackets", ("bracket_from", "upto"), _bracket_lines, _bracket_tree)
_CAPS = _group("caps", ("cap_when", "cap"), _cap_lines, _cap_tree)
ROUNDING = _group("rounding", ("rounding",), _rounding_lines, _rounding_tree)
GIVEN = _group("given", ("given", "given_base"), _given_lines, _given_tree)

LAYER_GROUPS: tuple[Group, ...] = (
    TITLE, _single("kind"), _CITE,
    _group("when", ("when", "used_up", "base_over"), _gate_lines, _gate_tree),
    _single("counts"), _BASE, _DEDUCTIBLE, _BRACKETS, _table("rate"), _table("factor"), _table("points"),
    _container("fixed", "amount"), _container("top_up", "to"), _single("notional"),
    GIVEN, _CAPS, ROUNDING, _group("on_change", ("on_change",), _change_lines, _change_tree),
)  # fmt: skip
"""The groups of a layer's sheet, in the order of their rows."""

AWARD_GROUPS: tuple[Group, ...] = (
    TITLE, _CITE, _group("window", ("window",), _window_lines, _window_tree), _single("subject"),
    _single("less_other_aid"), _single("once_per"), _BASE, _DEDUCTIBLE, _BRACKETS, _table("rate"),
    _container("fixed", "amount"), _CAPS, ROUNDING,
)  # fmt: skip
"""The groups of an award's sheet."""
