"""Who may assign; views and API call the same functions."""

from typing import Any
from uuid import UUID

from courses.models import CoursePage
from lms.organizations.models import Organization
from lms.organizations.permissions import can_administer


def can_assign(user: Any, organization: Organization, course_key: UUID) -> bool:
    """An administrator of exactly this organization, and a course open to it."""
    return can_administer(user, organization) and (
        CoursePage.objects.assignable_by(organization.pk)
        .filter(translation_key=course_key)
        .exists()
    )


def is_closed(organization_id: int, course_key: UUID) -> bool:
    """A course of an association's package that is no longer open to the member.

    Who was assigned it keeps it; nobody new is reached.
    """
    pages = CoursePage.objects.closed_to(organization_id)
    return pages.filter(translation_key=course_key).exists()


def can_approve_rules(user: Any) -> bool:
    """Reviewers with the permission; the author of a rule is refused by the domain."""
    return bool(user.has_perm("compliance.approve_trainingrule"))
