"""The paths that people wait for: saving an answer, searching, checking a number."""

import io

import pytest
from django.db import connection, transaction
from django.test import Client

from certificates.domain.issuing import attach_pdf, issue_certificate
from certificates.domain.rendering import render_pdf
from certificates.domain.verification import verify_number
from exams.domain.attempts import start_attempt
from exams.domain.writers import open_writer
from exams.models import ResponseEvent
from lms.core.clock import now
from tests.benchmarks.measure import milliseconds, show
from tests.factories.accounts import UserFactory
from tests.factories.certificates import CompletedEnrollmentFactory, TemplateFactory
from tests.factories.exams import ExamFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TIMES = 200


def test_saving_an_answer():
    attempt = start_attempt(exam=ExamFactory(), candidate=UserFactory(), now=now())
    writer = open_writer(attempt=attempt, client_key="bench", now=now())
    client = Client()

    def save(turn):
        answer = client.put(
            f"/api/v1/attempts/{attempt.public_id}/responses",
            {"events": [{"seq": turn + 1, "position": 1, "value": ["A"]}]},
            content_type="application/json",
            headers={"Authorization": f"Attempt {writer.token}"},
        )
        assert answer.status_code == 200

    saved = milliseconds(save, times=TIMES)
    assert ResponseEvent.objects.count() == TIMES + 1
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (id integer, body text)")

    def insert(turn):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_floor VALUES (%s, 'A')", [turn])

    floor = milliseconds(insert, times=TIMES)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_floor")
    show("PUT responses", saved, floor, "one committed INSERT")


def test_checking_a_certificate_and_making_its_document():
    TemplateFactory()
    issued = issue_certificate(enrollment=CompletedEnrollmentFactory(), now=now())
    certificate = attach_pdf(certificate_id=issued.pk)

    def read(turn):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM certificates_certificate WHERE number = %s",
                [certificate.number],
            )
            cursor.fetchone()

    floor = milliseconds(read, times=TIMES)
    checked = milliseconds(
        lambda turn: verify_number(number=certificate.number, now=now()), times=TIMES
    )
    show("verify_number", checked, floor, "one SELECT by number")

    facts = certificate.facts
    rendered = milliseconds(lambda turn: render_pdf(payload=facts), times=20)
    floor = milliseconds(lambda turn: empty_page(), times=20)
    show("render_pdf", rendered, floor, "an empty page of reportlab")


def empty_page():
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(io.BytesIO())
    canvas.showPage()
    canvas.save()
