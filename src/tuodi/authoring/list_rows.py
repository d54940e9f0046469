"""Lists that stand beside the layers, as rows: one-stop settlement, monitoring and income lines, premiums, notes.

Enters: sections of a pack's tree, or lines. Leaves: lines, or sections. Imports this room's lines, parts and trees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuodi.authoring.cells import UnfitError
from tuodi.authoring.lines import (
    Group,
    Line,
    Note,
    cite_tree,
    cites_of,
    common_cite,
    own_cites,
    pick,
    text_of,
    texts_of,
    when_of,
)
from tuodi.authoring.parts import line_at, list_in, map_of, put, put_title, title_in
from tuodi.authoring.tree import Map, Seq, Tree, Word

__all__ = ["LISTS"]

Above = tuple[str, ...]


def _cited(pairs: Mapping[str, Tree], above: Above = ()) -> Above:
    return cites_of(pairs["cite"]) if "cite" in pairs else above


def _put_cite(row: Map, line: Line) -> None:
    if line.cite:
        row["cite"] = cite_tree(line.cite, line.at.get("doc"))


def _one_stop_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for row in list_in(node):
        pairs = pick(row, ("class", "setting", "place", "cite"))
        when = when_of({key: item for key, item in pairs.items() if key != "cite"})
        lines.append(Line("one_stop", {"when": when}, _cited(pairs), sources=[row]))
    return lines


def _one_stop_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Seq()
    for line in lines:
        row = Map(line.conditions())
        row.at = line_at(line)
        _put_cite(row, line)
        made.append(row)
    return made


_LINE_WORDS = ("measure", "after", "over", "cadence")


def _monitoring_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for row in list_in(node):
        pairs = pick(row, ("id", "title", "identities", "line", "cite", *_LINE_WORDS))
        says: dict[str, Any] = {key: text_of(pairs[key]) for key in ("id", *_LINE_WORDS) if key in pairs}
        says |= title_in(pairs)
        if "identities" in pairs:
            says["identities"] = texts_of(pairs["identities"])
        if "line" not in pairs:
            raise UnfitError
        says["value"] = pairs["line"]
        lines.append(Line("monitoring", says, _cited(pairs), sources=[row, pairs["line"]]))
    return lines


def _monitoring_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Seq()
    for line in lines:
        row = map_of(line)
        put(row, "id", line.word("id"))
        put_title(row, line)
        put(row, "identities", line.words("identities"))
        for key in ("measure", "after", "over"):
            put(row, key, line.word(key))
        put(row, "line", line.value())
        put(row, "cadence", line.word("cadence"))
        _put_cite(row, line)
        made.append(row)
    return made


def _income_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for row in list_in(node):
        pairs = pick(row, ("identity", "under", "upto", "basis", "from", "cite"))
        bounds = [key for key in ("under", "upto") if key in pairs]
        if len(bounds) != 1 or "identity" not in pairs:
            raise UnfitError
        says: dict[str, Any] = {key: text_of(pairs[key]) for key in ("identity", "basis", "from") if key in pairs}
        says |= {"bound": bounds[0], "value": pairs[bounds[0]]}
        lines.append(Line("income_line", says, _cited(pairs), sources=[row, pairs[bounds[0]]]))
    return lines


def _income_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Seq()
    for line in lines:
        row = map_of(line)
        row.at = line_at(line, "identity")
        put(row, "identity", line.word("identity"))
        if not line.says.get("bound"):
            note(line, "bound", "empty", "bound")
            continue
        row[str(line.says["bound"])] = line.value()
        put(row, "basis", line.word("basis"))
        put(row, "from", line.word("from"))
        _put_cite(row, line)
        made.append(row)
    return made


def _premium_lines(node: Tree, above: Above) -> list[Line]:
    lines: list[Line] = []
    for entry in list_in(node):
        pairs = pick(entry, ("year", "premium", "rows", "cite"))
        here, year = _cited(pairs), text_of(pairs.get("year"))
        if any(line.says["year"] == year for line in lines):
            raise UnfitError
        premium = pairs.get("premium")
        if isinstance(premium, Mapping) and "unknown" not in premium:
            for kind, amount in premium.items():
                says = {"year": year, "when": {"person_type": (kind,)}, "value": amount}
                lines.append(Line("premium", says, here, sources=[amount]))
        elif premium is not None:
            lines.append(Line("premium", {"year": year, "value": premium}, here, sources=[entry, premium]))
        for row in list_in(pairs["rows"]) if "rows" in pairs else []:
            found = pick(row, ("identities", "class", "otherwise", "pays", "own", "cite"))
            if "pays" not in found or found.get("otherwise", "true") != "true":
                raise UnfitError
            ruled: dict[str, Any] = {"year": year, "value": found["pays"], "rest": "otherwise" in found}
            if "identities" in found:
                ruled["identities"] = texts_of(found["identities"])
            if "class" in found:
                ruled["when"] = when_of({"class": found["class"]})
            if "own" in found:
                ruled["own"] = text_of(found["own"])
            lines.append(Line("subsidy", ruled, _cited(found, here), sources=[row, found["pays"]]))
        if "premium" not in pairs and "rows" not in pairs:
            raise UnfitError
    return lines


def _premium_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Seq()
    for year in dict.fromkeys(str(line.says.get("year") or "") for line in lines):
        own = [line for line in lines if str(line.says.get("year") or "") == year]
        if not year:
            note(own[0], "year", "empty", "year")
            continue
        entry = Map({"year": own[0].word("year")})
        entry.at = line_at(own[0], "year")
        premiums = [line for line in own if line.item == "premium"]
        cite = common_cite(premiums or own, ())
        here = (premiums or own)[0].cite or () if cite is not None else ()
        typed = [line for line in premiums if line.says.get("when")]
        if typed:
            entry["premium"] = Map()
            for line in premiums:
                for kind in line.says.get("when", {}).get("person_type", ("",)):
                    if not kind or kind in entry["premium"]:
                        note(line, "when.person_type", "twice" if kind else "empty", "once")
                    entry["premium"][kind] = line.value()
        elif premiums:
            for again in premiums[1:]:
                note(again, "year", "twice", "once")
            entry["premium"] = premiums[0].value()
        rows = Seq(_subsidy_row(line, here) for line in own if line.item == "subsidy")
        if rows:
            entry["rows"] = rows
        if cite is not None:
            entry["cite"] = cite
        made.append(entry)
    return made


def _subsidy_row(line: Line, here: Above) -> Map:
    row = Map()
    row.at = line_at(line, "identities")
    put(row, "identities", line.words("identities"))
    row.update(line.conditions())
    if line.says.get("rest"):
        row["otherwise"] = Word("true", line.at.get("other"))
    row["pays"] = line.value()
    put(row, "own", line.word("own"))
    put(row, "cite", own_cites(line, here))
    return row


def _depart_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for row in list_in(node):
        pairs = pick(row, ("bound", "why", "cite"))
        why = {key: text_of(said) for key, said in pick(pairs["why"], ("zh", "en")).items()} if "why" in pairs else {}
        lines.append(Line("depart", {"id": text_of(pairs.get("bound")), **why}, _cited(pairs), sources=[row]))
    return lines


def _depart_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Seq()
    for line in lines:
        row = map_of(line)
        put(row, "bound", line.word("id"))
        put_title(row, line)
        if "title" in row:
            row["why"] = row.pop("title")
        _put_cite(row, line)
        made.append(row)
    return made


def _note_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for row in list_in(node):
        pairs = pick(row, ("zh", "en", "cite"))
        says = {key: text_of(pairs[key]) for key in ("zh", "en") if key in pairs}
        lines.append(Line("note", says, _cited(pairs), sources=[row]))
    return lines


def _note_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Seq()
    for line in lines:
        row = Map()
        row.at = line_at(line, "zh")
        put(row, "zh", line.word("zh"))
        put(row, "en", line.word("en"))
        _put_cite(row, line)
        made.append(row)
    return made


LISTS: Mapping[str, tuple[Group, ...]] = {
    "one_stop": (Group("one_stop", ("one_stop",), _one_stop_lines, _one_stop_tree),),
    "monitoring": (Group("monitoring", ("monitoring",), _monitoring_lines, _monitoring_tree),),
    "income_lines": (Group("income_lines", ("income_line",), _income_lines, _income_tree),),
    "premium": (Group("premium_subsidy", ("premium", "subsidy"), _premium_lines, _premium_tree),),
    "departs": (Group("departs", ("depart",), _depart_lines, _depart_tree),),
    "notes": (Group("notes", ("note",), _note_lines, _note_tree),),
}
"""The sheets of lists, each with its group of rows."""
