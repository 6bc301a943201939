from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.enums import AwardKind
from certificates.models.issuer import CertificateTemplate
from certificates.querysets import AwardQuerySet
from lms.core.models import TimeStampedModel


class Award(TimeStampedModel):
    """An exam or a statutory duty that earns a certificate without a course.

    What was passed or met before `since` earns none: switching one on does not issue
    certificates for the past. Switched off it stays, with what it issued.
    """

    template = models.ForeignKey(
        CertificateTemplate,
        models.PROTECT,
        related_name="awards",
        verbose_name=_("template"),
    )
    kind = models.CharField(_("occasion"), max_length=12, choices=AwardKind.choices)
    exam = models.ForeignKey(
        "exams.Exam",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("exam"),
    )
    rule_code = models.CharField(_("training rule"), max_length=60, blank=True)
    title = models.CharField(_("title on the certificate"), max_length=200, blank=True)
    title_en = models.CharField(
        _("English title on the certificate"), max_length=200, blank=True
    )
    since = models.DateTimeField(_("since"))
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    objects = AwardQuerySet.as_manager()

    class Meta:
        ordering = ["-is_active", "-since", "-pk"]
        verbose_name = _("certificate issued by itself")
        verbose_name_plural = _("certificates issued by themselves")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=AwardKind.EXAM, exam__isnull=False, rule_code="")
                | (
                    Q(kind=AwardKind.OBLIGATION, exam__isnull=True)
                    & ~Q(rule_code="")
                    & ~Q(title="")
                ),
                name="certificates_award_one_occasion",
            ),
            models.UniqueConstraint(
                fields=["exam"],
                condition=Q(is_active=True),
                name="certificates_award_one_per_exam",
            ),
            models.UniqueConstraint(
                fields=["rule_code"],
                condition=Q(is_active=True) & ~Q(rule_code=""),
                name="certificates_award_one_per_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.exam_id or self.rule_code}"
