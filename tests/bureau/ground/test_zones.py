"""An installation is in one zone: pages and rows of another are not there."""

from __future__ import annotations

import pytest
from django.db import connections, transaction
from django.urls import get_resolver

from tuodi.errors import UsageError
from tuodi.platform.ground.installing import install
from tuodi.platform.ground.pages import FOREIGN, page_of
from tuodi.platform.ground.passes import enter
from tuodi.platform.ground.zones import EVERYWHERE


def every_page():
    """Name and view of every address of ours."""

    def walk(patterns, before=""):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, before)
            else:
                yield pattern

    return list(walk(get_resolver().url_patterns))


PAGES = every_page()


@pytest.mark.parametrize("pattern", PAGES, ids=lambda pattern: str(pattern.name))
def test_every_page_declares_its_zones(pattern) -> None:
    class Match:
        func = pattern.callback
        view_name = pattern.name

    declared = page_of(Match)
    if pattern.name == "api-root":  # an address of the library's that nobody declares is not there: see the matrix
        assert declared is None
        return
    assert declared is not None, f"{pattern.name}: no page(zones=…)"
    assert declared.zones
    assert declared.zones <= EVERYWHERE


def test_the_list_of_foreign_pages_is_not_longer_than_it_must_be() -> None:
    assert FOREIGN.keys() <= {pattern.name for pattern in PAGES}


def test_an_installation_does_not_change_its_zone(ground, settings_zone) -> None:
    with settings_zone("extranet"), pytest.raises(UsageError, match="zone"):
        install()


@pytest.fixture
def settings_zone():
    """``with settings_zone("extranet"):`` the program believes to be there."""
    from django.test import override_settings

    return lambda zone: override_settings(TUODI_ZONE=zone)


@pytest.mark.parametrize(
    ("zone", "persons", "bills"),
    [("all", True, True), ("insurance", True, True), ("extranet", True, False), ("internet", False, False)],
)
def test_the_database_shows_rows_of_its_own_zone_only(ground, zone, persons, bills) -> None:
    """Whatever the program believes: the zone stands in the database, and only the owner writes it."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE ground_installation SET zone = %s", [zone])
        enter(ground["insurance_officer", "own"], using="owner")
        cursor.execute("SELECT tuodi.scope('person', 'read'), tuodi.scope('settlement', 'read')")
        assert [found is not None for found in cursor.fetchone()] == [persons, bills]
        transaction.set_rollback(True, using="owner")


def test_a_page_outside_the_zone_is_not_there(db, signed_in, settings_zone) -> None:
    client = signed_in("insurance_officer")
    assert client.get("/audits/").status_code == 200
    with settings_zone("extranet"):
        assert client.get("/audits/").status_code == 404
