"""Who may see which rows of the banks and of the sittings."""

from datetime import date, datetime
from typing import Any, Self

from django.db.models import Count, F, Q
from polymorphic.query import PolymorphicQuerySet

from courses.models import Enrollment
from exams.enums import AttemptState, ItemStatus
from lms.core.enums import Audience, JobState
from lms.core.scope import Scope, ScopedQuerySet, scope_for


def _owned_by_managed(user: Any, path: str, permission: str) -> Q | None:
    """Condition for authored objects: None means all of them."""
    scope = scope_for(user)
    if scope.is_staff_all:
        return None
    mine = Q(
        **{f"{path}owner_organization_id__in": scope.administered_organization_ids}
    )
    if scope.user_id is not None and user.has_perm(permission):
        mine |= Q(**{f"{path}owner_organization_id__isnull": True})
    return mine


class AuthoredQuerySet(ScopedQuerySet):
    """Banks, topics, papers: for those who write them, never for candidates."""

    owner_path = ""
    permission = "exams.change_itembank"

    def visible_to(self, user: Any) -> Self:
        condition = _owned_by_managed(user, self.owner_path, self.permission)
        return self.all() if condition is None else self.filter(condition)


class PaperPartQuerySet(AuthoredQuerySet):
    owner_path = "paper__"


class ItemQuerySet(PolymorphicQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Authors of the bank only: an item that is read is an item spoiled."""
        condition = _owned_by_managed(user, "bank__", "exams.change_itembank")
        return self.all() if condition is None else self.filter(condition)

    def usable(self, on: date) -> Self:
        """Reviewed, and in force on a day in China; never a part of a case alone."""
        return self.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gte=on),
            status=ItemStatus.REVIEWED,
            parent__isnull=True,
            current_revision__isnull=False,
        )


class ItemRevisionQuerySet(AuthoredQuerySet):
    owner_path = "item__bank__"


class ItemPartQuerySet(AuthoredQuerySet):
    """What hangs on an item, for the authors of its bank."""

    owner_path = "item__bank__"


class RevisionPartQuerySet(AuthoredQuerySet):
    owner_path = "revision__item__bank__"


class ExamQuerySet(ScopedQuerySet):
    def managed_by(self, user: Any) -> Self:
        """Exams whose marking, release and statistics a person answers for.

        Those their organization owns; those of the platform with the right to change
        exams. Sitting an exam is no such ground.
        """
        condition = _owned_by_managed(user, "", "exams.change_exam")
        return self.all() if condition is None else self.filter(condition)

    def reach(self, scope: Scope) -> Q:
        """Exams a person may sit, and those whose owner they administer."""
        enrolled = Enrollment.objects.filter(learner_id=scope.user_id)
        return (
            Q(audience=Audience.PUBLIC)
            | Q(
                audience=Audience.ORGANIZATION,
                owner_organization_id__in=scope.member_organization_ids,
            )
            | Q(owner_organization_id__in=scope.administered_organization_ids)
            | Q(
                audience=Audience.ASSIGNED,
                pk__in=self.filter(
                    quiz_pages__course_key__in=enrolled.values("course_key")
                ).values("pk"),
            )
        )

    def invigilated_by(self, user: Any) -> Self:
        """Exams whose candidates a person may watch: those whose owner they act for."""
        if scope_for(user).user_id is None:
            return self.none()
        condition = _owned_by_managed(user, "", "exams.invigilate_exam")
        return self.all() if condition is None else self.filter(condition)

    def with_running(self) -> Self:
        """Count who sits there now, the fullest exam first."""
        running = Count("attempts", filter=Q(attempts__state=AttemptState.IN_PROGRESS))
        return self.annotate(running_count=running).order_by(
            "-running_count", F("opens_at").desc(nulls_last=True), "title"
        )


def examined_by(user: Any, path: str) -> Q | None:
    """Condition for exams whose answers a person marks; None: those of nobody.

    Experts and administrators of the owner mark its exams; the exams of the platform
    are marked by who has the right `exams.mark_attempts`.
    """
    scope = scope_for(user)
    if scope.user_id is None:
        return None
    owners = scope.administered_organization_ids | scope.expert_organization_ids
    mine = Q(**{f"{path}owner_organization_id__in": owners})
    if user.has_perm("exams.mark_attempts"):
        mine |= Q(**{f"{path}owner_organization_id__isnull": True})
    return mine


class MarkingTaskQuerySet(ScopedQuerySet):
    """For examiners of the exam, never their own answer."""

    exam_path = "exam__"
    candidate_path = "attempt__candidate_id"

    def visible_to(self, user: Any) -> Self:
        mine = examined_by(user, self.exam_path)
        if mine is None:
            return self.none()
        return self.filter(mine).exclude(**{self.candidate_path: user.pk})


class AssessmentQuerySet(MarkingTaskQuerySet):
    exam_path = "task__exam__"
    candidate_path = "task__attempt__candidate_id"


class KeyCorrectionQuerySet(AuthoredQuerySet):
    """For the authors of the bank."""

    owner_path = "item__bank__"


class AppealQuerySet(ScopedQuerySet):
    """The candidate, and the examiners of the exam."""

    def visible_to(self, user: Any) -> Self:
        mine = examined_by(user, "attempt__exam__")
        if mine is None:
            return self.none()
        return self.filter(mine | Q(attempt__candidate_id=user.pk))

    def for_examiner(self, user: Any) -> Self:
        """What a person may answer: never their own."""
        return self.visible_to(user).exclude(attempt__candidate_id=user.pk)


class ExamPartQuerySet(AuthoredQuerySet):
    """Rows of an exam that its owner keeps and candidates do not read."""

    owner_path = "exam__"
    permission = "exams.change_exam"


class AttemptQuerySet(ScopedQuerySet):
    """The candidate, and whoever administers the organization it counts for."""

    path = ""

    def reach(self, scope: Scope) -> Q:
        administered = scope.administered_organization_ids
        return Q(**{f"{self.path}candidate_id": scope.user_id}) | Q(
            **{f"{self.path}organization_id__in": administered}
        )

    def of_candidate(self, user: Any) -> Self:
        """One's own only: nobody answers or reads the paper for somebody else."""
        return self.filter(**{f"{self.path}candidate_id": scope_for(user).user_id})

    def open(self) -> Self:
        return self.filter(state=AttemptState.IN_PROGRESS)

    def overdue(self, now: datetime) -> Self:
        """Open although the deadline and the grace are over."""
        return self.open().filter(closes_at__lt=now, paused_at__isnull=True)


class AttemptPartQuerySet(AttemptQuerySet):
    """Rows below an attempt."""

    path = "attempt__"


class OfExamQuerySet(ScopedQuerySet):
    """Rows of one candidate in one exam: theirs, and for who owns the exam."""

    def visible_to(self, user: Any) -> Self:
        if scope_for(user).user_id is None:
            return self.none()
        condition = _owned_by_managed(user, "exam__", "exams.invigilate_exam")
        if condition is None:
            return self.all()
        return self.filter(condition | Q(candidate_id=scope_for(user).user_id))


class PreparedPaperQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Operators only: it holds the keys of exams that have not begun."""
        return self.all() if scope_for(user).is_staff_all else self.none()


class ItemImportQuerySet(AuthoredQuerySet):
    """Imports: for those who write the bank."""

    owner_path = "bank__"

    def running(self) -> Self:
        return self.filter(state=JobState.RUNNING)


class ImportedItemQuerySet(AuthoredQuerySet):
    owner_path = "item_import__bank__"


class LearnerRowQuerySet(ScopedQuerySet):
    """What somebody practices is their own business, not that of an employer."""

    def visible_to(self, user: Any) -> Self:
        scope = scope_for(user)
        if scope.user_id is None:
            return self.none()
        return self.filter(learner_id=scope.user_id)
