"""Who sees what is decided by the database: passes, regions, organisations, roles."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from bureau.county import NEIGHBOUR, OWN
from tuodi.platform.ground import passes
from tuodi.platform.ground.passes import enter, sign
from tuodi.platform.places.models import Organisation, path_of
from tuodi.platform.registry.models import Person

pytestmark = pytest.mark.req("AD05", "EG06")


def person(county: str, name: str = "苏青禾") -> Person:
    path = path_of(county[:6] + "001001")
    return Person.objects.create(name=name, region_path=path, places=[path])


def test_without_a_pass_there_is_nothing(db, standing) -> None:
    standing("insurance_officer")
    person(OWN)
    assert Person.objects.count() == 1
    passes.forget()
    assert Person.objects.count() == 0


@pytest.mark.parametrize(("county", "seen"), [("own", 1), ("neighbour", 0), ("foreign", 0)])
def test_a_county_sees_its_own(db, standing, county, seen) -> None:
    standing("insurance_officer", "own")
    person(OWN)
    standing("insurance_officer", county)
    assert Person.objects.count() == seen


def test_a_township_sees_its_villages_only(db, standing) -> None:
    standing("insurance_officer")
    person(OWN)
    path = path_of("990121002001")
    Person.objects.create(name="陆望秋", region_path=path, places=[path])
    standing("township_worker")
    assert [one.name for one in Person.objects.all()] == ["苏青禾"]


def test_a_row_outside_the_scope_cannot_be_written(db, standing) -> None:
    standing("insurance_officer", "own")
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        person(NEIGHBOUR)


def test_a_role_without_the_right_cannot_write(db, standing) -> None:
    standing("auditor")
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        person(OWN)


def test_a_forged_or_old_pass_opens_nothing(db, standing) -> None:
    standing("insurance_officer")
    person(OWN)
    good = sign("grant", db["insurance_officer", "own"])
    parts = good.split("|")
    other = "|".join([*parts[:3], str(db["auditor", "own"]), *parts[4:]])
    old = sign("grant", db["insurance_officer", "own"], -1)
    for word in ("", "1|1|grant|1|1|1|" + "0" * 64, other, old, good[:-1] + "z", "x" * 500, f"{good}|1"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('tuodi.pass', %s, true)", [word])
        assert Person.objects.count() == 0, word


def test_the_pass_ends_with_its_transaction(ground) -> None:
    with transaction.atomic():
        enter(ground["insurance_officer", "own"])
        assert Organisation.objects.exists()
    with transaction.atomic():
        assert not Organisation.objects.exists()
