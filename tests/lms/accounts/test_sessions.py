"""Sessions end, and leave the database."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from lms.accounts.tasks import clear_sessions
from lms.celery import app

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def test_expired_sessions_are_removed_and_others_kept():
    now = timezone.now()
    for key, lasting in (("old", -1), ("new", 1)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=now + timedelta(days=lasting)
        )

    clear_sessions()

    assert [s.session_key for s in Session.objects.all()] == ["new"]


def test_beat_calls_tasks_that_exist():
    app.loader.import_default_modules()

    missing = {e["task"] for e in app.conf.beat_schedule.values()} - set(app.tasks)

    assert missing == set()
    assert "accounts.clear_sessions" in app.conf.beat_schedule
