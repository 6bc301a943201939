"""The daily word that wrong answers wait: at most one, and never at night."""

from datetime import UTC, datetime, timedelta

import pytest

from exams.domain.reminders import is_quiet, remind_of_due_cards
from exams.domain.wrong_answers import review_card
from exams.models import WrongAnswerCard
from lms.core.clock import shanghai_date
from lms.notifications.models import EmailDelivery, Message
from tests.exams.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.exams import ItemBankFactory, make_item

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
TOMORROW = NOW + timedelta(days=1)


def put_card(learner, item=None):
    item = item or make_item(ItemBankFactory())
    return WrongAnswerCard.objects.create(
        learner=learner,
        item=item,
        revision=item.current_revision,
        due_on=shanghai_date(NOW),
        added_at=NOW - timedelta(days=1),
    )


def subjects():
    return list(Message.objects.values_list("recipient__email", "subject"))


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"),
    [(23, 59, True), (0, 0, False), (12, 59, False), (13, 0, True), (20, 0, True)],
)
def test_it_is_quiet_from_nine_in_the_evening_to_eight_in_china(hour, minute, quiet):
    assert is_quiet(datetime(2026, 11, 23, hour, minute, tzinfo=UTC)) is quiet


def test_one_message_a_day_in_the_inbox_without_mail():
    learner, other = UserFactory(), UserFactory()
    put_card(learner)
    put_card(learner)
    assert remind_of_due_cards(now=NOW) == 1
    assert remind_of_due_cards(now=NOW + timedelta(hours=2)) == 0
    assert subjects() == [(learner.email, "有2道错题等你复习")]
    assert Message.objects.get().url == "/learn/practice/"
    assert not EmailDelivery.objects.exists()
    assert not Message.objects.filter(recipient=other).exists()


def test_nothing_goes_out_at_night():
    put_card(UserFactory())
    assert remind_of_due_cards(now=NOW.replace(hour=14)) == 0
    assert subjects() == []


def test_an_unread_reminder_is_not_followed_by_another():
    put_card(UserFactory())
    remind_of_due_cards(now=NOW)
    assert remind_of_due_cards(now=TOMORROW) == 0
    Message.objects.update(read_at=TOMORROW)
    assert remind_of_due_cards(now=TOMORROW) == 1


def test_who_has_repeated_today_is_left_alone():
    learner = UserFactory()
    card = put_card(learner)
    put_card(learner)
    review_card(
        card=card,
        version=0,
        revision=card.revision,
        value=["A"],
        is_right=True,
        # 0:30 of the same day in China, the day before in UTC.
        now=NOW.replace(hour=16, minute=30) - timedelta(days=1),
    )
    assert remind_of_due_cards(now=NOW) == 0


def test_what_is_no_longer_asked_gives_no_reminder():
    put_card(UserFactory(), make_item(ItemBankFactory(allows_practice=False)))
    assert remind_of_due_cards(now=NOW) == 0


def test_the_reminder_speaks_the_language_of_its_reader():
    learner = UserFactory(language="en")
    put_card(learner)
    remind_of_due_cards(now=NOW)
    assert subjects() == [(learner.email, "1 wrong answer waits to be repeated")]
