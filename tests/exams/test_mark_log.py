"""The first marks, written at once: what lies in the table is what the ORM writes."""

import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from exams.domain.mark_log import append_first_marks
from exams.enums import MarkSource
from exams.models import Mark
from tests.exams.conftest import NOW

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

VALUES = [
    ([], None, Decimal(2)),
    (["B"], Decimal(0), Decimal(1)),
    (["甲", 'a "quoted" \\ text', ""], Decimal("0.33"), Decimal("1.50")),
    (["😀 \u2028 %s"], Decimal("-0.25"), Decimal("1000.05")),
]


def marks_of(attempt):
    return [
        Mark(
            attempt=attempt,
            position=position,
            source=MarkSource.AUTOMATIC,
            value=value,
            raw=raw,
            max=maximum,
            marked_at=NOW,
        )
        for position, (value, raw, maximum) in enumerate(VALUES, start=1)
    ]


def stored(attempt):
    """Return the rows as the database keeps them, below the ORM's conversions."""
    columns = (
        "position, number, source, examiner_id, value, raw, max, comment, marked_at"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM exams_mark WHERE attempt_id = %s ORDER BY position",
            [attempt.pk],
        )
        return cursor.fetchall()


def test_the_rows_are_those_of_the_orm(attempt):
    with transaction.atomic():
        Mark.objects.bulk_create(marks_of(attempt))
        expected = [without_blanks(row) for row in stored(attempt)]
        read = list(attempt.marks.values_list("position", "value", "raw", "max"))
        transaction.set_rollback(True)
    append_first_marks(marks=marks_of(attempt))
    assert [without_blanks(row) for row in stored(attempt)] == expected
    assert list(attempt.marks.values_list("position", "value", "raw", "max")) == read
    assert [row[1:] for row in read] == VALUES


def without_blanks(row):
    """JSON text may be written with or without blanks and escapes."""
    return [*row[:4], json.loads(row[4]), *row[5:]]


def test_no_marks_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        append_first_marks(marks=[])


def test_a_second_first_mark_is_refused(attempt):
    append_first_marks(marks=marks_of(attempt))
    with pytest.raises(IntegrityError), transaction.atomic():
        append_first_marks(marks=marks_of(attempt)[:1])
    assert attempt.marks.count() == len(VALUES)
