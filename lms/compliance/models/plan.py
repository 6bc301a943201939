"""Training plans: which courses, for whom, until when, how often."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.compliance.enums import PlanCycle
from lms.compliance.querysets import AssignmentQuerySet, OfMembershipQuerySet
from lms.core.models import PublicIdModel, TimeStampedModel


class Plan(PublicIdModel, TimeStampedModel):
    """Courses that an enterprise assigns to whoever matches, once or in each cycle.

    `audience` narrows down the employees: `{"departments", "positions", "categories",
    "kinds"}` are lists (ids, or stored values) that all have to match where they are
    given; `members` are meant besides. Empty means everybody. Each cycle and course is
    an `Assignment`; those of past cycles are history.
    """

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="plans"
    )
    title = models.CharField(_("title"), max_length=120)
    course_keys = models.JSONField(_("courses"))
    audience = models.JSONField(_("for whom"), default=dict, blank=True)
    cycle = models.CharField(
        _("repeats"), max_length=12, choices=PlanCycle.choices, default=PlanCycle.ONCE
    )
    starts_on = models.DateField(_("from"))
    due_days = models.PositiveSmallIntegerField(
        _("days to finish"),
        help_text=_("From the beginning of the cycle, or from joining after it."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("training plan")
        verbose_name_plural = _("training plans")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(due_days__gt=0), name="compliance_plan_due_days"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Exemption(TimeStampedModel):
    """One member does not take part in a plan, for a reason and until a day."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="exemptions")
    membership = models.ForeignKey(
        "organizations.Membership", on_delete=models.PROTECT, related_name="exemptions"
    )
    reason = models.CharField(_("reason"), max_length=300)
    starts_on = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        ordering = ("-starts_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("starts_on")),
                name="compliance_exemption_period",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="compliance_exemption_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.membership_id}"
