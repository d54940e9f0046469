"""A file is taken in: sealed on disk, recognised, limited in size; whose it is and on what footing."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from bureau.intake.lists import charity, civil_affairs, deaths, number
from tuodi.errors import UsageError
from tuodi.platform.ground.sealing import SealError
from tuodi.platform.intake import store
from tuodi.platform.intake.models import Agreement
from tuodi.platform.intake.receiving import Brought, receive
from tuodi.platform.intake.store import RefusedFileError, opened, take_in
from tuodi.platform.intake.terms import agree, months_later
from tuodi.platform.places.models import Organisation


def place_of(digest: str) -> Path:
    return Path(settings.TUODI_HOME) / "deliveries" / digest[:2] / digest


def test_a_stored_file_is_sealed_and_comes_back(db, standing, nothing_plain) -> None:
    standing("insurance_officer")
    content = b"".join(f"{number(place)},invented\n".encode() for place in range(1, 900)) * 60
    stored = take_in(BytesIO(content))
    assert stored.size == len(content) > 1 << 20
    raw = place_of(stored.digest).read_bytes()
    assert number(1).encode() not in raw
    assert place_of(stored.digest).stat().st_mode & 0o077 == 0
    with opened(stored.digest, "x.CSV") as path:
        assert path.suffix == ".csv"
        assert path.read_bytes() == content
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.exists()


@pytest.mark.parametrize("at", [30, 200, -3])
def test_a_stored_file_that_was_altered_is_not_read(db, standing, at, nothing_plain) -> None:
    standing("insurance_officer")
    stored = take_in(BytesIO(b"invented" * 100))
    path = place_of(stored.digest)
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises((SealError, ValueError)), opened(stored.digest, "x.csv"):
        pass
    path.unlink()


def test_a_file_that_was_cut_off_is_not_read(db, standing, nothing_plain) -> None:
    standing("insurance_officer")
    stored = take_in(BytesIO(b"0123456789" * 300_000))
    path = place_of(stored.digest)
    path.write_bytes(path.read_bytes()[: 1 << 20])
    with pytest.raises(SealError), opened(stored.digest, "x.csv"):
        pass
    path.unlink()


def test_an_empty_file_is_refused(received) -> None:
    with pytest.raises(RefusedFileError, match="空"):
        received(b"")


def test_a_file_over_the_limit_is_refused_and_nothing_stays(received, monkeypatch) -> None:
    monkeypatch.setenv("TUODI_FILE_LIMIT_MB", "1")
    before = set((Path(settings.TUODI_HOME) / "deliveries").rglob("*"))
    with pytest.raises(RefusedFileError, match="1 MB"):
        received(b"x" * (1 << 20) + b"y")
    assert set((Path(settings.TUODI_HOME) / "deliveries").rglob("*")) == before


def test_a_limit_that_is_no_number_is_said(monkeypatch) -> None:
    monkeypatch.setenv("TUODI_FILE_LIMIT_MB", "many")
    with pytest.raises(UsageError, match="many"):
        store.limit()


@pytest.mark.parametrize(
    ("file", "name", "source"),
    [
        (civil_affairs(), "十月发放.xlsx", "civil_affairs_monthly"),
        (deaths(1, 2), "名单.xlsx", "deaths"),
        (charity(), "红十字会救助台账.csv", "red_cross_ledger"),
    ],
)
def test_the_source_is_recognised(received, file, name, source) -> None:
    delivery = received(file, name, "")
    assert delivery.guesses[0]["code"] == source
    assert delivery.state == "received"


def test_a_picture_is_refused_with_the_reason(received) -> None:
    delivery = received(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "名册.xlsx", "")
    assert delivery.state == "refused"
    assert delivery.problem


def test_an_unknown_source_names_the_nearest(received) -> None:
    with pytest.raises(UsageError, match="civil_affairs_monthly"):
        received(civil_affairs(), source="civil_affairs_month")


@pytest.mark.req("AD02")
def test_a_delivery_carries_the_terms_of_its_template(received) -> None:
    delivery = received(civil_affairs())
    assert delivery.organisation.kind == "civil_affairs"
    assert "个人信息保护法" in delivery.legal_basis
    assert delivery.purpose
    assert delivery.expires_on > date(2030, 1, 1)


def test_an_agreement_comes_before_the_template_and_for_later_files_only(received, grant) -> None:
    first = received(civil_affairs())
    office = Organisation.objects.get(pk=first.organisation_id)
    made = agree(
        "civil_affairs_monthly", office, legal_basis="县政府令第 3 号", purpose="核对", number="数共〔2026〕1 号",
        retention_months=12,
    )  # fmt: skip
    later = received(civil_affairs("2026年9月"))
    assert (later.legal_basis, later.agreement) == ("县政府令第 3 号", "数共〔2026〕1 号")
    first.refresh_from_db()
    assert first.agreement == ""
    agree("civil_affairs_monthly", office, legal_basis="又一份", purpose="核对", number="", retention_months=24)
    made.refresh_from_db()
    assert made.ended_at is not None
    assert Agreement.objects.filter(source="civil_affairs_monthly", ended_at__isnull=True).count() == 1


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 1), 60, date(2031, 12, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, there) -> None:
    assert months_later(day, months) == there


def test_a_name_with_folders_is_only_a_name(grant) -> None:
    delivery = receive(civil_affairs(), Brought("C:\\数据\\..\\名册.xlsx", "page", "civil_affairs_monthly"), grant())
    assert delivery.file_name == "名册.xlsx"
