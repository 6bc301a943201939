"""Training on site: who signed in, who signed out, and how."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.enums import OnSiteState, SignMethod
from courses.models.enrollment import Enrollment
from courses.querysets import AttendanceQuerySet, OnSiteTrainingQuerySet
from lms.core.models import PublicIdModel, TimeStampedModel


def new_secret() -> str:
    return secrets.token_hex(32)


class OnSiteTraining(PublicIdModel, TimeStampedModel):
    """One lesson of a course, held at a place and a time by an enterprise.

    `secret` makes the codes of the sign-in, which change every few seconds.
    """

    organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        related_name="on_site_trainings",
    )
    course_key = models.UUIDField(_("course"))
    unit_key = models.UUIDField(_("lesson"))
    title = models.CharField(_("title"), max_length=200)
    place = models.CharField(_("place"), max_length=200)
    led_by = models.CharField(_("led by"), max_length=80)
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    secret = models.CharField(max_length=64, default=new_secret, editable=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=OnSiteState.choices,
        default=OnSiteState.PLANNED,
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = OnSiteTrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("training on site")
        verbose_name_plural = _("trainings on site")
        ordering = ("-starts_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="courses_onsitetraining_period",
            ),
        )

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """One person at one training: in, out, and who saw to it."""

    training = models.ForeignKey(
        OnSiteTraining, on_delete=models.PROTECT, related_name="attendances"
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="attendances"
    )
    signed_in_at = models.DateTimeField(_("signed in at"))
    signed_in_by = models.CharField(max_length=10, choices=SignMethod.choices)
    signed_out_at = models.DateTimeField(_("signed out at"), null=True, blank=True)
    signed_out_by = models.CharField(
        max_length=10, choices=SignMethod.choices, blank=True
    )
    # Who vouched, where it was the list and not the code.
    vouched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    credited_seconds = models.PositiveIntegerField(_("credited"), default=0)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ("signed_in_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["training", "enrollment"], name="courses_attendance_once"
            ),
            models.CheckConstraint(
                condition=Q(signed_out_at__isnull=True)
                | Q(signed_out_at__gte=F("signed_in_at")),
                name="courses_attendance_period",
            ),
        )

    def __str__(self) -> str:
        return f"{self.training_id}: {self.enrollment_id}"
