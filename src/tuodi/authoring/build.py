"""Sheets read from a workbook as a pack's tree, each place with its cell, and all that is wrong with the cells.

Enters: raw sheets. Leaves: :class:`Built`. Nothing is guessed: a sheet, a column or a row that is not understood is a
problem. Imports this room's rows, layout and groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from tuodi.authoring.book import groups_of, items_of, leaf_tree
from tuodi.authoring.labels import Labels, WrongError, normal
from tuodi.authoring.layout import (
    MORE,
    Column,
    SheetForm,
    find_header,
    find_item,
    find_sheet,
    form_of,
    header,
    sheet_name,
)
from tuodi.authoring.lines import Group, Line
from tuodi.authoring.list_rows import LISTS
from tuodi.authoring.notes import note_words
from tuodi.authoring.people_rows import class_group
from tuodi.authoring.read import RawSheet
from tuodi.authoring.rows import Context, Row, line_of
from tuodi.authoring.tree import Cell, Map, Tree, at_of, merged, overlaid, paths, place, unfold
from tuodi.errors import FileError, PackError
from tuodi.i18n import translator

__all__ = ["Built", "CellProblem", "build"]

_OPTIONAL = ("hint", "shown", "short")
_SECTIONS = ("documents", "basic", "codes", "reference")


@dataclass(frozen=True, order=True)
class CellProblem:
    """One wrong cell: sheet and cell as Excel names them, what was found, what would be right; its place in a pack."""

    sheet: str
    cell: str
    found: str
    expected: str
    path: str = ""

    def __str__(self) -> str:
        expected = f" — {self.expected}" if self.expected else ""
        return f"{self.sheet}!{self.cell}: {self.found}{expected}"


@dataclass
class Built:
    """The tree of a workbook, and what is wrong in its cells."""

    tree: Map = field(default_factory=Map)
    problems: list[CellProblem] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    """Sheet → column's key → where it stands."""


def build(sheets: Sequence[RawSheet], lang: str, inherited: Callable[[str], Map]) -> Built:
    """The pack that sheets say. ``inherited``: an id of ``extends`` → all that comes with it, or ``PackError``."""
    return _Builder(sheets, lang, inherited).done()


class _Builder:
    def __init__(self, sheets: Sequence[RawSheet], lang: str, inherited: Callable[[str], Map]) -> None:
        self.lang, self._inherited = lang, inherited
        self.built = Built(sheets=[sheet.name for sheet in sheets])
        self.tree = self.built.tree
        self.rest, self.parent = Map(), Map()
        self.names: dict[str, str] = {}
        self.forms: dict[str, RawSheet] = {}
        self.layer_sheets: list[RawSheet] = []
        for sheet in sheets:
            key = find_sheet(sheet.name)
            if key in MORE or not sheet.texts:
                continue
            if key in self.forms:
                self._problem(Cell(sheet.name, 1, 1), *self._said("twice", "once"))
            elif key:
                self.forms[key] = sheet
            else:
                self.layer_sheets.append(sheet)
        if "basic" not in self.forms:
            _ = translator("authoring", lang)
            name = sheet_name("basic", lang)
            raise FileError(_("这个工作簿没有“{name}”表；请用 tuodi packs to-xlsx 写出的表来填").format(name=name))
        self._relabel()

    # What is wrong ---------------------------------------------------------------------------------------------------

    def _problem(self, cell: Cell | None, found: str, expected: str) -> None:
        at = cell or Cell(self.forms["basic"].name if "basic" in self.forms else "", 1, 1)
        problem = CellProblem(at.sheet, f"{get_column_letter(at.column)}{at.row}", found, expected)
        if problem not in self.built.problems:
            self.built.problems.append(problem)

    def _said(self, found: str, expected: str) -> tuple[str, str]:
        return note_words(found, expected, self.lang)

    def _note(self, line: Line, column: str, found: str, expected: str) -> None:
        cell = line.at.get(column) or line.at.get("item") or next(iter(line.at.values()), None)
        self._problem(cell, *self._said(found, expected))

    def _relabel(self) -> None:
        own = Map(self.tree)
        try:
            whole = overlaid(own, self.rest)
        except ValueError:
            whole = own
        both = merged(self.parent, whole)
        self.labels = Labels(both if isinstance(both, Map) else own, self.names)

    # Sheets as rows --------------------------------------------------------------------------------------------------

    def _rows(self, sheet: RawSheet, key: str, *, quiet: bool = False) -> tuple[list[Row], SheetForm]:
        """The rows below the header, by column. ``quiet``: only to look for something; problems are noted later."""
        form = form_of(key)
        number, columns = self._header(sheet, form)
        _ = translator("authoring", self.lang)
        if not number:
            if not quiet:
                what = _("这张表没有认得出的表头")
                self._problem(Cell(sheet.name, 1, 1), what, _("表头照原样；不是参数表的，请移出这个工作簿"))
            return [], form
        if not quiet:
            self._check_header(sheet, form, number, columns)
            self.built.columns[sheet.name] = {name: at for at, name in columns.items()}
        conditions = tuple(key for key in columns.values() if key.startswith("when."))
        known = {column.key for column in form.columns}
        full = SheetForm(key, (*form.columns, *(_when_column(name) for name in conditions if name not in known)))
        shown = {column.key for column in form.columns if column.kind in _OPTIONAL}
        rows = []
        for at in range(number + 1, sheet.last_row + 1):
            texts = {columns[place]: text for place, text in sheet.row(at).items() if place in columns}
            refused = [place for (row, place) in sheet.refused if row == at and place in columns]
            if not quiet:
                for place in refused:
                    formula = sheet.refused[at, place]
                    self._problem(Cell(sheet.name, at, place), formula, _("公式算出的值：复制后“粘贴为数值”"))
            if not (texts.keys() - shown) and not refused:
                continue
            cells = {name: Cell(sheet.name, at, place) for place, name in columns.items()}
            if not refused:
                rows.append(Row(texts, cells))
        return rows, full

    def _header(self, sheet: RawSheet, form: SheetForm) -> tuple[int, dict[int, str]]:
        best: tuple[int, dict[int, str]] = (0, {})
        for number in range(1, min(sheet.last_row, 12) + 1):
            found: dict[int, str] = {}
            for at, text in sheet.row(number).items():
                key = find_header(text, form) or self._condition(text, form)
                if key and key not in found.values():
                    found[at] = key
            if len(found) > max(1, len(best[1])):
                best = (number, found)
        return best

    def _condition(self, text: str, form: SheetForm) -> str:
        if not any(column.kind == "when" for column in form.columns):
            return ""
        try:
            return f"when.{self.labels.find('column', text, self.lang)}"
        except WrongError:
            return ""

    def _check_header(self, sheet: RawSheet, form: SheetForm, number: int, columns: Mapping[int, str]) -> None:
        _ = translator("authoring", self.lang)
        used = {at for (row, at) in sheet.texts if row > number}
        for at, text in sheet.row(number).items():
            if at in columns:
                continue
            known = [
                header(column.key, self.lang) for column in form.columns if column.kind not in ("when", *_OPTIONAL)
            ]
            if at in used or find_header(text, form) or self._condition(text, form):
                what = _("栏目“{text}”不认识，或者有两栏").format(text=text)
                self._problem(Cell(sheet.name, number, at), what, _("可用：{words}").format(words=_("、").join(known)))
        for at in sorted(used - sheet.row(number).keys()):
            first = min(row for (row, column) in sheet.texts if column == at and row > number)
            what = _("这一栏没有表头")
            self._problem(Cell(sheet.name, first, at), what, _("表头照原样；不要的内容请删去"))
        needed = [column.key for column in form.columns if column.kind not in ("when", *_OPTIONAL)]
        missing = [header(key, self.lang) for key in needed if key not in columns.values()]
        if missing:
            first = min(columns)
            what = _("缺少栏目：{words}").format(words=_("、").join(missing))
            self._problem(Cell(sheet.name, number, first), what, _("表头照原样，每一栏都要有"))

    def _lines(self, rows: Sequence[Row], form: SheetForm, items: Sequence[str], layer: str = "") -> list[Line]:
        context = Context(self.labels, self.lang, layer, form.key == "one_stop")
        lines = [line_of(row, form, items, context, self._problem) for row in rows]
        return [line for line in lines if line is not None and not _says_nothing(line)]

    def _grouped(self, groups: Sequence[Group], lines: Sequence[Line], above: tuple[str, ...], into: Map) -> None:
        for group in groups:
            own = [line for line in lines if line.item in group.items]
            if own:
                made = group.tree(own, () if group.key == "cite" else above, self._note)
                if made is not None:
                    into[group.key] = made

    def _section(self, key: str) -> None:
        sheet = self.forms.get(key)
        if sheet is None:
            return
        rows, form = self._rows(sheet, key)
        if key == "documents":
            self._short_names(rows)
        self._grouped(groups_of(key), self._lines(rows, form, items_of(key)), (), self.tree)
        if key == "documents":
            self._name_documents(rows)
        self._relabel()

    # The sections ----------------------------------------------------------------------------------------------------

    def done(self) -> Built:
        self._read_rest()
        self._read_parent()
        for key in _SECTIONS:
            self._section(key)
        self._read_derived()
        heads = self._layer_heads()
        self._read_classes()
        self._read_layers(heads)
        for key in ("record", "identities", *LISTS):
            self._section(key)
        self._add_rest()
        order = {name: number for number, name in enumerate(self.built.sheets)}
        self.built.problems.sort(key=lambda item: (order.get(item.sheet, 0), _row_number(item.cell)))
        self.built.tree = self.tree
        return self.built

    def _read_rest(self) -> None:
        sheet = self.forms.get("rest")
        if sheet is None:
            return
        _ = translator("authoring", self.lang)
        rows, _form = self._rows(sheet, "rest")
        for row in rows:
            try:
                leaf = _marked(leaf_tree(row.get("said").strip()), row.cells.get("said"))
                place(self.rest, unfold(row.get("path").strip()), leaf)
            except ValueError:
                what = _("位置“{path}”写不到那里，或者写了两次").format(path=row.get("path"))
                self._problem(row.cells.get("path"), what, _("照规则包语言的位置，例如 layers.tilt，序号从 1 起连续"))
        self._relabel()

    def _read_parent(self) -> None:
        """What the pack extends comes first: any other sheet may use its words."""
        rows, _form = self._rows(self.forms["basic"], "basic", quiet=True)
        row = next((row for row in rows if find_item(row.get("item"), ("extends",)) and row.get("value").strip()), None)
        if row is None:
            return
        try:
            self.parent = self._inherited(row.get("value").strip())
        except PackError as error:
            _ = translator("authoring", self.lang)
            what = _("承接的规则包读不到：{what}").format(what=error.problems[0].found)
            self._problem(row.cells.get("value"), what, _("一个规则包的编号，带版本，例如 cn/500000/2023"))
        self._relabel()

    def _short_names(self, rows: Sequence[Row]) -> None:
        seen: set[str] = set()
        for row in rows:
            short = normal(row.get("short"))
            if short and short in seen:
                self._problem(row.cells.get("short"), *self._said("twice", "once"))
            seen.add(short)

    def _name_documents(self, rows: Sequence[Row]) -> None:
        documents = self.tree.get("documents", Map())
        keys = {node.at.row: key for key, node in documents.items() if getattr(node, "at", None)}
        for row in rows:
            at = row.cells.get("form") or row.cells.get("name")
            key = row.get("id").strip() or (keys.get(at.row, "") if at else "")
            if key and row.get("short").strip():
                self.names[key] = row.get("short").strip()

    def _read_derived(self) -> None:
        sheet = self.forms.get("derived")
        if sheet is None:
            return
        (group,) = groups_of("derived")
        rows, form = self._rows(sheet, "derived", quiet=True)
        first = [row for row in rows if find_item(row.get("item"), items_of("derived")) in ("derived", "derived_value")]
        known = list(self.built.problems)
        lines = self._lines(first, form, items_of("derived"))
        made = group.compress(lines, (), lambda *_what: None) if lines else None
        if made is not None:
            self.tree["derived"] = made
        self.built.problems[:] = known
        self._relabel()
        self.tree.pop("derived", None)
        self._section("derived")

    # Layers and classes ----------------------------------------------------------------------------------------------

    def _layer_heads(self) -> list[tuple[RawSheet, str, str]]:
        """Each layer's sheet with its section and id; its title at once, since other sheets name it."""
        _ = translator("authoring", self.lang)
        found: list[tuple[RawSheet, str, str]] = []
        for sheet in self.layer_sheets:
            rows, _form = self._rows(sheet, "layers", quiet=True)
            said = {find_item(row.get("item"), ("table", "id", "zh", "en")): row for row in reversed(rows)}
            if "id" not in said or not said["id"].get("value").strip():
                before = len(self.built.problems)
                self._rows(sheet, "layers")
                if len(self.built.problems) == before:
                    cell = said["id"].cells.get("value") if "id" in said else Cell(sheet.name, 1, 1)
                    self._problem(cell, _("没有待遇代号"), _("项目“待遇代号”一行，值写英文代号，例如 assistance"))
                continue
            try:
                section = (
                    self.labels.find("table", said["table"].get("value"), self.lang) if "table" in said else "layers"
                )
            except WrongError as wrong:
                self._problem(said["table"].cells.get("value"), wrong.found, wrong.expected)
                section = "layers"
            name = said["id"].get("value").strip()
            if name in self.tree.get(section, Map()):
                other = next(known.name for known, _section, known_name in found if known_name == name)
                what = _("待遇代号 {name} 在“{sheet}”表用过了").format(name=name, sheet=other)
                self._problem(said["id"].cells.get("value"), what, _("另起一个代号"))
                continue
            title = Map({key: said[key].get("value").strip() for key in ("zh", "en") if key in said})
            self.tree.setdefault(section, Map())[name] = Map({"title": title})
            found.append((sheet, section, name))
        self._relabel()
        return found

    def _read_classes(self) -> None:
        sheet = self.forms.get("classes")
        if sheet is None:
            return
        rows, form = self._rows(sheet, "classes")
        items = items_of("classes")
        first = [row for row in rows if find_item(row.get("item"), items) in ("class", "default_class")]
        known = list(self.built.problems)
        self._place_classes(self._lines(first, form, items), trial=True)
        self.built.problems[:] = known
        self._relabel()
        self._place_classes(self._lines(rows, form, items), trial=False)
        self._relabel()

    def _place_classes(self, lines: Sequence[Line], *, trial: bool) -> None:
        for scope in dict.fromkeys(str(line.says.get("scope") or "") for line in lines):
            own = [line for line in lines if str(line.says.get("scope") or "") == scope]
            target = self.tree.get("layers", Map()).get(scope) if scope else self.tree
            if target is None:
                self._note(own[0], "scope", "no_layer", "layer")
                continue
            group = class_group(scope)
            node = group.compress(own, (), lambda *_what: None) if trial else group.tree(own, (), self._note)
            if isinstance(node, Mapping):
                target.update(node)

    def _read_layers(self, heads: Sequence[tuple[RawSheet, str, str]]) -> None:
        for sheet, section, name in heads:
            award = section == "awards"
            rows, form = self._rows(sheet, "layers")
            items = items_of("layers", award)
            lines = self._lines(rows, form, items, "" if award else name)
            _twice(lines, ("table", "id", "cite"), self._note)
            cite = next((line.cite for line in lines if line.item == "cite" and line.cite), ())
            kept = {key: node for key, node in self.tree[section][name].items() if key != "title"}
            made = Map()
            made.at = next((line.at.get("value") for line in lines if line.item == "id"), None)
            self._grouped(groups_of("layers", award), lines, cite or (), made)
            made.update(kept)
            self.tree[section][name] = made
        self._relabel()

    def _add_rest(self) -> None:
        _ = translator("authoring", self.lang)
        for key, node in self.rest.items():
            try:
                self.tree[key] = overlaid(self.tree[key], node) if key in self.tree else node
            except ValueError:
                cell = next((cell for _path, cell in _cells(node)), None)
                name = sheet_name("rest", self.lang)
                what = _("“{name}”表里的 {key} 与专门的表说的是同一处").format(name=name, key=key)
                self._problem(cell, what, _("只在一处写"))
        if "layers" in self.tree and not self.tree["layers"]:
            del self.tree["layers"]


def _cells(node: Tree) -> list[tuple[str, Cell]]:
    return [(path, cell) for path, item in paths(node) if (cell := at_of(item)) is not None]


def _when_column(key: str) -> Column:
    return Column(key, "when", 0)


def _marked(leaf: Tree, cell: Cell | None) -> Tree:
    if leaf is not None:
        leaf.at = cell  # type: ignore[union-attr]
    return leaf


def _twice(lines: Sequence[Line], items: Sequence[str], note: Callable[[Line, str, str, str], None]) -> None:
    for item in items:
        for again in [line for line in lines if line.item == item][1:]:
            note(again, "item", "twice", "once")


def _says_nothing(line: Line) -> bool:
    """A row that only names its item: it stands there to be filled."""
    if line.item == "cap_when" or line.cite:
        return False
    return not any(said not in (None, "", (), [], {}, False) for said in line.says.values())


def _row_number(cell: str) -> tuple[int, str]:
    digits = "".join(sign for sign in cell if sign.isdigit())
    return int(digits or 0), cell
