"""No table is forgotten: protection, zones, a grade for every column; triggers and rights as declared."""

from __future__ import annotations

import pytest
from django.db import connections

from tuodi.platform.ground.grades import Grade
from tuodi.platform.ground.protection import FOREIGN, OPEN, protected_models
from tuodi.platform.ground.zones import EVERYWHERE

MODELS = sorted(protected_models(), key=lambda model: model._meta.db_table)
PROTECTED = [model for model in MODELS if getattr(model, "protection", None) is not None]
WITHOUT = {
    "ground_installation": "one row: which zone this is",
    "ground_domain": "names of domains",
    "ground_passkey": "closed to the program altogether",
    "ground_datakey": "keys wrapped by one that lies outside",
    "accounts_right": "what roles.yaml says",
}
"""Table of ours without policies → why no row of it concerns a person."""


def name(model) -> str:
    return model._meta.db_table


@pytest.fixture(scope="module")
def catalogue(ground):
    """What PostgreSQL itself says of every table."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind IN ('r', 'p')"
        )
        tables = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute("SELECT tablename, policyname, cmd FROM pg_policies WHERE schemaname = 'public'")
        policies: dict[str, set[tuple[str, str]]] = {}
        for table, policy, command in cursor.fetchall():
            policies.setdefault(table, set()).add((policy, command))
    return tables, policies


@pytest.mark.req("AD05")
@pytest.mark.parametrize("model", MODELS, ids=name)
def test_every_column_has_a_grade_and_every_table_its_zones(model) -> None:
    columns = {field.name for field in model._meta.concrete_fields}
    assert columns == set(model.grades), "a column without a grade, or a grade without a column"
    assert model.zones
    assert model.zones <= EVERYWHERE


def test_every_table_is_known(catalogue) -> None:
    tables, _policies = catalogue
    ours = {name(model) for model in MODELS}
    assert set(tables) == ours | (set(tables) & (FOREIGN.keys() | OPEN.keys()))
    assert {name(model) for model in MODELS if model not in PROTECTED} == WITHOUT.keys()


def test_the_program_owns_nothing(catalogue) -> None:
    tables, _policies = catalogue
    assert {owner for _on, _forced, owner in tables.values()} == {"tuodi_owner"}


@pytest.mark.req("AD05", "EG06")
@pytest.mark.parametrize("table", sorted([*(name(model) for model in PROTECTED), *FOREIGN]))
def test_row_level_security_is_on_and_forced(catalogue, table) -> None:
    tables, policies = catalogue
    if table in FOREIGN and table not in tables:
        pytest.fail(f"{table} is named and does not exist")
    on, forced, _owner = tables[table]
    assert (on, forced) == (True, True)
    assert policies[table]


@pytest.mark.parametrize("model", PROTECTED, ids=name)
def test_the_program_may_delete_nothing_that_concerns_a_person(ground, model) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, 'DELETE'), has_table_privilege(%s, 'TRUNCATE')", [name(model)] * 2
        )
        assert cursor.fetchone() == (False, False)


@pytest.mark.parametrize("model", PROTECTED, ids=name)
def test_without_a_pass_no_row_is_seen_and_none_written(db, model) -> None:
    from django.db import connection

    from tuodi.platform.ground import passes

    passes.forget()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name(model)}")
        assert cursor.fetchone() == (0,)


def test_sealed_columns_are_of_the_highest_grade() -> None:
    for model in MODELS:
        for column, graded in model.grades.items():
            if column.endswith(("_sealed", "_digest")) or column == "sealed":
                if column == "file_digest":
                    continue
                assert graded.grade == Grade.HIGHLY_SENSITIVE, f"{name(model)}.{column}"


def test_a_new_table_of_a_library_stops_the_installation(ground) -> None:
    from tuodi.platform.ground.protection import protect_all

    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE stray (id int)")
        try:
            with pytest.raises(LookupError, match="stray"):
                protect_all()
        finally:
            cursor.execute("DROP TABLE stray")
