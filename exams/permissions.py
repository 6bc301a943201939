"""Who may sit what, and who may read whose paper."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from courses.models import Enrollment
from exams.errors import ExamNotPermitted
from exams.models import Attempt, Exam, ItemBank
from lms.accounts.models import User
from lms.core.enums import Audience
from lms.core.scope import scope_for


@dataclass(frozen=True, slots=True)
class ExamAccess:
    """On what ground a person may sit an exam; a public exam needs none."""

    enrollment: Enrollment | None = None


def exam_access(*, user: User, exam: Exam) -> ExamAccess:
    """Return the ground on which `user` may sit `exam`.

    Raises:
        ExamNotPermitted: not enrolled in its course, or not of its organization.
    """
    return _access(user, exam, _newest(_enrollments(user, exam)))


def exam_to_sit(*, user: User, public_id: UUID | str) -> tuple[Exam, ExamAccess]:
    """Return an exam with its paper, and the ground on which `user` may sit it.

    What is not `visible_to` the person does not exist. At the opening everybody asks
    at once, so that is looked up only where neither audience nor enrollment tell.

    Raises:
        Exam.DoesNotExist: there is none that the person may know of.
        ExamNotPermitted: as `exam_access`.
    """
    exam = Exam.objects.select_related("paper").get(public_id=public_id)
    enrollments = _enrollments(user, exam)
    is_known = exam.audience == Audience.PUBLIC or (
        exam.audience == Audience.ASSIGNED and bool(enrollments)
    )
    if not is_known and not Exam.objects.visible_to(user).filter(pk=exam.pk).exists():
        raise Exam.DoesNotExist
    return exam, _access(user, exam, _newest(enrollments))


def _enrollments(user: User, exam: Exam) -> list[Enrollment]:
    """All of a person's enrollments in the courses of an exam, whatever their state."""
    rows = Enrollment.objects.filter(
        learner=user, course_key__in=exam.quiz_pages.order_by().values("course_key")
    )
    return list(rows.select_related("membership").order_by())


def _newest(enrollments: list[Enrollment]) -> Enrollment | None:
    running = [one for one in enrollments if one.state in ("active", "completed")]
    return max(running, key=lambda one: one.pk, default=None)


def _access(user: User, exam: Exam, enrollment: Enrollment | None) -> ExamAccess:
    if exam.audience == Audience.ASSIGNED and enrollment is None:
        raise ExamNotPermitted(
            "not_enrolled", _("Join the course first: this exam belongs to it.")
        )
    if exam.audience in (Audience.ORGANIZATION, Audience.PACKAGE) and (
        exam.owner_organization_id not in scope_for(user).member_organization_ids
    ):
        raise ExamNotPermitted(
            "not_a_member", _("This exam is for members of another organization.")
        )
    return ExamAccess(enrollment)


def can_sit(*, user: User, attempt: Attempt) -> bool:
    """Only the candidate writes answers and sees the paper."""
    return user.is_authenticated and attempt.candidate_id == user.pk


def can_edit_bank(*, user: User, bank: ItemBank) -> bool:
    """Authors edit only what their organization owns."""
    return ItemBank.objects.visible_to(user).filter(pk=bank.pk).exists()


def can_invigilate(*, user: Any, exam: Exam) -> bool:
    """Operators, who administers the owning organization, or the platform's own.

    The employer of a candidate has no hand in an exam of the platform: it would be
    judge in its own cause.
    """
    return Exam.objects.invigilated_by(user).filter(pk=exam.pk).exists()


def is_invigilator(user: Any) -> bool:
    """Who has a desk for watching: operators, owners, who has the right; no query."""
    scope = scope_for(user)
    return bool(
        scope.is_staff_all
        or scope.administered_organization_ids
        or (scope.user_id is not None and user.has_perm("exams.invigilate_exam"))
    )


def can_intervene(*, user: Any, attempt: Attempt) -> bool:
    """Nobody gives time to oneself."""
    return attempt.candidate_id != user.pk and can_invigilate(
        user=user, exam=attempt.exam
    )
