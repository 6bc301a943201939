"""The first marks of an attempt, written as one document.

Handing in scores the whole paper while the candidate waits. Making a hundred rows
through the ORM takes longer than judging and storing them; here the database takes
the list apart. Names come from the model, and what is stored is what
`Mark.objects.bulk_create` would store: a test compares both.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from exams.models import Mark

_TABLE = Mark._meta.db_table  # noqa: SLF001 -- Django's public name for it
_COLUMNS = (
    f"INSERT INTO {_TABLE} (attempt_id, source, marked_at, number, comment,"
    " position, value, raw, max) SELECT %s, %s, %s, 1, '', "
)
_INSERTS = {
    "postgresql": _COLUMNS
    + "(row->>0)::int, row->1, (row->>2)::numeric, (row->>3)::numeric"
    " FROM jsonb_array_elements(%s::jsonb) AS row",
    "sqlite": _COLUMNS + "json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
    " json_extract(value, '$[2]'), json_extract(value, '$[3]') FROM json_each(%s)",
}


def append_first_marks(*, marks: Sequence[Mark]) -> None:
    """Write the first, automatic marks of one attempt in one statement.

    Args:
        marks: unsaved, of the same attempt, source and moment; they stay without a
            primary key.
    """
    if not marks:
        return
    first = marks[0]
    rows = [
        (mark.position, mark.value, _points(mark.raw), _points(mark.max))
        for mark in marks
    ]
    moment: datetime = first.marked_at
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERTS[connection.vendor],
            [
                first.attempt_id,
                str(first.source),
                connection.ops.adapt_datetimefield_value(moment),
                json.dumps(rows, ensure_ascii=False),
            ],
        )


def _points(value: object) -> str | None:
    # As text: a JSON number would become a float on its way.
    return None if value is None else str(value)
