"""The inbox: one's own messages, once, in the language one reads."""

import pytest
from django.core import mail
from django.utils import timezone

from lms.notifications.domain import notify, unread_count
from lms.notifications.domain.messages import mark_read
from lms.notifications.models import EmailDelivery, Message
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def send(user, number=1, **fields):
    values = {
        "kind": "course",
        "subject": f"新课程{number}",
        "body": "请在本月内学完。",
        "url": "/learn/",
    }
    return notify(recipient=user, **(values | fields))


def test_message_lies_in_the_inbox_and_goes_out_by_mail(
    django_capture_on_commit_callbacks,
):
    user = UserFactory(email="li@example.org", display_name="李明")

    with django_capture_on_commit_callbacks(execute=True):
        send(user)

    assert unread_count(user) == 1
    (letter,) = mail.outbox
    assert letter.to == ["li@example.org"]
    assert "新课程1" in letter.subject
    assert "请在本月内学完。" in letter.body
    assert "/learn/" in letter.body
    assert letter.alternatives[0][1] == "text/html"
    assert EmailDelivery.objects.get().state == "sent"


def test_person_without_email_gets_the_message_all_the_same():
    user = UserFactory(email=None)

    send(user)

    assert unread_count(user) == 1
    assert not EmailDelivery.objects.exists()


def test_same_message_is_sent_once():
    user = UserFactory()

    one = send(user, dedupe_key="k")
    two = send(user, dedupe_key="k", subject="anders")

    assert one == two
    assert EmailDelivery.objects.count() == 1
    assert send(UserFactory(), dedupe_key="k") != one


def test_html_in_a_message_is_text(client, django_capture_on_commit_callbacks):
    user = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        send(user, body="<script>alert(1)</script>")
    client.force_login(user)

    page = client.get("/account/messages/").content.decode()

    assert "<script>alert" not in page
    assert "<script>alert" not in mail.outbox[0].alternatives[0][0]


def test_visitors_have_no_messages(client):
    assert unread_count(None) == 0
    assert not Message.objects.visible_to(None).exists()
    assert client.get("/account/messages/").status_code == 302


def test_nobody_reads_another_inbox(client):
    message = send(UserFactory())
    client.force_login(SuperuserFactory())

    assert "新课程1" not in client.get("/account/messages/").content.decode()
    response = client.post(f"/account/messages/{message.public_id}/")
    assert response.status_code == 404
    message.refresh_from_db()
    assert message.read_at is None


def test_opening_a_message_marks_it_and_leads_on(client):
    user = UserFactory()
    message = send(user)
    client.force_login(user)

    response = client.post(f"/account/messages/{message.public_id}/")

    assert response.url == "/learn/"
    assert unread_count(user) == 0


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example", "javascript:x"]
)
def test_message_never_leads_to_another_site(client, url):
    user = UserFactory()
    message = send(user, url=url)
    client.force_login(user)

    response = client.post(f"/account/messages/{message.public_id}/")

    assert response.url == "/account/messages/"


def test_first_reading_keeps_its_time():
    message, now = send(UserFactory()), timezone.now()

    mark_read(message=message, now=now)
    mark_read(message=message, now=timezone.now())

    assert message.read_at == now


def test_all_are_marked_at_once_and_only_one_s_own(client):
    user, other = UserFactory(), UserFactory()
    send(user), send(user), send(other)
    client.force_login(user)

    client.post("/account/messages/read/")

    assert (unread_count(user), unread_count(other)) == (0, 1)


@pytest.mark.parametrize("query", ["", "?show=unread", "?page=99", "?page=x"])
def test_inbox_costs_the_same_for_one_and_three(
    client, query, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    user = UserFactory()
    client.force_login(user)
    counts = []
    for _turn in range(2):
        send(user)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/account/messages/{query}").status_code == 200
        counts.append(len(queries))
        send(user)
    assert counts[0] == counts[1] <= 25


def test_inbox_says_when_it_is_empty(client):
    client.force_login(UserFactory())

    assert 'class="empty"' in client.get("/en/account/messages/").content.decode()
