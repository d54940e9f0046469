"""The pages of intake answer for those who may open them, show what is there, and mask what a role may not see."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from bureau.intake.lists import civil_affairs, deaths, number, workbook
from tuodi.exchange import source_templates, suggest_mapping
from tuodi.platform.ground.passes import enter
from tuodi.platform.intake.committing import commit
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.previewing import preview
from tuodi.platform.intake.scoring import scoreboard

PAGES = ("/files/", "/files/upload/", "/files/quality/", "/files/sources/", "/files/agreements/")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", [*PAGES, "/files/sources/civil_affairs_monthly/", "/files/agreements/deaths/"])
def test_a_page_is_drawn(signed_in, path, lang) -> None:
    client = signed_in("insurance_officer")
    client.cookies["lang"] = lang
    answer = client.get(path)
    assert answer.status_code == 200
    assert b"<main" in answer.content


def test_upload_recognises_and_asks(signed_in) -> None:
    client = signed_in("insurance_officer")
    file = civil_affairs()
    file.name = "民政名册10月.xlsx"
    answer = client.post("/files/upload/", {"file": file, "source": ""}, follow=True)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "民政当月资金发放名册" in text
    assert "读取并预览" in text


def deliver(client, file, name: str = "名册.xlsx", source: str = "civil_affairs_monthly", **more) -> str:
    """Upload a file; the address of its delivery."""
    file.name = name
    answer = client.post("/files/upload/", {"file": file, "source": source, **more})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def number_of(address: str) -> int:
    return int(address.strip("/").rpartition("/")[2])


@pytest.mark.req("NI20", "AD14")
def test_from_upload_to_the_register(signed_in, db) -> None:
    """The steps of an officer; the two pieces of background work are done between them."""
    client = signed_in("insurance_officer")
    address = deliver(client, civil_affairs(count=6, wrong=1, extra=("村医签名",)))
    assert "排队等候处理" in text_of(client.get(address))
    assert client.get(f"{address}progress/").status_code == 200
    preview(number_of(address), db["insurance_officer", "own"])
    done = client.get(f"{address}progress/")
    assert (done.status_code, done.headers["HX-Refresh"]) == (204, "true")
    shown = text_of(client.get(address))
    for words in (
        "将新增",
        "待更正的行",
        "不认识的列",
        "合计核对",
        "四项得分",
        "法律依据",
        "2026-10-31",
        "下一步：提交入库",
    ):
        assert words in shown
    assert "全部入库，或者一行也不入库" in text_of(client.get(f"{address}commit/"))
    assert client.post(f"{address}commit/").status_code == 302
    assert "排队等候处理" in text_of(client.get(address))
    commit(number_of(address), db["insurance_officer", "own"])
    assert "已整体入库" in text_of(client.get(address))
    assert "已由" not in text_of(client.get(f"{address}rows/"))
    board = text_of(client.get("/files/quality/"))
    assert "2026-10-31" in board
    assert "数据截至" in text_of(client.get("/files/"))


def test_the_workbook_of_wrong_rows_is_given_to_who_brought_them(signed_in, db) -> None:
    client = signed_in("insurance_officer")
    address = deliver(client, civil_affairs(count=2, wrong=2))
    preview(number_of(address), db["insurance_officer", "own"])
    answer = client.get(f"{address}rows/workbook/")
    assert answer.content.startswith(b"PK")
    assert "%E5%BE%85%E6%9B%B4%E6%AD%A3" in answer.headers["Content-Disposition"]
    auditor = signed_in("auditor")
    assert auditor.get(f"{address}rows/workbook/").status_code == 403
    assert number(3) not in text_of(auditor.get(f"{address}rows/"))


def test_columns_are_matched_on_a_page_and_remembered(signed_in, db) -> None:
    client = signed_in("insurance_officer")
    rows = [["人员", "身份号", "何种"], ["苏青禾", number(1), "低保"], ["陆望秋", number(2), "特困"]]
    address = deliver(client, workbook(rows), "表2026-10-31.xlsx")
    preview(number_of(address), db["insurance_officer", "own"])
    assert "需要先对应列" in text_of(client.get(address))
    page = text_of(client.get(f"{address}columns/"))
    assert "内容像“证件号码”" in page
    assert number(1) not in page
    wrong = client.post(f"{address}columns/", {"column-0": "person_name", "column-1": "person_name"})
    assert "只能选一列" in text_of(wrong)
    answer = client.post(
        f"{address}columns/", {"column-0": "person_name", "column-1": "certificate", "column-2": "identity"}
    )
    assert answer.status_code == 302
    assert preview(number_of(address), db["insurance_officer", "own"]).counts["good"] == 2
    again = deliver(client, workbook([*rows, ["顾南枝", number(3), "低保"]]), "表2026-11-30.xlsx")
    assert preview(number_of(again), db["insurance_officer", "own"]).state == "previewed"
    assert "上次这样对应" in text_of(client.get(f"{again}columns/"))


def test_source_and_day_can_be_changed_before_it_goes_in(signed_in, db) -> None:
    client = signed_in("insurance_officer")
    file = workbook([["姓名", "身份证号码", "死亡日期"], ["苏青禾", number(1), "2026-09-01"]])
    address = deliver(client, file, "名单.xlsx", "deaths")
    preview(number_of(address), db["insurance_officer", "own"])
    assert "请先填写" in text_of(client.get(address))
    refused = client.post(f"{address}commit/", follow=True)
    assert "请先填写" in text_of(refused)
    assert client.post(f"{address}source/", {"source": "deaths", "as_of": "2026-10-31"}).status_code == 302
    preview(number_of(address), db["insurance_officer", "own"])
    assert "下一步：提交入库" in text_of(client.get(address))


def test_what_is_cancelled_stays_so(signed_in, db) -> None:
    client = signed_in("insurance_officer")
    address = deliver(client, civil_affairs())
    preview(number_of(address), db["insurance_officer", "own"])
    assert client.post(f"{address}cancel/").status_code == 302
    assert "没有任何数据入库" in text_of(client.get(address))
    assert "不能" in text_of(client.post(f"{address}commit/", follow=True))


def test_work_that_is_silent_can_be_begun_anew_and_other_work_not(signed_in, db) -> None:
    client = signed_in("insurance_officer")
    address = deliver(client, civil_affairs())
    assert "请稍候" in text_of(client.post(f"{address}again/", follow=True))
    enter(db["insurance_officer", "own"])
    old = {"step": "read", "done": 1, "total": 0, "at": "2026-01-01T00:00:00+00:00"}
    Delivery.objects.filter(pk=number_of(address)).update(state="reading", progress=old)
    assert "重新开始" in text_of(client.get(address))
    client.post(f"{address}again/")
    enter(db["insurance_officer", "own"])
    assert Delivery.objects.get(pk=number_of(address)).progress["step"] == "queued"
    assert preview(number_of(address), db["insurance_officer", "own"]).state == "previewed"


@pytest.mark.parametrize(("content", "words"), [(b"", "空"), (None, "请选择文件")])
def test_an_upload_that_cannot_be_taken_says_why(signed_in, content, words) -> None:
    client = signed_in("insurance_officer")
    data = {"source": ""}
    if content is not None:
        file = BytesIO(content)
        file.name = "x.xlsx"
        data["file"] = file
    assert words in text_of(client.post("/files/upload/", data))


@pytest.mark.req("AD05")
@pytest.mark.parametrize(
    ("role", "county", "status"),
    [
        ("insurance_officer", "own", 200), ("auditor", "own", 200), ("superior", "own", 200),
        ("civil_affairs_officer", "own", 200), ("list_sender", "own", 404), ("charity_officer", "own", 404),
        ("township_worker", "own", 403), ("hospital_desk", "own", 403), ("system_admin", "own", 403),
        ("insurance_officer", "neighbour", 404), ("auditor", "foreign", 404),
    ],
)  # fmt: skip
def test_who_sees_a_delivery(signed_in, db, role, county, status) -> None:
    address = deliver(signed_in("insurance_officer"), civil_affairs())
    preview(number_of(address), db["insurance_officer", "own"])
    client = signed_in(role, county)
    assert client.get(address).status_code == status
    if role in ("auditor", "superior") and status == 200:
        assert client.post(f"{address}commit/").status_code == 403
        assert "下一步：提交入库" not in text_of(client.get(address))
        assert "苏青禾" not in text_of(client.get(address))


def test_a_sender_uploads_his_own_lists_only(signed_in) -> None:
    client = signed_in("list_sender")
    page = text_of(client.get("/files/upload/"))
    assert "持证残疾人名册" in page
    assert "民政当月资金发放名册" not in page
    file = civil_affairs()
    file.name = "名册.xlsx"
    assert "本单位" in text_of(client.post("/files/upload/", {"file": file, "source": "civil_affairs_monthly"}))


def test_an_agreement_is_made_on_a_page(signed_in) -> None:
    client = signed_in("insurance_officer")
    address = "/files/agreements/civil_affairs_monthly/"
    assert "1 至 600" in text_of(client.post(address, {"legal_basis": "x", "purpose": "y", "retention_months": "0"}))
    values = {"legal_basis": "县办法第 3 条", "purpose": "核对", "number": "数共 7 号", "retention_months": "36"}
    assert client.post(address, values).status_code == 302
    assert "数共 7 号" in text_of(client.get("/files/agreements/"))
    assert "数共 7 号" in text_of(client.get("/files/sources/civil_affairs_monthly/"))


@pytest.mark.parametrize("code", sorted(source_templates()))
def test_the_empty_form_of_a_source_is_read_as_that_source(signed_in, tmp_path, code) -> None:
    template = source_templates()[code]
    answer = signed_in("insurance_officer").get(f"/files/sources/{code}/form/")
    path = tmp_path / "form.xlsx"
    path.write_bytes(answer.content)
    book = openpyxl.load_workbook(path)
    headers = [cell.value for cell in book.worksheets[0][1]]
    found = suggest_mapping(headers, [], template)
    wanted = [name for name, one in template.columns.items() if one.listed or one.required]
    assert [one.column for one in found] == wanted
    assert all(one.score == 100 for one in found)


def test_the_list_is_filtered_and_counted(signed_in, db) -> None:
    client = signed_in("insurance_officer")
    deliver(client, civil_affairs())
    deliver(client, deaths(1), "名单.xlsx", "deaths")
    assert "名单.xlsx" not in text_of(client.get("/files/?source=civil_affairs_monthly"))
    assert "名单.xlsx" in text_of(client.get("/files/?source=deaths&state=open&who=me&from=2026-01-01"))
    assert "没有符合条件的导入" in text_of(client.get("/files/?to=2020-01-01"))
    assert "没有符合条件的导入" in text_of(client.get("/files/?state=committed"))


@pytest.mark.req("AD14")
def test_a_stale_source_raises_a_banner_and_clears_nobody(signed_in, db) -> None:
    client = signed_in("insurance_officer")
    address = deliver(client, civil_affairs("2024年1月"))
    preview(number_of(address), db["insurance_officer", "own"])
    commit(number_of(address), db["insurance_officer", "own"])
    shown = text_of(client.get("/"))
    assert "民政当月资金发放名册（2024-01-31）的数据已过期：不能据此排除任何人" in shown
    assert "2024-01-31" in text_of(client.get("/files/quality/"))


@pytest.mark.req("AD03")
def test_the_scoreboard_counts_what_stands_behind_its_scores(signed_in, db) -> None:
    client = signed_in("insurance_officer")
    for file, source in (
        (deaths(2, day="2026-09-01"), "deaths"),
        (civil_affairs(count=3, wrong=1), "civil_affairs_monthly"),
    ):
        address = deliver(client, file, "名册.xlsx", source)
        preview(number_of(address), db["insurance_officer", "own"])
        commit(number_of(address), db["insurance_officer", "own"])
    enter(db["insurance_officer", "own"])
    line = next(one for one in scoreboard(persons=True) if one.template.code == "civil_affairs_monthly")
    assert (line.scores["validity"]["good"], line.scores["validity"]["counted"], line.open_rows) == (3, 4, 1)
    assert line.scores["validity"]["points"] == 7500
    assert line.contradictions == 1
