"""What a preview says of a file, and that it changes nothing; mappings, wrong rows, real people, senders' limits."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest

from bureau.intake.lists import NAMES, charity, civil_affairs, deaths, number, workbook
from tuodi.errors import UsageError
from tuodi.exchange import read_delivery
from tuodi.identity import check_character
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import passes
from tuodi.platform.intake.committing import obstacle
from tuodi.platform.intake.mapping import keep_mapping
from tuodi.platform.intake.models import Delivery, Quarantined
from tuodi.platform.intake.pictured import preview as pictured
from tuodi.platform.intake.previewing import preview
from tuodi.platform.intake.quarantine import open_rows, rows_of
from tuodi.platform.intake.quarantine import workbook as correctable
from tuodi.platform.intake.receiving import template_of
from tuodi.platform.registry.models import Entry, Person


@pytest.mark.req("NI20")
def test_a_preview_counts_and_changes_nothing(previewed) -> None:
    delivery = previewed(civil_affairs(count=6, wrong=2))
    assert delivery.state == "previewed"
    assert delivery.counts["rows"] == 8
    assert delivery.counts["good"] == delivery.counts["added"] == 6
    assert delivery.counts["quarantined"] == 2
    assert (delivery.counts["changed"], delivery.counts["left"]) == (0, 0)
    assert delivery.as_of == date(2026, 10, 31)
    assert not Entry.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.req("NI20")
def test_a_second_list_shows_who_comes_changes_and_leaves(committed, previewed) -> None:
    committed(civil_affairs("2026年9月", count=6))
    delivery = previewed(civil_affairs("2026年10月", count=6, start=3, amount="520.00"))
    counts = delivery.counts
    assert (counts["added"], counts["changed"], counts["left"]) == (2, 4, 2)


def test_totals_stand_beside_the_senders_own(previewed) -> None:
    delivery = previewed(civil_affairs(count=4, total="2000.00"))
    line = next(one for one in delivery.totals if one["column"] == "monthly_amount")
    assert (line["theirs"], line["ours"], line["agrees"]) == (200_000, 200_000, True)
    delivery = previewed(civil_affairs("2026年11月", count=4, total="2000.01"))
    assert "totals_differ" in {one["code"] for one in delivery.warnings}


def test_unknown_columns_are_shown_and_their_values_sealed(previewed) -> None:
    delivery = previewed(civil_affairs(extra=("村医签名",)))
    assert delivery.unknown_columns == [{"header": "村医签名", "filled": 6}]
    assert "村医签名1" not in str(delivery.__dict__)


@pytest.mark.req("AD02", "AD03")
def test_wrong_rows_are_set_aside_sealed_with_reason(previewed) -> None:
    delivery = previewed(civil_affairs(count=3, wrong=1))
    row = open_rows(delivery).get()
    assert (row.row, row.reason, row.field) == (6, "code_unknown_plain", "identity")
    raw = bytes(row.sealed)
    assert NAMES[4].encode() not in raw
    assert number(4).encode() not in raw
    opened = next(rows_of(open_rows(delivery)))
    assert opened.found == "不知何类"
    assert number(4) in opened.cells


@pytest.mark.req("AD03")
def test_the_workbook_of_wrong_rows_can_be_read_again(previewed, tmp_path) -> None:
    delivery = previewed(civil_affairs(count=3, wrong=2))
    template = template_of(delivery.source)
    path = tmp_path / "待更正.xlsx"
    path.write_bytes(correctable(delivery, template, "zh"))
    again = read_delivery(path, template)
    assert again.partial
    assert again.quarantined == 2
    assert again.as_of == date(2026, 10, 31)


def test_a_file_in_gb18030_is_read(previewed) -> None:
    delivery = previewed(charity(3), "红十字会救助台账_20261031.csv", "red_cross_ledger")
    assert delivery.counts["good"] == 3
    assert delivery.organisation.kind == "red_cross"


def test_a_file_without_a_day_waits_for_one(previewed, db) -> None:
    file = workbook([["姓名", "身份证号码", "死亡日期"], [NAMES[0], number(1), "2026-09-01"]])
    delivery = previewed(file, "名单.xlsx", "deaths")
    assert delivery.as_of is None
    assert obstacle(delivery)
    stated = previewed(deaths(1), "名单.xlsx", "deaths", as_of=date(2026, 10, 31))
    assert stated.as_of == date(2026, 10, 31)
    assert not obstacle(stated)


def test_a_full_list_without_one_good_row_cannot_go_in(previewed) -> None:
    delivery = previewed(civil_affairs(count=0, wrong=3))
    assert obstacle(delivery)


def test_an_older_list_is_announced(committed, previewed) -> None:
    committed(civil_affairs("2026年10月"))
    delivery = previewed(civil_affairs("2026年9月", count=3))
    assert "older" in {one["code"] for one in delivery.warnings}
    assert delivery.counts["left"] == 0


def test_many_who_would_leave_are_announced(committed, previewed) -> None:
    committed(civil_affairs("2026年9月", count=8))
    delivery = previewed(civil_affairs("2026年10月", count=2))
    assert "many_left" in {one["code"] for one in delivery.warnings}


STRANGE = [
    ["人员", "身份号", "何种", "钱数"],
    [NAMES[1], number(1), "低保", "500.00"],
    [NAMES[2], number(2), "特困", "800.00"],
]


def test_a_file_never_seen_waits_for_its_columns_and_the_mapping_is_kept(previewed, received, db, grant) -> None:
    delivery = previewed(workbook(STRANGE), "表2026-10-31.xlsx")
    assert delivery.state == "mapping"
    assert delivery.problem
    template = template_of(delivery.source)
    columns = {"人员": "person_name", "身份号": "certificate", "何种": "identity", "钱数": "monthly_amount"}
    from tuodi.exchange import fingerprint

    user = grant().user_id
    keep_mapping(delivery, template, fingerprint(STRANGE[0]), columns, {}, user)
    preview(delivery.pk, db["insurance_officer", "own"])
    grant()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.counts["good"]) == ("previewed", 2)
    again = previewed(workbook([*STRANGE, [NAMES[3], number(3), "低保", "1.00"]]), "表2026-11-30.xlsx")
    assert (again.state, again.counts["good"]) == ("previewed", 3)
    assert again.mapping_id == delivery.mapping_id


def test_two_columns_for_one_item_are_refused(received, grant) -> None:
    delivery = received(workbook(STRANGE), "表.xlsx")
    with pytest.raises(UsageError, match="只能选一列"):
        keep_mapping(
            delivery,
            template_of(delivery.source),
            "f",
            {"人员": "person_name", "何种": "person_name"},
            {},
            grant().user_id,
        )


@pytest.mark.parametrize("wrong", [0, 1])
def test_a_real_number_is_refused_where_people_are_invented(previewed, wrong) -> None:
    """The digits are valid and belong to no region of the invented county; nobody's number is used."""
    digits = "11010119000101000"
    real = digits + check_character(digits)
    rows = [
        ["岚汀县2026年10月民政资金发放名册"],
        ["姓名", "身份证号码", "发放类别"],
        [NAMES[1], real, "不知" if wrong else "低保"],
    ]
    delivery = previewed(workbook(rows))
    assert delivery.state == "refused"
    assert "99" in delivery.problem
    assert real not in delivery.problem
    assert not Quarantined.objects.filter(delivery=delivery).exists()


def test_a_page_is_no_list(previewed) -> None:
    delivery = previewed(BytesIO(b"<html><table><tr><td>x</td></tr></table></html>"), "x.xls")
    assert delivery.state == "refused"


@pytest.mark.req("AD05")
@pytest.mark.parametrize(("role", "named"), [("insurance_officer", True), ("auditor", False)])
def test_numbers_are_masked_and_names_go_by_grade(committed, previewed, grant, role, named) -> None:
    committed(civil_affairs("2026年9月", count=6))
    delivery = previewed(civil_affairs("2026年10月", count=6, start=3, wrong=1, extra=("备忘",), amount="520.00"))
    reader = grant(role)
    shown = str(pictured(delivery, template_of(delivery.source), Standing(reader, reader.user)))
    for place in range(1, 12):
        assert number(place) not in shown
        assert f"备忘{place}" not in shown
    assert any(name in shown for name in NAMES) == named


@pytest.mark.req("AD05")
def test_a_sender_brings_his_own_list_only(received, previewed) -> None:
    with pytest.raises(UsageError, match="本单位"):
        previewed(civil_affairs(), role="list_sender")
    with pytest.raises(UsageError, match="本单位"):
        previewed(deaths(1), "名单.xlsx", "deaths", role="charity_officer")


@pytest.mark.req("AD05")
def test_a_senders_list_is_worked_by_the_service_account(committed, db, grant) -> None:
    header = ["姓名", "身份证号码", "残疾证号", "残疾类别", "残疾等级"]
    card = number(1) + "43"
    file = workbook([["持证残疾人名册（截至2026-09-30）"], header, [NAMES[1], number(1), card, "肢体", "三级"]])
    delivery = committed(file, "名册.xlsx", "disabled_persons", role="list_sender")
    assert delivery.state == "committed"
    assert delivery.counts["added"] == 1
    assert delivery.organisation.kind == "disabled_federation"
    assert not Entry.objects.exists()  # the sender himself sees nothing of the register
    grant("insurance_officer")
    assert Entry.objects.get().target == "disabilities"


@pytest.mark.req("AD05")
def test_nobody_sees_anothers_deliveries(previewed, grant) -> None:
    previewed(civil_affairs())
    for role, county, seen in (
        ("insurance_officer", "own", 1), ("auditor", "own", 1), ("civil_affairs_officer", "own", 1),
        ("list_sender", "own", 0), ("charity_officer", "own", 0), ("township_worker", "own", 0),
        ("insurance_officer", "neighbour", 0), ("auditor", "foreign", 0),
    ):  # fmt: skip
        grant(role, county)
        assert Delivery.objects.count() == seen, (role, county)
        assert Quarantined.objects.count() == 0
    passes.forget()
    assert Delivery.objects.count() == 0
