"""History is guarded by the database itself, not by our code alone."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from courses.models import Syllabus
from lms.core.append_only import PREFIX
from lms.core.models import AppendOnlyModel
from tests.factories.courses import make_published_course

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

# Erasure by law takes salt and data of single rows away; `audit_trail` finds any
# other change (architecture, decision 8).
ERASABLE = {"audit_auditevent"}


def guarded_tables():
    if connection.vendor == "postgresql":
        query = (
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgname LIKE %s"
        )
    else:
        query = (
            "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' "
            "AND name LIKE %s GROUP BY tbl_name HAVING COUNT(*) = 2"
        )
    with connection.cursor() as cursor:
        cursor.execute(query, [f"{PREFIX}%"])
        return {row[0] for row in cursor.fetchall()}


def test_every_table_of_history_is_under_guard():
    history = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, AppendOnlyModel)
    }

    assert len(history) > 15
    assert history - guarded_tables() == ERASABLE


@pytest.mark.parametrize(
    "statement",
    ["UPDATE courses_syllabus SET version = 99", "DELETE FROM courses_syllabus"],
)
def test_the_database_refuses_to_change_history(statement):
    make_published_course(kinds=("document",))
    before = list(Syllabus.objects.values())
    assert before

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert list(Syllabus.objects.values()) == before
