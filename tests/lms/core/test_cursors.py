"""Statements that are written out: values travel beside them, all else is Django's."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lms.accounts.models import User
from lms.core.cursors import bound_cursor
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
TABLE = User._meta.db_table


def test_values_come_back_as_they_went():
    name = "O'Brien %s \\ 张伟"
    user = UserFactory(display_name="before")
    with bound_cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET display_name = %s WHERE id = %s", [name, user.pk]
        )
    user.refresh_from_db()
    assert user.display_name == name


def test_statements_are_counted_and_errors_are_djangos():
    first, second = UserFactory(), UserFactory()
    with (
        CaptureQueriesContext(connection) as seen,
        pytest.raises(IntegrityError),
        transaction.atomic(),
        bound_cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE {TABLE} SET email = %s WHERE id = %s", [first.email, second.pk]
        )
    assert any("UPDATE" in query["sql"] for query in seen.captured_queries)


def test_other_statements_go_on_as_before():
    with bound_cursor() as cursor:
        cursor.execute("SELECT 1")
        bound = type(cursor.cursor)
    with connection.cursor() as cursor:
        usual = type(cursor.cursor)
    is_postgres = connection.vendor == "postgresql"
    assert (bound is not usual) is is_postgres
