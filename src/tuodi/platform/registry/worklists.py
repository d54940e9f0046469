"""The standing worklists: what each is for, who may open it where, its rows for one reader, its count.

Enters: a standing, filters. Leaves: rows masked for the reader, with how far each source reaches; queues for the start
page; the share of hardship through illness. Imports the room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse

from tuodi import vocabulary
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.sealing import open_seal
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.ground.zones import EXTRANET, INSURANCE, here
from tuodi.platform.registry.models import Person, ReviewPair
from tuodi.platform.registry.person_file_basics import age_on
from tuodi.platform.registry.person_file_places import Names, names_of
from tuodi.platform.registry.person_file_sight import Sight
from tuodi.platform.registry.person_file_sources import Source, known_day, sources
from tuodi.platform.registry.worklists_queries import PLAN, QUERIES, ROWS
from tuodi.platform.registry.worklists_settings import settings_of
from tuodi.platform.registry.worklists_words import finding

__all__ = ["LISTS", "Filters", "Result", "Worklist", "open_lists", "queues", "rows_of"]

INSIDE = frozenset({INSURANCE, EXTRANET})
_COUNTS_HOLD = 300
"""Seconds for which a count on the start page may be old; the list itself is always new."""
_ALL = 1_000_000


@dataclass(frozen=True)
class Worklist:
    """A list: its words, the networks and domains of its readers, the sources it rests on, the tab behind a row."""

    code: str
    title: str
    help: str
    reads: tuple[str, ...]
    rests_on: tuple[str, ...]
    action: str
    tab: str
    kinds: tuple[tuple[str, str], ...] = ()
    zones: frozenset[str] = INSIDE

    @property
    def unit(self) -> str:
        """What a row is: a person, or a finding where one person may stand in several."""
        return _("条") if self.kinds else _("人")

    def open_to(self, standing: Standing) -> bool:
        """Whether this reader works on it here."""
        return (
            here(self.zones) and standing.may("worklists") and all(standing.role.may_read(name) for name in self.reads)
        )


_DECIDING = ("civil_affairs_monthly", "monitored_households", "monitored_members")
LISTS: dict[str, Worklist] = {
    one.code: one
    for one in (
        Worklist(
            "not_flagged", N_("已认定未标识"), N_("民政或农业农村部门已认定，医保没有有效身份标识的人员。"),
            ("person", "identity"), (*_DECIDING, "identity_flags"), N_("核对身份"), "identity",
        ),
        Worklist(
            "late_flag", N_("标识滞后"), N_("认定生效后超过设定天数才标识的人员，其间的费用可能应救未救，需核实。"),
            ("person", "identity"), (*_DECIDING, "identity_flags"), N_("查看时段"), "identity",
        ),
        Worklist(
            "uninsured", N_("困难人员未参保"), N_("困难人员中，当年没有正常参保记录的人员。"),
            ("person", "identity", "entry:enrolments"), ("enrolment", "enrolment_check", *_DECIDING, "identity_flags"),
            N_("动员参保"), "insurance",
        ),
        Worklist(
            "insured_twice", N_("重复参保"), N_("同一年度有两种险种，或在两地正常参保的人员。"),
            ("person", "entry:enrolments"), ("enrolment", "enrolment_check"), N_("核对参保"), "insurance",
        ),
        Worklist(
            "elsewhere", N_("异地参保/非本县户籍转办"),
            N_("居住地、参保地、户籍地不在同一县的困难人员和高额费用人员：预警在参保地，走访在居住地，认定在户籍地。"),
            ("person", "identity"), ("enrolment", *_DECIDING, "high_cost_warning"), N_("办理转办"), "basics",
        ),
        Worklist(
            "contradictions", N_("来源矛盾"), N_("不同来源对同一个人的记载不一致，请联系来源单位核实。"),
            ("person", "identity", "entry"), (*_DECIDING, "identity_flags", "enrolment", "disabled_persons", "deaths"),
            N_("核对来源"), "basics",
            (("birth_date", N_("出生日期")), ("sex", N_("性别")), ("township", N_("乡镇（街道）")),
             ("identity", N_("身份类别")), ("alive", N_("生存状态"))),
        ),
        Worklist(
            "dead", N_("名册已故人员"), N_("登记死亡后仍在名册中的人员，请名册报送单位核实后动态调出。"),
            ("person", "entry"), ("deaths", *_DECIDING, "identity_flags", "enrolment"), N_("核实生存状态"), "documents",
        ),
        Worklist(
            "unrecognised", N_("高额费用未认定"),
            N_("在高额费用预警名单上，没有任何有效救助身份的人员，可按年龄筛选。"),
            ("person", "identity", "entry:warnings"), ("high_cost_warning", *_DECIDING, "identity_flags"),
            N_("核查情况"), "aid", (), frozenset({INSURANCE}),
        ),
    )
}  # fmt: skip
"""Code → list, in the order of the start page."""


@dataclass(frozen=True)
class Filters:
    """What a reader narrows a list by; an empty field narrows nothing. ``age_to`` is included."""

    place: str = ""
    source: str = ""
    kind: str = ""
    age_from: int | None = None
    age_to: int | None = None
    page: int = 1


@dataclass(frozen=True)
class Result:
    """Rows of one page, how many there are in all, and how far the sources reach."""

    rows: list[dict[str, Any]]
    total: int
    day: date
    sources: list[Source]
    missing: list[str]
    """Names of sources the list rests on of which nothing has come in, or which the reader may not see."""


def open_lists(standing: Standing) -> list[Worklist]:
    """The lists on which this reader works here."""
    return [one for one in LISTS.values() if one.open_to(standing)]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=max(day.year - years, 1))
    except ValueError:  # 29 February
        return day.replace(year=max(day.year - years, 1), day=28)


def _values(known: dict[str, Source], filters: Filters, today: date, limit: int) -> dict[str, Any]:
    rules = settings_of()
    day = known_day(known, today)
    dated = [one for one in known.values() if one.as_of]
    enrolments = [one for one in dated if one.code in senders_of_enrolment()]
    whole = [one for one in enrolments if one.code in rules.whole_enrolment]
    year = max((one.as_of.year for one in enrolments if one.as_of), default=day.year)
    flags = [one.as_of for one in dated if one.code in rules.flaggers and one.as_of]
    return {
        "codes": [one.code for one in dated],
        # A source that is not late speaks until the last day that is known.
        "days": [one.as_of if one.stale else day for one in dated],
        "stale": [one.stale for one in dated],
        "day": day, "flag_day": max(flags, default=day), "late": rules.late_flag_days,
        "recognisers": list(rules.recognisers), "flaggers": list(rules.flaggers),
        "year": str(year), "year_begin": date(year, 1, 1), "whole_list": bool(whole),
        "checks": sorted(senders_of_enrolment() - set(rules.whole_enrolment)),
        "enrolment_stale": any(one.stale for one in enrolments),
        "place": filters.place, "source": filters.source, "kind": filters.kind,
        "born_from": None if filters.age_to is None else _years_before(today, filters.age_to + 1) + timedelta(days=1),
        "born_to": None if filters.age_from is None else _years_before(today, filters.age_from),
        "limit": limit, "offset": (max(filters.page, 1) - 1) * limit,
    }  # fmt: skip


def senders_of_enrolment() -> frozenset[str]:
    """Sources that say who is insured."""
    return frozenset(("enrolment", "enrolment_check"))


def rows_of(standing: Standing, code: str, filters: Filters, *, everything: bool = False) -> Result:
    """One page of a list, or all of it. Five queries. Raises ``PermissionError`` where the reader may not open it."""
    worklist = LISTS[code]
    if not worklist.open_to(standing):
        raise PermissionError(_("您的岗位不能查看这份清单。"))
    today = clock.today()
    known = sources(today)
    values = _values(known, filters, today, _ALL if everything else settings_of().rows_a_page)
    with connection.cursor() as cursor:
        cursor.execute(PLAN)
        cursor.execute(ROWS.format(query=QUERIES[code]), values)
        names = [column.name for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    rests = [known[one] for one in worklist.rests_on if one in known]
    places = names_of([row["region_path"] for row in found], _codes(found))
    sight = Sight(standing)
    return Result(
        [_row(sight, worklist, row, places, today) for row in found], found[0]["total"] if found else 0, values["day"],
        rests, [Source(one, None, False).name for one in worklist.rests_on if one not in known],
    )  # fmt: skip


def _codes(found: Sequence[dict[str, Any]]) -> list[str]:
    codes = []
    for row in found:
        detail = as_detail(row["detail"])
        codes += [str(detail.get(name) or "") for name in ("living", "insured", "registered")]
        codes += [str(one) for one in detail.get("places", ())]
    return codes


def as_detail(value: Any) -> dict[str, Any]:
    """JSON of the database as it comes through a raw cursor: a text, or read already."""
    import json

    return dict(json.loads(value)) if isinstance(value, str) else dict(value or {})


def _row(sight: Sight, worklist: Worklist, row: dict[str, Any], places: Names, today: date) -> dict[str, Any]:
    grades = Person.grades
    clear = sight.clear(grades["birth_date"])
    text, classes = finding(sight, row["kind"], as_detail(row["detail"]), places)
    address = "person" if worklist.tab == "basics" else f"person_{worklist.tab}"
    return {
        "id": row["person_id"], "name": sight.show(row["name"], grades["name"]),
        "number": sight.show(open_seal("number", row["number_sealed"]), grades["number_sealed"], "number"),
        "sex": vocabulary.label("sex", row["sex"], language()) if row["sex"] else "",
        "age": age_on(row["birth_date"], today) if clear else None,
        "place": places.place(row["region_path"]), "classes": classes, "finding": text, "since": row["since"],
        "days": (today - row["since"]).days if row["since"] else None,
        "sources": [Source(one, None, False).name for one in sorted(set(row["sources"]))],
        "unconfirmed": bool(row["unconfirmed"]),
        "action": _(worklist.action), "url": reverse(address, args=[row["person_id"]]),
    }  # fmt: skip


def kind_names(worklist: Worklist) -> list[tuple[str, str]]:
    """The kinds of finding by which a list can be narrowed."""
    return [(code, _(name)) for code, name in worklist.kinds]


def _state_of_data() -> str:
    """What changes when the rows behind a count do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(id) FROM registry_entry), (SELECT max(id) FROM registry_identity),"
            " (SELECT max(id) FROM registry_linkevent), (SELECT max(id) FROM intake_delivery WHERE state = 'committed')"
        )
        return "-".join(str(one) for one in cursor.fetchone())


def count_of(standing: Standing, worklist: Worklist) -> int:
    """How many rows the whole list has; at most some minutes old while no new rows came in."""
    grant = standing.grant
    scope = f"{grant.role}:{grant.region_path}:{grant.organisation_id}"
    key = f"worklist:{worklist.code}:{scope}:{clock.today()}:{_state_of_data()}"
    held = cache.get(key)
    if held is None:
        today = clock.today()
        values = _values(sources(today), Filters(), today, 1)
        with connection.cursor() as cursor:
            cursor.execute(PLAN)
            cursor.execute(
                f"SELECT count(*) FROM ({QUERIES[worklist.code]}) q JOIN registry_person p ON p.id = q.person_id"
                " WHERE p.merged_into_id IS NULL",
                values,
            )
            held = int(cursor.fetchone()[0])
        cache.set(key, held, _COUNTS_HOLD)
    return held


def queues(request: HttpRequest) -> list[dict[str, Any]]:
    """``title url count note`` for the start page: the lists of this role, and the pairs that wait for a decision."""
    standing: Standing = request.standing
    found = [
        {"title": _(one.title), "url": reverse("worklist", args=[one.code]), "count": count_of(standing, one),
         "note": _(one.help), "order": 20 + place, "unit": one.unit}
        for place, one in enumerate(open_lists(standing))
    ]  # fmt: skip
    if standing.may("review_links") and standing.role.may_read("link") and here(ReviewPair.zones):
        waiting = ReviewPair.objects.filter(state="open").count()
        found.append({
            "title": _("待核对身份"), "url": reverse("reviews"), "count": waiting, "order": 19, "unit": _("对"),
            "note": _("可能是同一个人的两份档案，由人工判断。"), "kind": "warning" if waiting else "",
        })  # fmt: skip
    return found


def next_page(filters: Filters, step: int) -> Filters:
    """The filters of the page before or after."""
    return replace(filters, page=filters.page + step)
