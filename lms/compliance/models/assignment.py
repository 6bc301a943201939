"""An administrator puts people into a course."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Enrollment
from lms.compliance.models.plan import Plan
from lms.compliance.querysets import AssignmentQuerySet, OfMembershipQuerySet
from lms.core.models import PublicIdModel, TimeStampedModel


class Assignment(PublicIdModel, TimeStampedModel):
    """One course for one department with all below it, or for a whole organization.

    One that belongs to a plan is meant for the plan's audience, in one cycle.
    """

    organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    department = models.ForeignKey(
        "organizations.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
    )
    plan = models.ForeignKey(
        Plan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
    )
    cycle_start = models.DateField(_("cycle from"), null=True, blank=True)
    course_key = models.UUIDField(_("course"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(_("assigned at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("-assigned_at", "-pk")
        constraints = (
            # Null never equals null in a unique index, hence two of them.
            models.UniqueConstraint(
                fields=["organization", "course_key"],
                condition=Q(
                    department__isnull=True, ended_at__isnull=True, plan__isnull=True
                ),
                name="compliance_assignment_one_live_whole",
            ),
            models.UniqueConstraint(
                fields=["organization", "course_key", "department"],
                condition=Q(department__isnull=False, ended_at__isnull=True),
                name="compliance_assignment_one_live_department",
            ),
            models.UniqueConstraint(
                fields=["plan", "course_key", "cycle_start"],
                name="compliance_assignment_once_a_cycle",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.course_key}"


class AssignmentEntry(models.Model):
    """A member that an assignment reached, and the enrollment that serves it."""

    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="entries"
    )
    membership = models.ForeignKey(
        "organizations.Membership", on_delete=models.PROTECT, related_name="+"
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="assignment_entries"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # When the supervisors were told that it had lapsed.
    escalated_at = models.DateTimeField(null=True, blank=True)

    objects = OfMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("assigned member")
        verbose_name_plural = _("assigned members")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["assignment", "membership"],
                name="compliance_assignmententry_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.membership_id}"
