"""Worlds around an exam."""

from datetime import UTC, datetime, timedelta

import pytest

from exams.domain.attempts import start_attempt
from exams.domain.writers import open_writer
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def candidate(db):
    return UserFactory()


@pytest.fixture
def exam(db):
    """Three single choices, A is right in each; 60% to pass; an hour, 30 s grace."""
    return ExamFactory()


@pytest.fixture
def attempt(exam, candidate):
    return start_attempt(exam=exam, candidate=candidate, now=NOW)


@pytest.fixture
def writer(attempt):
    return open_writer(attempt=attempt, client_key="tab-1", now=NOW)


@pytest.fixture
def later():
    return lambda seconds: NOW + timedelta(seconds=seconds)
