"""The standing worklists over rows made by hand: who stands in each, and why, reckoned by hand beside the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from openpyxl import load_workbook

from bureau.registry_pages.rows import Rows, days_ago
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.places.models import path_of
from tuodi.platform.registry.models import Person
from tuodi.platform.registry.worklists import LISTS, Filters, rows_of
from tuodi.platform.trail.models import Look

pytestmark = pytest.mark.req("NI05", "AD14", "AD16")

CIVIL, FLAGS, ALL, CHECK = "civil_affairs_monthly", "identity_flags", "enrolment", "enrolment_check"
YEAR = days_ago(5).year


@pytest.fixture
def county(rows: Rows) -> dict[str, Person]:
    """Ten people; every source reaches to five days ago."""
    cache.clear()
    for source in (CIVIL, FLAGS, ALL, CHECK, "monitored_households", "high_cost_warning", "deaths"):
        rows.delivery(source, days_ago(5))
    people = {
        "fine": rows.person("甲一", date(1960, 1, 1)), "unflagged": rows.person("乙二", date(1970, 1, 1)),
        "monitored": rows.person("丙三", date(1980, 1, 1), village="990121002001"),
        "late": rows.person("丁四", date(1990, 1, 1)), "lower": rows.person("戊五", date(1950, 1, 1)),
        "uninsured": rows.person("己六", date(2000, 1, 1), sex="male"), "twice": rows.person("庚七", date(1965, 1, 1)),
        "elsewhere": rows.person("辛八", date(1975, 1, 1), insured_region="990122"),
        "dead": rows.person("壬九", date(1940, 1, 1), died_on=days_ago(60)),
        "rich": rows.person("癸十", date(1999, 1, 1)),
    }  # fmt: skip
    start = date(2023, 1, 1)
    for key in ("fine", "late", "lower", "uninsured", "elsewhere", "dead"):
        rows.identity(people[key], CIVIL, "dibao", start)
        rows.entry(people[key], CIVIL, person_name=people[key].name, identity="dibao",
                   birth_date=people[key].birth_date, sex=people[key].sex)  # fmt: skip
    for key in ("fine", "uninsured", "elsewhere", "dead"):
        rows.identity(people[key], FLAGS, "dibao", start, flagged_on=date(2023, 1, 20))
    rows.identity(people["unflagged"], CIVIL, "tekun", date(2024, 5, 1))
    rows.identity(people["unflagged"], FLAGS, "tekun", date(2022, 1, 1), date(2022, 12, 31))
    rows.identity(people["monitored"], "monitored_households", "sudden_hardship", date(2024, 2, 1))
    rows.identity(people["late"], FLAGS, "dibao", start, flagged_on=date(2023, 3, 1))
    rows.identity(people["lower"], FLAGS, "dibao_margin", start, flagged_on=date(2023, 1, 1))
    for key in ("fine", "unflagged", "monitored", "late", "lower", "elsewhere", "rich"):
        rows.entry(people[key], ALL, year=YEAR, scheme="resident", insured_region="990121", status="insured",
                   birth_date=people[key].birth_date, sex=people[key].sex)  # fmt: skip
    rows.entry(people["uninsured"], CHECK, year=YEAR, scheme="resident", status="uninsured", sex="female")
    rows.entry(people["fine"], CHECK, year=YEAR, scheme="resident", status="insured", insured_region="990121")
    rows.entry(people["twice"], ALL, year=YEAR, scheme="resident", insured_region="990121")
    rows.entry(people["twice"], CHECK, year=YEAR, scheme="employee", insured_region="990121", status="insured")
    rows.entry(people["dead"], ALL, year=days_ago(60).year, scheme="resident", insured_region="990121")
    rows.entry(people["rich"], "high_cost_warning", year=YEAR, own_total=7654321, warned_on=date(2026, 3, 1))
    rows.entry(people["fine"], "high_cost_warning", year=YEAR, own_total=100, warned_on=date(2026, 3, 1))
    rows.entry(people["lower"], "disabled_persons", disability_number="", birth_date=date(1950, 10, 1))
    return people


def names(found: list[dict[str, object]]) -> list[str]:
    return [str(one["name"]) for one in found]


IN = {
    # by the age of the finding: recognised on 1 February and on 1 May 2024; the flag of 2022 has ended
    "not_flagged": ["丙三", "乙二"],
    # recognised on 1 January, flagged on 1 March 2023: 59 days; 20 January is within 30
    "late_flag": ["丁四"],
    # 壬九 is dead; 己六 is said to be uninsured and in no list of the insured
    "uninsured": ["己六"],
    "insured_twice": ["庚七"],
    # lives in 990121, insured in 990122
    "elsewhere": ["辛八"],
    # 戊五: dibao against margin (since 2023), and two birth dates; 己六: two sexes; 壬九: dead, identity in force
    "contradictions": ["戊五", "壬九", "己六", "戊五"],
    "dead": ["壬九"],
    # on the warning list, no identity; 甲一 has one
    "unrecognised": ["癸十"],
}


@pytest.mark.parametrize("code", list(LISTS))
def test_exactly_who_stands_in_each_list(
    county: dict[str, Person], reader: Callable[..., Standing], signed_in: Callable[..., Client], code: str
) -> None:
    result = rows_of(reader("insurance_officer"), code, Filters())
    found = names(result.rows)
    if code == "contradictions":
        assert sorted(found) == sorted(IN[code])
        assert [one["since"] for one in result.rows] == sorted(one["since"] for one in result.rows)
    else:
        assert found == IN[code]
    assert result.total == len(IN[code])
    page = signed_in("insurance_officer").get(f"/worklists/{code}/").text
    assert all(name in page for name in IN[code])
    start = signed_in("insurance_officer").get("/worklists/").text
    assert f"/worklists/{code}/" in start


def test_what_each_finding_says(county: dict[str, Person], reader: Callable[..., Standing]) -> None:
    standing = reader("insurance_officer")
    told = {
        (code, one["name"], one["finding"]) for code in LISTS for one in rows_of(standing, code, Filters()).rows
    }  # fmt: skip
    day = days_ago(60).isoformat()
    assert told >= {
        ("not_flagged", "乙二", "已认定为特困人员，没有有效标识。"),
        ("late_flag", "丁四", "低保对象自 2023-01-01 起认定，2023-03-01 才标识，晚 59 天。"),
        ("uninsured", "己六", f"{YEAR} 年度名单记为未参保或已停保。"),
        ("insured_twice", "庚七", f"{YEAR} 年度：职工医保、城乡居民医保；参保地：岚汀县（990121）。"),
        ("elsewhere", "辛八", "居住地 岚汀县（990121）、参保地 邻汀县（990122）"),
        ("contradictions", "戊五", "认定为低保对象，医保标识为低保边缘家庭成员。"),
        ("contradictions", "戊五",
         "出生日期不一致：民政当月资金发放名册 1950-01-01、持证残疾人名册 1950-10-01、居民参保明细 1950-01-01。"),
        ("contradictions", "己六", "性别不一致：民政当月资金发放名册 男、困难人员参保核实（附件4） 女。"),
        ("contradictions", "壬九", f"登记死亡日期 {day}，仍有有效身份。"),
        ("dead", "壬九", f"登记死亡日期 {day}，仍在：认定名册。"),
        ("unrecognised", "癸十", f"{YEAR} 年度个人负担 76543.21 元，没有有效救助身份。"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "filters", "found"),
    [
        ("not_flagged", Filters(place=path_of("990121002000")), ["丙三"]),
        ("not_flagged", Filters(source=CIVIL), ["乙二"]),
        ("not_flagged", Filters(source="monitored_households"), ["丙三"]),
        ("contradictions", Filters(kind="sex"), ["己六"]),
        ("contradictions", Filters(kind="alive"), ["壬九"]),
        ("unrecognised", Filters(age_to=18), []),
        ("unrecognised", Filters(age_from=18, age_to=59), ["癸十"]),
        ("not_flagged", Filters(page=2), []),
    ],
)
def test_filters(
    county: dict[str, Person], reader: Callable[..., Standing], code: str, filters: Filters, found: list[str]
) -> None:
    assert names(rows_of(reader("insurance_officer"), code, filters).rows) == found


def test_a_filter_by_age_is_exact_to_the_day(rows: Rows, reader: Callable[..., Standing]) -> None:
    rows.delivery(CIVIL, days_ago(5))
    today = days_ago(0)
    born = {name: date(today.year - years, today.month, 1) for name, years in (("子", 20), ("丑", 21))}
    for name, day in born.items():
        rows.identity(rows.person(name, day), CIVIL, "dibao", date(2024, 1, 1))
    standing = reader("insurance_officer")
    assert names(rows_of(standing, "not_flagged", Filters(age_to=20)).rows) == ["子"]
    assert names(rows_of(standing, "not_flagged", Filters(age_from=21)).rows) == ["丑"]
    assert names(rows_of(standing, "not_flagged", Filters(age_from=20, age_to=21)).rows) == ["子", "丑"]


def test_a_child_born_into_a_recognised_household_is_reckoned_from_birth(
    rows: Rows, reader: Callable[..., Standing]
) -> None:
    for source in (CIVIL, FLAGS):
        rows.delivery(source, days_ago(5))
    for name, flagged in (("早一", date(2024, 3, 9)), ("迟二", date(2024, 5, 1))):
        child = rows.person(name, date(2024, 3, 2))
        rows.identity(child, CIVIL, "dibao", date(2020, 1, 1))
        rows.identity(child, FLAGS, "dibao", flagged, flagged_on=flagged)
    found = rows_of(reader("insurance_officer"), "late_flag", Filters()).rows
    assert [one["finding"] for one in found] == ["低保对象自 2024-03-02 起认定，2024-05-01 才标识，晚 60 天。"]


def test_a_check_that_says_both_insurances_of_one_person_is_enough(rows: Rows, reader: Callable[..., Standing]) -> None:
    rows.delivery(CHECK, days_ago(5))
    both, one = rows.person("双一"), rows.person("单二")
    said = {"year": YEAR, "scheme": "resident", "insured_region": "990121", "status": "insured"}
    rows.entry(both, CHECK, **said, is_resident="是", is_employee="是", employee_region="990122")
    rows.entry(one, CHECK, **said, is_resident="是", is_employee="否")
    found = rows_of(reader("insurance_officer"), "insured_twice", Filters()).rows
    assert [(row["name"], row["finding"]) for row in found] == [
        ("双一", f"{YEAR} 年度：职工医保、城乡居民医保；参保地：岚汀县（990121）、邻汀县（990122）。")
    ]


def test_a_file_that_waits_to_be_told_apart_is_not_called_uninsured(
    rows: Rows, reader: Callable[..., Standing]
) -> None:
    for source in (CIVIL, FLAGS, ALL):
        rows.delivery(source, days_ago(5))
    for name, waits in (("待一", True), ("无二", False)):
        rows.identity(rows.person(name, provisional=waits), CIVIL, "dibao", date(2024, 1, 1))
    assert names(rows_of(reader("insurance_officer"), "uninsured", Filters()).rows) == ["无二"]


def test_a_late_source_clears_nobody(
    rows: Rows, reader: Callable[..., Standing], signed_in: Callable[..., Client]
) -> None:
    """Recognised until a day that civil affairs' last list did not reach: it may have been renewed."""
    cache.clear()
    rows.delivery(CIVIL, days_ago(200))
    rows.delivery(FLAGS, days_ago(5))
    kept, gone = rows.person("留一"), rows.person("走二")
    rows.identity(kept, CIVIL, "dibao", date(2023, 1, 1), days_ago(100))
    rows.identity(gone, CIVIL, "dibao", date(2023, 1, 1), days_ago(300))
    result = rows_of(reader("insurance_officer"), "not_flagged", Filters())
    assert [(one["name"], one["unconfirmed"]) for one in result.rows] == [("留一", True)]
    page = signed_in("insurance_officer").get("/worklists/not_flagged/").text
    assert "来源已过期，不能据此排除" in page
    assert "过期的名单不能排除任何人" in page
    assert days_ago(200).isoformat() in page


def test_a_source_in_time_clears(rows: Rows, reader: Callable[..., Standing]) -> None:
    rows.delivery(CIVIL, days_ago(5))
    rows.delivery(FLAGS, days_ago(5))
    rows.identity(rows.person("走一"), CIVIL, "dibao", date(2023, 1, 1), days_ago(100), ended_as="left")
    assert rows_of(reader("insurance_officer"), "not_flagged", Filters()).rows == []


def test_a_recognition_after_the_last_list_of_flags_is_said_to_wait(
    rows: Rows, reader: Callable[..., Standing]
) -> None:
    rows.delivery(CIVIL, days_ago(2))
    rows.delivery(FLAGS, days_ago(20))
    rows.identity(rows.person("新一"), CIVIL, "dibao", days_ago(10))
    found = rows_of(reader("insurance_officer"), "not_flagged", Filters()).rows
    assert found[0]["finding"] == "已认定为低保对象，没有有效标识。标识名单早于认定日期，待下一期核对。"


def test_the_days_of_a_late_flag_are_a_setting(
    county: dict[str, Person], reader: Callable[..., Standing], monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    from tuodi.errors import UsageError
    from tuodi.platform.registry.worklists_settings import settings_of

    standing = reader("insurance_officer")
    monkeypatch.setattr(settings, "TUODI_HOME", tmp_path)
    try:
        for days, found in ((10, 5), (59, 0), (58, 1)):
            (tmp_path / "worklists.yaml").write_text(f"late_flag_days: {days}\n", "utf-8")
            settings_of.cache_clear()
            assert rows_of(standing, "late_flag", Filters()).total == found
        (tmp_path / "worklists.yaml").write_text("late_flags: 3\n", "utf-8")
        settings_of.cache_clear()
        with pytest.raises(UsageError, match="late_flag_days"):
            settings_of()
    finally:
        settings_of.cache_clear()


def test_a_township_works_on_its_own_people(county: dict[str, Person], signed_in: Callable[..., Client]) -> None:
    browser = signed_in("township_worker")
    page = browser.get("/worklists/not_flagged/").text
    assert "乙二" in page
    assert "丙三" not in page
    assert browser.get("/worklists/uninsured/").status_code == 403
    assert "/worklists/uninsured/" not in browser.get("/worklists/").text


@pytest.mark.parametrize("county_of", ["neighbour", "foreign"])
def test_another_county_has_none_of_them(
    county: dict[str, Person], reader: Callable[..., Standing], county_of: str
) -> None:
    standing = reader("insurance_officer", county_of)
    assert [rows_of(standing, code, Filters()).total for code in LISTS] == [0] * len(LISTS)


def test_an_auditor_sees_leads_without_names_classes_and_amounts(
    county: dict[str, Person], reader: Callable[..., Standing]
) -> None:
    told = str([rows_of(reader("auditor"), code, Filters()).rows for code in LISTS])
    for word in ("乙二", "癸十", "特困人员", "低保", "76543.21", "1950-01-01", "2023-03-01", "晚 59"):
        assert word not in told
    assert "乙＊" in told


def test_bills_stay_out_of_the_extranet(
    county: dict[str, Person], signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TUODI_ZONE", "extranet")
    browser = signed_in("insurance_officer")
    assert browser.get("/worklists/unrecognised/").status_code == 404
    assert browser.get("/worklists/not_flagged/").status_code == 200


def test_the_start_page_counts_what_the_lists_hold(county: dict[str, Person], signed_in: Callable[..., Client]) -> None:
    import re

    page = signed_in("insurance_officer").get("/").text
    for code in LISTS:
        links = re.findall(rf'<a[^>]*href="/worklists/{code}/"[^>]*>(.*?)</a>', page, re.DOTALL)
        assert str(len(IN[code])) in re.findall(r"\d+", re.sub(r"<[^>]+>", " ", " ".join(links))), (code, links)


class TestExport:
    """A list as a workbook that says by itself what it is."""

    def book(self, browser: Client, code: str, said: dict[str, str]) -> list[list[object]]:
        answer = browser.post(f"/worklists/{code}/export/", said)
        assert answer.status_code == 200
        sheet = load_workbook(BytesIO(answer.content)).active
        self.foot = sheet.oddFooter.center.text
        return [list(row) for row in sheet.iter_rows(values_only=True)]

    def test_it_prints_its_filters_dates_and_who(
        self, county: dict[str, Person], signed_in: Callable[..., Client], standing
    ) -> None:
        town = path_of("990121001000")
        lines = self.book(signed_in("insurance_officer"), "not_flagged", {"place": town, "age_from": "30"})
        head = {str(line[0]): str(line[1]) for line in lines if line[0] and line[1]}
        assert head["清单"] == "已认定未标识"
        assert head["筛选条件"] == "乡镇（街道）：鹤汀街道；年龄不小于：30"
        assert f"民政当月资金发放名册 {days_ago(5)}" in head["数据截至"]
        assert head["行数"] == "1"
        assert "insurance_officer own" in head["导出人"]
        assert "岚汀县医保局" in head["导出人"]
        assert "请勿外传" in head["使用提示"]
        assert "请勿外传" in self.foot
        assert "请勿外传" in str(lines[-1][0])
        titles = next(place for place, line in enumerate(lines) if line[0] == "姓名")
        assert lines[titles + 1][0] == "乙二"
        assert "＊" in str(lines[titles + 1][1])
        standing("insurance_officer")
        looks = Look.objects.filter(kind="export")
        assert [(look.person_id, look.page) for look in looks] == [(county["unflagged"].id, "worklist/not_flagged")]
        assert "鹤汀街道" in looks[0].reason

    def test_it_masks_as_the_page_does(self, county: dict[str, Person], signed_in: Callable[..., Client]) -> None:
        text = str(self.book(signed_in("auditor"), "not_flagged", {}))
        assert "乙二" not in text
        assert "乙＊" in text
        assert "特困" not in text

    def test_it_takes_a_post_and_the_right(self, county: dict[str, Person], signed_in: Callable[..., Client]) -> None:
        assert signed_in("insurance_officer").get("/worklists/not_flagged/export/").status_code == 405
        assert signed_in("township_worker").post("/worklists/uninsured/export/").status_code == 403
        assert signed_in("insurance_officer").post("/worklists/nothing/export/").status_code == 404

    def test_a_name_that_is_a_formula_is_text(self, rows: Rows, signed_in: Callable[..., Client]) -> None:
        rows.delivery(CIVIL, days_ago(5))
        rows.identity(rows.person("=1+1"), CIVIL, "dibao", date(2024, 1, 1))
        assert "'=1+1" in str(self.book(signed_in("insurance_officer"), "not_flagged", {}))
