"""One person's file: who may open which part, where, and what stands in it (NI06, AD13, AD15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.conf import settings
from django.test import Client

from bureau.registry_pages.rows import Rows, days_ago, number_of
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.registry.models import Person
from tuodi.platform.registry.person_file import PARTS, as_data, open_parts
from tuodi.platform.trail.models import Look

pytestmark = pytest.mark.req("NI06", "AD05", "AD13", "AD15")

BORN = date(1968, 4, 12)
OPEN = {
    "insurance_officer": "basics household identity insurance settlements aid documents record",
    "insurance_reviewer": "basics household identity insurance settlements aid documents record",
    "auditor": "basics household identity insurance settlements aid documents record",
    "civil_affairs_officer": "basics household identity aid documents record",
    "agriculture_officer": "basics household identity documents record",
    "township_worker": "basics household identity documents record",
    "village_worker": "basics household documents record",
    "hospital_desk": "basics identity settlements aid record",
}
NONE = ("system_admin", "security_admin", "security_auditor", "list_sender", "charity_officer", "superior")


def address(person: Person, code: str) -> str:
    return f"/people/{person.id}/" if code == "basics" else f"/people/{person.id}/{code}/"


@pytest.fixture
def person(rows: Rows) -> Person:
    made = rows.person("苏青禾", BORN, phone="13900100001", account="6228009900012345678")
    rows.delivery("civil_affairs_monthly", days_ago(5))
    rows.delivery("enrolment", days_ago(3))
    rows.entry(
        made, "civil_affairs_monthly", person_name="苏青禾", birth_date=BORN, sex="female", identity="dibao",
        cause="因病", monthly_amount=105000, sealed={"certificate": number_of(BORN, 101), "phone": "13900100001"},
    )  # fmt: skip
    rows.entry(
        made, "enrolment", person_name="苏青禾", birth_date=date(1968, 4, 21), sex="female", year=2026,
        scheme="resident", insured_region="990121", own_premium=40000,
    )  # fmt: skip
    rows.identity(made, "civil_affairs_monthly", "dibao", date(2024, 1, 1))
    rows.bill(made, date(2026, 3, 2), total=100000, in_scope=80000, first_self_pay=5000, out_of_catalogue=15000,
              paid_basic=50000, paid_assistance=20000, own_total=30000, provider_name="云杪镇卫生院")  # fmt: skip
    rows.household("civil_affairs_monthly", made, (rows.person("苏小禾", date(1999, 1, 2)), "son"))
    return made


@pytest.mark.parametrize("role", [*OPEN, *NONE])
def test_each_role_opens_its_parts_and_no_other(person: Person, signed_in: Callable[..., Client], role: str) -> None:
    browser = signed_in(role)
    allowed = OPEN.get(role, "").split()
    for code in PARTS:
        answer = browser.get(address(person, code))
        assert answer.status_code == (200 if code in allowed else 403), code
        if code in allowed:
            links = [other for other in PARTS if f'href="{address(person, other)}"' in answer.text]
            assert links == allowed


def test_data_and_page_agree_on_who_may_open_what(person: Person, reader: Callable[..., Standing]) -> None:
    for role, codes in OPEN.items():
        standing = reader(role)
        assert [part.code for part in open_parts(standing)] == codes.split()
        assert list(as_data(standing, person)["parts"]) == codes.split()
    with pytest.raises(PermissionError):
        as_data(reader("civil_affairs_officer"), person, ["settlements"])


def test_bills_are_not_there_in_the_extranet(
    person: Person, signed_in: Callable[..., Client], reader: Callable[..., Standing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TUODI_ZONE", "extranet")
    browser = signed_in("insurance_officer")
    assert browser.get(address(person, "settlements")).status_code == 404
    page = browser.get(address(person, "basics"))
    assert page.status_code == 200
    assert "/settlements/" not in page.text
    assert "1,000.00" not in browser.get(address(person, "aid")).text
    assert "settlements" not in as_data(reader("insurance_officer"), person)["parts"]


def test_nothing_of_a_person_is_there_on_the_internet(
    person: Person, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TUODI_ZONE", "internet")
    browser = signed_in("insurance_officer")
    for path in (address(person, "basics"), "/search/", "/worklists/", "/reviews/"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize("county", ["neighbour", "foreign"])
def test_another_county_finds_no_such_file(person: Person, signed_in: Callable[..., Client], county: str) -> None:
    browser = signed_in("insurance_officer", county)
    assert {browser.get(address(person, code)).status_code for code in PARTS} == {404}


def test_each_field_has_source_and_date_and_shows_who_disagrees(
    person: Person, reader: Callable[..., Standing], signed_in: Callable[..., Client]
) -> None:
    fields = {one["key"]: one for one in as_data(reader("insurance_officer"), person)["parts"]["basics"]["fields"]}
    assert fields["birth_date"]["value"] == "1968-04-12"
    assert (fields["birth_date"]["source"], fields["birth_date"]["as_of"]) == (
        "民政当月资金发放名册",
        days_ago(5).isoformat(),
    )
    assert [(one["value"], one["source"]) for one in fields["birth_date"]["others"]] == [("1968-04-21", "居民参保明细")]
    assert fields["name"]["others"] == []
    assert fields["name"]["confirmed_by"] == ["居民参保明细", "民政当月资金发放名册"]
    further = as_data(reader("insurance_officer"), person)["parts"]["basics"]["further"]
    assert ("cause", "因病", "民政当月资金发放名册") in [(one["key"], one["value"], one["source"]) for one in further]
    page = signed_in("insurance_officer").get(address(person, "basics")).text
    assert "1 个来源不一致" in page
    assert "1968-04-21" in page


def test_masks_follow_the_grade_of_the_role(person: Person, reader: Callable[..., Standing]) -> None:
    number = number_of(BORN, 101)
    masked = "9901" + "＊" * 12 + number[-2:]
    officer = as_data(reader("insurance_officer"), person)
    assert (officer["head"]["name"], officer["head"]["number"]) == ("苏青禾", masked)
    assert officer["head"]["classes"] == ["低保对象"]
    assert officer["head"]["asks"] == ["number", "phone", "account"]
    bill = officer["parts"]["settlements"]["bills"][0]
    assert (bill["diagnosis"], bill["total"], bill["own"]) == ("胃恶性肿瘤", 100000, 30000)

    auditor = as_data(reader("auditor"), person)
    assert (auditor["head"]["name"], auditor["head"]["number"]) == ("苏＊＊", masked)
    assert auditor["head"]["classes"] == ["＊＊＊"]
    assert auditor["head"]["asks"] == ["number", "phone", "account", "details"]
    bill = auditor["parts"]["settlements"]["bills"][0]
    assert (bill["diagnosis"], bill["total"], bill["own"]) == ("＊＊＊", "＊＊＊", "＊＊＊")
    assert auditor["parts"]["settlements"]["waterfall"] is None
    assert auditor["parts"]["identity"]["timeline"] is None

    assert as_data(reader("hospital_desk"), person)["head"]["asks"] == ["details"]
    assert as_data(reader("village_worker"), person)["head"]["asks"] == []


@pytest.mark.parametrize("role", list(OPEN))
def test_no_page_and_no_data_holds_what_is_masked(
    person: Person, signed_in: Callable[..., Client], reader: Callable[..., Standing], role: str
) -> None:
    browser = signed_in(role)
    texts = [browser.get(address(person, code)).text for code in OPEN[role].split()]
    texts.append(str(as_data(reader(role), person)))
    secret = [number_of(BORN, 101), "13900100001", "6228009900012345678"]
    if role in ("auditor", "hospital_desk"):
        secret += ["苏青禾", "低保对象", "胃恶性肿瘤", "1968-04-12", "1,000.00", "100000", "云杪镇卫生院"]
    for text in texts:
        assert not [word for word in secret if word in text]


def test_the_age_is_told_by_tens_where_the_birth_date_is_masked(
    person: Person, reader: Callable[..., Standing]
) -> None:
    years = as_data(reader("insurance_officer"), person)["head"]["age"]
    low = int(years.split()[0]) // 10 * 10
    assert as_data(reader("auditor"), person)["head"]["age"] == f"{low}–{low + 9} 岁"


@pytest.mark.req("AD18")
def test_each_opening_is_a_look_that_the_file_shows(person: Person, signed_in: Callable[..., Client], standing) -> None:
    signed_in("civil_affairs_officer").get(address(person, "identity"))
    browser = signed_in("insurance_officer")
    page = browser.get(address(person, "record")).text
    assert "民政经办人员" in page
    assert "岚汀县民政局" in page
    standing("insurance_officer")
    looks = list(Look.objects.filter(person_id=person.id, kind="open").order_by("id").values_list("role", "page"))
    assert looks == [("civil_affairs_officer", "person/identity"), ("insurance_officer", "person/record")]
    own = signed_in("civil_affairs_officer").get(address(person, "record")).text
    assert "医保经办人员" not in own
    assert "只能看到自己的查看记录" in own


def test_a_merged_file_leads_to_the_one_it_was_merged_into(
    rows: Rows, person: Person, signed_in: Callable[..., Client], standing
) -> None:
    other = rows.person("苏青和")
    Person.objects.filter(id=other.id).update(merged_into=person)
    browser = signed_in("insurance_officer")
    answer = browser.get(address(other, "identity"))
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{person.id}/")
    assert f"档案 {other.id} 已并入本档案" in browser.get(answer["Location"]).text


def test_settlements_add_up_and_the_drawing_ends_at_the_own_share(
    rows: Rows, person: Person, reader: Callable[..., Standing], signed_in: Callable[..., Client]
) -> None:
    rows.bill(person, date(2026, 5, 9), total=50000, in_scope=50000, paid_basic=30000, paid_catastrophic=5000,
              paid_tilt=1000, paid_hospital=500, own_total=13500)  # fmt: skip
    rows.bill(person, date(2025, 5, 9), total=7000, in_scope=7000, paid_basic=3000, own_total=4000)
    part = as_data(reader("insurance_officer"), person)["parts"]["settlements"]
    assert [(one["year"], one["bills"], one["total"], one["aid"], one["own"]) for one in part["years"]] == [
        (2026, 2, 150000, 20000, 43500), (2025, 1, 7000, 0, 4000),
    ]  # fmt: skip
    steps = {one["key"]: one["amount"] for one in part["waterfall"]}
    assert steps == {
        "total": 150000, "out_of_catalogue": 15000, "over_limit": 0, "self_first": 5000, "in_scope": 130000,
        "basic": 80000, "catastrophic": 5000, "aid": 20000, "tilt": 1000, "other": 500, "own": 43500,
    }  # fmt: skip
    assert part["note"] == ""
    browser = signed_in("insurance_officer")
    page = browser.get(address(person, "settlements")).text
    for word in ("医疗费用总额", "政策范围内", "先行自付", "目录外（全自费）", "超限价自费", "基本医保统筹支付",
                 "大病保险支付",                 "医疗救助支付", "倾斜救助", "个人负担", "胃恶性肿瘤"):  # fmt: skip
        assert word in page
    earlier = browser.get(address(person, "settlements") + "?year=2025").text
    assert "2025 年度全部结算" in earlier
    assert "150,000" not in earlier


def test_a_burden_that_the_record_states_otherwise_is_pointed_out(
    rows: Rows, person: Person, signed_in: Callable[..., Client]
) -> None:
    bill = rows.bill(person, date(2026, 7, 1), total=9000, in_scope=9000, paid_basic=4000, own_total=4900)
    browser = signed_in("insurance_officer")
    page = browser.get(address(person, "settlements") + f"?year=2026&bill={bill.id}").text
    assert "结算记录的个人负担与按各项相减的结果不同" in page


def test_aid_from_everyone_is_summed_once(rows: Rows, person: Person, reader: Callable[..., Standing]) -> None:
    rows.entry(
        person, "charity_ledger", amount=200000, paid_on=date(2026, 4, 1), giver="岚汀县慈善总会", project="暖心"
    )
    rows.entry(person, "red_cross_ledger", amount=50000, paid_on=date(2026, 2, 1), giver="岚汀县红十字会")
    rows.entry(person, "premium_subsidy", year=2026, identity="dibao", subsidy=40000)
    rows.entry(person, "premium_request", year=2026, identity="dibao", subsidy=40000)
    rows.entry(person, "manual_claims", amount=30000, paid_on=date(2026, 6, 1), status="paid")
    rows.entry(person, "manual_claims", amount=7000, applied_on=date(2026, 6, 20), status="received")
    part = as_data(reader("insurance_officer"), person)["parts"]["aid"]
    assert {one["kind"]: one["amount"] for one in part["sums"]} == {
        "慈善及社会救助": 250000, "资助参保": 40000, "零星报销": 30000, "医疗救助支付": 20000,
    }  # fmt: skip
    assert part["total"] == 340000
    assert len(part["rows"]) == 7
    assert as_data(reader("civil_affairs_officer"), person)["parts"]["aid"]["total"] == 250000


def test_identities_stand_in_plain_words(rows: Rows, reader: Callable[..., Standing]) -> None:
    rows.delivery("civil_affairs_monthly", days_ago(5))
    rows.delivery("identity_flags", days_ago(5))
    made = rows.person("陆望秋", died_on=date(2026, 2, 1))
    rows.identity(made, "civil_affairs_monthly", "dibao", date(2023, 1, 1), date(2023, 6, 30), ended_as="left")
    rows.identity(made, "civil_affairs_monthly", "dibao", date(2023, 9, 1))
    rows.identity(made, "identity_flags", "dibao_margin", date(2023, 9, 1), flagged_on=date(2023, 8, 30))
    part = as_data(reader("insurance_officer"), made)["parts"]["identity"]
    told = " ".join(one["text"] for one in part["findings"])
    assert "民政当月资金发放名册自 2023-09-01 起认定为低保对象，医保标识为低保边缘家庭成员。" in told
    assert "低保对象（民政当月资金发放名册）与低保边缘家庭成员（医保身份标识明细）不能同时有效。" in told
    assert "民政当月资金发放名册：低保对象在 2023-07-01 至 2023-08-31 之间中断。" in told
    assert "登记死亡日期为 2026-02-01，仍在民政当月资金发放名册中。" in told
    assert [lane["source"] for lane in part["timeline"]["lanes"]] == ["民政当月资金发放名册", "医保身份标识明细"]


def test_a_household_shows_its_members_with_what_each_reader_may_know(
    rows: Rows, person: Person, signed_in: Callable[..., Client], reader: Callable[..., Standing]
) -> None:
    home = person.memberships.get().household
    other = rows.household("monitored_households", person, kind="ordinary_farm", monitored_as="sudden_hardship")
    page = signed_in("insurance_officer").get(f"/households/{home.id}/").text
    assert "苏小禾" in page
    assert "1,000.00" in page
    assert f"/households/{other.id}/" in page
    assert "突发严重困难人口" in page
    assert "1,000.00" not in signed_in("civil_affairs_officer").get(f"/households/{home.id}/").text
    assert "苏小禾" not in signed_in("auditor").get(f"/households/{home.id}/").text
    assert signed_in("hospital_desk").get(f"/households/{home.id}/").status_code == 403


def test_a_member_outside_the_reader_s_area_is_counted_and_not_named(
    rows: Rows, person: Person, signed_in: Callable[..., Client]
) -> None:
    far = rows.person("苏远", date(2001, 3, 4), village="990121002001")
    home = rows.household("monitored_members", person, (far, "daughter"))
    page = signed_in("township_worker").get(f"/households/{home.id}/").text
    assert "另有 1 名成员不在您所辖范围内" in page
    assert "苏远" not in page


def test_documents_name_the_file_the_batch_and_the_row(
    rows: Rows, person: Person, signed_in: Callable[..., Client]
) -> None:
    delivery = rows.deliveries["civil_affairs_monthly"]
    page = signed_in("insurance_officer").get(address(person, "documents")).text
    assert delivery.file_name in page
    assert "证件号码相同" in page
    assert "settlements.xlsx" in page


def test_pages_speak_english(person: Person, signed_in: Callable[..., Client]) -> None:
    browser = signed_in("insurance_officer")
    browser.cookies["lang"] = "en"
    for code in PARTS:
        page = browser.get(address(person, code)).text
        assert '<html lang="en">' in page
        assert "Settlements" in page
