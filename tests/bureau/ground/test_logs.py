"""No line of a log names a person: neither by number nor by what a database error quotes of its statement."""

from __future__ import annotations

import logging

import pytest
from django.db import DatabaseError, connection, transaction

from tuodi.platform.ground.logs import Masked, masked

pytestmark = pytest.mark.req("AD05", "EG06")


def test_a_number_is_cut(db) -> None:
    assert masked("查 990121196804121019 无") == "查 9901************** 无"


NAME = "苏青禾"


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM registry_person WHERE name = %s AND region_path <@ 'a b'", "SELECT %s::date", "SELECT %s FROM x"],
)
def test_a_failed_statement_is_told_without_the_name_in_it(db, statement: str) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [NAME])
    except DatabaseError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "fault", (), (type(error), error, error.__traceback__))
    assert Masked().filter(record)
    assert "psycopg.errors" in record.exc_text
    assert NAME not in record.exc_text
