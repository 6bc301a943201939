"""Who may do what with courses; views and API call the same functions."""

from typing import Any

from courses.models import CoursePage, Enrollment
from lms.core.scope import scope_for


def can_view_course(user: Any, course: CoursePage) -> bool:
    return CoursePage.objects.visible_to(user).filter(pk=course.pk).exists()


def can_enroll_self(user: Any, course: CoursePage) -> bool:
    """Public courses, and those of an organization for its members."""
    return CoursePage.objects.enrollable_by(user).filter(pk=course.pk).exists()


def can_learn(user: Any, enrollment: Enrollment) -> bool:
    """Only the learner earns in an enrollment."""
    return enrollment.learner_id == getattr(user, "pk", None)


def can_sign_off(user: Any, enrollment: Enrollment) -> bool:
    """An administrator of the enterprise it counts for, or the platform.

    Nobody signs off for themselves.
    """
    scope = scope_for(user)
    if scope.user_id is None or scope.user_id == enrollment.learner_id:
        return False
    return scope.is_staff_all or (
        enrollment.organization_id in scope.administered_organization_ids
    )
