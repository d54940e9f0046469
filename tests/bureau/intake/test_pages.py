"""The pages of intake answer for those who may open them, show what is there, and mask what a role may not see."""

from __future__ import annotations

import pytest

from bureau.intake.lists import civil_affairs

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
