"""A real PostgreSQL for the platform's tests: one cluster a process under the installation's own rules; what a test
writes is rolled back after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import django
import psycopg
import pytest

django.setup()

from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.test.utils import setup_test_environment

from bureau.county import FOREIGN, NEIGHBOUR, OWN, PASSWORD, REGIONS, offices, seat_of
from tuodi.platform.accounts.founding import found_user
from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.accounts.roles import roles
from tuodi.platform.ground.home import Home
from tuodi.platform.ground.installing import install
from tuodi.platform.ground.passes import enter
from tuodi.platform.ground.server import ADMIN
from tuodi.platform.places.loading import load_organisations, load_regions
from tuodi.platform.places.models import Organisation
from tuodi.platform.run import own_database

COUNTIES = {"own": OWN, "neighbour": NEIGHBOUR, "foreign": FOREIGN}


@dataclass(frozen=True)
class Seats:
    """The grants of the test users: ``seats["insurance_officer", "own"]``."""

    grants: dict[tuple[str, str], int]

    def __getitem__(self, key: tuple[str, str]) -> int:
        return self.grants[key]

    def user(self, role: str, county: str = "own") -> str:
        """The name with which that one signs in."""
        return f"{role}.{county}"


@pytest.fixture(scope="session")
def ground() -> Iterator[Seats]:
    """The installation: database, rules, two neighbouring counties and a foreign one, a user for each role in each."""
    setup_test_environment()
    # What a real one takes half a second for, four dozen times.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cluster = Home(settings.TUODI_HOME).cluster
    if own_database():
        cluster.start()
        cluster.prepare()
        # What is written here need not outlive the machine; waiting for its disk is most of the time otherwise.
        with psycopg.connect(cluster.url(ADMIN, "postgres"), autocommit=True) as admin:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                admin.execute(f"ALTER SYSTEM SET {name} = off")
            admin.execute("SELECT pg_reload_conf()")
    install("tests")
    load_regions(REGIONS, invented=True)
    held = {(one.kind, one.region_id): one for one in load_organisations(offices())}
    grants: dict[tuple[str, str], int] = {}
    for role in roles():
        for name, county in COUNTIES.items():
            office = held[seat_of(role, county)]
            made = found_user(
                f"{role}.{name}", f"{role} {name}", role, office, password=PASSWORD, service=role == "importer"
            )
            grants[role, name] = made.id
    yield Seats(grants)
    for connection in connections.all():
        connection.close()
    if own_database():
        cluster.stop()


@pytest.fixture
def db(ground: Seats) -> Iterator[Seats]:
    """Rows that a test writes are gone after it."""
    with transaction.atomic():
        yield ground
        transaction.set_rollback(True)


@pytest.fixture
def standing(db: Seats) -> Callable[..., None]:
    """``standing("insurance_officer", "own")``: what follows runs on that grant's pass."""

    def take(role: str, county: str = "own", reason: str = "") -> None:
        enter(db[role, county], reason=reason)

    return take


@pytest.fixture
def signed_in(db: Seats) -> Callable[..., Client]:
    """``signed_in("auditor")``: a browser in which that one has signed in."""
    from tuodi.platform.ground.passes import signing_in

    def client(role: str, county: str = "own") -> Client:
        signing_in()
        made = Client()
        made.force_login(
            User.objects.get(username=db.user(role, county)), "allauth.account.auth_backends.AuthenticationBackend"
        )
        return made

    return client


@contextmanager
def owner_rows() -> Iterator[None]:
    """Nothing is bound here: a transaction on the owner's connection that is rolled back."""
    with transaction.atomic(using="owner"):
        yield
        transaction.set_rollback(True, using="owner")


__all__ = ["COUNTIES", "Grant", "Organisation", "Seats", "owner_rows"]
