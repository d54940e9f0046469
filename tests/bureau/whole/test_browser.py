"""Each role at its desk, in a real browser on the invented county: pages whole, in both languages, on a phone too; the
ways that matter walked to their end."""

from __future__ import annotations

import re

import pytest
from openpyxl import load_workbook

from bureau.web.browser import too_wide, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

DESKS = {
    "officer": ("/", "/search/", "/people/5/", "/people/5/settlements/", "/worklists/", "/worklists/late_flag/",
        "/files/", "/files/1/", "/files/upload/", "/files/quality/", "/files/sources/", "/audits/",
        "/audits/1/", "/packages/", "/places/", "/roles/", "/trail/mine/"),
    "reviewer": ("/", "/reviews/", "/reviews/decided/", "/packages/"),
    "civil": ("/", "/worklists/", "/files/", "/files/upload/"),
    "rural": ("/", "/files/"),
    "sender": ("/", "/files/", "/files/upload/"),
    "charity": ("/", "/files/"),
    "town": ("/", "/worklists/"),
    "village": ("/",),
    "desk": ("/",),
    "auditor": ("/", "/trail/", "/trail/looks/", "/trail/bulk/", "/audits/"),
    "admin": ("/", "/accounts/", "/accounts/new/", "/grants/", "/places/"),
    "guard": ("/", "/grants/"),
    "trail": ("/", "/trail/", "/trail/looks/", "/trail/bulk/"),
    "superior": ("/", "/files/quality/"),
}  # fmt: skip
"""User of the demo → the pages that he opens in a day."""


def watched(page) -> list[str]:
    """What the browser complains of: errors of scripts, refusals of the policy."""
    said: list[str] = []
    page.on("console", lambda note: said.append(note.text) if note.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.req("EO01", "EQ03")
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("user", DESKS)
def test_a_day_at_the_desk(demo, signed, user, lang) -> None:
    page = signed(user, lang=lang)
    said = watched(page)
    for path in DESKS[user]:
        answer = page.goto(demo.address + path)
        assert answer.status == 200, path
        assert violations(page) == [], path
        if lang == "en":
            left = page.evaluate("document.querySelector('h1').innerText")
            assert left == page.title().rsplit(" · ", 1)[0] or left, path
        page.set_viewport_size({"width": 360, "height": 800})
        assert too_wide(page) <= 0, f"{path} at 360 px"
        page.set_viewport_size({"width": 1280, "height": 900})
    assert said == []


def test_a_page_of_another_role_is_refused_in_words(demo, signed) -> None:
    page = signed("town")
    assert page.goto(f"{demo.address}/trail/").status == 403
    assert "岗位" in page.inner_text("main") or "权限" in page.inner_text("main")


@pytest.mark.req("AD05", "AD18")
def test_a_number_is_shown_for_a_reason_and_the_file_says_so(demo, signed) -> None:
    page = signed("officer")
    page.goto(f"{demo.address}/people/7/")
    number = str(demo.rows("SELECT insurer_number FROM registry_person WHERE id = 7")[0][0])
    certificate = next(
        line.split(",")[2]
        for line in (demo.county / "truth/people.csv").read_text("utf-8").splitlines()
        if line.split(",")[1] == number
    )
    assert certificate not in page.content()
    page.locator("summary", has_text="显示").first.click()
    form = page.locator("form[action*='reveal']").first
    form.locator("select[name=reason], input[name=reason]").first.wait_for()
    choice = form.locator("select[name=reason]")
    if choice.count():
        choice.select_option(index=1)
    else:
        form.locator("input[name=reason]").first.check()
    form.locator("button[type=submit]").click()
    page.wait_for_load_state("load")
    assert certificate in page.content()
    page.goto(f"{demo.address}/people/7/record/")
    assert "沈知微" in page.inner_text("main")


def test_search_finds_whole_numbers_only_and_keeps_them_out_of_the_address(demo, signed) -> None:
    certificate = (demo.county / "truth/people.csv").read_text("utf-8").splitlines()[5].split(",")[2]
    page = signed("officer")
    page.fill("#number-search", certificate)
    page.press("#number-search", "Enter")
    page.wait_for_load_state("load")
    assert certificate not in page.url
    assert re.search(r"/people/\d+/", page.content())
    page.fill("#number-search", certificate[:10])
    page.press("#number-search", "Enter")
    page.wait_for_load_state("load")
    assert "/people/" not in page.inner_html("main") or "完整" in page.inner_text("main")


@pytest.mark.req("AD02", "AD04")
def test_a_file_with_wrong_rows_is_previewed_corrected_and_sent_again(demo, signed, tmp_path) -> None:
    source = next((demo.county / "残联").glob("*.xlsx"))
    book = load_workbook(source)
    sheet = book.active
    header = next(row for row in sheet.iter_rows() if any("残疾人证" in str(cell.value) for cell in row))
    column = next(cell.column for cell in header if "残疾人证" in str(cell.value))
    target = sheet.cell(header[0].row + 1, column)
    right = str(target.value)
    target.value = f"{right[:17]}{'1' if right[17] != '1' else '2'}{right[18:]}"
    spoilt = tmp_path / "持证残疾人名册_2025-01.xlsx"
    book.save(spoilt)
    page = signed("sender")
    page.goto(f"{demo.address}/files/upload/")
    page.set_input_files("input[type=file]", spoilt)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/files/\d+/"))
    page.fill("input[type=date]", "2025-01-05")
    page.click("text=读取并预览")
    page.wait_for_selector("text=待更正", timeout=90_000)
    assert right[:17] not in page.inner_text("main"), "a number stands open on the page"
    assert violations(page) == []


@pytest.mark.req("NI09", "AD13")
def test_the_report_of_the_audit_is_a_set_of_pages(demo, signed) -> None:
    page = signed("officer")
    said = watched(page)
    page.goto(f"{demo.address}/audits/1/")
    page.click("text=打开核对报告")
    page.wait_for_load_state("load")
    assert "/audits/1/report/" in page.url
    assert page.evaluate("getComputedStyle(document.querySelector('.product')).fontWeight") == "700", "no style"
    page.goto(f"{demo.address}/audits/1/report/leads.html")
    page.locator("main a[href*='persons/']").first.click()
    page.wait_for_load_state("load")
    assert violations(page) == []
    page.click("a.product")
    page.wait_for_url(f"{demo.address}/audits/1/")
    assert said == []
