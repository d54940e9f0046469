"""Writes the report's folder: pages in both languages, a page a person, the list, sheets for the door.

Enters: an :class:`~tuodi.audit.AuditResult`, the law, the folder. Leaves: files, and where they lie. The bytes
depend on the arguments only. Imports this room's own modules and what lies below them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tuodi.audit import AuditResult
from tuodi.errors import UsageError
from tuodi.i18n import LANGUAGES
from tuodi.law import show_pack
from tuodi.report import overview
from tuodi.report.context import Context, HasPacks, text_of
from tuodi.report.kinds import DIRECTION_WORDS, KIND_WORDS
from tuodi.report.pages import NAMES, Pages
from tuodi.report.people import people
from tuodi.report.views import Fact, FileQuality, ListRow, PersonView, ReportPaths
from tuodi.report.words import day, grouped, span
from tuodi.report.workbook import write_workbook

__all__ = ["write_report"]

Progress = Callable[[int, int], None]

_STALE_DAYS = 31
"""Lists come monthly; one that ends longer before the bills do than this is stale."""

_ON_ONE_SHEET = 4
"""Members of a household that fit on one page for the door."""


def write_report(
    result: AuditResult,
    law: HasPacks | None,
    out: Path,
    *,
    lang: str = "zh",
    as_of: date | None = None,
    place: str = "",
    quality: Sequence[FileQuality] = (),
    certificates: Mapping[str, str] | None = None,
    home: str = "",
    progress: Progress | None = None,
) -> ReportPaths:
    """Writes the whole report into ``out`` and says where its parts lie.

    ``lang`` is the language of ``index.html``; the other one lies beside it. ``certificates`` (person → whole
    number) go into the list of repayments only; pages and sheets show masked ones. ``home`` is the address to which the
    product's name leads, where the report stands among other pages. ``progress`` is told
    how many files of how many are written. Raises ``UsageError`` for a language or a day that is missing.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"lang {lang!r}: use one of {', '.join(LANGUAGES)}")
    when = as_of or result.meta.as_of
    if when is None:
        raise UsageError("as_of: the audit carries no date; name the day up to which the data reach")
    packs = law.packs if law is not None else ()
    out.mkdir(parents=True, exist_ok=True)
    (out / "persons").mkdir(exist_ok=True)
    _remove_old_pages(out / "persons")
    written: list[Path] = []
    persons: dict[str, Path] = {}
    total = 0
    for language in (lang, *(other for other in LANGUAGES if other != lang)):
        context = Context(language, result.meta, packs)
        views = people(result, context, certificates)
        total = total or 2 * (len(views) + len(NAMES)) + 1
        report = _Report(result, context, views, when, place, quality, first=lang, home=home)
        for name, text in report.pages():
            path = out / name
            path.write_bytes(text.encode())
            written.append(path)
            if progress is not None:
                progress(len(written), total)
        if language == lang:
            persons = {view.id: out / report.folder.person(view) for view in views}
            workbook = out / f"{context._('补报清单')}.xlsx"
            write_workbook(workbook, views, context._, title=report.name, as_of=when)
            index, leads, sheets = (out / report.folder.name(key) for key in ("index", "leads", "sheets"))
            other = out / report.folder.name("index", next(name for name in LANGUAGES if name != lang))
    if progress is not None:
        progress(total, total)
    return ReportPaths(
        index=index, index_other=other, leads=leads, persons=persons, workbook=workbook, sheets=sheets,
        pages=tuple(written),
    )  # fmt: skip


def _remove_old_pages(folder: Path) -> None:
    for old in folder.glob("[0-9]*.html"):
        if old.name.split(".")[0].isdigit():
            old.unlink()


@dataclass(frozen=True)
class _DoorSheet:
    """One page for the door: a household, or a part of a large one."""

    anchor: str
    also: tuple[str, ...]
    number: str
    head: str
    place: str
    members: tuple[PersonView, ...]
    years: tuple[str, ...]
    receipts: bool


class _Report:
    """One language of a report."""

    def __init__(
        self,
        result: AuditResult,
        context: Context,
        views: Sequence[PersonView],
        as_of: date,
        place: str,
        quality: Sequence[FileQuality],
        *,
        first: str,
        home: str,
    ) -> None:
        _ = context._
        self.result, self.context, self.views, self.quality, self.first = result, context, views, quality, first
        self.place = place
        law_title = text_of(context.meta.title, context.lang, context.join(context.meta.packs))
        self.name = _("{place}医疗救助待遇核对报告").format(place=place) if place else _("医疗救助待遇核对报告")
        other = next(name for name in LANGUAGES if name != context.lang)
        self.folder = Pages(
            context,
            first=first,
            other=other,
            shared={
                "as_of": day(as_of),
                "packs": context.join(context.meta.packs),
                "report_name": self.name,
                "law_title": law_title,
                "workbook": ("补报清单" if first == "zh" else Context(first, context.meta)._("补报清单")) + ".xlsx",
                "late": self._late(),
                "home": home,
            },
        )
        self.hrefs = {view.id: self.folder.person(view) for view in views}

    def pages(self) -> Iterable[tuple[str, str]]:
        """Every page's file name and text."""
        render = self.folder.render
        for key, values in (
            ("index", self._index),
            ("leads", self._leads),
            ("undetermined", self._undetermined),
            ("cleared", self._cleared),
            ("data", self._data),
            ("method", self._method),
            ("sheets", self._sheets),
        ):
            yield self.folder.name(key), render(key, **values())
        for place, view in enumerate(self.views):
            yield (
                self.folder.person(view),
                render(
                    view.number,
                    "person.html",
                    person=view,
                    person_facts=self._person_facts(view),
                    before=self.views[place - 1] if place else None,
                    after=self.views[place + 1] if place + 1 < len(self.views) else None,
                ),
            )

    def _late(self) -> str:
        until = self.context.meta.late_until
        if until is None:
            return ""
        return self.context._("上年费用的补报截至次年 {month} 月 {day} 日，数据截止前看不到的补付请先查台账。").format(
            month=until[0], day=until[1]
        )

    def _index(self) -> dict[str, Any]:
        context, result = self.context, self.result
        _, meta = context._, context.meta
        page = self.folder.name("leads")
        rows = overview.totals(result, context)
        kinds = overview.kinds(result, context, page)
        directions = []
        for direction in ("owed", "over"):
            some = result.leads.filter(result.leads["direction"] == direction)
            of_kind = [row for row in kinds if row.direction == direction]
            if of_kind:
                people, amount = some["person_id"].n_unique(), int(some["difference"].abs().sum())
                title = context.say(DIRECTION_WORDS[direction])
                directions.append((direction, title, of_kind, people, some.height, amount))
        towns = overview.towns(self.views, page)
        states = {row.state for row in rows}
        used = {row.measure for row in rows if row.platform_amount or row.file_amount or row.difference}
        about = [
            Fact(_("地区"), self.place),
            Fact(_("结算期间"), span(meta.window_from, meta.window_to) if meta.window_from or meta.window_to else ""),
            Fact(_("各来源最晚一行"), context.join([f"{one.label} {one.value}" for one in overview.sources(context)])),
            Fact(_("政策"), f"{text_of(meta.title, context.lang, '')} {context.join(meta.packs)}".strip()),
            Fact(_("阅读对象"), _("县（市、区）医保局分管负责人和医疗救助经办人员；民政部门对口人员")),
            Fact(_("使用范围"), _("医保专网内部使用，含结算明细；入户核查表不含结算明细和诊断")),
        ]
        return {
            "about": [fact for fact in about if fact.value],
            "stale": self._stale(),
            "totals_state": None
            if result.totals_agree is None
            else ("explained" if "explained" in states else "equal")
            if result.totals_agree
            else "differs",
            "by_measure": overview.totals_by_measure([row for row in rows if row.measure in used], context),
            "open_totals": [row for row in rows if row.state not in {"equal", "explained"}],
            "explained_totals": [row for row in rows if row.state == "explained"],
            "compared": self._compared(),
            "cards": overview.headline(result, context, page),
            "open_people": result.undetermined["person_id"].n_unique(),
            "cleared_count": result.cleared.height,
            "directions": directions,
            "most": max((row.amount for row in kinds), default=0),
            "town_rows": towns,
            "town_most": max((row.owed for row in towns), default=0),
            "documents": overview.documents(context),
        }

    def _compared(self) -> str:
        sums = {
            name: int(self.result.agree[name].sum())
            for name in self.result.agree.columns
            if name not in {"layer", "grade"}
        }
        fits = sums["agree"] + sums["within_tolerance"] + sums["offset"] + sums["paid_by_hand"]
        return self.context._(
            "共核对 {people} 人 {claims} 笔结算。按一人、一项待遇、一个年度计 {cases} 例："
            "一致 {fits} 例，线索 {leads} 例，无法判定 {open} 例。"
        ).format(
            people=f"{self.context.meta.claims_people:,}", claims=f"{self.context.meta.claims:,}",
            cases=f"{sums['cases']:,}", fits=f"{fits:,}", leads=f"{sums['leads']:,}", open=f"{sums['undetermined']:,}",
        )  # fmt: skip

    def _stale(self) -> str:
        until = self.context.meta.sources_until
        last = until.get("claims") or self.context.meta.window_to
        if last is None:
            return ""
        labels = {fact.label: fact.value for fact in overview.sources(self.context)}
        late = [
            f"{label} {value}"
            for (label, value), end in zip(labels.items(), until.values(), strict=True)
            if end is not None and end < last - timedelta(days=_STALE_DAYS)
        ]
        return self.context.join(late)

    def _leads(self) -> dict[str, Any]:
        context = self.context
        _ = context._
        pairs = [(view, lead) for view in self.views for lead in view.leads]
        pairs.sort(key=lambda pair: (pair[1].grade, pair[1].direction == "over"))
        kinds = {lead.kind: lead.title for _view, lead in pairs}
        owed = sum(max(lead.difference, 0) for _view, lead in pairs)
        over = sum(max(-lead.difference, 0) for _view, lead in pairs)
        names = sorted({view.town for view in self.views})
        return {
            "rows": pairs,
            "filters": [
                ("kind", _("线索类型"), [(kind, kinds[kind]) for kind in KIND_WORDS if kind in kinds]),
                ("grade", _("级别"), [(grade, grade) for grade in sorted({lead.grade for _view, lead in pairs})]),
                ("town", _("镇街"), [(name.replace(" ", "_"), name) for name in names]),
                ("year", _("年度"), [(str(year), str(year)) for year in sorted({lead.year for _view, lead in pairs})]),
            ],
            "all_shown": _("显示 {n} / {m} 条，{people} 人；疑似应救未救 {owed} 元，疑似重复/超标准 {over} 元").format(
                n=len(pairs), m=len(pairs), people=len(self.views), owed=grouped(owed), over=grouped(over)
            ),
        }

    def _undetermined(self) -> dict[str, Any]:
        rows = overview.undetermined(self.result, self.context, self.hrefs)
        counts: Counter[str] = Counter(why for row in rows for why in row.why)
        persons: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            for why in row.why:
                persons[why].add(row.person_id)
        groups = [
            (why, number, len(persons[why]))
            for why, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        return {"rows": rows, "groups": groups}

    def _cleared(self) -> dict[str, Any]:
        listed: dict[str, list[ListRow]] = defaultdict(list)
        for row in overview.cleared(self.result, self.context, self.hrefs):
            listed[row.why[0]].append(row)
        ordered = sorted(listed.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        return {
            "listed": ordered,
            "groups": [
                (why, len(rows), len({row.person_id for row in rows}), sum(row.amount or 0 for row in rows))
                for why, rows in ordered
            ],
        }

    def _data(self) -> dict[str, Any]:
        return {
            "quality": self.quality,
            "quarantined": self.context.meta.quarantined,
            "totals": overview.totals(self.result, self.context),
            "agree": [{**row, "layer": self.context.layer(row["layer"])} for row in self.result.agree.to_dicts()],
        }

    def _method(self) -> dict[str, Any]:
        context, meta = self.context, self.context.meta
        _ = context._
        flags = _("没有提供") if meta.flags is None else f"{meta.flags:,}"
        scope = [
            (_("结算笔数"), f"{meta.claims:,}"),
            (_("人数"), f"{meta.claims_people:,}"),
            (_("其中已冲正"), f"{meta.annulled:,}"),
            (_("待更正、未参加计算的行"), f"{meta.quarantined:,}"),
            (_("身份名册行数"), f"{meta.identities:,}"),
            (_("医保标识行数"), flags),
            (_("手工支付行数"), f"{meta.manual:,}"),
            (_("容差（每笔）"), _("{amount} 元").format(amount=grouped(meta.tolerance))),
        ]
        return {
            "given_layers": context.join([context.layer(layer.id) for layer in meta.layers if not layer.audited]),
            "audited_layers": context.join([context.layer(layer.id) for layer in meta.layers if layer.audited]),
            "from_flags": context.join([context.code("identity", code) for code in meta.identities_from_flags]),
            "kind_words": list(KIND_WORDS.values()),
            "scope": [Fact(name, value) for name, value in scope],
            "rules": [show_pack(pack, context.lang) for pack in context.packs],
        }

    def _sheets(self) -> dict[str, Any]:
        homes: dict[str, list[PersonView]] = defaultdict(list)
        for view in self.views:
            homes[view.household or f"person {view.id}"].append(view)
        sheets = []
        for members in homes.values():
            for start in range(0, len(members), _ON_ONE_SHEET):
                some = tuple(members[start : start + _ON_ONE_SHEET])
                first = some[0]
                sheets.append(
                    _DoorSheet(
                        anchor=f"s{first.number}",
                        also=tuple(f"s{member.number}" for member in some[1:]),
                        number=first.number,
                        head=first.name or first.id,
                        place=f"{first.town} {first.village}".strip(),
                        members=some,
                        years=tuple(
                            self.context.join(sorted({str(lead.year) for lead in member.leads})) for member in some
                        ),
                        receipts=any(
                            lead.kind in {"away_manual_not_claimed", "not_one_stop"}
                            for member in some
                            for lead in member.leads
                        ),
                    )
                )
        return {"sheets": sheets}

    def _person_facts(self, view: PersonView) -> list[Fact]:
        _ = self.context._
        place = f"{view.town} {view.village}".strip()

        def money(direction: str) -> str:
            """Layer by layer: amounts of several layers are never added."""
            found: dict[str, int] = {}
            for lead in view.leads:
                if lead.direction == direction:
                    found[lead.layer] = found.get(lead.layer, 0) + abs(lead.difference)
            words = {layer: _("{amount} 元").format(amount=grouped(amount)) for layer, amount in found.items()}
            return self.context.join(
                list(words.values()) if len(words) == 1 else [f"{layer} {word}" for layer, word in words.items()]
            )

        facts = [
            (_("姓名"), view.name),
            (_("证件号"), view.certificate),
            (_("人员编号"), view.id),
            (_("出生日期"), view.born),
            (_("镇街、村"), place),
            (_("名册身份"), view.identities),
            (_("疑似应救未救"), money("owed")),
            (_("疑似超标准"), money("over")),
        ]
        return [Fact(name, value) for name, value in facts if value]
