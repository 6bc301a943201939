"""Who marks whose answers."""

from typing import Any

from exams.models import Attempt, Exam
from exams.querysets import examined_by
from lms.accounts.models import User
from lms.core.scope import scope_for


def is_examiner(user: Any) -> bool:
    """Who has a desk: examiners of the platform, experts and owners elsewhere."""
    scope = scope_for(user)
    return bool(
        scope.administered_organization_ids
        or scope.expert_organization_ids
        or user.has_perm("exams.mark_attempts")
    )


def can_mark(*, user: User, attempt: Attempt) -> bool:
    """Examiners of the exam's owner, and never the candidate."""
    mine = examined_by(user, "")
    return (
        mine is not None
        and attempt.candidate_id != user.pk
        and Exam.objects.filter(mine, pk=attempt.exam_id).exists()
    )
