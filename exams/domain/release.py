"""When a candidate learns a result, and how much of it.

One gate for everything: an attempt is *finalized* when its marking is complete and its
result is released. Only then it completes a unit, is announced to other packages and
counts for another start. A page or an answer of the API asks `visibility_of`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from courses.domain.progress import complete_unit
from exams.enums import AttemptState, ReleasePolicy, ReleaseScope
from exams.errors import ReleaseRefused
from exams.models import Attempt, Exam, MarkingPolicy, Result, ResultRelease
from exams.querysets import AttemptQuerySet
from exams.signals import attempt_finalized
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.errors import DomainError
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind

logger = logging.getLogger(__name__)
BATCH = 500
CLOSED = (AttemptState.SUBMITTED, AttemptState.EXPIRED)


def policy_of(exam: Exam) -> MarkingPolicy:
    """Return the rules of an exam: its row, or the defaults unsaved."""
    try:
        return exam.marking_policy  # type: ignore[attr-defined]  # a reverse one-to-one
    except MarkingPolicy.DoesNotExist:
        return MarkingPolicy(exam=exam)


@transaction.atomic
def save_policy(*, exam: Exam, values: dict[str, Any], by: User) -> MarkingPolicy:
    """Give an exam its rules; a changed rule is kept in the audit."""
    policy, _created = MarkingPolicy.objects.update_or_create(
        exam=exam, defaults=values
    )
    record(
        actor=by,
        verb=Verb.MARKING_POLICY_CHANGED,
        obj=exam,
        data={name: str(value) for name, value in values.items()},
    )
    return policy


@dataclass(frozen=True, slots=True)
class ResultsOverview:
    """How far an exam's results are: numbers of attempts."""

    handed_in: int
    marked: int
    released: int

    @property
    def waiting(self) -> int:
        """Marked and not told yet."""
        return self.marked - self.released


def results_overview(*, exam: Exam) -> ResultsOverview:
    """Count the attempts of an exam on their way from answers to results."""
    closed = Q(state__in=[*CLOSED, AttemptState.FINALIZED])
    counts = Attempt.objects.filter(closed, exam=exam).aggregate(
        handed_in=Count("pk"),
        marked=Count("pk", filter=Q(result__pending_count=0)),
        released=Count("pk", filter=Q(state=AttemptState.FINALIZED)),
    )
    return ResultsOverview(**counts)


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a candidate may read of a closed attempt.

    Attributes:
        has_score: points, verdict and points by topic (once marking is complete).
        has_items: outcome of each item, explanation, what to read.
        has_key: the right answers.
        release_at: the announced day, where there is one.
    """

    has_score: bool
    has_items: bool
    has_key: bool
    release_at: datetime | None = None


def visibility_of(*, attempt: Attempt, policy: MarkingPolicy) -> Visibility:
    """Return what the candidate may read now.

    "At once" shows the objective items of an attempt whose free answers still wait
    for an examiner; every other policy shows nothing before the release.
    """
    is_open = attempt.is_finalized or (
        policy.release == ReleasePolicy.AT_ONCE and attempt.state in CLOSED
    )
    scope = policy.release_scope
    return Visibility(
        has_score=is_open,
        has_items=is_open and scope != ReleaseScope.SCORE,
        has_key=is_open and scope == ReleaseScope.KEY,
        release_at=None if is_open else policy.release_at,
    )


def may_release(*, attempt: Attempt, policy: MarkingPolicy, now: datetime) -> bool:
    """Return whether the policy lets the result of a marked attempt out."""
    if policy.release == ReleasePolicy.AT_DATE:
        return policy.release_at is not None and now >= policy.release_at
    if policy.release == ReleasePolicy.BY_HAND:
        return ResultRelease.objects.filter(
            exam_id=attempt.exam_id, released_at__gte=attempt.submitted_at
        ).exists()
    return True


def finalize_if_ready(
    *,
    attempt: Attempt,
    result: Result,
    policy: MarkingPolicy | None = None,
    tells: bool = True,
    now: datetime,
) -> bool:
    """Release a marked result by the policy; True when this call did it.

    Completes the unit of the course where the candidate passed. With `tells` the
    candidate gets a message; who reads the result at this moment needs none.
    """
    policy = policy or policy_of(attempt.exam)
    if result.pending_count or not may_release(attempt=attempt, policy=policy, now=now):
        return False
    with transaction.atomic():
        changed = Attempt.objects.filter(pk=attempt.pk, state__in=CLOSED).update(
            state=AttemptState.FINALIZED
        )
        attempt.refresh_from_db(fields=["state"])
        if not changed:
            return False
        Result.objects.filter(pk=result.pk).update(released_at=now)
        result.released_at = now
        if result.passed:
            complete_units(attempt=attempt, result=result, now=now)
        if tells:
            tell_result(attempt=attempt)
        record(
            verb=Verb.ATTEMPT_FINALIZED,
            obj=attempt,
            data={"exam": str(attempt.exam.public_id), "passed": result.passed},
        )
        transaction.on_commit(
            lambda: attempt_finalized.send_robust(
                Attempt, attempt=attempt, result=result
            )
        )
    return True


def tell_result(*, attempt: Attempt) -> None:
    """Tell the candidate that a result can be read; the message holds no points."""
    person = attempt.candidate
    with in_language_of(person):
        notify(
            recipient=person,
            kind=MessageKind.EXAM,
            subject=_("Your result is ready: %(exam)s") % {"exam": attempt.exam.title},
            body=_("The result of your exam has been released."),
            url=result_path(attempt),
            dedupe_key=f"result:{attempt.public_id}",
        )


def release_results(*, exam: Exam, by: User, now: datetime) -> int:
    """Release by hand what was handed in until now; returns how many were ready.

    What an examiner still reads follows when its marking is complete.

    Raises:
        ReleaseRefused: the exam releases its results by another policy.
    """
    policy = policy_of(exam)
    if policy.release != ReleasePolicy.BY_HAND:
        raise ReleaseRefused(
            "not_by_hand", _("The results of this exam are not released by hand.")
        )
    with transaction.atomic():
        ResultRelease.objects.create(exam=exam, released_at=now, released_by=by)
        record(actor=by, verb=Verb.RESULTS_RELEASED, obj=exam)
    return _finalize_all(Attempt.objects.filter(exam=exam), now=now)


def release_due(*, now: datetime) -> int:
    """Finalize what may be released now: dates that came, a release cut short."""
    released = ResultRelease.objects.filter(
        exam_id=OuterRef("exam_id"), released_at__gte=OuterRef("submitted_at")
    )
    release = "exam__marking_policy__release"
    due = (
        Q(exam__marking_policy__isnull=True)
        | Q(**{f"{release}__in": [ReleasePolicy.AT_ONCE, ReleasePolicy.AFTER_MARKING]})
        | Q(
            **{release: ReleasePolicy.AT_DATE},
            exam__marking_policy__release_at__lte=now,
        )
        | Q(Exists(released), **{release: ReleasePolicy.BY_HAND})
    )
    return _finalize_all(Attempt.objects.filter(due), now=now)


def _finalize_all(attempts: AttemptQuerySet, *, now: datetime) -> int:
    """Finalize marked attempts, each in its own transaction; returns how many."""
    ready = attempts.filter(state__in=CLOSED, result__pending_count=0)
    related = ready.select_related(
        "exam__marking_policy", "result", "candidate", "enrollment"
    )
    count = 0
    for attempt in related.order_by("pk")[:BATCH]:
        try:
            count += finalize_if_ready(attempt=attempt, result=attempt.result, now=now)
        except DomainError as error:
            logger.warning("Attempt %s not released: %s", attempt.pk, error.code)
    return count


def result_path(attempt: Attempt) -> str:
    """Return the address of the candidate's result page, without language."""
    return reverse("exams:result", args=[attempt.public_id])


@contextmanager
def in_language_of(person: User) -> Iterator[None]:
    """Write to somebody in the language they read."""
    with translation.override(person.language or settings.LANGUAGE_CODE):
        yield


def complete_units(*, attempt: Attempt, result: Result, now: datetime) -> None:
    """A pass completes the unit of the candidate's course that is this exam."""
    if attempt.enrollment is None:
        return
    units = attempt.exam.quiz_pages.filter(
        course_key=attempt.enrollment.course_key
    ).values_list("translation_key", flat=True)
    evidence = {
        "attempt": str(attempt.public_id),
        "raw": str(result.raw),
        "max": str(result.max),
    }
    for unit_key in set(units):
        try:
            with transaction.atomic():
                complete_unit(
                    enrollment=attempt.enrollment,
                    unit_key=unit_key,
                    now=now,
                    evidence=evidence,
                )
        except DomainError as error:
            # The pass stands even where the course no longer takes it.
            logger.warning("Attempt %s: unit not completed: %s", attempt.pk, error.code)
