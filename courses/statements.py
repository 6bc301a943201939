"""xAPI statements: what happened, in the words that other systems read.

Source: xAPI 1.0.3 (IEEE 9274.1.1 keeps the form), verbs of the ADL vocabulary. A
statement's id follows from what happened, so that the same fact told twice, by an
export and by a delivery or after a crash, is the same statement.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

Statement = dict[str, Any]
VERBS = {
    verb: f"http://adlnet.gov/expapi/verbs/{verb}"
    for verb in ("experienced", "answered", "completed", "passed", "failed")
}
TYPES = {
    "course": "http://adlnet.gov/expapi/activities/course",
    "lesson": "http://adlnet.gov/expapi/activities/lesson",
    "question": "http://adlnet.gov/expapi/activities/cmi.interaction",
    "exam": "http://adlnet.gov/expapi/activities/assessment",
}
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
TAGS = {"zh-hans": "zh-Hans", "en": "en"}
# since and until (exclusive), and the organization it counted for or None for all.
Source = Callable[[datetime, datetime, int | None], Iterator[Statement]]
_sources: list[Source] = []


def register_statement_source(source: Source) -> Source:
    """Let an app tell of what happened in it; usable as a decorator."""
    if source not in _sources:
        _sources.append(source)
    return source


def statements_between(
    *, since: datetime, until: datetime, organization_id: int | None = None
) -> Iterator[Statement]:
    """Give the statements of a span of time, source by source, oldest first in each.

    Streams: memory does not grow with their number.
    """
    for source in _sources:
        yield from source(since, until, organization_id)


def activity(kind: str, key: UUID | str, titles: dict[str, str] | None) -> Statement:
    """Return an activity; its id is an address of this installation, for good."""
    definition: Statement = {"type": TYPES[kind]}
    if titles:
        definition["name"] = {TAGS.get(c, c): title for c, title in titles.items()}
    return {
        "objectType": "Activity",
        "id": f"{settings.SITE_URL}/xapi/activities/{kind}/{key}",
        "definition": definition,
    }


def statement_id(fact: str) -> str:
    """Return the id that follows from a fact, for export and delivery alike."""
    return str(uuid5(NAMESPACE_URL, f"{settings.SITE_URL}/xapi/facts/{fact}"))


def void_statement(*, voided: str, happened_at: datetime) -> Statement:
    """Say that an earlier statement no longer holds (xAPI 1.0.3, data 2.3.2).

    Args:
        voided: id of the earlier statement; there is one voiding of each.
        happened_at: when what it told was corrected.
    """
    return {
        "id": statement_id(f"voided:{voided}"),
        "version": "1.0.3",
        # The installation takes it back, not the person whom it was about.
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": settings.SITE_URL, "name": "installation"},
        },
        "verb": {"id": VOIDED, "display": {"en": "voided"}},
        "object": {"objectType": "StatementRef", "id": voided},
        "timestamp": happened_at.isoformat(),
    }


def written(statements: Iterable[Statement]) -> Iterator[str]:
    """Write `{"statements": [...]}` piece by piece: a year may hold millions."""
    yield '{"statements": ['
    for number, one in enumerate(statements):
        yield (",\n" if number else "\n") + json.dumps(one, ensure_ascii=False)
    yield "\n]}\n"


def build_statement(
    *,
    fact: str,
    subject_id: UUID | str,
    verb: str,
    obj: Statement,
    happened_at: datetime,
    parent: Statement | None = None,
    result: Statement | None = None,
) -> Statement:
    """Return one statement.

    The actor is the person's random `subject_id`: no name, no number. `fact` names
    what happened among all facts of this installation (`unit-completed:12:…`).
    """
    statement: Statement = {
        "id": statement_id(fact),
        "version": "1.0.3",
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": settings.SITE_URL, "name": str(subject_id)},
        },
        "verb": {"id": VERBS[verb], "display": {"en": verb}},
        "object": obj,
        "timestamp": happened_at.isoformat(),
    }
    if result:
        statement["result"] = result
    if parent is not None:
        statement["context"] = {"contextActivities": {"parent": [parent]}}
    return statement
