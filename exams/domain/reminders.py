"""A word in the inbox when wrong answers wait to be repeated.

At most one a day, between 8:00 and 21:00 in China, none while the last one is unread,
and none to who has practiced the book today.
"""

from datetime import date, datetime, time

from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.domain.wrong_answers import due_count
from exams.enums import CardState
from exams.models import PracticeAnswer, WrongAnswerCard
from lms.accounts.models import User
from lms.core.clock import SHANGHAI, shanghai_date
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.notifications.models import Message

FIRST, LAST = time(8), time(21)
URL = "/learn/practice/"
PREFIX = "wrong-answers-"


def is_quiet(now: datetime) -> bool:
    """Tell whether people sleep or rest: before 8:00 and from 21:00 on, in China."""
    return not FIRST <= now.astimezone(SHANGHAI).time() < LAST


def remind_of_due_cards(*, now: datetime, limit: int = 500) -> int:
    """Send today's reminders that are still missing and return how many went out."""
    if is_quiet(now):
        return 0
    today = shanghai_date(now)
    key = f"{PREFIX}{today.isoformat()}"
    # The day may have begun yesterday in UTC: compare moments, not dates.
    midnight = datetime.combine(today, time(), SHANGHAI)
    handled = Message.objects.filter(dedupe_key=key).values("recipient")
    waiting = Message.objects.filter(
        dedupe_key__startswith=PREFIX, read_at__isnull=True
    ).values("recipient")
    practiced = PracticeAnswer.objects.filter(
        card__isnull=False, answered_at__gte=midnight
    ).values("learner")
    learners = (
        WrongAnswerCard.objects.filter(state=CardState.LEARNING, due_on__lte=today)
        .exclude(learner__in=handled)
        .exclude(learner__in=waiting)
        .exclude(learner__in=practiced)
        .filter(learner__is_active=True)
        .order_by()
        .values("learner")
        .annotate(count=Count("pk"))
        .values_list("learner", flat=True)[:limit]
    )
    people = User.objects.filter(pk__in=list(learners))
    return sum(_remind(person, key, today) for person in people)


def _remind(person: User, key: str, today: date) -> bool:
    count = due_count(user=person, on=today)
    if not count:
        return False
    with translation.override(person.language):
        notify(
            recipient=person,
            kind=MessageKind.EXAM,
            subject=ngettext(
                "%(count)d wrong answer waits to be repeated",
                "%(count)d wrong answers wait to be repeated",
                count,
            )
            % {"count": count},
            body=_("A few minutes today keep them in your memory."),
            url=URL,
            email=False,
            dedupe_key=key,
        )
    return True
