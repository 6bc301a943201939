"""What follows from an event; connected when the app is ready."""

from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published

import exams.statement_source  # noqa: F401 -- registers what it tells
from cms.models import LawVersionPage
from exams.domain.wrong_answers import fill_from_attempt
from exams.models import Attempt
from exams.signals import attempt_finalized
from exams.tasks import mark_amended_items
from lms.core.clock import now


@receiver(page_published, sender=LawVersionPage, dispatch_uid="exams.amended")
def look_for_amended_articles(sender: Any, **kwargs: Any) -> None:
    """Ask the worker once the text of the law is stored; a daily run finds the rest."""
    mark_amended_items.delay_on_commit()  # type: ignore[attr-defined]


@receiver(attempt_finalized, dispatch_uid="exams.fill_wrong_answer_book")
def fill_wrong_answer_book(sender: Any, attempt: Attempt, **kwargs: Any) -> None:
    """Put wrong answers into the book; a sweep finds what a crash left out."""
    fill_from_attempt(attempt=attempt, now=now())
