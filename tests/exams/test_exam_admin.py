"""The rules of an exam in the editors' admin."""

import pytest
from django.test import Client
from django.urls import reverse

from exams.domain.entry import is_access_code
from exams.models import Exam
from lms.audit.models import AuditEvent
from tests.factories.accounts import SuperuserFactory
from tests.factories.exams import ExamFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def editor():
    client = Client()
    client.force_login(SuperuserFactory())
    return client


@pytest.fixture
def exam():
    return ExamFactory(access_code_hash="salt$hash")


def fields(exam, **changes):
    return {
        "title": exam.title,
        "slug": exam.slug,
        "kind": "formal",
        "paper": exam.paper_id,
        "duration_seconds": 90,
        "grace_seconds": 30,
        "pause_between_seconds": 0,
        "pass_mark": "0.6",
        "audience": "public",
        "opens_at": "2026-12-01 09:00",
        "closes_at": "",
        "ends_at": "",
    } | changes


def save(editor, exam, **changes):
    address = reverse("exam-deliveries:edit", args=[exam.pk])
    answer = editor.post(address, fields(exam, **changes))
    if answer.status_code == 302:
        return {}
    return answer.context["form"].errors


def test_minutes_are_written_and_seconds_kept(editor, exam):
    assert save(editor, exam, entry_limit_seconds=15, pause_between_seconds=5) == {}
    exam.refresh_from_db()
    assert exam.duration_seconds == 5400
    assert (exam.entry_limit_seconds, exam.pause_between_seconds) == (900, 300)
    page = editor.get(reverse("exam-deliveries:edit", args=[exam.pk]))
    assert page.context["form"]["duration_seconds"].value() == 90


def test_a_code_is_set_kept_and_removed_and_never_shown(editor, exam):
    assert save(editor, exam, new_access_code="Lanzhou-7") == {}
    kept = Exam.objects.get().access_code_hash
    assert is_access_code("lanzhou-7", kept=kept)
    assert save(editor, exam) == {}
    assert Exam.objects.get().access_code_hash == kept
    page = editor.get(reverse("exam-deliveries:edit", args=[exam.pk]))
    assert "anzhou" not in page.content.decode()
    assert save(editor, exam, remove_access_code="on") == {}
    assert Exam.objects.get().access_code_hash == ""
    events = AuditEvent.objects.filter(verb="exam_rules_changed").order_by("pk")
    assert "new_access_code" in events.first().data["fields"]
    assert "anzhou" not in str([event.data for event in events])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes_at": "2026-12-01 08:00"}, "closes_at"),
        ({"ends_at": "2026-12-01 08:00"}, "ends_at"),
        (
            {"closes_at": "2026-12-01 10:00", "ends_at": "2026-12-01 10:00"},
            "ends_at",
        ),
        ({"opens_at": "", "entry_limit_seconds": 10}, "entry_limit_seconds"),
        ({"allowed_networks": "10.0.0.0/8\n300.1.1.1"}, "allowed_networks"),
        ({"safe_browser_config_keys": "abc"}, "safe_browser_config_keys"),
        (
            {"new_access_code": "a-code", "remove_access_code": "on"},
            "remove_access_code",
        ),
        ({"new_access_code": "abc"}, "new_access_code"),
        ({"duration_seconds": 0}, "duration_seconds"),
    ],
)
def test_a_mistake_is_named_at_its_field(editor, exam, changes, field):
    assert list(save(editor, exam, **changes)) == [field]
    exam.refresh_from_db()
    assert exam.duration_seconds == 3600
