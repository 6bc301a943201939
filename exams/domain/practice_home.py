"""What the page "Practice" shows."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from courses.models import Enrollment
from exams.domain.practice_pool import (
    TopicChoice,
    practicable_items,
    topic_choices,
)
from exams.domain.standing import TopicStanding, weak_topics
from exams.domain.wrong_answers import askable_cards
from exams.enums import ExamKind, PracticeKind
from exams.models import Exam, Favorite, PracticeSession
from lms.accounts.models import User
from lms.core.clock import shanghai_date

SHOWN_WEAK = 5
SHOWN_MOCK_EXAMS = 5


@dataclass(frozen=True, slots=True)
class PracticeHome:
    """All choices, and where the learner stopped."""

    due_count: int
    book_count: int
    favorite_count: int
    total_count: int
    open_sessions: list[PracticeSession]
    topics: list[TopicChoice]
    weak: list[TopicStanding]
    mock_exams: list[Exam]


def practice_home(*, user: User, language: str, now: datetime) -> PracticeHome:
    """Return what there is to practice. Number of queries: fixed."""
    today = shanghai_date(now)
    items = practicable_items(user=user, on=today)
    due_days = list(askable_cards(user=user, on=today).values_list("due_on", flat=True))
    weak = weak_topics(user=user)[:SHOWN_WEAK]
    return PracticeHome(
        due_count=sum(day <= today for day in due_days),
        book_count=len(due_days),
        favorite_count=Favorite.objects.filter(learner=user, item__in=items).count(),
        total_count=items.count(),
        open_sessions=list(
            PracticeSession.objects.visible_to(user)
            .filter(finished_at__isnull=True)
            .exclude(kind=PracticeKind.BOOK)
            .select_related("topic")[:3]
        ),
        topics=topic_choices(user=user, on=today, language=language),
        weak=weak,
        mock_exams=mock_exams_for(user=user, weak=weak, now=now)[:SHOWN_MOCK_EXAMS],
    )


def mock_exams_for(
    *, user: User, weak: list[TopicStanding], now: datetime
) -> list[Exam]:
    """Return the open mock exams of the learner's courses.

    The one that asks most of the weak topics comes first.
    """
    enrolled = Enrollment.objects.filter(
        learner=user, state__in=["active", "completed"]
    )
    mocks = list(
        Exam.objects.filter(
            Q(opens_at__isnull=True) | Q(opens_at__lte=now),
            Q(closes_at__isnull=True) | Q(closes_at__gte=now),
            kind=ExamKind.MOCK,
            quiz_pages__course_key__in=enrolled.values("course_key"),
        )
        .distinct()
        .prefetch_related("paper__sections__topics")
        .order_by("pk")
    )
    names = {standing.topic for standing in weak}

    def asked(exam: Exam) -> int:
        sections = exam.paper.sections.all()
        return len({t.name for s in sections for t in s.topics.all()} & names)

    return sorted(mocks, key=asked, reverse=True)
