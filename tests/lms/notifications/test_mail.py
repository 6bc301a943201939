"""E-mails as rows: none lost, none twice."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from lms.notifications.domain import mail as deliveries
from lms.notifications.domain.mail import (
    queue_rendered_email,
    send_delivery,
    send_due_emails,
)
from lms.notifications.models import EmailDelivery
from lms.notifications.tasks import send_email, sweep_emails

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def letter():
    return queue_rendered_email(
        to="li@example.org", subject="你 \n 好", text="正文", html="<p>正文</p>"
    )


@pytest.fixture
def server_refuses(monkeypatch):
    def refuse(self, *args, **kwargs):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)


class Killed(BaseException):
    """Stands for `kill -9`: nothing catches it."""


def test_letter_is_sent_once_whoever_asks(letter):
    now = timezone.now()

    assert send_delivery(delivery_id=letter.pk, now=now)
    assert not send_delivery(delivery_id=letter.pk, now=now)
    send_email(letter.pk)
    sweep_emails()

    assert [m.subject for m in mail.outbox] == ["你 好"]
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("sent", 1)
    assert (
        mail.outbox[0].extra_headers["Message-ID"].startswith(f"<{letter.public_id}@")
    )


def test_lost_task_is_found_by_the_sweep(letter):
    sweep_emails()

    assert len(mail.outbox) == 1


def test_refused_letter_waits_longer_each_time(letter, server_refuses):
    now = timezone.now()
    waits = []
    for _turn in range(3):
        assert not send_delivery(delivery_id=letter.pk, now=now)
        letter.refresh_from_db()
        waits.append(letter.run_after - now)
        assert send_due_emails(now=letter.run_after - timedelta(seconds=1)) == 0
        now = letter.run_after

    assert waits == [timedelta(minutes=m) for m in (1, 2, 4)]
    assert letter.state == "queued"
    assert "SMTPServerDisconnected" in letter.error


def test_letter_is_given_up_after_eight_attempts(letter, server_refuses):
    now = timezone.now()
    for _turn in range(10):
        send_due_emails(now=now)
        now += timedelta(days=1)

    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("failed", 8)


def test_recovered_server_gets_the_letter_once(letter, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    send_due_emails(now=timezone.now())
    monkeypatch.undo()

    assert send_due_emails(now=timezone.now() + timedelta(minutes=2)) == 1
    assert len(mail.outbox) == 1


def test_worker_killed_before_handing_over_is_replaced(letter, monkeypatch):
    def die(**kwargs):
        raise Killed

    monkeypatch.setattr(deliveries, "_hand_over", die)
    now = timezone.now()
    with pytest.raises(Killed):
        send_delivery(delivery_id=letter.pk, now=now)
    monkeypatch.undo()

    assert send_due_emails(now=now + timedelta(minutes=1)) == 0
    assert send_due_emails(now=now + timedelta(minutes=3)) == 1
    assert len(mail.outbox) == 1


def test_worker_killed_after_handing_over_does_not_send_twice(letter, monkeypatch):
    real = EmailMultiAlternatives.send

    def send_and_die(self, *args, **kwargs):
        real(self)
        raise Killed

    monkeypatch.setattr(EmailMultiAlternatives, "send", send_and_die)
    now = timezone.now()
    with pytest.raises(Killed):
        send_delivery(delivery_id=letter.pk, now=now)
    monkeypatch.undo()
    for minutes in (3, 60):
        send_due_emails(now=now + timedelta(minutes=minutes))

    letter.refresh_from_db()
    assert len(mail.outbox) == 1
    assert (letter.state, letter.error) == ("failed", "outcome_unknown")


def test_worker_that_lost_its_lease_hands_nothing_over(letter):
    now = timezone.now()
    slow = deliveries._claim(delivery_id=letter.pk, worker="slow", now=now)
    later = now + timedelta(minutes=3)
    fast = deliveries._claim(delivery_id=letter.pk, worker="fast", now=later)

    assert not deliveries._hand_over(delivery=slow, worker="slow", now=later)
    assert deliveries._hand_over(delivery=fast, worker="fast", now=later)


def test_secret_text_is_erased_once_sent():
    secret = queue_rendered_email(
        to="li@example.org",
        subject="s",
        text="link",
        html="<p>link</p>",
        is_secret=True,
    )

    send_delivery(delivery_id=secret.pk, now=timezone.now())

    secret.refresh_from_db()
    assert (secret.text, secret.html) == ("", "")
    assert "link" in mail.outbox[0].body


def test_header_injection_is_flattened():
    queue_rendered_email(
        to="li@example.org", subject="a\r\nBcc: x@example.org", text="t"
    )

    assert EmailDelivery.objects.get().subject == "a Bcc: x@example.org"
