"""Two decision tables compared by meaning: cell by cell, equal changes folded back into one sentence.

Enters: the same table of two packs (either may be missing). Leaves: :class:`Fold`, one a change. Two tables that
decide alike have none, however their rows are written. The axes are what either table asks for, cut only where either
tells codes apart, so that a table of a hundred codes costs as much as it has distinctions. Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from tuodi.i18n import translator
from tuodi.law.model import Cite, Classes, Layer, NoLimit, Pack, Row, Share, Table, Unknown, Value
from tuodi.law.rules import grouped
from tuodi.law.spaces import Space
from tuodi.law.words import class_words, code_words, column_words, conditions_words, span_words

__all__ = ["Fold", "Side", "aligned", "folds", "meaning"]

Pair = tuple[str | None, str | None]


class Entry(NamedTuple):
    """One code of an axis, as either pack calls it (None: none of its rows names it); money between two cuts."""

    codes: Pair
    span: tuple[int | None, int | None] | None = None


REST = Entry((None, None))
"""All codes that neither table names."""


@dataclass(frozen=True)
class Side:
    """A table where it stands; ``table`` is None where the pack does not have it. ``spaces`` are the pack's."""

    pack: Pack
    spaces: Mapping[str, Space]
    layer: Layer | None
    table: Table | None
    cites: tuple[Cite, ...] = ()
    default: Value | None = None
    """What holds without the table."""

    @property
    def classes(self) -> Classes:
        """The classes that the table's rows name."""
        return self.layer.classes if self.layer is not None else Classes(())


@dataclass(frozen=True)
class Fold:
    """``where`` both tables give one pair of values; None is no value at all. Citations of each side."""

    where: str
    before: Value | None
    after: Value | None
    cites_before: tuple[Cite, ...]
    cites_after: tuple[Cite, ...]


@dataclass(frozen=True)
class _Axis:
    """A column: its entries put together where neither table tells them apart, and the word of each entry."""

    column: str
    groups: tuple[tuple[Entry, ...], ...]
    holds: tuple[tuple[tuple[bool, ...], tuple[bool, ...]], ...]
    """For each group, for each side, for each row of its table: whether the row's condition on the column holds."""
    gates: tuple[tuple[bool, bool], ...]
    """For each group, for each side: whether the layer's gate lets it in as far as this column says."""


def meaning(pack: Pack, value: Value | None) -> object:
    """What two values must have in common to be the same rule, whatever they are called in their packs."""
    if isinstance(value, Unknown):
        return ("unknown", value.treat_as_none)
    if isinstance(value, NoLimit):
        return "none"
    if isinstance(value, Share):
        reference = pack.reference.get(value.of)
        return (value.rate, reference.title.get("zh", value.of) if reference else value.of, value.unit, value.direction)
    return value


def aligned(before: Classes, after: Classes) -> list[Pair]:
    """Classes that are the same: those of one name with members in common, then those that share most members."""
    olds = {name: _members(before, name) for name in before.names}
    news = {name: _members(after, name) for name in after.names}
    ranked = sorted(
        ((old != new, -len(mine & yours), i + j, old, new)
         for i, (old, mine) in enumerate(olds.items())
         for j, (new, yours) in enumerate(news.items())
         if mine & yours or (not mine and not yours)),
    )  # fmt: skip
    pairs: dict[str, str] = {}
    for _, _, _, old, new in ranked:
        if old not in pairs and new not in pairs.values():
            pairs[old] = new
    found: list[Pair] = [(old, pairs.get(old)) for old in olds]
    for at, new in enumerate(news):
        if new not in pairs.values():
            found.insert(min(at, len(found)), (None, new))
    return found


def _members(classes: Classes, name: str) -> frozenset[str]:
    return frozenset(member.identity for item in classes.order if item.name == name for member in item.members)


def folds(before: Side, after: Side, lang: str) -> list[Fold]:
    """Every difference between the two tables, in the words of the pack ``after`` where it has any."""
    sides = (before, after)
    if before.table is None or after.table is None:
        return list(_alone(sides, lang))
    axes = [_axis(column, sides) for column in _columns(sides)]
    changed: dict[object, list[tuple[frozenset[int], ...]]] = {}
    others: dict[object, tuple[Row | None, Row | None]] = {}
    found: dict[object, tuple[Row | None, Row | None]] = {}
    live: set[tuple[int, ...]] = set()
    for at in product(*(range(len(axis.groups)) for axis in axes)):
        if not any(_inside(side, number, axes, at) for number, side in enumerate(sides)):
            continue
        rows = (_row(before, 0, axes, at), _row(after, 1, axes, at))
        if rows == (None, None):
            continue
        live.add(at)
        told = tuple(_means(side, row) for side, row in zip(sides, rows, strict=True))
        if told[0] == told[1]:
            continue
        if axes and all(row is None or row.otherwise for row in rows):
            # What neither table names: one sentence, however many cells it fills.
            others.setdefault(told, rows)
        else:
            changed.setdefault(told, []).append(tuple(frozenset({part}) for part in at))
            found[at] = rows
    made = []
    for cells in changed.values():
        for box in _boxes(cells, len(axes)):
            pairs = [found[at] for at in product(*box)]
            made.append(_fold(sides, axes, box, pairs, live, lang))
    _ = translator("law", lang)
    return made + [_told(sides, _("其余情形"), [rows]) for rows in others.values()]


def _alone(sides: tuple[Side, Side], lang: str) -> Iterator[Fold]:
    """A table that only one side has, row by row, but for rows that say what holds without it."""
    _ = translator("law", lang)
    number = 0 if sides[0].table is not None else 1
    side, other = sides[number], sides[1 - number]
    rows = grouped(side.table.rows) if side.table is not None else []
    for row in rows:
        if meaning(side.pack, row.value) == meaning(other.pack, other.default):
            continue
        columns = sorted(row.when, key=_first_the_class)
        said = [conditions_words(side.pack, side.layer, side.classes, {name: row.when[name]}, lang) for name in columns]
        where = _("其余情形") if row.otherwise and len(rows) > 1 else _together(said, lang)
        yield _told(sides, where, [(row, None) if number == 0 else (None, row)])


def _together(said: Sequence[str], lang: str) -> str:
    return (" " if lang == "zh" else ", ").join(said)


def _first_the_class(column: str) -> tuple[bool, bool]:
    return (column == "bracket", column != "class")


def _means(side: Side, row: Row | None) -> object:
    return meaning(side.pack, row.value if row is not None else side.default if side.table is None else None)


def _columns(sides: Sequence[Side]) -> list[str]:
    rows = [row for side in sides if side.table for row in side.table.rows]
    named = dict.fromkeys(column for row in rows for column in row.when)
    return sorted(named, key=_first_the_class)


def _row(side: Side, number: int, axes: Sequence[_Axis], at: Sequence[int]) -> Row | None:
    if side.table is None:
        return None
    rest = None
    for position, row in enumerate(side.table.rows):
        if row.otherwise:
            rest = row
        elif all(axis.holds[part][number][position] for axis, part in zip(axes, at, strict=True)):
            return row
    return rest


def _inside(side: Side, number: int, axes: Sequence[_Axis], at: Sequence[int]) -> bool:
    """Whether the layer exists and its gate may let the cell in: outside it, what a table says is nobody's rule."""
    return side.table is not None and all(axis.gates[part][number] for axis, part in zip(axes, at, strict=True))


def _axis(column: str, sides: tuple[Side, Side]) -> _Axis:
    entries = _entries(column, sides)
    expand = [_expander(side, column) for side in sides]
    gates = [side.layer.when.codes if side.layer is not None else {} for side in sides]
    groups: dict[tuple[tuple[tuple[bool, ...], ...], tuple[bool, bool]], list[Entry]] = {}
    for entry in entries:
        holds = tuple(
            tuple(
                column not in row.when or entry.codes[number] in expand[number](row.when[column])
                for row in (side.table.rows if side.table else ())
            )
            for number, side in enumerate(sides)
        )
        admits = [column not in gate or code in reach(gate[column])
                  for gate, reach, code in zip(gates, expand, entry.codes, strict=True)]  # fmt: skip
        groups.setdefault((holds, (admits[0], admits[1])), []).append(entry)
    holds_of = tuple((holds[0], holds[1]) for holds, _ in groups)
    return _Axis(column, tuple(map(tuple, groups.values())), holds_of, tuple(gate for _, gate in groups))


def _expander(side: Side, column: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    space = side.spaces.get(column)
    return space.expand if space is not None else lambda named: named


def _entries(column: str, sides: tuple[Side, Side]) -> list[Entry]:
    """The codes along one axis, each as either side calls it."""
    before, after = sides
    if column == "class":
        return [Entry(pair) for pair in aligned(before.classes, after.classes)]
    if column == "bracket":
        return _brackets(before, after)
    if column == "stay_ordinal":
        most = [len(side.spaces[column].codes) for side in sides]
        return [Entry((str(min(number, most[0])), str(min(number, most[1])))) for number in range(1, max(most) + 1)]
    rows = [row for side in sides if side.table for row in side.table.rows]
    named = dict.fromkeys(code for row in rows for code in row.when.get(column, ()))
    parents = {code.code: code.parent for side in sides for code in side.pack.codes.get(column, {}).values()}
    split = {parents[code] for code in named if code in parents}
    codes = [code for code in named if code not in split]
    codes += [code for code, parent in parents.items() if parent in split and code not in named]
    known = [(_known(before, column, code, parents), _known(after, column, code, parents)) for code in codes]
    whole = all(_names_all(side, column, {*codes, *split}) for side in sides)
    # A code that neither side has can never be met (`none` of a derived attribute whose rules take all the rest).
    met = [Entry(pair) for pair in known if pair != (None, None)]
    return met if whole else [*met, REST]


def _names_all(side: Side, column: str, codes: Collection[str]) -> bool:
    """Whether these are all codes that the side knows, so that there are no others."""
    space = side.spaces.get(column)
    return space is None or set(space.codes) <= set(space.expand(codes))


def _known(side: Side, column: str, code: str, parents: Mapping[str, str]) -> str | None:
    """The code itself, or its parent where only the other pack has it."""
    space = side.spaces.get(column)
    if space is None:
        return None
    parent = parents.get(code)
    return code if code in space.codes else parent if parent in space.codes else None


def _brackets(before: Side, after: Side) -> list[Entry]:
    """Brackets by their number, or where one side has more of them, the money between all ends of both."""
    ends = [side.layer.brackets.upto if side.layer and side.layer.brackets else () for side in (before, after)]
    if len(ends[0]) == len(ends[1]) or not all(isinstance(end, int) for side in ends for end in side):
        return [Entry((str(number), str(number))) for number in range(1, max(map(len, ends)) + 2)]
    cuts = sorted({end for side in ends for end in side if isinstance(end, int)})
    spans = list(zip([None, *cuts], [*cuts, None], strict=True))
    return [Entry((str(_position(ends[0], start)), str(_position(ends[1], start))), (start, to)) for start, to in spans]


def _position(ends: Sequence[Value], start: int | None) -> int:
    """The bracket in which money from ``start`` on lies."""
    return 1 + sum(isinstance(end, int) and start is not None and end <= start for end in ends)


def _boxes(cells: list[tuple[frozenset[int], ...]], width: int) -> Iterator[tuple[frozenset[int], ...]]:
    """Cells put together along one axis after another: the last conditions first, the class last."""
    for axis in reversed(range(width)):
        merged: dict[tuple[frozenset[int], ...], frozenset[int]] = {}
        for cell in cells:
            others = (*cell[:axis], *cell[axis + 1 :])
            merged[others] = merged.get(others, frozenset()) | cell[axis]
        cells = [(*others[:axis], own, *others[axis:]) for others, own in merged.items()]
    yield from cells


def _fold(
    sides: tuple[Side, Side], axes: Sequence[_Axis], box: tuple[frozenset[int], ...],
    pairs: Sequence[tuple[Row | None, Row | None]], live: set[tuple[int, ...]], lang: str,
) -> Fold:  # fmt: skip
    where = [words for number, axis in enumerate(axes) if (words := _axis_words(sides, axes, box, number, live, lang))]
    return _told(sides, _together(where, lang), pairs)


def _told(sides: tuple[Side, Side], where: str, pairs: Sequence[tuple[Row | None, Row | None]]) -> Fold:
    """The pairs of rows, which say the same change, as one."""
    cites = [
        tuple(dict.fromkeys(cite for pair in pairs if (row := pair[number]) for cite in (row.cites or side.cites)))
        for number, side in enumerate(sides)
    ]
    values = [row.value if row else None for row in pairs[0]]
    return Fold(where, values[0], values[1], cites[0], cites[1])


def _axis_words(
    sides: tuple[Side, Side], axes: Sequence[_Axis], box: tuple[frozenset[int], ...], number: int,
    live: set[tuple[int, ...]], lang: str,
) -> str:  # fmt: skip
    """What the box says along one axis; nothing where it takes all that the tables decide there."""
    _ = translator("law", lang)
    axis = axes[number]
    free = [box[other] if other != number else range(len(axis.groups)) for other in range(len(axes))]
    decided = {at[number] for at in product(*free) if at in live}
    if decided <= box[number] and (len(decided) > 1 or len(axis.groups) == 1):
        return ""
    taken = [entry for part in sorted(box[number]) for entry in axis.groups[part]]
    if REST not in taken:
        return _("、").join(_said(sides, axis.column, taken, lang))
    left = [entry for part in range(len(axis.groups)) if part not in box[number] for entry in axis.groups[part]]
    column = column_words(sides[1].pack, axis.column, lang)
    if not left:
        return _("其他{column}").format(column=column)
    names = _("、").join(_said(sides, axis.column, left, lang))
    return _("{names}以外的{column}").format(names=names, column=column)


def _said(sides: tuple[Side, Side], column: str, entries: Sequence[Entry], lang: str) -> Iterator[str]:
    """The word of each entry, by the side that has the more particular one."""
    if column == "stay_ordinal":
        yield from _ordinals_said(sides, entries, lang)
        return
    if column == "bracket":
        yield from _brackets_said(sides, entries, lang)
        return
    for entry in entries:
        own, other = entry.codes[1], entry.codes[0]
        local = sides[0].pack.codes.get(column, {})
        side, code = (sides[1], own) if own and other not in local else (sides[0], other or own)
        if column == "class":
            yield class_words(side.pack, side.classes, code or "", lang)
        else:
            yield code_words(side.pack, column, code or "", lang)


def _brackets_said(sides: tuple[Side, Side], entries: Sequence[Entry], lang: str) -> Iterator[str]:
    """Brackets by the money that they hold, neighbours as one."""
    ends = [side.layer.brackets.upto if side.layer and side.layer.brackets else () for side in sides]
    teller = 1 if len(ends[1]) >= len(ends[0]) else 0
    runs: list[tuple[Value | None, Value | None]] = []
    for entry in entries:
        if entry.span is None:
            number = int(entry.codes[teller] or 1)
            start = ends[teller][number - 2] if number > 1 else None
            to = ends[teller][number - 1] if number <= len(ends[teller]) else None
        else:
            start, to = entry.span
        if runs and start is not None and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], to)
        else:
            runs.append((start, to))
    for start, to in runs:
        yield span_words(sides[teller].pack, start, to, lang)


def _ordinals_said(sides: tuple[Side, Side], entries: Sequence[Entry], lang: str) -> Iterator[str]:
    """Ordinals one by one, or from one on."""
    most = max(len(side.spaces["stay_ordinal"].codes) for side in sides)
    numbers = sorted({max(int(entry.codes[0] or 1), int(entry.codes[1] or 1)) for entry in entries})
    pack = sides[1].pack
    if len(numbers) > 1 and numbers == list(range(numbers[0], most + 1)):
        yield code_words(pack, "stay_ordinal", f"{numbers[0]}+", lang)
        return
    for number in numbers:
        yield code_words(pack, "stay_ordinal", str(number), lang)
